"""Reads what a Dockerfile says about running: its final stage, and what that stage copies."""

import contextlib
import io
import json
import re
import shlex
from dataclasses import dataclass, field
from typing import Any

from dockerfile_parse import DockerfileParser
from dockerfile_parse.util import WordSplitter

from localcloud.engine.errors import EngineError
from localcloud.engine.instructions import check, flags

# What official images start from; `$PATH` in an ENV line stands for it.
BASE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NGINX = re.compile(r"(?:.*/)?nginx(-unprivileged)?(?:[:@].*)?")
MOUNT = re.compile(r"--mount=(\S+)")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One COPY or ADD of local files; `stage` is the stage copied from, None for the build context."""

    sources: tuple[str, ...]
    destination: str
    stage: str | None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One RUN: the shell's text, where and with which variables it runs, and the files that it only borrows."""

    text: str
    workdir: str
    env: dict[str, str]
    borrowed: tuple[Copy, ...]
    line: int


@dataclass(kw_only=True)
class Stage:
    """One FROM and what follows it, with the values inherited from the stage it builds on."""

    name: str
    base: str
    parent: "Stage | None" = None
    workdir: str = "/"
    env: dict[str, str] = field(default_factory=lambda: {"PATH": BASE_PATH})
    labels: dict[str, str] = field(default_factory=dict)
    ports: dict[str, dict[str, str]] = field(default_factory=dict)
    cmd: list[str] | None = None
    entrypoint: list[str] | None = None
    stop_signal: str | None = None
    steps: list[Copy | Run] = field(default_factory=list)
    has_own_cmd: bool = False

    @property
    def copies(self) -> list[Copy]:
        return [step for step in self.steps if isinstance(step, Copy)]

    @property
    def runs(self) -> list[str]:
        return [step.text for step in self.steps if isinstance(step, Run)]

    @property
    def is_nginx(self) -> bool:
        return NGINX.fullmatch(self.origin) is not None

    @property
    def origin(self) -> str:
        """The image from a registry that the stage builds on, maybe by other stages."""
        return self.parent.origin if self.parent else self.base

    def inherit(self, parent: "Stage") -> None:
        self.parent = parent
        self.workdir, self.env, self.labels = parent.workdir, dict(parent.env), dict(parent.labels)
        self.ports, self.cmd, self.entrypoint = dict(parent.ports), parent.cmd, parent.entrypoint
        self.stop_signal = parent.stop_signal

    def config(self) -> dict[str, Any]:
        """The image's config as the Docker API shows it."""
        env = {name: value for name, value in self.env.items() if (name, value) != ("PATH", BASE_PATH)}
        return {
            "Env": [f"{name}={value}" for name, value in env.items()],
            "Cmd": self.cmd,
            "Entrypoint": self.entrypoint,
            "ExposedPorts": self.ports,
            "Labels": self.labels,
            "StopSignal": self.stop_signal,
            "WorkingDir": self.workdir,
        }


def command(value: str) -> list[str]:
    """A CMD or ENTRYPOINT: the JSON form as it is, the shell form through `sh -c`."""
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = None
    if not isinstance(parsed, list):
        return ["/bin/sh", "-c", value]
    if not all(isinstance(word, str) for word in parsed):
        raise EngineError(400, f"the JSON form is a list of strings, got {value}")
    return parsed


def parse(text: str, build_args: dict[str, str], file: str = "Dockerfile") -> list[Stage]:
    """All stages in order; the last one is what runs. An error begins with `file` and the line's number."""
    stages: list[Stage] = []
    args: dict[str, str] = {}
    for entry in DockerfileParser(fileobj=io.BytesIO(f"{text}\n".encode())).structure:
        instruction, value = entry["instruction"], entry["value"].strip()
        scope = {**args, **(stages[-1].env if stages else {})}
        if instruction == "COMMENT":
            continue
        try:
            check(instruction, value)
            if instruction == "ARG":
                for word in words(value, scope):
                    name, _, default = word.partition("=")
                    args[name] = build_args.get(name, default)
            else:
                apply(stages, instruction, value, scope, entry["startline"] + 1)
        except EngineError as error:
            raise EngineError(error.status, f"{file}:{entry['startline'] + 1}: {error.message}") from None
    if not stages:
        raise EngineError(400, f"{file}: needs a FROM line")
    return stages


