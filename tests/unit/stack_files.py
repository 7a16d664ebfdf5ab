"""The project's own stack files."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from infra.config.load import APP_FILE, app_settings, parse
from infra.config.stack import StackConfig
from infra.pure.paths import ROOT

PROJECT = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["name"]
STACKS = ("local", "dev", "prod")


def stack_file(stack: str) -> dict[str, str]:
    """A stack's configuration as Pulumi hands it over: objects and lists as JSON, all else as text."""
    return raw_of(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"])


def raw_of(config: Mapping[str, Any]) -> dict[str, str]:
    return {key: json.dumps(value) if isinstance(value, dict | list) else str(value) for key, value in config.items()}


def filled_in(stack: str) -> dict[str, str]:
    """The file as it is once somebody has put the own address in place of the placeholder."""
    found = stack_file(stack)
    mail = json.loads(found[f"{PROJECT}:mail"])
    if "mailboxPath" not in mail:
        mail["address"] = "somebody@a-company.dev"
    return {**found, f"{PROJECT}:mail": json.dumps(mail)}


def stack_config(stack: str) -> StackConfig:
    return parse(filled_in(stack), namespace=PROJECT, app=app_settings(APP_FILE))
