"""The API. Every path begins with /api, as `routes` in app.yaml says."""

from fastapi import FastAPI
from pydantic import BaseModel

# The page /api/docs needs scripts from elsewhere, which the site's policy refuses: with `make dev` it is at
# http://127.0.0.1:8000/api/docs.
app = FastAPI(docs_url="/api/docs", openapi_url="/api/openapi.json")


class Greeting(BaseModel):
    message: str


@app.get("/api/hello")
def hello() -> Greeting:
    return Greeting(message="Hello from FastAPI")


@app.get("/api/health")
def health() -> None:
    """The load balancer asks this of each task, and sends requests to those that answer 200."""
