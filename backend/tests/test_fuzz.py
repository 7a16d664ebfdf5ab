"""The API against its own document: what it says is what it does, whatever is sent."""

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
    """One of the checks leaves it out, and wants to be refused then."""

    def get(self, case: Case[Any], context: schemathesis.AuthContext) -> str:
        return SECRET.issue(int(time.time()) + 3600)

    def set(self, case: Case[Any], data: str, context: schemathesis.AuthContext) -> None:
        case.cookies[SECURE_NAME] = data


@pytest.fixture(scope="module")
def fuzzed(backend: Backend, database: TlsFront, cloud: Cloud) -> Iterator[Backend]:
    """A process as in AWS, whose cookie has the name that the document says."""
    with running_backend(environment(database, cloud, SESSION_COOKIE_SECURE="true")) as process:
        yield process


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_api_does_what_its_document_says(case: Case[Any], fuzzed: Backend) -> None:
    # Which types and sizes of files are allowed is configuration: `GET /files/limits` tells it, the document cannot.
    excluded: list[CheckFunction] = [positive_data_acceptance] if case.operation.label == "POST /api/files" else []
    case.call_and_validate(base_url=fuzzed.url, excluded_checks=excluded)
