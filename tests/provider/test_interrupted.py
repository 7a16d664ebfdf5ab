"""A creation whose answer never came, and what an interrupted run left, on a real emulator: nothing is made twice."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pulumi import Archive
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import CheckRequest, CreateRequest, DeleteRequest, InvokeRequest

from localcloud.place import CLEAR_FUNCTION
from localcloud.provider.aws.context import Context
from localcloud.provider.aws.settings import Settings
from localcloud.provider.errors import InitError
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.protocol.creations import Creations
from localcloud.provider.protocol.journal import Journal
from localcloud.provider.protocol.requests import OPERATIONS, AwsProvider
from localcloud.provider.types import TYPES
from localcloud.provider.values import Props, plain_map
from tests.engine.support import KEYS
from tests.provider.case_tables import CASES
from tests.provider.engine import Engine
from tests.provider.world import World

VPC = "aws:ec2/vpc:Vpc"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
SET = "aws:sesv2/configurationSet:ConfigurationSet"
BUCKET = "aws:s3/bucket:Bucket"
TABLE = "aws:dynamodb/table:Table"
LOST = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:local::shop::app:infra:Network${token}::{name}"


class Run:
    """A provider process of one run; the next one finds the file of the journal."""

    def __init__(self, emulator: int, file: Path) -> None:
        self.provider = AwsProvider(f"http://127.0.0.1:{emulator}", Journal(file))
        keys: dict[str, Any] = {"access_key": KEYS["aws_access_key_id"], "secret_key": KEYS["aws_secret_access_key"]}
        self.provider.context = Context(Settings(endpoint=self.provider.endpoint, **keys), OPERATIONS)
        self.creations = Creations(self.provider.journal)

    def handler(self, token: str) -> Handler:
        return self.provider.handler_of(urn(token, "made"))

    def create(self, token: str, inputs: Props, lost_at: str = "") -> tuple[str, Props]:
        """`lost_at` is the handler's step in which the connection is lost."""
        handler = self.handler(token)
        if lost_at:

            def lose(*_: Any) -> Any:
                raise LOST

            setattr(handler, lost_at, lose)
        return self.creations.create(handler, urn(token, "made"), inputs)

    def clear_on(self, resource_id: str) -> bool:
        return self.creations.clear_on(resource_id, self.provider.handler_of)


@pytest.fixture
def run(emulator: int, tmp_path: Path) -> Callable[[], Run]:
    return lambda: Run(emulator, tmp_path / "journal")


@pytest.fixture
def vpcs(client: Callable[[str], Any]) -> Callable[[], set[str]]:
    return lambda: {row["VpcId"] for row in client("ec2").describe_vpcs()["Vpcs"] if not row["IsDefault"]}


def test_an_answer_that_never_came_is_given_again(run: Callable[[], Run], vpcs: Callable[[], set[str]]) -> None:
    before = vpcs()
    with pytest.raises(EndpointConnectionError):
        run().create(VPC, {"cidrBlock": "10.1.0.0/16"}, lost_at="identify")
    (lost,) = vpcs() - before
    made, state = run().create(VPC, {"cidrBlock": "10.1.0.0/16"})
    assert state["cidrBlock"] == "10.1.0.0/16"
    assert vpcs() - before == {made}  # what was not finished has gone, and been made anew
    assert made != lost
    run().handler(VPC).delete(made, state)


def test_what_got_a_name_by_itself_keeps_it(run: Callable[[], Run], client: Callable[[str], Any]) -> None:
    def up(seed: bytes) -> tuple[str, str]:
        """What the engine of a run does, whose state has nothing."""
        provider, mine = run().provider, urn(SET, "made")
        given: dict[str, PropertyValue] = {}
        checked = asyncio.run(provider.check(CheckRequest(mine, {}, given, seed)))
        made = asyncio.run(provider.create(CreateRequest(mine, checked.inputs or {}, 0, False)))
        return str(made.resource_id), str(plain_map(checked.inputs or {})["configurationSetName"])

    first = up(b"one" * 10)
    assert up(b"two" * 10) == first
    assert client("sesv2").list_configuration_sets()["ConfigurationSets"].count(first[0]) == 1
    run().handler(SET).delete(first[0], {})


