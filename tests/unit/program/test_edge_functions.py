"""The Lambda function that resets the cache, and CloudFront's function for deep links."""

import importlib.util
import json
import shutil
import subprocess
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest

from infra.components.cache_reset import HANDLER
from infra.components.cdn import PAGE_FUNCTION


def load_handler() -> ModuleType:
    spec = importlib.util.spec_from_file_location("handler", HANDLER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def handler(cloudfront: "FakeCloudFront") -> ModuleType:
    return load_handler()


class FakeCloudFront:
    def __init__(self) -> None:
        self.batches: list[dict[str, Any]] = []

    def create_invalidation(self, **arguments: Any) -> dict[str, Any]:
        self.batches.append(arguments)
        return {"Invalidation": {"Id": "I123"}}


@pytest.fixture
def cloudfront(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFront:
    fake = FakeCloudFront()
    monkeypatch.setattr(boto3, "client", lambda name: fake)
    monkeypatch.setenv("DISTRIBUTION_ID", "D1")
    return fake


def test_it_invalidates_everything_of_the_one_distribution(handler: ModuleType, cloudfront: FakeCloudFront) -> None:
    answer = handler.handler({"version": "abc"}, SimpleNamespace(aws_request_id="1"))
    assert answer == {"invalidation": "I123", "version": "abc"}
    (batch,) = cloudfront.batches
    assert batch["DistributionId"] == "D1"
    assert batch["InvalidationBatch"]["Paths"] == {"Quantity": 1, "Items": ["/*"]}


def test_going_back_to_a_version_resets_again(handler: ModuleType, cloudfront: FakeCloudFront) -> None:
    for request in ("1", "2"):
        handler.handler({"version": "abc"}, SimpleNamespace(aws_request_id=request))
    references = [batch["InvalidationBatch"]["CallerReference"] for batch in cloudfront.batches]
    assert len(set(references)) == 2


@pytest.mark.parametrize("value", [None, ""])
def test_without_its_distribution_it_does_not_start(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("DISTRIBUTION_ID", raising=False)
    if value is not None:
        monkeypatch.setenv("DISTRIBUTION_ID", value)
    with pytest.raises(RuntimeError, match="DISTRIBUTION_ID: must name the distribution to invalidate"):
        load_handler()


def test_it_needs_only_what_lambda_has() -> None:
    imported = {line.split()[1] for line in HANDLER.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert imported <= {"os", "typing", "boto3"}


@pytest.mark.skipif(not shutil.which("node"), reason="node runs CloudFront's function")
@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("/", "/index.html"),
        ("/items", "/index.html"),
        ("/items/3f2a/", "/index.html"),
        ("/v1.2/items", "/index.html"),
        ("/favicon.ico", "/favicon.ico"),
        ("/index.html", "/index.html"),
        ("/images/missing.png", "/images/missing.png"),
    ],
)
def test_deep_links_are_the_page_and_files_are_themselves(asked: str, served: str) -> None:
    call = f"console.log(JSON.stringify(handler({json.dumps({'request': {'uri': asked}})})))"
    script = PAGE_FUNCTION.read_text() + call
    result = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["uri"] == served
