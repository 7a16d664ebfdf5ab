"""Dependencies for the routes of every domain: objects that the process creates once, in the lifespan."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from app.aws import Aws
from app.database import Database
from app.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What several domains share. An object for one domain only is kept in the state under its own name."""

    settings: Settings
    aws: Aws
    database: Database


# `async def`, because FastAPI would run a plain function in a thread.
async def resources(request: Request) -> Resources:
    return cast(Resources, request.state.resources)


ResourcesDep = Annotated[Resources, Depends(resources)]


async def database(request: Request) -> Database:
    return (await resources(request)).database


DatabaseDep = Annotated[Database, Depends(database)]


async def database_answers(request: Request) -> None:
    """Raises Unavailable (or asyncpg's errors) when the database does not answer."""
    async with (await database(request)).connection() as connection:
        await connection.execute("SELECT 1")
