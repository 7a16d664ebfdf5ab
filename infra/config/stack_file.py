"""A stack's file, as commands read it that run without Pulumi."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.config.load import APP_FILE, ConfigError, app_settings, over, section_in
from infra.config.preview import settings_on
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
    """What it says about this project, unchecked, without the project's name before the keys.

    For a preview environment with what its base's file says.
    """
    return with_base(written(stack))


def with_base(own: dict[str, Any]) -> dict[str, Any]:
    """The settings of a preview environment, with those of its base below them; all others as they are."""
    preview = own.get("preview")
    if not isinstance(preview, Mapping) or not isinstance(preview.get("base"), str):
        return own
    base = written(preview["base"])
    if "preview" in base:
        raise ConfigError("preview.base: must be a stack of its own, and is a preview itself; write its base")
    settings: dict[str, Any] = {}
    for one in (*settings_on(base, app_settings(APP_FILE)), own):
        settings = over(settings, one)
    return settings


def written(stack: str) -> dict[str, Any]:
    """What the one file says."""
    prefix = f"{project()}:"
    file = file_of(stack)
    own = section_in(file.read_bytes(), file.name).get("config") or {}
    return {key.removeprefix(prefix): value for key, value in own.items() if key.startswith(prefix)}
