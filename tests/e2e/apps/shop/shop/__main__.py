"""The API: takes orders, and shows those that were handled."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from urllib.request import urlopen

import boto3
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from shop.cache import count
from shop.database import connect

app = FastAPI()
queue = boto3.client("sqs")


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/shop/orders")
def order(name: str) -> dict[str, str]:
    queue.send_message(QueueUrl=os.environ["QUEUE_ORDERS_URL"], MessageBody=name)
    return {"ordered": name}


@app.get("/shop/orders")
async def orders() -> list[dict[str, str]]:
    connection = await connect()
    try:
        return [dict(row) for row in await connection.fetch("SELECT name, by FROM orders ORDER BY name")]
    finally:
        await connection.close()


@app.get("/shop/prices/{name}")
def price(name: str) -> int | None:
    """What the private service says."""
    with urlopen(f"{os.environ['PRICES_URL']}/prices/{name}", timeout=10) as answer:  # noqa: S310 (the stack's)
        found: int | None = json.load(answer)
        return found


@app.post("/shop/visits")
async def visit() -> int:
    return await count("visits")


@app.post("/shop/size")
async def size(request: Request) -> int:
    return len(await request.body())


@app.get("/shop/slow")
async def slow(seconds: float) -> dict[str, float]:
    await asyncio.sleep(seconds)
    return {"slept": seconds}


@app.get("/shop/events")
async def events() -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        for number in range(3):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.5)

    return StreamingResponse(lines(), media_type="text/event-stream")


uvicorn.run(app, host=os.environ["HOST"], port=int(os.environ["PORT"]))
