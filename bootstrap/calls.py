"""Writes actions.json: what a deployment asks of AWS. `python -m bootstrap.calls [--check | --write]`.

From four sources:
- provider_calls.json: what the official provider was seen to call. It lists what it was not seen to do (most updates).
- the table of the laptop's provider, for the types that the program uses: updates and tags too.
- the code of the program's own steps, and of the commands that workflows run.
- `BESIDE`: what no call shows, each with its reason.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

from bootstrap.actions import BESIDE, iam, is_reading
from infra.pure.paths import ROOT
from localcloud.provider.types import TYPES, calls

FILE = Path(__file__).parent / "actions.json"
PROVIDER_CALLS = Path(__file__).parent / "provider_calls.json"
# The commands that workflows run, which only look; the others are for people, who have rights of their own.
COMMANDS = ("doctor", "status")
Calls = set[tuple[str, str]]  # boto3's name of a service, and the operation


@cache
def operations(service: str) -> Mapping[str, str]:
    """boto3's name of each operation of a service, with AWS's own."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def trees(files: list[Path]) -> list[ast.AST]:
    return [ast.parse(file.read_text()) for file in files]


def used_types(program: list[ast.AST]) -> set[str]:
    """`aws.s3.Bucket(…)` anywhere in the program, as the token `aws:s3/bucket:Bucket`."""
    found = set()
    for node in (node for tree in program for node in ast.walk(tree)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="aws"), attr=package), attr=name)):
                if name[0].isupper() and not name.endswith("Args"):
                    found.add(f"aws:{package.rstrip('_')}/{name[0].lower()}{name[1:]}:{name}")
    return found


def of_provider(tokens: set[str]) -> Calls:
    seen = json.loads(PROVIDER_CALLS.read_text())["calls"]
    found = {(service, operation) for service, all_ in seen.items() for operation in all_}
    for kind in (TYPES[token] for token in tokens):
        # A handler may also call another service, which its own type then has.
        known = operations(kind.service)
        found |= {(kind.service, known[name]) for name in calls(kind) if name in known}
    return found


def of_code(code: list[ast.AST]) -> Calls:
    """Operations by the names of methods, of each service that the code makes a client of."""
    services = {name for tree in code for name in clients(tree)}
    named = {name for tree in code for name in methods(tree)}
    return {(service, operations(service)[name]) for service in services for name in named & operations(service).keys()}


def clients(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="aws_client") | ast.Attribute(attr="client"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name


def methods(tree: ast.AST) -> Iterator[str]:
    """Also of one that is handed on, to be called elsewhere."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="get_paginator"), args=[ast.Constant(value=str(name))]):
                yield name
            case ast.Attribute(attr=name):
                yield name


def imported(names: Iterable[str]) -> set[str]:
    """Modules of ops, and those that they import there."""
    found: set[str] = set()
    wanted = list(names)
    while wanted:
        if (name := wanted.pop()) not in found:
            found.add(name)
            text = (ROOT / f"ops/{name}.py").read_text()
            wanted += re.findall(r"^from ops\.(\w+) import", text, re.MULTILINE)
            wanted += re.findall(r"\w+", " ".join(re.findall(r"^from ops import (.+)", text, re.MULTILINE)))
    return found


def actions() -> dict[str, list[str]]:
    """By service: what a deployment, or a command of a workflow, may ask for."""
    program = trees(sorted((ROOT / "infra").rglob("*.py")))
    commands = of_code(trees([ROOT / f"ops/{name}.py" for name in sorted(imported(COMMANDS))]))
    found = {action for call in of_provider(used_types(program)) | of_code(program) for action in iam(*call)}
    found |= {action for call in commands for action in iam(*call) if is_reading(action)}
    found |= {action for all_ in BESIDE.values() for action in all_}
    # Everybody may ask who he is.
    services = sorted({one.partition(":")[0] for one in found} - {"sts"})
    return {name: sorted(one.partition(":")[2] for one in found if one.startswith(f"{name}:")) for name in services}


def text() -> str:
    return json.dumps(actions(), indent=1) + "\n"


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        FILE.write_text(text())
        return 0
    if arguments == ["--check"]:
        if FILE.read_text() == text():
            return 0
        print(
            f"{FILE.relative_to(ROOT)}: the program asks AWS for other things than this file lets it", file=sys.stderr
        )
        return 1
    print(text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