def words(value: str, scope: dict[str, str]) -> list[str]:
    return list(WordSplitter(value, args={}, envs=scope).split())


def start_stage(value: str, stages: list[Stage], scope: dict[str, str]) -> Stage:
    parts = words(flags("FROM", value)[1], scope)
    name = parts[2] if len(parts) == 3 else str(len(stages))
    if not parts or not parts[0]:
        raise EngineError(400, f"FROM: names no image, got {value}")
    stage = Stage(name=name, base=parts[0])
    if (found := NGINX.fullmatch(stage.base)) is not None:
        stage.cmd, stage.stop_signal = ["nginx", "-g", "daemon off;"], "SIGQUIT"
        stage.ports = {"8080/tcp" if found[1] else "80/tcp": {}}
    for earlier in stages:
        if earlier.name == stage.base:
            stage.inherit(earlier)
    return stage


def apply(stages: list[Stage], instruction: str, value: str, scope: dict[str, str], line: int) -> None:
    if instruction == "FROM":
        stages.append(start_stage(value, stages, scope))
        return
    if not stages:
        raise EngineError(400, f"{instruction} before FROM")
    stage = stages[-1]
    match instruction:
        case "ENV" | "LABEL":
            target = stage.env if instruction == "ENV" else stage.labels
            parts = words(value, scope)
            if "=" not in parts[0]:  # the old form: ENV NAME value
                parts = [f"{parts[0]}={' '.join(parts[1:])}"]
            target.update(part.partition("=")[::2] for part in parts)
        case "WORKDIR":
            stage.workdir = resolve(stage.workdir, words(value, scope)[0])
        case "EXPOSE":
            for port in words(value, scope):
                stage.ports[port if "/" in port else f"{port}/tcp"] = {}
        case "CMD":
            stage.cmd, stage.has_own_cmd = command(value), True
        case "ENTRYPOINT":
            # A CMD of the image below was for that image's own program.
            stage.entrypoint, stage.cmd = command(value), stage.cmd if stage.has_own_cmd else None
        case "STOPSIGNAL":
            stage.stop_signal = words(value, scope)[0]
        case "RUN":
            stage.steps.append(building(stage, value, scope, line))
        case "COPY" | "ADD":
            stage.steps.append(copy(stage, instruction, value, scope, line))
        case "USER" | "HEALTHCHECK":
            pass  # everything runs as the laptop's user; ECS does not look at an image's health check


def building(stage: Stage, value: str, scope: dict[str, str], line: int) -> Run:
    mounts = [dict(part.partition("=")[::2] for part in found.split(",")) for found in MOUNT.findall(value)]
    borrowed = [
        Copy(
            sources=(mount.get("source") or mount.get("src") or ".",),
            destination=resolve(
                stage.workdir, mount.get("target") or mount.get("dst") or mount.get("destination") or "."
            ),
            stage=mount.get("from"),
            line=line,
        )
        for mount in mounts
        if mount.get("type", "bind") == "bind"
    ]
    text = flags("RUN", value)[1]
    with contextlib.suppress(ValueError):
        text = shlex.join(json.loads(text)) if text.startswith("[") else text
    env = {name: value for name, value in scope.items() if name != "PATH"}
    return Run(text=text, workdir=stage.workdir, env=env, borrowed=tuple(borrowed), line=line)


def copy(stage: Stage, instruction: str, value: str, scope: dict[str, str], line: int) -> Copy:
    options, value = flags(instruction, value)
    try:
        parts = list(json.loads(value)) if value.startswith("[") else words(value, scope)
    except ValueError:
        parts = words(value, scope)
    if len(parts) < 2:
        raise EngineError(400, f"{instruction}: needs a source and a destination, got {shlex.quote(value)}")
    folder = "/" if parts[-1].endswith("/") or len(parts) > 2 or parts[-1] == "." else ""
    destination = resolve(stage.workdir, parts[-1]) + folder
    return Copy(sources=tuple(parts[:-1]), destination=destination, stage=options.get("from"), line=line)


def resolve(workdir: str, path: str) -> str:
    """An absolute path, `.` and double slashes removed."""
    joined = path if path.startswith("/") else f"{workdir}/{path}"
    return "/" + "/".join(part for part in joined.split("/") if part not in ("", "."))
