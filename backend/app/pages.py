"""Which part of a list a request asks for."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field


class PageParameters(BaseModel):
    """Which part of a list. The bound of `offset` keeps a page from reading a whole table."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="Most entries in the answer.")
    offset: int = Field(0, ge=0, le=100_000, description="How many entries come before the first.")


PageDep = Annotated[PageParameters, Query()]
