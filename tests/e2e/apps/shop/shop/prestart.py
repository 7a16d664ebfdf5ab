"""What a version needs before it serves: its table."""

import asyncio

from shop.database import connect


async def main() -> None:
    await (await connect()).execute("CREATE TABLE IF NOT EXISTS orders (name text NOT NULL, by text NOT NULL)")


asyncio.run(main())
