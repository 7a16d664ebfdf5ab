"""Query parameters that select a part of a list."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field


class PageParameters(BaseModel):
    """Selects a part of a list. The upper bound of `offset` limits how many rows PostgreSQL has to skip."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="Most entries in the answer.")
    offset: int = Field(0, ge=0, le=100_000, description="How many entries come before the first.")


PageDep = Annotated[PageParameters, Query()]
