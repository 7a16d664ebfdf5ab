"""`python -m app`: the address comes from the image, or from `make dev`."""

import os

import uvicorn

uvicorn.run("app.main:app", host=os.environ["HOST"], port=int(os.environ["PORT"]))
