"""The steps in Pulumi's own host of dynamic providers, as `pulumi up` starts it: what a person reads of an error."""

import os
import subprocess
import sys
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

from infra import steps
from infra.steps.common import in_words
from tests.unit.steps.test_states import BEFORE_THE_MOVE


@pytest.fixture(scope="module")
def host() -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """AWS is a port where nobody answers, and asked once: a step fails at its first call."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "NO_PROXY": "127.0.0.1",
        "DOCKER_HOST": "unix:///nowhere.sock",
    }
    once = "from infra.steps import common; common.ATTEMPTS = 1; import runpy;"
    command = [sys.executable, "-c", f"{once} runpy.run_module('pulumi.dynamic', run_name='__main__')"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
        process.kill()


def properties(provider: str, **values: str) -> Struct:
    struct = Struct()
    struct.update({"__provider": provider, **values})
    return struct


SECRET = {"region": "us-east-1", "secretArn": "arn:secret"}


@pytest.mark.parametrize(
    "provider",
    [serialize_provider(steps.step("AccessPassword")), BEFORE_THE_MOVE["AccessPassword"]],
    ids=["now", "before the move"],
)
def test_an_error_is_its_text_and_no_stack(host: provider_pb2_grpc.ResourceProviderStub, provider: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        host.Create(provider_pb2.CreateRequest(properties=properties(provider, **SECRET)))
    text = caught.value.details() or ""
    assert text.startswith("AWS did not answer in 1 attempts (Could not connect to the endpoint URL")
    assert text.endswith("check the network, then run `pulumi up` again")
    assert "Traceback" not in text


def test_an_error_that_nobody_expected_keeps_its_stack(host: provider_pb2_grpc.ResourceProviderStub) -> None:
    provider = serialize_provider(steps.step("AccessPassword"))
    with pytest.raises(grpc.RpcError) as caught:
        host.Create(provider_pb2.CreateRequest(properties=properties(provider)))
    text = caught.value.details() or ""
    assert "Traceback" in text
    assert "KeyError: 'region'" in text


def test_what_an_older_state_holds_can_be_deleted(host: provider_pb2_grpc.ResourceProviderStub) -> None:
    for name, provider in BEFORE_THE_MOVE.items():
        host.Delete(provider_pb2.DeleteRequest(id=name, properties=properties(provider, **SECRET)))


def test_an_error_without_words_of_its_own_is_left_to_its_stack() -> None:
    assert in_words(KeyError("region")) is None


def test_a_preview_of_a_new_stack_says_that_no_engine_can_build_its_images(
    host: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    unknown = {"region": "us-east-1", "repository": UNKNOWN, "repositoryUrl": UNKNOWN, "tag": "1", "context": "backend"}
    news = properties(serialize_provider(steps.step("ImageBuild")), **unknown)
    answer = host.Check(provider_pb2.CheckRequest(news=news))
    (failure,) = answer.failures
    assert failure.property == "context"
    assert failure.reason.startswith("image: needs a Docker engine to build, none answers at unix:///nowhere.sock")
    assert answer.inputs["repository"] == UNKNOWN
