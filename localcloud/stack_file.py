"""Whether the stack's files are YAML: Pulumi's own message about that names neither the file nor the column."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, STACK

if TYPE_CHECKING:
    import yaml

FILES = ("Pulumi.yaml", f"Pulumi.{STACK}.yaml")


def check(root: Path = ROOT) -> None:
    """Fail with the first problem of each file, before anything is started."""
    problems = [f"{name}:{found}" for name in FILES if (found := problem(root / name))]
    if problems:
        raise LocalCloudError("\n  ".join(["these files must be YAML, nothing was changed:", *problems]))


def problem(file: Path) -> str | None:
    """`line:column: what is wrong`, both counted from 1."""
    import yaml  # imported here: only `up` and `down` need it

    if not file.exists():
        return None
    try:
        root = yaml.compose(file.read_bytes(), Loader=yaml.CSafeLoader)
        return next(twice(root), None) if root else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        begin = error.context_mark
        context = f"{error.context} that begins in line {begin.line + 1}" if begin else error.context
        text = ", ".join(filter(None, [context, error.problem]))
        return f"{place(mark)}: {text}" if mark else text
    except yaml.YAMLError as error:  # bytes that are no text
        return f" {' '.join(str(error).split())}"


def place(mark: "yaml.Mark") -> str:
    return f"{mark.line + 1}:{mark.column + 1}"


def twice(node: "yaml.Node") -> Iterator[str]:
    """Keys that a mapping has twice: Pulumi refuses them, and Python's YAML takes the last."""
    import yaml

    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from twice(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"{place(key.start_mark)}: the key {key.value} is there twice"
            seen.add(str(key.value))
            yield from twice(value)
