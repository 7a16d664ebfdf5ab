"""How AWS's errors are answered: an unavailable or throttling service differs from one that rejects a call."""

import asyncio

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from app import aws
from app.errors import ApiError, Refused, Unavailable


def answered(error: Exception) -> ApiError:
    """The API error when a client's method raises `error`."""

    def method() -> None:
        raise error

    with pytest.raises(ApiError) as raised:
        asyncio.run(aws.call("mail service", method))
    assert raised.value.__cause__ is error
    return raised.value


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ThrottlingException", 400, Unavailable),
        ("Throttling", 400, Unavailable),
        ("TooManyRequestsException", 429, Unavailable),
        ("InternalFailure", 500, Unavailable),
        ("SlowDown", 503, Unavailable),
        ("AccessDenied", 403, Refused),
        ("MessageRejected", 400, Refused),
        ("Strange", 499, Refused),
    ],
)
def test_a_busy_service_is_unavailable_and_a_refusal_is_a_refusal(code: str, status: int, kind: type[ApiError]) -> None:
    response = {"Error": {"Code": code, "Message": "internal words"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = answered(ClientError(response, "SendEmail"))  # type: ignore[arg-type] # only the parts that are read
    assert type(error) is kind
    assert error.detail.startswith("The mail service ")
    assert "internal" not in error.detail


def test_a_service_that_cannot_be_reached_is_unavailable() -> None:
    error = answered(EndpointConnectionError(endpoint_url="http://internal"))
    assert (type(error), error.detail) == (Unavailable, "The mail service does not answer.")
