"""The stacks' files: whether they are YAML, since Pulumi's own message about that names neither file nor column, and
those of preview environments."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, STACK

if TYPE_CHECKING:
    import yaml

FILES = ("Pulumi.yaml", f"Pulumi.{STACK}.yaml")
# Of a base's file: how its state's secrets are encrypted. A preview's state is like it.
ENCRYPTION = ("encryptionsalt", "encryptedkey", "secretsprovider")


def name_of(stack: str) -> str:
    return f"Pulumi.{stack}.yaml"


def write_preview(stack: str, base: str, project: str, root: Path = ROOT) -> None:
    """The file of a preview environment, unless it is there: its settings are its base's, and it may change any."""
    import yaml

    file = root / name_of(stack)
    if file.exists():
        return
    found = yaml.safe_load((root / name_of(base)).read_bytes())
    ours = {key: value for key, value in found["config"].items() if key.startswith("pulumi:")}
    of_state = {key: found[key] for key in ENCRYPTION if key in found}
    made = {**of_state, "config": {**ours, f"{project}:preview": {"base": base}}}
    file.write_text(yaml.safe_dump(made, sort_keys=False))


def secrets_provider(stack: str, root: Path = ROOT) -> str | None:
    """What encrypts the secrets in the stack's state; None for a passphrase, and where Pulumi's service does it."""
    import yaml

    found: str | None = yaml.safe_load((root / name_of(stack)).read_bytes()).get("secretsprovider")
    return found


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
