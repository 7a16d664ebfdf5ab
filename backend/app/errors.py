"""Errors that a client may see: one base class with a status code, sent as problem+json (RFC 9457)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field


class FieldProblem(BaseModel):
    """What is wrong with one value of the request."""

    field: str = Field(description="Path of the value, for example `title`; empty for the body as a whole.")
    message: str


class Problem(BaseModel):
    """The body of every answer from status 400 on."""

    type: str = Field(description="Stable name of the kind of problem.")
    title: str = Field(description="The kind of problem in words; the same for each of its kind.")
    status: int
    detail: str = Field(description="What went wrong this time.")
    request_id: str | None = Field(description="Under this id the request is found in the log.")
    errors: list[FieldProblem] = Field(default_factory=list, description="The values that were refused.")


class ApiError(Exception):
    """Base class of all errors that become responses. The client sees `detail`: never put internal data into it."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "urn:problem:internal"
    title: ClassVar[str] = "Something went wrong here"
    headers: Mapping[str, str] = {}

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        """`field`: the path of the value in the request that caused the error."""
        super().__init__(detail)
        self.detail = detail
        self.errors = [FieldProblem(field=field, message=detail)] if field else []


class InternalError(ApiError):
    """A defect in this program; the log has the details under the request's id."""


class SignInRequired(ApiError):
    status = 401
    type = "urn:problem:sign-in-required"
    title = "Sign in first"


class WrongPassword(ApiError):
    status = 401
    type = "urn:problem:wrong-password"
    title = "Wrong password"


class CrossSite(ApiError):
    """A page of another site made the browser send this."""

    status = 403
    type = "urn:problem:cross-site"
    title = "Requests from other sites are refused"


class NotFound(ApiError):
    status = 404
    type = "urn:problem:not-found"
    title = "Not found"


class AddressBlocked(ApiError):
    """SES writes to this address no more."""

    status = 409
    type = "urn:problem:address-blocked"
    title = "This address gets no mail"


class InvalidRequest(ApiError):
    status = 422
    type = "urn:problem:invalid-request"
    title = "The request has invalid values"


class TooManyRequests(ApiError):
    status = 429
    type = "urn:problem:too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, seconds: int) -> None:
        """`seconds`: how long to wait before the same request may succeed."""
        super().__init__(detail)
        self.headers = {"Retry-After": str(seconds)}


class Refused(ApiError):
    """A service that this one calls rejected the request; the same request would be rejected again."""

    status = 502
    type = "urn:problem:refused"
    title = "A service refused the request"


class Unavailable(ApiError):
    """A service that this one needs does not answer now; the same request may succeed later."""

    status = 503
    type = "urn:problem:unavailable"
    title = "Not available at the moment"
    headers: Mapping[str, str] = {"Retry-After": "5"}


def declare(*errors: type[ApiError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a router or a route that can return these errors."""
    return {error.status: {"model": Problem, "description": error.title} for error in errors}
