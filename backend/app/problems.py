"""Turns every error into problem+json: this app's own errors, the framework's, and unexpected exceptions."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from app.errors import ApiError, FieldProblem, InternalError, InvalidRequest, Problem
from app.logs import request_id

log = logging.getLogger(__name__)


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def respond(
    *, status: int, kind: str, title: str, detail: str, errors: list[FieldProblem], headers: Mapping[str, str] | None
) -> ProblemResponse:
    problem = Problem(type=kind, title=title, status=status, detail=detail, request_id=request_id.get(), errors=errors)
    return ProblemResponse(problem.model_dump(), status, headers)


def of_api_error(error: ApiError) -> ProblemResponse:
    return respond(
        status=error.status,
        kind=error.type,
        title=error.title,
        detail=error.detail,
        errors=error.errors,
        headers=error.headers,
    )


def of_unexpected(error: Exception) -> ProblemResponse:
    """Log a defect with its traceback; the client gets only the request's id."""
    log.error("unexpected error", exc_info=error)
    return of_api_error(InternalError("The error is in the log under this request's id."))


def field_path(location: tuple[Any, ...]) -> str:
    """`("body", "title")` → `title`. For unreadable JSON the location is a position in the text, which is left out."""
    return ".".join(part for part in location[1:] if isinstance(part, str))


async def on_api_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, ApiError)  # noqa: S101 # the framework's type is wider than what it passes
    return of_api_error(error)


async def on_invalid_request(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    problems = [
        FieldProblem(field=field_path(e["loc"]), message=e["msg"].removeprefix("Value error, ")) for e in error.errors()
    ]
    detail = "; ".join(f"{p.field}: {p.message}" if p.field else p.message for p in problems)
    invalid = InvalidRequest(detail)
    invalid.errors = problems
    return of_api_error(invalid)


async def on_http_error(request: Request, error: Exception) -> ProblemResponse:
    """The framework's own errors: no such path, method not allowed, unreadable body."""
    assert isinstance(error, HTTPException)  # noqa: S101
    phrase = HTTPStatus(error.status_code).phrase
    kind = f"urn:problem:{phrase.lower().replace(' ', '-')}"
    detail = str(error.detail) if error.detail != phrase else f"{request.method} {request.url.path} is not served here."
    title = phrase.capitalize()
    headers = {"Allow": allowed_methods(request)} if error.status_code == 405 else error.headers
    return respond(status=error.status_code, kind=kind, title=title, detail=detail, errors=[], headers=headers)


def allowed_methods(request: Request) -> str:
    """All methods of the path; the framework's own header lists those of the first route only."""
    routes = [route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(request.url.path)]
    return ", ".join(sorted({method for route in routes for method in route.methods or ()}))


def install(app: FastAPI) -> None:
    app.add_exception_handler(ApiError, on_api_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, on_http_error)
