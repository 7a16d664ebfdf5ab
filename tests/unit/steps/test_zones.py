"""Which zone holds a domain, and what is said where none or several do."""

from typing import Any

import pytest

from infra.steps import zones
from infra.steps.common import StepError
from infra.steps.zones import Zone, holding


class FakeRoute53:
    def __init__(self, *rows: tuple[str, str, bool]) -> None:
        self.rows = rows

    def get_paginator(self, operation: str) -> "FakeRoute53":
        assert operation == "list_hosted_zones"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [
            {"HostedZones": [{"Id": f"/hostedzone/{id_}", "Name": f"{name}.", "Config": {"PrivateZone": private}}]}
            for id_, name, private in self.rows
        ]


def found(monkeypatch: pytest.MonkeyPatch, *rows: tuple[str, str, bool]) -> Zone:
    monkeypatch.setattr(zones, "aws_client", lambda service, region: FakeRoute53(*rows))
    return holding("eu-central-1", "shop.example.com")


def test_it_is_the_public_one_with_the_longest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("Z1", "example.com", False), ("Z2", "shop.example.com", True), ("Z3", "op.example.com", False)]
    assert found(monkeypatch, *rows) == Zone(id="Z1", name="example.com")
    assert found(monkeypatch, *rows, ("Z4", "shop.example.com", False)).id == "Z4"


def test_without_one_the_zones_that_are_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StepError, match=r"no Route 53 zone holds shop\.example\.com: this account has other\.org\."):
        found(monkeypatch, ("Z1", "other.org", False))
    with pytest.raises(StepError, match="this account has none"):
        found(monkeypatch)


def test_two_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StepError, match=r"2 Route 53 zones are called example\.com \(Z1, Z2\)"):
        found(monkeypatch, ("Z1", "example.com", False), ("Z2", "example.com", False))
