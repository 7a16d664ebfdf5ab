"""The project's own stack files."""

import json

import yaml

from infra.config.load import parse
from infra.config.sections import StackConfig
from infra.pure.paths import ROOT

PROJECT = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["name"]
STACKS = ("local", "dev", "prod")


def stack_file(stack: str) -> dict[str, str]:
    """A stack's configuration as Pulumi hands it over: objects and lists as JSON, all else as text."""
    raw = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key: json.dumps(value) if isinstance(value, dict | list) else str(value) for key, value in raw.items()}


def stack_config(stack: str) -> StackConfig:
    return parse(stack_file(stack), namespace=PROJECT)
