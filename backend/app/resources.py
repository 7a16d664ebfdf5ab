"""What the routes are given: the process's own objects, made once in the lifespan."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

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
