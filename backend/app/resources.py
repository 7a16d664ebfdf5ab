"""What the routes of every domain are given: the process's own objects, made once in the lifespan."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from app.aws import Aws
from app.database import Database
from app.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a single domain needs beside these, the lifespan keeps under a name of its own, and its router fetches."""

    settings: Settings
    aws: Aws
    database: Database


# Not plain functions: the framework would run each of them in a thread.
async def resources(request: Request) -> Resources:
    return cast(Resources, request.state.resources)


ResourcesDep = Annotated[Resources, Depends(resources)]


async def database(request: Request) -> Database:
    return (await resources(request)).database


DatabaseDep = Annotated[Database, Depends(database)]
