"""What `make env` prints: a shell script that leads pulumi and aws to this local cloud, and a way back."""

import shlex
from collections.abc import Mapping

from localcloud.environment import leading, without_proxy
from localcloud.errors import LocalCloudError
from localcloud.place import Place

MARK = "LOCALCLOUD"  # holds the port
OFF = "localcloud_off"
# Version 1 of the AWS CLI asks RDS and SQS at addresses of its own, whatever the variables say. A user's alias stays.
AWS = """alias aws >/dev/null 2>&1 || eval 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }'"""


def script(place: Place, shell: Mapping[str, str]) -> str:
    """For a shell with these variables."""
    own = place.pulumi_environment | without_proxy(shell) | {MARK: str(place.port)}
    gone = [name for name in leading(shell) if name not in own]
    if shell.get(MARK) == own[MARK]:  # the way back is known, and NO_PROXY is complete
        return "\n".join(map(export, place.pulumi_environment.items()))
    if MARK in shell:
        raise LocalCloudError(f"env: this shell works on the local cloud of port {shell[MARK]}; run `{OFF}` first")
    prompt = f"(local:{place.port}) "
    before = [export((name, shell[name])) if name in shell else f"unset {name}" for name in (*own, *gone)]
    return "\n".join(
        [
            *map(export, own.items()),
            *(f"unset {name}" for name in gone),
            f"PS1={shlex.quote(prompt)}${{PS1-}}",
            AWS,
            f"{OFF}() {{",
            *before,
            f"PS1=${{PS1#{shlex.quote(prompt)}}}",
            "unset -f aws 2>/dev/null || :",
            f"unset -f {OFF}",
            "}",
        ]
    )


def export(variable: tuple[str, str]) -> str:
    return f"export {variable[0]}={shlex.quote(variable[1])}"
