"""Generated requests: whatever is sent, the API answers as its OpenAPI document says."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app import openapi
from app.session.cookie import SECURE_NAME, AccessSecret
from tests.backend import Backend, environment, running_backend
from tests.cloud import APP_PASSWORD, SIGNING_KEY, Cloud
from tests.tls import TlsFront

SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi.document()))
SECRET = AccessSecret.parse({"password": APP_PASSWORD, "signing_key": SIGNING_KEY})
EXAMPLES = 40


@SCHEMA.auth()
class SignedIn:
    """Adds a valid session. One of the checks leaves it out and expects a refusal."""

    def get(self, case: Case[Any], context: schemathesis.AuthContext) -> str:
        return SECRET.issue(int(time.time()) + 3600)

    def set(self, case: Case[Any], data: str, context: schemathesis.AuthContext) -> None:
        case.cookies[SECURE_NAME] = data


@pytest.fixture(scope="module")
def fuzzed(backend: Backend, database: TlsFront, cloud: Cloud) -> Iterator[Backend]:
    """A process with the settings of AWS, so that its cookie has the name in the document."""
    with running_backend(environment(database, cloud, SESSION_COOKIE_SECURE="true")) as process:
        yield process


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_api_does_what_its_document_says(case: Case[Any], fuzzed: Backend) -> None:
    # The allowed types and sizes of files are configuration, which `GET /files/limits` returns; the document has none.
    limited = case.operation.label in ("POST /api/files", "POST /api/files/{file_id}/versions")
    excluded: list[CheckFunction] = [positive_data_acceptance] if limited else []
    case.call_and_validate(base_url=fuzzed.url, excluded_checks=excluded)
