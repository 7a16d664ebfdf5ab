"""A stack's file, as commands read it that run without Pulumi."""

from pathlib import Path
from typing import Any

import yaml

from infra.config.load import ConfigError, section_in
from infra.pure.paths import ROOT


def project() -> str:
    name: str = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["name"]
    return name


def file_of(stack: str) -> Path:
    """Raises ConfigError where there is none."""
    file = ROOT / f"Pulumi.{stack}.yaml"
    if not file.exists():
        known = sorted(one.name.split(".")[1] for one in ROOT.glob("Pulumi.*.yaml"))
        raise ConfigError(f"STACK: must be a stack with a file, got {stack!r}; known are {', '.join(known)}")
    return file


def own_settings(stack: str) -> dict[str, Any]:
    """What it says about this project, unchecked, without the project's name before the keys."""
    prefix = f"{project()}:"
    file = file_of(stack)
    own = section_in(file.read_bytes(), file.name).get("config") or {}
    return {key.removeprefix(prefix): value for key, value in own.items() if key.startswith(prefix)}
