"""What an error of the configuration advises is written into the file, and then that error is gone."""

import copy
import re
from typing import Any

import pytest
import yaml

from infra.config.load import ConfigError
from tests.unit.config.test_load import VALID, WRONG, parse

WRITE = re.compile(r"^(?P<path>[\w.]+): .*; write (?:for example |one of )?(?P<value>[^;]+?)(?: or less.*| or more)?$")
RENAME = re.compile(r"^(?P<path>[\w.]+): .*; did you mean (?P<name>.+)\?$")


def told(changes: dict[str, Any]) -> list[str]:
    try:
        parse(**changes)
    except ConfigError as error:
        return str(error).splitlines()
    return []


def written(changes: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """The changes with another value at the path; what is not changed yet comes from the valid file."""
    made = {path[0]: copy.deepcopy(VALID.get(path[0], {})), **copy.deepcopy(changes)}
    place: Any = made
    for key in path[:-1]:
        place[key] = place[key] if isinstance(place.get(key), dict) else {}
        place = place[key]
    place[path[-1]] = value
    return made


def followed(changes: dict[str, Any], line: str) -> dict[str, Any] | None:
    """The changes after the advice in a line; None where it is not one value or one name."""
    if found := RENAME.match(line):
        path = found["path"].split(".")
        if not line.startswith(f"{found['path']}: is not a known key"):
            return written(changes, path, found["name"])
        made = copy.deepcopy(changes)
        place: Any = made
        for key in path[:-1]:
            place = place[key]
        place[found["name"]] = place.pop(path[-1])
        return made
    if (found := WRITE.match(line)) and "…" not in line and " your own" not in line:
        value = yaml.safe_load(found["value"].removeprefix("(").split(", ")[0] if "one of" in line else found["value"])
        return written(changes, found["path"].split("."), value)
    return None


ADVICE = [(changes, line) for changes, _ in WRONG for line in told(changes) if followed(changes, line) is not None]


@pytest.mark.parametrize(("changes", "line"), ADVICE, ids=[line[:70] for _, line in ADVICE])
def test_what_an_error_advises_to_write_ends_that_error(changes: dict[str, Any], line: str) -> None:
    made = followed(changes, line)
    assert made is not None
    left, rule = told(made), line.split(", got")[0].split(";")[0]
    assert not [other for other in left if other.startswith(rule)], left


def test_most_errors_have_advice_that_can_be_tried_here() -> None:
    assert len(ADVICE) > 40
