"""The nightly job: how many orders there are."""

import asyncio

from shop.database import connect


async def main() -> None:
    print("nightly:", await (await connect()).fetchval("SELECT count(*) FROM orders"), "orders")


asyncio.run(main())
