"""Installs what a Dockerfile's commands install with pip, uv or Poetry, into an environment that images share."""

import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.engine.errors import EngineError
from localcloud.engine.projects import read_toml
from localcloud.engine.recipes import Cache, Say, base_python, dumps, host_path, run, short_hash, version_of

# Exports a uv.lock, and answers `uv run` in a container.
UV = "uv==0.13.9"
# What a Dockerfile installs to install with.
TOOLS = re.compile(r"(pip|setuptools|wheel|poetry|uv|virtualenv|pip-tools)([=<>~!\[].*)?")
# Options of `pip install`, with their number of values, that say where, or how loudly; here neither matters.
WHERE = {
    **dict.fromkeys(("--no-cache-dir", "--no-cache", "--user", "--system", "--break-system-packages", "--quiet"), 0),
    **dict.fromkeys(
        ("-q", "--upgrade", "-U", "--no-warn-script-location", "--compile-bytecode", "-e", "--editable"), 0
    ),
    **dict.fromkeys(("--disable-pip-version-check", "--ignore-installed", "--link-mode=copy"), 0),
    **dict.fromkeys(("--prefix", "--target", "-t", "--root-user-action", "-w", "--wheel-dir", "--python"), 1),
}
# Options that choose packages, and so hold here too.
GROUPS = {
    "poetry": {"--only": 1, "--without": 1, "--with": 1, "--extras": 1, "-E": 1, "--all-extras": 0, "--all-groups": 0},
    "uv": {
        **dict.fromkeys(("--extra", "--group", "--no-group", "--only-group", "--package", "--no-extra"), 1),
        **dict.fromkeys(("--no-dev", "--all-extras", "--all-groups", "--no-default-groups", "--all-packages"), 0),
    },
}
MAKE_LOCK = {"poetry.lock": "poetry lock", "uv.lock": "uv lock"}


@dataclass(frozen=True, kw_only=True)
class Install:
    """One command of a Dockerfile; `folder` holds the files that it reads, `paths` maps an image's paths to files."""

    tool: str
    words: tuple[str, ...]
    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)


def chosen(words: tuple[str, ...], known: Mapping[str, int], *, keep: bool) -> tuple[str, ...]:
    """The words that are (`keep`) or are not options of `known`, each with its values."""
    result: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, _ = word.partition("=")
        count = 0 if equals else known.get(name, 0)
        values, rest = rest[:count], rest[count:]
        if (name in known or word in known) == keep:
            result += [word, *values]
    return tuple(result)


def python_install(
    words: tuple[str, ...], folder: Path, env: Mapping[str, str], here: Callable[[str], str]
) -> Install | None:
    """The command as an Install; None for one that installs nothing, such as the tool itself."""
    tool, action, *rest = (*words, "", "")[: max(len(words), 2)]
    if tool in ("python", "python3") and words[1:3] == ("-m", "pip"):
        return python_install(words[2:], folder, env, here)
    if tool == "uv" and words[1:2] == ("pip",):
        if words[2:3] == ("sync",):
            files = tuple(part for name in words[3:] if not name.startswith("-") for part in ("-r", name))
            return python_install(("pip", "install", *files), folder, env, here)
        return python_install(words[1:], folder, env, here)
    own = {name: value for name, value in env.items() if name.startswith(("PIP_", "UV_", "POETRY_"))}
    if tool == "poetry" and action in ("install", "sync"):
        groups = chosen(tuple(rest), GROUPS["poetry"], keep=True)
        return Install(tool=tool, words=("--only", "main") if "--no-dev" in rest else groups, folder=folder)
    if tool == "uv" and action == "sync":
        own = {name: value for name, value in own.items() if name in ("UV_NO_DEV",)}
        return Install(tool=tool, words=chosen(tuple(rest), GROUPS["uv"], keep=True), folder=folder, env=own)
    if tool in ("pip", "pip3") and action in ("install", "wheel"):
        wanted = tuple(here(word) for word in chosen(tuple(rest), WHERE, keep=False))
        return Install(tool="pip", words=wanted, folder=folder, env=own) if wants_packages(wanted) else None
    return None


def wants_packages(words: tuple[str, ...]) -> bool:
    """Whether they name more than tools, and than wheels of an earlier stage, which come with that stage's packages."""
    named = [word for before, word in zip(("", *words), words, strict=False) if is_package(before, word)]
    own = [word for word in named if not TOOLS.fullmatch(word) and not word.startswith("/") and "*" not in word]
    return bool(own) or any(word in ("-r", "--requirement") or word.startswith("--requirement=") for word in words)


def is_package(before: str, word: str) -> bool:
    return not word.startswith("-") and before not in ("-r", "--requirement", "-c", "--constraint", "-i", "--index-url",
        "--extra-index-url", "-f", "--find-links", "--trusted-host")  # fmt: skip


