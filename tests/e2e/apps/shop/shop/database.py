"""The database, by the names that this app has for it."""

import os

import asyncpg


async def connect() -> asyncpg.Connection:
    return await asyncpg.connect(
        host=os.environ["POSTGRES_SERVER"],
        port=int(os.environ["POSTGRES_PORT"]),
        database=os.environ["POSTGRES_DB"],
        user=os.environ["POSTGRES_USER"],
        password=os.environ["POSTGRES_PASSWORD"],
        ssl="require",
    )
