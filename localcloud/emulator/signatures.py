"""Checks the signature of a request to an AWS API, as AWS does: in its header, its query, or its form (S3 only)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_evaluator, responses, router, sigv4
from ministack.core.iam_evaluator import AuthError
from ministack.services import s3

UNSIGNED = AuthError(
    "MissingAuthenticationToken",
    "Request is missing Authentication Token: this local cloud answers who signs with its credentials alone;"
    ' `eval "$(make -s env)"` gives them to a shell',
)
FORM = "multipart/form-data"


@dataclass(frozen=True)
class Request:
    """A request without its body."""

    scope: Mapping[str, Any]

    @cached_property
    def headers(self) -> dict[str, str]:
        """By name in lower case; one that was sent several times is joined, as it is for its signature."""
        found: dict[str, list[str]] = {}
        for name, value in self.scope["headers"]:
            found.setdefault(name.decode("latin-1").lower(), []).append(sigv4.decode_header_value(value))
        return {name: ",".join(values) for name, values in found.items()}

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True)

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    @property
    def raw_path(self) -> str:
        return (self.scope.get("raw_path") or self.path.encode()).decode("latin-1")

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def is_signed(self) -> bool:
        return "authorization" in self.headers or self.is_presigned

    @property
    def is_presigned(self) -> bool:
        return "X-Amz-Signature" in self.query

    @property
    def is_form(self) -> bool:
        """A form that a browser sends to a bucket."""
        kind = self.headers.get("content-type", "")
        return self.method == "POST" and kind.startswith(FORM) and self.is_for_s3 and bucket_and_key(self) is not None

    @property
    def is_for_s3(self) -> bool:
        """Whether MiniStack will take it for a request to S3, whatever it is signed for."""
        service = router.detect_service(self.method, self.path, self.headers, self.query)
        return bool(service == "s3") and "x-amz-target" not in self.headers


def bucket_and_key(request: Request) -> tuple[str, str] | None:
    """None where no such bucket is."""
    found: tuple[str, str] | None = app._s3_cors_target(request.host, request.path)
    return found


def failure(request: Request, body: bytes) -> AuthError | None:
    """Why AWS would refuse the request's credentials."""
    if request.is_form and not request.is_signed:
        return form_failure(request, body)
    parse, source = (
        (sigv4.parse_query_signature, request.query)
        if request.is_presigned
        else (sigv4.parse_header_signature, request.headers)
    )
    signature = parse(source)
    if isinstance(signature, tuple):
        return AuthError(*signature)
    # A signed query does not sign the headers by which another service may be chosen.
    if request.is_presigned and signature.service == "s3" and not request.is_for_s3:
        return AuthError("SignatureDoesNotMatch", "Credential should be scoped to correct service.")
    late = expired(request.query) if request.is_presigned else sigv4.request_time_failure(signature)
    if late:
        return AuthError(*late)
    token = (
        request.query.get("X-Amz-Security-Token", [""])[0]
        if request.is_presigned
        else request.headers.get("x-amz-security-token", "")
    )
    secret = secret_of(signature.access_key_id, token)
    if isinstance(secret, AuthError):
        return secret
    wrong = sigv4.header_signature_failure(
        signature,
        secret,
        request.method,
        request.raw_path,
        request.query,
        request.headers,
        body,
        presigned=request.is_presigned,
    )
    return AuthError(*wrong) if wrong else None


def expired(query: Mapping[str, list[str]]) -> tuple[str, str] | None:
    try:
        late = sigv4.presigned_request_is_expired(query["X-Amz-Date"][0], query["X-Amz-Expires"][0])
    except (KeyError, ValueError):
        late = True
    return ("AccessDenied", "Request has expired") if late else None


def form_failure(request: Request, body: bytes) -> AuthError | None:
    """Whether the policy in the form was signed; S3 itself checks that the form keeps to its policy.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
    """
    parts = s3._parse_multipart_form(request.headers["content-type"], body)
    fields = {name.lower(): value.decode("latin-1") for name, _, _, value in parts if name != "file"}
    scope = fields.get("x-amz-credential", "").split("/")
    if len(scope) != 5 or scope[3] != "s3":
        return UNSIGNED
    secret = secret_of(scope[0], fields.get("x-amz-security-token", ""))
    if isinstance(secret, AuthError):
        return secret
    expected = sigv4.calculate_signature(secret, scope[1], scope[2], scope[3], fields.get("policy", ""))
    if sigv4.signatures_match(expected.encode(), fields.get("x-amz-signature", "").encode()):
        return None
    return AuthError("SignatureDoesNotMatch", sigv4.SIGNATURE_MISMATCH)


def secret_of(access_key: str, token: str) -> str | AuthError:
    try:
        responses.set_request_account_id(app._request_account_scope(access_key))
    except iam_evaluator.AmbiguousAccessKeyError:
        return AuthError("InvalidClientTokenId", "The security token included in the request is invalid.")
    found = iam_evaluator.resolve_credential(access_key, responses.get_account_id(), token)
    if isinstance(found, iam_evaluator.CredentialResolutionError):
        return AuthError(found.code, found.message)
    return str(found.secret_access_key)
