"""The configuration that is planned with."""

from collections.abc import Mapping
from typing import Any

from infra.config.load import APP_FILE, app_settings, checked, over
from infra.config.stack import StackConfig
from infra.config.stack_file import own_settings

# It costs nothing, and the example's own placeholder is refused.
ADDRESS = {"mail": {"address": "somebody@a-company.dev"}}


def planned(stack: str, changes: Mapping[str, Any] | None = None) -> StackConfig:
    """What the files say, with `changes` in its place; raises ConfigError with all that is wrong."""
    own = over(over(own_settings(stack), ADDRESS), changes or {})
    return checked(own, app=app_settings(APP_FILE))
