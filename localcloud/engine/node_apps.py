"""Installs what a Dockerfile's commands install with npm, pnpm or Yarn, into folders that images share."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.engine.projects import read_json
from localcloud.engine.recipes import Cache, Say, dumps, host_path, node_version, run, short_hash, version_of

# Files that say what is installed, beside the lock; .npmrc and its like hold settings.
BESIDE = ("package.json", ".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", ".pnpmfile.cjs")
NPM_QUIET = ("--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
PRODUCTION = re.compile(
    r"--omit[= ]dev|--production(?!=false)|--prod\b|(^| )-P\b|--only[= ]prod(uction)?|workspaces focus"
)


@dataclass(frozen=True, kw_only=True)
class Manager:
    """`package` is npm's name and version of the tool, None for the machine's own npm; `commands` install all packages
    of a lock; `install` is what does it here, `production` without the packages for development, and `develop` what
    does it for `make dev`, in the folder itself."""

    lock: str
    package: str | None
    commands: tuple[str, ...]
    install: tuple[str, ...]
    production: tuple[str, ...]
    develop: tuple[str, ...]
    make_lock: str


# Where a folder has several locks, the first of these decides.
MANAGERS = {
    "pnpm": Manager(
        lock="pnpm-lock.yaml", package="pnpm@10.20.0", commands=("install", "i"),
        install=("install", "--frozen-lockfile"), production=("install", "--frozen-lockfile", "--prod"),
        develop=("install", "--frozen-lockfile"), make_lock="pnpm install --lockfile-only",
    ),
    "yarn": Manager(
        lock="yarn.lock", package="yarn@1.22.22", commands=("install", ""),
        install=("install", "--frozen-lockfile", "--non-interactive"),
        production=("install", "--frozen-lockfile", "--non-interactive", "--production"),
        develop=("install",), make_lock="yarn install",
    ),
    "npm": Manager(
        lock="package-lock.json", package=None, commands=("ci", "clean-install", "install", "i"),
        install=("ci", *NPM_QUIET), production=("ci", "--omit=dev", *NPM_QUIET),
        develop=("ci", "--no-audit", "--no-fund"), make_lock="npm install --package-lock-only",
    ),
}  # fmt: skip
# Yarn's later versions: another package, other options; they read a lock that begins with `__metadata`.
BERRY = Manager(
    lock="yarn.lock", package="@yarnpkg/cli-dist@4.12.0", commands=("install", ""),
    install=("install", "--immutable"), production=("workspaces", "focus", "--production"), develop=("install",),
    make_lock="yarn install",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Modules:
    """One command of a Dockerfile that installs an app's packages."""

    tool: str
    manager: Manager
    production: bool


def node_install(words: tuple[str, ...], env: Mapping[str, str], folder: Path) -> Modules | None:
    """The command as Modules; None for one that installs no app's packages."""
    if words[0] not in MANAGERS:
        return None
    manager = manager_of(words[0], folder)
    line = " ".join(words[1:])
    plain = [word for word in words[1:] if not word.startswith("-")]
    focus = words[0] == "yarn" and plain[:2] == ["workspaces", "focus"]
    if not focus and ((plain[:1] or [""])[0] not in manager.commands or len(plain) > 1):
        return None
    return Modules(
        tool=words[0], manager=manager, production=bool(PRODUCTION.search(line)) or env.get("NODE_ENV") == "production"
    )


def global_packages(words: tuple[str, ...]) -> list[str]:
    """What `npm install -g` names, without the tools that are here anyway."""
    if words[0] != "npm" or not {"-g", "--global", "--location=global"} & set(words):
        return []
    named = [word for word in words[2:] if not word.startswith("-")]
    return [name for name in named if not re.match(r"(npm|corepack)(@|$)", name)]


def manager_of(tool: str, folder: Path) -> Manager:
    lock = folder / "yarn.lock"
    if tool == "yarn" and lock.is_file() and "__metadata:" in lock.read_text():
        return BERRY
    return MANAGERS[tool]


