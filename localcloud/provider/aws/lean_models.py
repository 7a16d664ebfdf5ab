"""botocore's service models without what the provider never uses: 72 MB of memory instead of 111 MB.

(Measured with the 14 clients that the table needs, `aws/memory.py` at work. EC2's model alone would take 25 MB.)

A model is one JSON text. Its parts are found first and read afterwards, those alone that are needed: reading all and
dropping most would leave the process as large as if it had kept them.
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.loaders import JSONFileLoader, Loader

SPACE = re.compile(r"[\s,:]*")
DECODER = json.JSONDecoder()
Span = tuple[int, int]


def members(text: str, start: int) -> Iterator[tuple[str, Span]]:
    """The keys of the JSON object at `start`, and where their values stand."""
    place = start + 1
    while True:
        place = skip(text, place)
        if text[place] == "}":
            return
        key, place = DECODER.raw_decode(text, place)
        value = skip(text, place)
        _, place = DECODER.raw_decode(text, value)
        yield key, (value, place)


def skip(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place


def read(text: str, span: Span) -> Any:
    return without_documentation(json.loads(text[slice(*span)]))


def without_documentation(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_documentation(item) for key, item in value.items() if key != "documentation"}
    if isinstance(value, list):
        return [without_documentation(item) for item in value]
    return value


def references(shape: Any) -> set[str]:
    """The names of the shapes that a part of the model refers to."""
    if isinstance(shape, dict):
        own = {shape["shape"]} if isinstance(shape.get("shape"), str) else set()
        return own.union(*(references(item) for item in shape.values()))
    if isinstance(shape, list):
        return set().union(*(references(item) for item in shape))
    return set()


def lean_model(text: str, operations: frozenset[str]) -> dict[str, Any]:
    """The service model in `text`, with the named operations and the shapes that they need."""
    parts = dict(top_level(text))
    shapes = dict(members(text, parts["shapes"][0]))
    model = {
        key: read(text, span) for key, span in parts.items() if key not in ("shapes", "operations", "documentation")
    }
    model["operations"] = {
        name: read(text, span) for name, span in members(text, parts["operations"][0]) if xform_name(name) in operations
    }
    model["shapes"] = {}
    wanted = references(model["operations"])
    while wanted:
        name = wanted.pop()
        if name not in model["shapes"]:
            model["shapes"][name] = read(text, shapes[name])
            wanted |= references(model["shapes"][name])
    for parameter in model.get("clientContextParams", {}).values():
        parameter["documentation"] = ""  # botocore reads this one
    return model


def top_level(text: str) -> Iterator[tuple[str, Span]]:
    return members(text, skip(text, 0))


class LeanFileLoader(JSONFileLoader):
    """Reads botocore's data files, service models with the named operations alone."""

    def __init__(self, operations: frozenset[str]) -> None:
        self._operations = operations

    def load_file(self, file_path: str) -> Any:
        for path in (Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")):
            if path.is_file():
                data = path.read_bytes()
                text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
                return (
                    lean_model(text, self._operations) if path.name.startswith("service-2.json") else json.loads(text)
                )
        return None


class LeanLoader(Loader):
    """botocore's loader of data files on the lean one; `operations` are named as boto3 names them."""

    def __init__(self, operations: Iterable[str]) -> None:
        super().__init__(file_loader=LeanFileLoader(frozenset(operations)))

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        model = super().load_service_model(service_name, type_name, api_version)
        if type_name == "service-2":
            # botocore adds members of its own to some shapes, also to those that were left out.
            model["shapes"] = {name: shape for name, shape in model["shapes"].items() if "type" in shape}
        return model
