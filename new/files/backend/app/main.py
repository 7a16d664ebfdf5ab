"""The API. Every path begins with /api, as `routes` in app.yaml says."""

from typing import TypedDict

from fastapi import FastAPI

app = FastAPI(docs_url="/api/docs", openapi_url="/api/openapi.json")


class Greeting(TypedDict):
    message: str


@app.get("/api/hello")
def hello() -> Greeting:
    return {"message": "Hello from FastAPI"}


@app.get("/api/health")
def health() -> None:
    """The load balancer asks this of each task, and sends requests to those that answer 200."""
