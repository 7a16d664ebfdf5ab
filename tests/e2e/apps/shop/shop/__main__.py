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
from shop.health.description import Description
from shop.health.router import health_router
from shop.health.schemas import ServiceFound
from shop.health.self_test import self_test_router
from shop.health.stack import Stack

app = FastAPI()
queue = boto3.client("sqs")
stack = Stack(
    Description.model_validate_json(os.environ["STACK_DESCRIPTION"]), boto3.client("ecs"), boto3.client("logs")
)


async def handled() -> str:
    return f"{len(await orders())} orders handled"


async def priced() -> str:
    return f"tea costs {await asyncio.to_thread(price, 'tea')}"


app.include_router(health_router(), prefix="/shop/health")
app.include_router(self_test_router({"database": handled, "prices": priced}), prefix="/shop/self-test")


@app.get("/shop/services")
def services() -> list[ServiceFound]:
    return stack.look().services


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
