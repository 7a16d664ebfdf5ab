"""Makes the OpenAPI document tell what the app does: errors are problem documents, also where a value is invalid."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM = {"$ref": "#/components/schemas/Problem"}
FRAMEWORK_ERRORS = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            for path in made["paths"].values():
                for operation in path.values():
                    for response in operation["responses"].values():
                        declare_problem(response)
            for name in FRAMEWORK_ERRORS:
                made["components"]["schemas"].pop(name, None)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # the way that the framework documents


def declare_problem(response: dict[str, Any]) -> None:
    """FastAPI declares every model as application/json."""
    content = response.get("content", {})
    if content.get("application/json", {}).get("schema") == PROBLEM:
        response["content"] = {"application/problem+json": {"schema": PROBLEM}}