def package_of(manager: Manager, folder: Path) -> str | None:
    """The tool's package in the version that package.json names, else in ours."""
    if manager.package is None:
        return None
    name = manager.package.rpartition("@")[0]
    said = (
        str(read_json(folder / "package.json").get("packageManager", "")) if (folder / "package.json").exists() else ""
    )
    found = re.fullmatch(r"(?:pnpm|yarn)@(\d[\w.-]*)(\+.*)?", said)
    return f"{name}@{found[1]}" if found and fits(name, said) else manager.package


def fits(name: str, said: str) -> bool:
    berry = said.startswith("yarn@") and not said.startswith("yarn@1.")
    return berry if name.startswith("@yarnpkg") else said.startswith(f"{name}@") and not berry


def said_manager(folder: Path) -> Manager | None:
    """The one that package.json names, as corepack finds it."""
    file = folder / "package.json"
    name = str(read_json(file).get("packageManager", "")).partition("@")[0] if file.is_file() else ""
    return manager_of(name, folder) if name in MANAGERS else None


async def tool_path(cache: Cache, manager: Manager, folder: Path, say: Say) -> list[str]:
    """The folder of the tool's program, for PATH; none for npm."""
    package = package_of(manager, folder)
    return [] if package is None else [await packages_path(cache, [package], say)]


async def packages_path(cache: Cache, packages: list[str], say: Say) -> str:
    """The folder of the programs of npm's packages."""

    async def make(target: Path) -> None:
        target.mkdir()
        (target / "package.json").write_text("{}")
        await run(say, "npm", "install", *NPM_QUIET, *packages, cwd=target)

    folder = await cache.entry("tools", short_hash("npm", *packages, node_version()), make)
    return str(folder / "node_modules/.bin")


def modules_name(modules: Modules, folder: Path, node: str) -> str:
    """The hash of the lock, and of what it must agree with."""
    package = read_json(folder / "package.json")
    wanted = {key: value for key, value in package.items() if key.endswith("ependencies")}
    wanted |= {key: package.get(key) for key in ("overrides", "resolutions", "pnpm", "packageManager")}
    files = [folder / name for name in (modules.manager.lock, *BESIDE[1:])]
    texts = [file.read_text() if file.is_file() else "" for file in files]
    kind = f"{modules.tool} {modules.manager.package} {modules.production}"
    return short_hash("node", kind, *texts, dumps(wanted), node)


def problem(modules: Modules, folder: Path) -> str | None:
    """Why the recipe cannot install."""
    if not (folder / "package.json").is_file():
        return "needs package.json, and it is not there; is it in .dockerignore, or not copied yet?"
    workspace = folder / "pnpm-workspace.yaml"
    if read_json(folder / "package.json").get("workspaces") or (
        modules.tool == "pnpm" and workspace.is_file() and re.search(r"^packages:", workspace.read_text(), re.MULTILINE)
    ):
        return (
            "package.json names workspaces, which the local cloud does not install; give each service a folder with a"
            " lock of its own, or use ENGINE=docker"
        )
    lock = modules.manager.lock
    if not (folder / lock).is_file():
        make = modules.manager.make_lock
        return f"needs {lock}, and it is not there; make it with `{make}`, and admit it in .dockerignore"
    return None


async def install(cache: Cache, modules: Modules, folder: Path, path: list[str], say: Say) -> Path:
    """The folder whose `node_modules` the command makes. `path` comes first on PATH."""
    node = version_of(shutil.which("node", path=":".join([*path, host_path()])) or "node")

    async def make(target: Path) -> None:
        target.mkdir()
        for name in (modules.manager.lock, *BESIDE):
            if (folder / name).is_file():
                shutil.copy(folder / name, target / name)
        words = modules.manager.production if modules.production else modules.manager.install
        env = {"PATH": ":".join([*path, host_path()]), "YARN_NODE_LINKER": "node-modules", "YARN_ENABLE_TELEMETRY": "0"}
        await run(say, modules.tool, *words, cwd=target, env=env)
        (target / "node_modules").mkdir(exist_ok=True)

    return await cache.entry("node", modules_name(modules, folder, node), make)


async def npm_packages(cache: Cache, folder: Path, say: Say) -> Path:
    """What `npm ci --omit=dev` makes of a folder of ours."""
    node_version(read_json(folder / "package.json").get("engines", {}).get("node", ""))
    return await install(cache, Modules(tool="npm", manager=MANAGERS["npm"], production=True), folder, [], say)
