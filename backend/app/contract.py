"""Completes the OpenAPI document with what FastAPI does not know: problem documents, and which paths need a session."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.errors import CrossSite
from app.guard import READING
from app.session.cookie import SECURE_NAME

PROBLEM = {"$ref": "#/components/schemas/Problem"}
FRAMEWORK_ERRORS = ("HTTPValidationError", "ValidationError")
SESSION = {
    "type": "apiKey",
    "in": "cookie",
    "name": SECURE_NAME,
    "description": "From `POST /session`; without its prefix where the deployment has no HTTPS.",
}


def install(app: FastAPI, public: frozenset[str]) -> None:
    """`public`: paths that need no session."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            for path, operations in made["paths"].items():
                for method, operation in operations.items():
                    if method.upper() not in READING:
                        operation["responses"]["403"] = problem(CrossSite.title)
                    if "requestBody" in operation:
                        operation["responses"]["400"] = problem("The body cannot be read")
                        operation["responses"]["413"] = problem("The body is too large")
                    if path not in public:
                        operation["security"] = [{"session": []}]
                    for response in operation["responses"].values():
                        declare_problem(response)
            for name in FRAMEWORK_ERRORS:
                made["components"]["schemas"].pop(name, None)
            made["components"]["securitySchemes"] = {"session": SESSION}
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # the way that the framework documents


def problem(description: str) -> dict[str, Any]:
    """A response that comes from the middleware and not from a route."""
    return {"description": description, "content": {"application/problem+json": {"schema": PROBLEM}}}


def declare_problem(response: dict[str, Any]) -> None:
    """FastAPI declares every model as application/json."""
    content = response.get("content", {})
    if content.get("application/json", {}).get("schema") == PROBLEM:
        response["content"] = {"application/problem+json": {"schema": PROBLEM}}
