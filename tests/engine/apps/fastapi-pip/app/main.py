import sys

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read_root() -> dict[str, str]:
    return {"app": "fastapi-pip", "prefix": sys.prefix}
