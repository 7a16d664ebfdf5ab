"""A creation with a name is made once, however often and by whomever it is asked for, and also after a crash."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.place import CREATED_HEADER, CREATION_HEADER
from tests.emulator.conftest import Client
from tests.engine.support import Emulator


@pytest.fixture
def emulator(fresh_emulator: Emulator) -> Emulator:
    return fresh_emulator


@pytest.fixture
def made(aws: Client) -> Callable[..., str]:
    """The id of a new VPC; a call per client, whose requests all have the header."""

    def create(header: str, name: str) -> str:
        ec2 = aws("ec2")
        ec2.meta.events.register("before-call", partial(add, header, name))
        return str(ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"])

    return create


def add(header: str, name: str, params: dict[str, Any], **_: Any) -> None:
    params["headers"][header] = name


def test_a_repeated_creation_is_answered_as_the_first_time(aws: Client, made: Callable[..., str]) -> None:
    first = made(CREATION_HEADER, "one")
    assert made(CREATION_HEADER, "one") == made(CREATED_HEADER, "one") == first
    assert made(CREATION_HEADER, "two") != first
    assert len([row for row in aws("ec2").describe_vpcs()["Vpcs"] if not row["IsDefault"]]) == 2


def test_who_asks_for_what_was_never_made_makes_nothing(aws: Client, made: Callable[..., str]) -> None:
    with pytest.raises(ClientError) as refused:
        made(CREATED_HEADER, "never")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert [row["IsDefault"] for row in aws("ec2").describe_vpcs()["Vpcs"]] == [True]


def test_a_refusal_is_not_kept(aws: Client) -> None:
    iam, group = aws("iam"), {"GroupName": "g"}
    iam.create_group(**group)
    iam.meta.events.register("before-call.iam.CreateGroup", partial(add, CREATION_HEADER, "group"))
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_group(**group)
    iam.delete_group(**group)
    assert iam.create_group(**group)["Group"]["GroupName"] == "g"


def test_one_at_a_time(aws: Client, made: Callable[..., str]) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len({*threads.map(lambda _: made(CREATION_HEADER, "same"), range(8))}) == 1


def test_the_answers_survive_a_crash(emulator: Emulator, aws: Client, made: Callable[..., str]) -> None:
    first = made(CREATION_HEADER, "one")
    emulator.wait_until_saved()
    emulator.kill()
    emulator.start()
    assert made(CREATED_HEADER, "one") == first
