"""What the creator of a container asked for."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.engine.images import Image


@dataclass(kw_only=True)
class Spec:
    """The body of the create call, completed by the image's config where the body says nothing."""

    name: str
    image: Image
    image_name: str
    body: Mapping[str, Any]

    @property
    def workdir(self) -> str:
        return str(self.image.config["WorkingDir"])

    @property
    def argv(self) -> list[str]:
        given = self.body.get("Entrypoint") or None
        entrypoint = given if given is not None else self.image.config["Entrypoint"]
        command = self.body.get("Cmd") or (None if given is not None else self.image.config["Cmd"])
        return [*(entrypoint or []), *(command or [])]

    @property
    def env(self) -> dict[str, str]:
        """The creator's variables only."""
        return {entry.partition("=")[0]: entry.partition("=")[2] for entry in self.body.get("Env") or []}

    @property
    def labels(self) -> dict[str, str]:
        return {**(self.image.config.get("Labels") or {}), **(self.body.get("Labels") or {})}

    @property
    def ports(self) -> list[int]:
        """What it listens on, the creator's ports first."""
        names = [*(self.body.get("ExposedPorts") or {}), *(self.image.config.get("ExposedPorts") or {})]
        return list(dict.fromkeys(int(name.partition("/")[0]) for name in names))

    @property
    def stop_signal(self) -> int:
        return signal_number(str(self.body.get("StopSignal") or self.image.config.get("StopSignal") or "SIGTERM"))

    def published(self, port: int) -> int | None:
        """The port of 127.0.0.1 that a container port is published on, 0 for any, None if it is not."""
        bindings = ((self.body.get("HostConfig") or {}).get("PortBindings") or {}).get(f"{port}/tcp") or []
        return int(bindings[0].get("HostPort") or 0) if bindings else None


def signal_number(name: str) -> int:
    """`SIGTERM`, `TERM` or `15`."""
    return int(name) if name.isdigit() else signal.Signals["SIG" + name.upper().removeprefix("SIG")]
