"""The life of every type: create, read back, no difference, update, refresh, replace, import, delete, gone."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jmespath
import pytest
from botocore.exceptions import ClientError
from pulumi import Archive

from localcloud.provider.definition.templates import Scope
from localcloud.provider.facts import schema
from localcloud.provider.facts.not_proven import NOT_PROVEN
from localcloud.provider.types import TYPES
from localcloud.provider.values import UNKNOWN, Props
from tests.provider.case_tables import CASES
from tests.provider.cases import Ask, Case
from tests.provider.conftest import DEFAULT_TAGS
from tests.provider.engine import CallError, Engine, Resource
from tests.provider.world import World

Client = Callable[[str], Any]


def asked(client: Client, ask: Ask, resource: Resource) -> Any:
    """What AWS says, None when there is nothing."""
    scope = Scope({**resource.inputs, **resource.state, "id": resource.id})
    try:
        answer = getattr(client(ask.service), ask.operation)(**scope.fill(ask.args))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        assert re.search("NotFound|NoSuch|NonExist|DoesNotExist|404|Malformed|ClientException", code), error
        return None
    return jmespath.search(scope.fill(ask.item), answer)


def assert_shows(client: Client, case: Case, resource: Resource, shows: Mapping[str, Any]) -> None:
    found = asked(client, case.ask, resource)
    assert found, f"AWS knows nothing of {resource.id}"
    assert {path: jmespath.search(path, found) for path in shows} == dict(shows)


def merged(inputs: Props, change: Props) -> Props:
    return {name: value for name, value in {**inputs, **change}.items() if value is not None}


def contains(actual: Any, planned: Any) -> bool:
    """Whether what came is what was planned, more told by AWS aside."""
    if planned is UNKNOWN:
        return True
    if isinstance(planned, Mapping):
        return isinstance(actual, Mapping) and all(contains(actual.get(key), value) for key, value in planned.items())
    if isinstance(planned, list):
        return isinstance(actual, list) and all(any(contains(one, item) for one in actual) for item in planned)
    return actual == planned or (not actual and not planned) or isinstance(planned, Archive)


def assert_planned(planned: Props, resource: Resource) -> None:
    wrong = {name for name, value in planned.items() if not contains(resource.state.get(name), value)}
    assert wrong <= {"__defaults"}, {name: (planned[name], resource.state.get(name)) for name in wrong}


def without_archives(values: Props) -> Props:
    return {name: value for name, value in values.items() if not isinstance(value, Archive)}


def assert_same(engine: Engine, resource: Resource, inputs: Props) -> None:
    """Neither the program nor the cloud differs from the state."""
    assert not (found := engine.diff(resource, inputs)).changes, found.paths
    fresh = engine.refresh(resource)
    assert fresh is not None
    assert without_archives(fresh.inputs) == without_archives(resource.inputs)
    assert without_archives(fresh.state) == without_archives(resource.state)
    assert not engine.diff(fresh, inputs).changes


def test_every_type_has_a_case_with_a_life() -> None:
    """Each case updates or replaces, whichever its type can."""
    by_token: dict[str, list[Case]] = {}
    for case in CASES.values():
        by_token.setdefault(case.token, []).append(case)
    assert set(by_token) == set(TYPES)
    for token, cases in by_token.items():
        kind = TYPES[token]
        assert any(case.shows or case.outputs or case.replace or case.change for case in cases), token
        if kind.updates:
            assert any(case.change for case in cases), f"{token}: no case updates it"
        tagged = "tagsAll" in schema.of(token).outputs
        assert tagged == bool(kind.tags), f"{token}: the table says {'nothing' if tagged else 'something'} of tags"
        assert not tagged or any("tags" in case.inputs for case in cases), f"{token}: no case has tags"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.lives])
def test_life(name: str, engine: Engine, client: Client, world: World) -> None:
    case = CASES[name]
    inputs = world.filled(case.inputs)
    planned = engine.preview(case.token, name, inputs)
    resource = engine.create(case.token, name, inputs)
    try:
        live(case, inputs, planned, resource, engine, client, world)
    except BaseException:
        engine.delete(resource)
        raise


def live(
    case: Case, inputs: Props, planned: Props, resource: Resource, engine: Engine, client: Client, world: World
) -> None:
    # Created: AWS shows it, the preview was right, and nothing differs.
    assert_shows(client, case, resource, world.filled(case.shows))
    assert_planned(planned, resource)
    for output, pattern in case.outputs.items():
        assert re.fullmatch(pattern, str(resource.state[output])), (output, resource.state[output])
    assert_same(engine, resource, inputs)

    # Imported by its id: the same resource, nothing that makes a new one.
    if case.import_id:
        imported_id = Scope({**resource.state, "id": resource.id}).fill(case.import_id)
        imported = engine.adopt(case.token, resource.name, imported_id)
        assert imported is not None and imported.id == resource.id
        silent = {*TYPES[case.token].local, *(path.split(".")[0] for path in NOT_PROVEN.get(case.token, ()))}
        found_diff = engine.diff(imported, inputs)
        different = {path.split(".")[0].split("[")[0] for path in found_diff.paths}
        assert different & {*inputs} <= silent, found_diff.paths
        assert not found_diff.replaces or different <= silent, found_diff.replaces

    # Changed behind the back: a refresh sees it, an update mends it.
    if case.behind:
        service, operation, args = case.behind
        getattr(client(service), operation)(**Scope({**resource.state, "id": resource.id}).fill(args))
        found = engine.refresh(resource)
        assert found is not None
        assert engine.diff(found, inputs).changes, "the refresh did not see the change"
        resource = engine.update(found, inputs)
        assert_shows(client, case, resource, world.filled(case.shows))
        assert_same(engine, resource, inputs)

    # Tags: added, changed, removed, beside the default ones.
    if TYPES[case.token].tags and "tags" in inputs:
        inputs = {**inputs, "tags": {"a": "changed", "new": "tag"}}
        resource = engine.update(resource, inputs)
        assert resource.state["tags"] == inputs["tags"]
        assert resource.state["tagsAll"] == {**DEFAULT_TAGS, **inputs["tags"]}
        assert_same(engine, resource, inputs)

    # Updated in place.
    if case.change:
        inputs = merged(inputs, world.filled(case.change))
        found_diff = engine.diff(resource, inputs)
        assert found_diff.changes and not found_diff.replaces
        planned = engine.update(resource, inputs, preview=True).state
        before = resource
        resource = engine.update(resource, inputs)
        assert resource.id == before.id
        assert_planned(planned, resource)
        assert_shows(client, case, resource, world.filled(case.shows_changed))
        assert_same(engine, resource, inputs)

    # Replaced, each of these ways.
    for change in case.replace:
        found_diff = engine.diff(resource, merged(inputs, world.filled(change)))
        assert found_diff.replaces, f"{change} did not replace"

    # Deleted, and gone; deleting again is no error.
    engine.delete(resource)
    if not case.stays:
        assert not asked(client, case.ask, resource)
        assert engine.refresh(resource) is None
    engine.delete(resource)


def test_what_the_emulator_forgets_is_an_error_and_not_passed_over(engine: Engine, client: Client) -> None:
    inputs = {"cidrBlock": "10.60.0.0/16", "ipv6IpamPoolId": "ipam-pool-0123456789abcdef0"}
    with pytest.raises(CallError, match=r"ipv6IpamPoolId: the emulator does not keep it.*not_proven\.py") as caught:
        engine.create("aws:ec2/vpc:Vpc", "forgotten", inputs)
    kept = caught.value.kept
    assert kept is not None and kept.id in [row["VpcId"] for row in client("ec2").describe_vpcs()["Vpcs"]]
    engine.delete(kept)
