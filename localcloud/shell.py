"""What `make env` prints: a shell script that leads pulumi and aws to this local cloud, and a way back."""

import shlex
from collections.abc import Mapping

from localcloud.environment import leading, without_proxy
from localcloud.errors import LocalCloudError
from localcloud.place import Place

MARK = "LOCALCLOUD"  # holds the port
OFF = "localcloud_off"
# pip's aws (version 1) has addresses of its own for RDS and SQS, unless told to leave them.
AWS_VERSION_1 = {"BOTO_DISABLE_COMMONNAME": "true"}


def script(place: Place, shell: Mapping[str, str]) -> str:
    """For a shell with these variables."""
    own = place.pulumi_environment | AWS_VERSION_1 | without_proxy(shell) | {MARK: str(place.port)}
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
            f"{OFF}() {{",
            *before,
            f"PS1=${{PS1#{shlex.quote(prompt)}}}",
            f"unset -f {OFF}",
            "}",
        ]
    )


def export(variable: tuple[str, str]) -> str:
    return f"export {variable[0]}={shlex.quote(variable[1])}"
