"""Handles orders, one after the other, until it is told to stop."""

import asyncio
import os
import signal

import boto3

from shop.database import connect

# Python ignores the first signal of a container's first process unless it says what to do.
signal.signal(signal.SIGTERM, lambda *_: exit(0))
queue = boto3.client("sqs")
url = os.environ["QUEUE_ORDERS_URL"]


async def keep(name: str) -> None:
    connection = await connect()
    try:
        await connection.execute("INSERT INTO orders VALUES ($1, $2)", name, os.environ["WORKER_NAME"])
    finally:
        await connection.close()


print("worker: waiting for orders")
while True:
    for message in queue.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
        asyncio.run(keep(message["Body"]))
        queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        print(f"worker: handled {message['Body']}")
