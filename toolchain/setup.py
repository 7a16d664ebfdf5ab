"""Installs what the commands need, into `.tools/` and `.venv/`: `python3 -m toolchain.setup [--development | --lock]`.

It uses the standard library only, since nothing else is installed yet, and syntax that Python 3.9 reads, so that it
can tell the user which version is needed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from toolchain import pulumi_cli
from toolchain.steps import ROOT, TOOLS, Files, SetupError, run, step
from toolchain.versions import NODE_RANGE_FILE, require_versions

POETRY = TOOLS / "bin/poetry"

# What .venv and .tools take after a set-up, and as much again for downloads and unpacking.
NEEDED_BYTES = 1_500_000_000


def make_environment(folder: Path) -> None:
    try:
        venv.create(folder, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        raise SetupError(
            "python3: cannot make a virtual environment; install it (Debian, Ubuntu: `apt install python3-venv`)"
        ) from None


def install_poetry() -> None:
    """Install it, and a wrapper that runs it by module name: pip's own scripts fail in a path with a quote."""
    make_environment(TOOLS / "poetry")
    python = TOOLS / "poetry/bin/python"
    run(str(python), "-m", "pip", "install", "--quiet", "-r", str(ROOT / "toolchain/poetry.txt"))
    POETRY.parent.mkdir(parents=True, exist_ok=True)
    export = f"export POETRY_PYPI_MIRROR_URL=${{POETRY_PYPI_MIRROR_URL:-{shlex.quote(pip_index())}}}"
    POETRY.write_text(f'#!/bin/sh\n{export}\nexec {shlex.quote(str(python))} -m poetry "$@"\n')
    POETRY.chmod(0o755)


def pip_index() -> str:
    """The package index that pip uses, from its configuration or its own default."""
    python = str(TOOLS / "poetry/bin/python")

    def answer(*arguments: str) -> str:
        return subprocess.run([python, *arguments], capture_output=True, text=True, check=False).stdout.strip()

    configured = answer("-m", "pip", "config", "get", "global.index-url")
    default = "from pip._internal.models.index import PyPI; print(PyPI.simple_url + '/')"
    return configured or answer("-c", default)


def lock() -> None:
    """Update the lock files after a change in a pyproject.toml."""
    folders = ("", "localcloud/emulator", "backend", "preview", "new/files/backend", "benchmarks/template_api")
    for project in (ROOT / folder for folder in folders if (ROOT / folder / "poetry.lock").exists()):
        run(str(POETRY), "lock", "--no-interaction", cwd=project)


def poetry_install(project: Path, environment: Path, *options: str) -> None:
    """`poetry sync` to a project's lock file into an environment of its own."""
    if not (environment / "bin/python").exists():
        make_environment(environment)
    env = {**os.environ, "VIRTUAL_ENV": str(environment)}
    run(str(POETRY), "sync", "--no-interaction", *options, cwd=project, env=env)


def poetry_step(title: str, project: Path, environment: Path, used: Files) -> None:
    locks = [project / "pyproject.toml", project / "poetry.lock"]
    if not all(lock.exists() for lock in locks):
        return  # somebody's own app, in another folder or with other tools
    step(title, environment / "bin/python", locks, lambda: poetry_install(project, environment), used)


def npm_step(title: str, project: Path, used: Files) -> None:
    locks = [project / "package.json", project / "package-lock.json"]
    if not all(lock.exists() for lock in locks):
        return
    command = ("npm", "ci", "--no-audit", "--no-fund")
    step(title, project / "node_modules", locks, lambda: run(*command, cwd=project), used)


def browser() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


def apt_install(*packages: str) -> None:
    """Install packages of the system for the tests."""
    sudo = [] if os.getuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not shutil.which("sudo")):
        raise SetupError(
            f"{packages[0]}: not found on PATH, and the tests use it; install it with your system's package manager"
        )
    run(*sudo, "apt-get", "update", "-qq")
    run(*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def docker_answers() -> bool:
    return bool(shutil.which("docker")) and not subprocess.call(
        ["docker", "version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def install_docker() -> None:
    """What tests/docker needs to start an engine, and to make its base images where none can be pulled."""
    apt_install("docker.io", "mmdebstrap")


def commands(used: Files) -> None:
    """What the commands need."""
    used.note(*(ROOT / "toolchain").glob("*.py"), *([NODE_RANGE_FILE] if NODE_RANGE_FILE.exists() else []))
    step("poetry", POETRY, [ROOT / "toolchain/poetry.txt"], install_poetry, used)
    poetry_step("python packages", ROOT, ROOT / ".venv", used)
    poetry_step("emulator", ROOT / "localcloud/emulator", TOOLS / "emulator", used)
    if not pulumi_cli.is_on_path():
        pins = [pulumi_cli.RELEASE, *pulumi_cli.SOURCES]
        step("pulumi", pulumi_cli.BIN / "pulumi", pins, pulumi_cli.install, used)


def development(used: Files) -> None:
    """What the tests and checks that are here need in addition: the apps' own environments, a browser, an engine."""
    poetry_step("back end packages", ROOT / "backend", TOOLS / "backend", used)
    npm_step("front end packages", ROOT / "frontend", used)
    npm_step("page measuring tools", ROOT / "tests/e2e/tools", used)
    if (ROOT / "tests/e2e").exists() and not browser():
        step("browser", TOOLS / "none", [], lambda: apt_install("chromium"))
    if (ROOT / "tests/e2e").exists() and not shutil.which("psql"):
        step("psql", TOOLS / "none", [], lambda: apt_install("postgresql-client"))
    # Only root can start an engine for the tests; whoever has one that runs needs none.
    wanted = (ROOT / "tests/docker").exists() and os.getuid() == 0
    if wanted and not (shutil.which("dockerd") and shutil.which("mmdebstrap")) and not docker_answers():
        step("docker engine", TOOLS / "none", [], install_docker)


def require_room() -> None:
    """One sentence before the work, where the disk would end it half-way."""
    try:
        TOOLS.mkdir(exist_ok=True)
    except OSError as error:
        raise SetupError(f"{TOOLS}: cannot be made ({error.strerror}); use a checkout that you may write to") from None
    free = shutil.disk_usage(TOOLS).free
    if not (TOOLS / "ready").exists() and free < NEEDED_BYTES:
        raise SetupError(
            f"{TOOLS}: needs {NEEDED_BYTES // 10**6} MB of free space, and its disk has {free // 10**6} MB"
        )


def main(arguments: list[str]) -> None:
    for name in [name for name in os.environ if name.startswith("PYTHON")]:
        del os.environ[name]  # meant for the user's own programs
    require_versions()
    require_room()
    if "--lock" in arguments:
        return lock()
    used = Files()
    commands(used)
    used.write("ready")
    if "--development" in arguments:
        development(used)
        used.write("ready-development")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SetupError as error:
        sys.exit(f"{error}")
