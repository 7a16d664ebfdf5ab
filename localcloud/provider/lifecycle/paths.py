"""The paths at which values differ (`a.b[0].c`, `tags["x.y"]`), as Pulumi writes them."""

import re
from collections.abc import Mapping
from typing import Any

INDEX = re.compile(r'\["[^"]*"\]|\[\d+\]')
STEP = re.compile(r'\["([^"]*)"\]|\[(\d+)\]|([^.\[]+)')


def join(path: str, key: str) -> str:
    """The path of a map's entry. A key that is no plain word stands in brackets."""
    part = key if re.fullmatch(r"\w+", key) else f'["{key}"]'
    return f"{path}{part}" if not path or part.startswith("[") else f"{path}.{part}"


def plain_path(path: str) -> str:
    """`a[0].b` as the table writes it: `a.b`."""
    return INDEX.sub("", path)


def top(path: str) -> str:
    """The property in which the path begins."""
    return path.split(".")[0].split("[")[0]


def value_at(values: Any, path: str) -> Any:
    """The value at a path, or None."""
    for key, index, word in STEP.findall(path):
        if index:
            values = values[int(index)] if isinstance(values, list) and int(index) < len(values) else None
        else:
            values = values.get(key or word) if isinstance(values, Mapping) else None
    return values
