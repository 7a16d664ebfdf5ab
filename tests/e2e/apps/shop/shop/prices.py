"""What things cost: a service that only the API asks."""

import os

import uvicorn
from fastapi import FastAPI

app = FastAPI()
PRICES = {"tea": 3, "rice": 2}


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/prices/{name}")
def price(name: str) -> int | None:
    return PRICES.get(name)


uvicorn.run(app, host=os.environ["HOST"], port=int(os.environ["PORT"]))