def fingerprint(install: Install) -> str:
    """A hash of all that the command's result depends on."""
    parts = [install.tool, dumps(install.words), dumps(dict(install.env))]
    if install.tool == "pip":
        parts += [file.read_text() for file in requirement_files(install.folder, install.words)]
        if is_project(install):
            parts += [f"{path.relative_to(install.folder)} {path.read_bytes()!r}" for path in files_of(install.folder)]
        return short_hash(*parts)
    lock = install.folder / f"{install.tool}.lock"
    project = read_toml(install.folder / "pyproject.toml")
    general, tool = project.get("project", {}), project.get("tool", {})
    wanted = [general.get(key) for key in ("requires-python", "dependencies", "optional-dependencies")]
    wanted += [tool.get("poetry", {}).get(key) for key in ("dependencies", "group", "source")]
    wanted += [project.get("dependency-groups"), tool.get("uv")]
    return short_hash(*parts, lock.read_text(), dumps(wanted))


def requirement_files(folder: Path, words: tuple[str, ...]) -> Iterator[Path]:
    """The files that `-r` and `-c` name, and those that these name."""
    for name in re.findall(r"(?:^|\s)(?:-r|--requirement|-c|--constraint)(?:\s+|=)(\S+)", " ".join(words)):
        file = folder / name
        if not file.is_file():
            raise EngineError(400, f"{name}: is not in the image's folder; is it in .dockerignore, or not copied yet?")
        yield file
        for line in file.read_text().splitlines():
            yield from requirement_files(file.parent, (line,))


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "node_modules" not in path.parts)


def is_project(install: Install) -> bool:
    """Whether it installs the project itself: `pip install .`"""
    return any(re.fullmatch(r"\.(/.*)?(\[.*\])?", word) for word in install.words)


def missing_lock(install: Install) -> str | None:
    """What to say where the lock file of a command is not there."""
    name = f"{install.tool}.lock"
    if install.tool not in GROUPS or (install.folder / name).is_file():
        return None
    return f"needs {name}, and it is not there; make it with `{MAKE_LOCK[name]}`, and admit it in .dockerignore"


async def environment(cache: Cache, poetry: str, python: str, installs: list[Install], say: Say) -> Path:
    """The virtual environment that these commands make, in their order."""
    name = short_hash("venv", version_of(python), python, *map(fingerprint, installs))

    async def make(target: Path) -> None:
        bare = ("--without-pip",) if all(install.tool == "poetry" for install in installs) else ()
        await run(say, python, "-m", "venv", *bare, str(target), cwd=target.parent)
        for install in installs:
            await RECIPES[install.tool](cache, poetry, target, install, say)

    return await cache.entry("venvs", name, make)


async def with_poetry(cache: Cache, poetry: str, target: Path, install: Install, say: Say) -> None:
    env = {"VIRTUAL_ENV": str(target), "PATH": f"{target}/bin:{host_path()}", "POETRY_VIRTUALENVS_CREATE": "true"}
    options = ("--no-root", "--no-interaction", "--compile")
    await run(say, poetry, "install", *install.words, *options, cwd=install.folder, env=env)


async def with_uv(cache: Cache, poetry: str, target: Path, install: Install, say: Say) -> None:
    """uv tells what the lock file holds, and pip installs it with its hashes, from the index that this machine uses."""
    uv = await uv_tool(cache, say)
    listed = target / "requirements.txt"
    options = ("--frozen", "--no-emit-project", "--quiet", "--output-file", str(listed))
    env = {"UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON": f"{target}/bin/python", **install.env}
    await run(say, str(uv), "export", *options, *install.words, cwd=install.folder, env=env)
    await pip(target, ("--no-deps", "-r", str(listed)), install, say)


async def with_pip(cache: Cache, poetry: str, target: Path, install: Install, say: Say) -> None:
    if not is_project(install):
        await pip(target, install.words, install, say)
        return
    with tempfile.TemporaryDirectory(prefix="project-") as copy:  # a build writes beside the sources
        shutil.copytree(install.folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        await run(say, f"{target}/bin/python", "-m", "pip", "install", *QUIET, *install.words, cwd=Path(copy))


async def pip(target: Path, words: tuple[str, ...], install: Install, say: Say) -> None:
    command = (f"{target}/bin/python", "-m", "pip", "install", *QUIET, *words)
    await run(say, *command, cwd=install.folder, env=dict(install.env))


QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")
Recipe = Callable[[Cache, str, Path, Install, Say], Awaitable[None]]
RECIPES: dict[str, Recipe] = {"poetry": with_poetry, "uv": with_uv, "pip": with_pip}


async def uv_tool(cache: Cache, say: Say) -> Path:
    """uv, in a folder with no other program."""

    async def make(target: Path) -> None:
        await run(say, base_python(), "-m", "venv", str(target), cwd=target.parent)
        await run(say, f"{target}/bin/python", "-m", "pip", "install", *QUIET, UV, cwd=target)
        (target / "only").mkdir()
        (target / "only/uv").symlink_to(target / "bin/uv")

    return await cache.entry("tools", UV.replace("==", "-"), make) / "only/uv"
