"""What the routes are given: the process's own objects, made once in the lifespan."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.aws import Aws
from app.database import Database
from app.overview.service import OverviewService
from app.rate_limits import RateLimits
from app.session.service import Access
from app.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Resources:
    settings: Settings
    aws: Aws
    database: Database
    limits: RateLimits
    access: Access
    overview: OverviewService


# Not plain functions: the framework would run each of them in a thread.
async def resources(request: Request) -> Resources:
    return cast(Resources, request.state.resources)


ResourcesDep = Annotated[Resources, Depends(resources)]


async def database(request: Request) -> Database:
    return (await resources(request)).database


DatabaseDep = Annotated[Database, Depends(database)]


class PageParameters(BaseModel):
    """Which part of a list. The bound of `offset` keeps a page from reading a whole table."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="Most entries in the answer.")
    offset: int = Field(0, ge=0, le=100_000, description="How many entries come before the first.")


PageDep = Annotated[PageParameters, Query()]
