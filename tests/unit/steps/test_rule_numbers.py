"""Priorities for a preview environment's rules: free ones, in the order of the rules."""

from typing import Any

import boto3
import pytest

from infra.pure.routing import OF_PREVIEWS
from infra.steps.common import StepError
from infra.steps.rule_numbers import RuleNumbers

PROPS = {"region": "us-east-1", "listenerArn": "arn:listener", "rules": ["api", "page", "anchor"]}


class Balancer:
    def __init__(self, *taken: int) -> None:
        self.taken = taken

    def get_paginator(self, name: str) -> Any:
        assert name == "describe_rules"
        return self

    def paginate(self, **given: Any) -> list[dict[str, Any]]:
        assert given == {"ListenerArn": "arn:listener"}
        return [{"Rules": [{"Priority": "default"}]}, {"Rules": [{"Priority": str(number)} for number in self.taken]}]


def use(monkeypatch: pytest.MonkeyPatch, *taken: int) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: Balancer(*taken))


def test_they_are_free_and_rise_with_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    *taken, one, other, last = OF_PREVIEWS
    use(monkeypatch, *taken)
    made = RuleNumbers().create({**PROPS}).outs or {}
    assert made["numbers"] == {"api": one, "page": other, "anchor": last}


def test_other_rules_get_none_of_the_numbers_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = OF_PREVIEWS[:3]
    use(monkeypatch, first, second, third)
    more = {**PROPS, "rules": ["long", "api", "page", "anchor"]}
    numbers = (RuleNumbers().update("id", {**PROPS}, more).outs or {})["numbers"]
    assert list(numbers) == more["rules"] and list(numbers.values()) == sorted(numbers.values())
    assert set(numbers.values()).isdisjoint({first, second, third})


def test_a_full_load_balancer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, *OF_PREVIEWS[2:])
    with pytest.raises(StepError, match="no room for the rules of one more preview environment; remove another"):
        RuleNumbers().create({**PROPS})
