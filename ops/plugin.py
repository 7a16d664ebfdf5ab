"""AWS's session-manager-plugin, which speaks the protocol of Session Manager: for tunnels and shells."""

import json
import os
import shutil
from collections.abc import Mapping
from typing import Any

from ops.errors import OperationError

PLUGIN = "session-manager-plugin"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html
INSTALL = "install it as docs/operations.md says (“Ask the database”)"
# Where the plugin finds what opens the session, so that its token is in no list of processes.
RESPONSE = "AWS_SSM_START_SESSION_RESPONSE"


def need(purpose: str) -> None:
    """Fail where it is not installed. `purpose`: what it does, in words."""
    if not shutil.which(PLUGIN):
        raise OperationError(f"{PLUGIN}: not found on PATH, and it {purpose}; {INSTALL}")


def command(asked: Mapping[str, Any], region: str) -> list[str]:
    """Its words. `asked`: what the session was asked for, with the `Target`."""
    return [PLUGIN, RESPONSE, region, "StartSession", "", json.dumps(asked), f"https://ssm.{region}.amazonaws.com"]


def environment(session: Mapping[str, Any]) -> dict[str, str]:
    """Its variables. `session`: what AWS answered, whose keys begin with a small letter where ECS did."""
    told = {key[0].upper() + key[1:]: value for key, value in session.items()}
    return {**os.environ, RESPONSE: json.dumps({key: told[key] for key in ("SessionId", "TokenValue", "StreamUrl")})}