def test_a_table_is_taken_over_and_nothing_is_lost(run: Callable[[], Run]) -> None:
    inputs = {
        "name": "kept", "billingMode": "PAY_PER_REQUEST", "hashKey": "id", "attributes": [{"name": "id", "type": "S"}],
    }  # fmt: skip
    with pytest.raises(EndpointConnectionError):
        run().create(TABLE, inputs, lost_at="identify")
    made, state = run().create(TABLE, inputs)
    assert (made, state["name"]) == ("kept", "kept")
    run().handler(TABLE).delete(made, state)


def test_a_connection_that_is_lost_after_it_was_made_leaves_it_to_pulumi(
    run: Callable[[], Run], vpcs: Callable[[], set[str]]
) -> None:
    before = vpcs()
    with pytest.raises(InitError) as failed:
        run().create(VPC, {"cidrBlock": "10.1.0.0/16"}, lost_at="settle")
    assert {failed.value.resource_id} == vpcs() - before
    run().handler(VPC).delete(failed.value.resource_id, failed.value.state)


@pytest.mark.parametrize("lost_at", ["identify", "settle"])
def test_what_an_interrupted_run_made_on_a_resource_goes_with_it(
    lost_at: str, run: Callable[[], Run], client: Callable[[str], Any], vpcs: Callable[[], set[str]]
) -> None:
    before = vpcs()
    vpc, _ = run().create(VPC, {"cidrBlock": "10.1.0.0/16"})
    with pytest.raises((EndpointConnectionError, InitError)):
        run().create(GROUP, {"name": "left", "description": "left", "vpcId": vpc}, lost_at=lost_at)
    asyncio.run(run().provider.delete(DeleteRequest(urn(VPC, "made"), vpc, {}, 0)))
    groups = client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": ["left"]}])
    assert groups["SecurityGroups"] == []
    assert vpcs() == before


def test_what_an_interrupted_run_left_goes_with_its_stack(
    run: Callable[[], Run], client: Callable[[str], Any], vpcs: Callable[[], set[str]]
) -> None:
    before = vpcs()
    vpc, _ = run().create(VPC, {"cidrBlock": "10.1.0.0/16"})
    run().create(GROUP, {"name": "left", "description": "left", "vpcId": vpc})
    run().create(SET, {"configurationSetName": "left"})  # its id is one of its own inputs
    run().create(BUCKET, {"bucket": "left-in-its-stack"})
    for stack, left in (("other", {vpc}), ("local", set())):
        asyncio.run(run().provider.invoke(InvokeRequest(CLEAR_FUNCTION, {"stack": PropertyValue(stack)})))
        assert vpcs() - before == left
        there = {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}
        assert ("left-in-its-stack" in there) == bool(left)


def test_what_nobody_left_is_not_cleared(run: Callable[[], Run]) -> None:
    vpc, state = run().create(VPC, {"cidrBlock": "10.1.0.0/16"})
    assert not run().clear_on(vpc)
    run().handler(VPC).delete(vpc, state)


def test_data_that_an_interrupted_run_made_stays(run: Callable[[], Run], client: Callable[[str], Any]) -> None:
    inputs = {
        "name": "data", "billingMode": "PAY_PER_REQUEST", "hashKey": "id", "attributes": [{"name": "id", "type": "S"}],
    }  # fmt: skip
    made, state = run().create(TABLE, inputs)
    assert not run().clear_on("data")
    assert client("dynamodb").describe_table(TableName="data")["Table"]["TableStatus"] == "ACTIVE"
    run().handler(TABLE).delete(made, state)


# Made anew: what is nothing but a call, and what holds data, which gets another name and stays.
OTHERS = {"aws:lambda/invocation:Invocation", *(token for token, kind in TYPES.items() if kind.holds_data)}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.lives and case.token not in OTHERS])
def test_what_no_engine_saw_is_taken_over_whatever_its_type(name: str, engine: Engine, world: World) -> None:
    case = CASES[name]
    inputs = world.filled(case.inputs)
    unseen = engine.create(case.token, name, inputs)
    try:
        taken = engine.create(case.token, name, inputs)  # by an engine that has nothing of it in its state
        assert (taken.id, comparable(taken.state)) == (unseen.id, comparable(unseen.state))
        assert comparable(taken.inputs) == comparable(unseen.inputs)
    finally:
        engine.delete(unseen)


def comparable(values: Props) -> Props:
    """Without archives: no two are equal."""
    return {name: value for name, value in values.items() if not isinstance(value, Archive)}
