"""Each kind of rule: what it refuses, what it takes, and when it asks the cloud."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from hypothesis import given
from hypothesis import strategies as st

from localcloud.provider.definition.rules import (
    AtLeastOne,
    Between,
    Case,
    Cidr,
    Document,
    ExactlyOne,
    Exists,
    Matches,
    Needed,
    OneOf,
    Rule,
    Says,
    cidr_problem,
    is_public_key,
)
from localcloud.provider.values import Props
from tests.provider.pure.scripted import ScriptedCloud, refused


def case(inputs: Props, given: set[str] | None = None, old: Props | None = None, cloud: Any = None) -> Case:
    return Case(cloud or ScriptedCloud(), inputs, frozenset({*inputs, *(given or ())}), old or {})


def judged(rule: Rule, inputs: Props, *given: str) -> list[tuple[str, str]]:
    return list(rule.problems(case(inputs, {*given})))


def test_values_are_found_through_lists_at_every_level() -> None:
    rows = {"a": [{"b": [1, 2]}, {"b": 3}, {"c": 4}, {"b": None}, "text"], "x": 0}
    assert case(rows).values("a.b") == [1, 2, 3]
    assert case(rows).values("x") == [0]
    assert case(rows).values("x.y") == case(rows).values("none") == []


def test_a_value_is_new_where_it_differs_from_the_old_one() -> None:
    found = case({"a": {"b": 1}, "c": 2}, old={"a": {"b": 1}, "c": 3})
    assert not found.is_new("a.b") and found.is_new("c") and not found.is_new("none")


def test_a_text_has_to_match_as_a_whole() -> None:
    rule = Matches("a.n", "[a-z]+", "letters")
    assert judged(rule, {"a": [{"n": "ok"}, {"n": "ok1"}, {"n": 7}]}) == [
        ("a.n", "must be letters, got 'ok1'"),
        ("a.n", "must be letters, got 7"),
    ]
    assert judged(rule, {}) == []


def test_one_of_some() -> None:
    assert judged(OneOf("a", (1, 2)), {"a": [1, 3]}) == [("a", "must be one of 1, 2, got 3")]


@given(st.floats(-9, 9))
def test_a_number_lies_between_both_ends_which_are_allowed(value: float) -> None:
    assert bool(judged(Between("a", -2, 5), {"a": value})) == (value < -2 or value > 5)


def test_the_ends_of_a_range_are_allowed_and_named() -> None:
    assert judged(Between("a", -2, 5), {"a": [-2, 5, "5"]}) == []
    assert judged(Between("a", -2, 5.5), {"a": "6"}) == [("a", "must be -2 to 5.5, got '6'")]


@pytest.mark.parametrize(
    ("given", "needed", "reason"),
    [
        ((), True, "exactly one of a, b, c, got none"),
        (("a",), True, ""),
        (("c", "z"), True, ""),
        (("a", "c"), True, "exactly one of a, b, c, got a, c"),
        ((), False, ""),
        (("b", "c"), False, "exactly one of a, b, c, got b, c"),
    ],
)
def test_exactly_one_counts_what_is_given_known_or_not(given: tuple[str, ...], needed: bool, reason: str) -> None:
    assert judged(ExactlyOne(("a", "b", "c"), needed), {}, *given) == ([("a", reason)] if reason else [])
    assert judged(ExactlyOne(("a",)), {}) != []


def test_at_least_one_counts_what_is_given_known_or_not() -> None:
    rule = AtLeastOne(("a", "b"))
    assert judged(rule, {"c": 1}) == [("a", "at least one of a, b is required, got none")]
    assert judged(rule, {"a": 1}) == judged(rule, {}, "b") == judged(rule, {"a": 1}, "b") == []


def test_needed_is_said_only_where_it_is_not_given() -> None:
    rule = Needed("a", lambda inputs: inputs.get("b") == 1)
    assert judged(rule, {"b": 1}) == [("a", "is required here, got nothing; give it a value")]
    assert judged(rule, {"b": 2}) == judged(rule, {"b": 1}, "a") == []
    assert judged(Needed("a"), {}) != []


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_range_is_right_where_it_names_its_first_address(address: Any, length: int) -> None:
    host = int(address) & ((1 << (32 - length)) - 1)
    assert bool(cidr_problem(f"{address}/{length}", 0, 32)) == (host != 0)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("10.0.0.0/16", ""),
        ("10.0.0.0/28", ""),
        ("10.0.0.0/15", "must be /16 to /28, got '10.0.0.0/15'"),
        ("10.0.0.0/29", "must be /16 to /28, got '10.0.0.0/29'"),
        ("10.0.0.1/16", "must be the first address of its range, got '10.0.0.1/16'; write 10.0.0.0/16"),
        ("10.0.0.0", "must say its length, got '10.0.0.0'; write 10.0.0.0/32"),
        ("banana", "must be an IPv4 range such as 10.0.0.0/16, got 'banana'"),
        ("::/0", "must be an IPv4 range such as 10.0.0.0/16, got '::/0'"),
    ],
)
def test_a_cidr_is_judged_in_words(value: str, reason: str) -> None:
    assert judged(Cidr("a", 16, 28), {"a": value}) == ([("a", reason)] if reason else [])
    assert judged(Cidr("a"), {"a": ["0.0.0.0/0", "10.0.0.1/32"]}) == []


NO_STATEMENT = "must be a policy with a Statement, got none; write {'Version': '2012-10-17', 'Statement': [...]}"
STATEMENT = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"Statement": STATEMENT}, ""),
        ({"Statement": [STATEMENT, {**STATEMENT, "Effect": "Deny"}], "Version": "2012-10-17"}, ""),
        ({"Statement": STATEMENT, "Version": "2008-10-17"}, ""),
        ({"Statement": {"Effect": "Deny", "NotAction": "s3:*"}}, ""),
        ({"Statement": []}, NO_STATEMENT),
        ({}, NO_STATEMENT),
        ({"Statement": STATEMENT, "Version": "2020-01-01"}, "Version must be 2012-10-17, got '2020-01-01'"),
        ({"Statement": [STATEMENT, "text"]}, "every Statement needs Effect Allow or Deny, got 'text'"),
        (
            {"Statement": [STATEMENT, {"Effect": "Maybe", "Action": "*"}]},
            "every Statement needs Effect Allow or Deny, got {'Effect': 'Maybe', 'Action': '*'}",
        ),
        ({"Statement": [STATEMENT, {"Effect": "Allow"}]}, "every Statement needs an Action, got {'Effect': 'Allow'}"),
        ([], "must be a JSON object, got '[]'"),
    ],
)
def test_a_policy_has_to_be_one_that_iam_takes(document: Any, reason: str) -> None:
    assert judged(Document("a"), {"a": json.dumps(document)}) == ([("a", reason)] if reason else [])


def test_a_document_is_json_of_its_kind_and_size() -> None:
    assert "must be JSON, got '{'" in judged(Document("a"), {"a": "{"})[0][1]
    assert judged(Document("a", policy=False), {"a": '{"any": "thing"}'}) == []
    assert judged(Document("a", policy=False, kind=list), {"a": "{}"}) == [("a", "must be a JSON list, got '{}'")]
    assert judged(Document("a", policy=False, kind=list), {"a": "[]"}) == []
    assert judged(Document("a", policy=False, limit=9), {"a": ' { "a" : "b" } '}) == []  # 9 characters and spaces
    assert judged(Document("a", policy=False, limit=8), {"a": '{"a": "b"}'}) == [
        ("a", "must be at most 8 characters without white space, got 9")
    ]
    assert judged(Document("a"), {"a": json.dumps(["x" * 99])}) == [
        ("a", f"must be a JSON object, got '[\"{'x' * 58}'")
    ]
    long = "x" * 100
    assert judged(Document("a"), {"a": long})[0][1].startswith(f"must be JSON, got '{'x' * 60}': ")


GROUP = Exists(
    "rows.group", "a group", "ec2", "describe_security_groups", {"GroupIds": ["{value}"]}, "SecurityGroups[0].GroupId"
)


def groups(*ids: str) -> ScriptedCloud:
    def describe(GroupIds: list[str]) -> Any:  # noqa: N803 - AWS's name
        if GroupIds[0] == "sg-strange":
            raise refused("AccessDenied")
        return {"SecurityGroups": [{"GroupId": one} for one in GroupIds if one in ids]}

    return ScriptedCloud(describe_security_groups=describe)


def test_what_is_named_has_to_be_there() -> None:
    cloud = groups("sg-1")
    inputs = {"rows": [{"group": "sg-1"}, {"group": "sg-2"}, {"group": "sg-strange"}]}
    found = list(GROUP.problems(case(inputs, cloud=cloud)))
    assert [path for path, _ in found] == ["rows.group"] * 2
    assert found[0][1] == ("must name a group that exists, got 'sg-2'; if it was deleted, run `pulumi refresh` first")
    assert GROUP.operations == ("describe_security_groups",)


def test_a_name_that_was_checked_when_it_was_new_is_not_asked_again() -> None:
    cloud = groups()
    inputs = {"rows": [{"group": "sg-1"}]}
    assert list(GROUP.problems(case(inputs, old=inputs, cloud=cloud))) == [] and cloud.calls == []
    assert list(GROUP.problems(case(inputs, old={"rows": []}, cloud=cloud))) != []


def test_what_the_question_needs_and_is_not_known_yet_is_passed_over() -> None:
    rule = Exists("a", "a thing", "ecs", "describe_clusters", {"clusters": ["{cluster}"]}, "clusters[?x=='{other}']")
    cloud = ScriptedCloud(describe_clusters=lambda **_: {"clusters": []})
    assert list(rule.problems(case({"a": "x", "cluster": "c"}, cloud=cloud))) == []
    assert list(rule.problems(case({"a": "x", "cluster": "c", "other": "o"}, cloud=cloud))) != []


def test_a_value_that_the_api_cannot_even_be_asked_about_is_not_there() -> None:
    def refuse(**_: Any) -> Any:
        raise ParamValidationError(report="no")

    assert list(GROUP.problems(case({"rows": [{"group": "x"}]}, cloud=ScriptedCloud(describe_security_groups=refuse))))


def test_a_role_may_be_named_by_its_arn() -> None:
    rule = Exists("role", "a role", "iam", "get_role", {"RoleName": "{name}"}, "Role.RoleName")
    cloud = ScriptedCloud(get_role=lambda **given: {"Role": given})
    assert list(rule.problems(case({"role": "arn:aws:iam::1:role/path/mine"}, cloud=cloud))) == []
    assert cloud.named("get_role") == [{"RoleName": "mine"}]
    whole = Exists("role", "a role", "iam", "get_role", {"RoleName": "{name}"})  # any answer will do
    assert list(whole.problems(case({"role": "mine"}, cloud=cloud))) == []


def test_a_rule_of_a_types_own_is_asked_where_there_is_a_value() -> None:
    asked = []

    def judge(found: Case, value: Any) -> str:
        asked.append(value)
        return "is wrong" if value else ""

    rule = Says("a.b", judge)
    assert judged(rule, {"a": {"b": 1}}) == [("a.b", "is wrong")]
    assert judged(rule, {"a": {"b": 0}}) == judged(rule, {"a": {}}) == []
    assert asked == [1, 0]


def key(kind: str, inner: str | None = None) -> str:
    name = (inner or kind).encode()
    blob = len(name).to_bytes(4, "big") + name + b"\0\0\0\x20" + bytes(32)
    return f"{kind} {base64.b64encode(blob).decode()}"


def test_public_keys_are_told_from_what_looks_like_them() -> None:
    assert is_public_key(key("ssh-ed25519")) and is_public_key(key("ssh-rsa") + " me@here")
    assert not is_public_key(key("ssh-dss")) and not is_public_key(key("ssh-rsa", "ssh-ed25519"))
    assert not is_public_key("ssh-rsa") and not is_public_key("ssh-rsa !!!") and not is_public_key("")
