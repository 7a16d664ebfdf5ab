"""The stack that a command is for: its files, its outputs and its AWS."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.config.load import APP_FILE, ConfigError, app_settings, merged
from infra.config.stack_file import file_of, own_settings, project, with_base
from infra.pure.paths import ROOT
from localcloud import gateway, stack
from localcloud.place import STACK as LOCAL
from localcloud.place import Place, preview_stack
from ops.errors import NO_PULUMI, OperationError


@dataclass(frozen=True, kw_only=True)
class Target:
    """`place`: the local cloud of the stack `local`; None for a stack on AWS, where the caller's credentials hold.

    `preview`: the environment that is meant in place of the stack itself, its `base`.
    """

    base: str
    place: Place | None
    preview: str | None = None

    @classmethod
    def of(cls, base: str, port: int, folder: Path | None = None, preview: str | None = None) -> "Target":
        try:
            file_of(base)
        except ConfigError as error:
            raise OperationError(str(error)) from None
        if preview:
            preview_stack(base, preview)  # refuses what is no name
        place = Place.of(port, folder, preview) if base == LOCAL else None
        if place and not gateway.answers(port):
            raise OperationError(f"the local cloud does not answer on port {port}; run `make up`")
        return cls(base=base, preview=preview, place=place)

    def of_preview(self, preview: str) -> "Target":
        return replace(self, preview=preview, place=self.place and replace(self.place, preview=preview))

    @property
    def name(self) -> str:
        return preview_stack(self.base, self.preview) if self.preview else self.base

    @cached_property
    def project(self) -> str:
        return project()

    @cached_property
    def config(self) -> dict[str, Any]:
        """The settings of app.yaml and of the stack's file, unchecked: `pulumi up` checks them."""
        try:
            own = with_base({"preview": {"base": self.base}}) if self.preview else own_settings(self.name)
            settings: dict[str, Any] = merged(app_settings(APP_FILE), own)
        except ConfigError as error:
            raise OperationError(str(error)) from None
        return settings

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """What `pulumi stack output` tells; a problem where nothing is deployed."""
        found = stack.outputs(self.place) if self.place else json.loads(self.pulumi("stack", "output", "--json"))
        if not found.get("services"):
            raise OperationError(
                f"the stack {self.name} is not deployed; run `{self.up}`. If it was, do not:"
                " docs/operations.md tells how to bring its state back"
            )
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What Pulumi runs with."""
        return stack.environment(self.place) if self.place else dict(os.environ)

    def pulumi(self, *words: str) -> str:
        """What a Pulumi command prints about the stack; a problem where it fails."""
        return self.told_by_pulumi(*words, "--stack", self.name)

    def told_by_pulumi(self, *words: str) -> str:
        """The same of a command that is about no stack alone."""
        command = ["pulumi", *words]
        try:
            answer = subprocess.run(
                command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise OperationError(NO_PULUMI) from None
        if answer.returncode:
            raise OperationError(answer.stderr.strip() or answer.stdout.strip())
        return answer.stdout

    def configure(self, *words: str) -> None:
        """`pulumi config`, which keeps the comments of the stack's file."""
        command = ("config", *words, "--stack", self.name)
        if self.place:
            code = stack.pulumi(self.place, *command, quiet=True)
        else:
            code = subprocess.run(["pulumi", *command], cwd=ROOT, check=False).returncode
        if code:
            raise OperationError(f"pulumi {' '.join(command)}: failed with the message above; nothing was deployed")

    def service(self, name: str) -> dict[str, Any]:
        """What the outputs tell of a service; a problem where there is none of that name."""
        services: dict[str, dict[str, Any]] = self.outputs["services"]
        if name not in services:
            raise OperationError(
                f"SERVICE: must be a service of the stack, got {name!r}; known are {', '.join(services)}"
            )
        return services[name]

    @property
    def on_fargate(self) -> bool:
        """Whether the stack, as it is deployed, starts no instances."""
        return self.outputs.get("machine") == {}

    def told(self, facts: Mapping[str, Any], key: str) -> Any:
        """An output that older versions of the project did not have."""
        if key not in facts:
            raise OperationError(f"the stack was deployed by an older version of this project; run `{self.up}` once")
        return facts[key]

    @property
    def up(self) -> str:
        """The command that deploys it."""
        if self.preview:
            return f"make up{self.option}"
        return "make up" if self.place else f"pulumi up -s {self.name}"

    @property
    def option(self) -> str:
        """What a `make` command needs more to be about this stack."""
        of_stack = "" if self.place else f" STACK={self.base}"
        return of_stack + (f" PREVIEW={self.preview}" if self.preview else "")

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client, of the stack's region or another one."""
        import boto3  # here: importing it takes longer than telling a wrong argument
        from botocore.config import Config

        if self.place is None:
            return boto3.client(service, region_name=region or self.config["region"])  # type: ignore[call-overload] # no literal
        keys = self.place.credentials
        return boto3.client(  # type: ignore[call-overload] # no literal
            service,
            region_name=region or self.config["region"],
            endpoint_url=self.place.endpoint,
            config=Config(retries={"total_max_attempts": 1}),  # what does not answer here does not run
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )
