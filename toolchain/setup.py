"""Installs what the commands need, into `.tools/` and `.venv/`; only the standard library, for a machine with nothing.

Each step is skipped when the files it depends on have not changed since it last succeeded.
"""

import hashlib
import io
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
POETRY = TOOLS / "bin/poetry"
PULUMI_BIN = TOOLS / "pulumi" / "bin"
PULUMI_VERSION = "3.250.0"
# Each release has its archives and a list of their SHA-256 checksums here.
PULUMI_RELEASES = "https://github.com/pulumi/pulumi/releases/download"
GO_MINIMUM = (1, 25)
PYTHON_MINIMUM = (3, 11)
STEP_SECONDS = 3600  # the longest that a step may take: a build from nothing on a slow machine
ASK_SECONDS = 30
Version = "tuple[int, ...]"


class SetupError(Exception):
    """A problem that the user can solve; printed as one line."""


def run(*command: str, cwd: Path = ROOT, env: "dict[str, str] | None" = None) -> None:
    """Run a command quietly; on failure its last lines are the error."""
    log = TOOLS / "setup.log"
    with log.open("ab") as sink:
        sink.write(("\n$ " + " ".join(command) + "\n").encode())
        sink.flush()
        try:
            code = subprocess.run(
                command, cwd=cwd, env=env, stdout=sink, stderr=subprocess.STDOUT, check=False, timeout=STEP_SECONDS
            ).returncode
        except subprocess.TimeoutExpired:
            raise SetupError(
                f"`{command[0]}` did not end within {STEP_SECONDS // 60} minutes; its output: {log}"
            ) from None
    if code:
        tail = "\n    ".join(log.read_text(errors="replace").splitlines()[-15:])
        raise SetupError(f"`{command[0]}` failed with exit code {code} (all of its output: {log}):\n    {tail}")


def version(*command: str) -> "Version | None":
    """The version that a command prints, as numbers, or None where it is missing or does not answer."""
    if not shutil.which(command[0]):
        return None
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ASK_SECONDS).stdout
    except subprocess.TimeoutExpired:
        return None
    found = re.search(r"\d+(\.\d+)+", text)
    return numbers(found[0]) if found else None


def numbers(text: str) -> "Version":
    return tuple(int(part) for part in text.split("."))


def dotted(version_: "Version") -> str:
    return ".".join(map(str, version_))


def node_range() -> str:
    """The versions of Node.js that the front end's tools run with; the one place that says so."""
    return str(json.loads((ROOT / "frontend/package.json").read_text())["engines"]["node"])


def in_range(version_: "Version", wanted: str) -> bool:
    """Whether a version is in an npm range of the forms `^20.19.0` and `>=24.0.0`, joined by `||`."""
    for part in wanted.split("||"):
        found = re.fullmatch(r"\s*(\^|>=)(\d+\.\d+\.\d+)\s*", part)
        if not found:
            raise SetupError(f"frontend/package.json: engines.node must be made of ^1.2.3 and >=1.2.3, got {wanted!r}")
        least = numbers(found[2])
        if version_ >= least and (found[1] == ">=" or version_[0] == least[0]):
            return True
    return False


def require_versions() -> None:
    """Check the tools that this script cannot install itself; all problems at once."""
    problems = []
    if sys.version_info[:2] < PYTHON_MINIMUM:
        problems.append(
            f"python3: needs {dotted(PYTHON_MINIMUM)} or newer, got {dotted(sys.version_info[:2])}; install it"
        )
    node = version("node", "--version")
    if node is None:
        problems.append(f"node: not found on PATH; install Node.js {node_range()}")
    elif not in_range(node, node_range()):
        problems.append(f"node: needs {node_range()}, got {dotted(node)}; install one of these versions")
    elif not shutil.which("npm"):
        problems.append("npm: not found on PATH; it comes with Node.js, or as the package `npm`")
    if not sys.platform.startswith("linux"):
        problems.append(
            f"system: the local cloud runs on Linux, got {sys.platform}; use a Linux machine, WSL 2 or a VM"
        )
    if problems:
        raise SetupError("\n".join(problems))


def digest(*files: Path) -> str:
    """Hash of the files and of the Python that will use them."""
    sum_ = hashlib.sha256(sys.version.encode())
    for file in files:
        sum_.update(file.read_bytes())
    return sum_.hexdigest()


def step(title: str, made: Path, inputs: "list[Path]", action: "Callable[[], None]") -> None:
    """Run `action` unless `made` exists and was made from these inputs."""
    stamp = TOOLS / "stamps" / title.replace(" ", "-")
    wanted = digest(*inputs)
    if made.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    # Standard output belongs to the command that comes after, as in `eval "$(make -s env)"`.
    print(f"  {title} …", end="", flush=True, file=sys.stderr)
    try:
        action()
    except BaseException:
        print(file=sys.stderr)
        raise
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    print(f" {time.monotonic() - started:.0f} s", flush=True, file=sys.stderr)


def make_environment(folder: Path) -> None:
    try:
        venv.create(folder, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        raise SetupError(
            "python3: cannot make a virtual environment; install it (Debian, Ubuntu: `apt install python3-venv`)"
        ) from None


def install_poetry() -> None:
    make_environment(TOOLS / "poetry")
    run(str(TOOLS / "poetry/bin/pip"), "install", "--quiet", "-r", str(ROOT / "toolchain/poetry.txt"))
    POETRY.parent.mkdir(parents=True, exist_ok=True)
    poetry, index = shlex.quote(str(TOOLS / "poetry/bin/poetry")), shlex.quote(pip_index())
    export = f"export POETRY_PYPI_MIRROR_URL=${{POETRY_PYPI_MIRROR_URL:-{index}}}"
    POETRY.write_text(f'#!/bin/sh\n{export}\nexec {poetry} "$@"\n')
    POETRY.chmod(0o755)


def pip_index() -> str:
    """The package index that pip uses, from its configuration or its own default."""
    pip = TOOLS / "poetry/bin/pip"
    configured = subprocess.run(
        [pip, "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    ).stdout.strip()
    ask = "from pip._internal.models.index import PyPI; print(PyPI.simple_url + '/')"
    python = TOOLS / "poetry/bin/python"
    return configured or subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def lock() -> None:
    """Write the lock files anew after a change in a pyproject.toml."""
    for project in (ROOT, ROOT / "localcloud/emulator", ROOT / "backend", ROOT / "benchmarks/template_api"):
        run(str(POETRY), "lock", "--no-interaction", cwd=project)


def poetry_install(project: Path, environment: Path, *options: str) -> None:
    """`poetry sync` to a project's lock file into an environment of its own."""
    if not (environment / "bin/python").exists():
        make_environment(environment)
    env = {**os.environ, "VIRTUAL_ENV": str(environment)}
    run(str(POETRY), "sync", "--no-interaction", *options, cwd=project, env=env)


def npm_step(title: str, project: Path) -> None:
    locks = [project / "package.json", project / "package-lock.json"]
    command = ("npm", "ci", "--no-audit", "--no-fund")
    step(title, project / "node_modules", locks, lambda: run(*command, cwd=project))


def pulumi_is_on_path() -> bool:
    """Whether the user's own Pulumi CLI, with its Python language host, is new enough."""
    found = version("pulumi", "version")
    wanted = tuple(map(int, PULUMI_VERSION.split(".")[:2]))
    return found is not None and found >= wanted and shutil.which("pulumi-language-python") is not None


def install_pulumi() -> None:
    """The official release where the internet can be reached, else a build with Go from pinned modules."""
    PULUMI_BIN.mkdir(parents=True, exist_ok=True)
    if download_pulumi():
        return
    go = version("go", "version")
    if go is None or go < GO_MINIMUM:
        got = "none" if go is None else dotted(go)
        raise SetupError(
            f"pulumi: not on PATH in version {PULUMI_VERSION} or newer, its release cannot be downloaded, and"
            f" building it needs Go {dotted(GO_MINIMUM)} or newer, got {got}; install one of the two"
        )
    build_pulumi()


def fetch(url: str) -> bytes:
    """The body of an answer; OSError where the address cannot be reached."""
    with urllib.request.urlopen(url, timeout=ASK_SECONDS) as answer:  # noqa: S310 (only https addresses of this file)
        return bytes(answer.read())


def download_pulumi() -> bool:
    """Unpack the official release once its checksum is right; False where it cannot be reached or made for us."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine())
    folder = f"{PULUMI_RELEASES}/v{PULUMI_VERSION}"
    archive = f"pulumi-v{PULUMI_VERSION}-linux-{machine}.tar.gz"
    try:
        checksums = fetch(f"{folder}/pulumi-{PULUMI_VERSION}-checksums.txt").decode()
        content = fetch(f"{folder}/{archive}")
    except OSError:
        return False
    wanted = [line.split()[0] for line in checksums.splitlines() if line.split()[1:] == [archive]]
    got = hashlib.sha256(content).hexdigest()
    if wanted != [got]:
        raise SetupError(
            f"pulumi: {archive} must have the SHA-256 {wanted[0] if wanted else '(none is listed)'}, got {got};"
            " nothing of it was used. Run the command again; if it stays so, somebody changes your downloads"
        )
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        for member in tar:
            source = tar.extractfile(member) if member.isfile() else None
            if source:  # the programs are all in one folder; only their names are taken over
                target = PULUMI_BIN / Path(member.name).name
                target.write_bytes(source.read())
                target.chmod(0o755)
    return True


def build_pulumi() -> None:
    env = {**os.environ, "CGO_ENABLED": "0"}
    symbols = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{PULUMI_VERSION}"
    for folder, package in (
        ("language-host", "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"),
        ("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"),
    ):
        output = str(PULUMI_BIN / package.rsplit("/", 1)[1])
        run(
            "go",
            "build",
            "-trimpath",
            "-ldflags",
            symbols,
            "-o",
            output,
            package,
            cwd=ROOT / "toolchain" / folder,
            env=env,
        )
    # What the language host starts: small scripts that the SDK's module carries.
    sdk = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"],
        cwd=ROOT / "toolchain/pulumi", capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        target = PULUMI_BIN / Path(script).name
        shutil.copyfile(Path(sdk) / "python" / script, target)
        target.chmod(0o755)


def browser() -> "str | None":
    return shutil.which("chromium") or shutil.which("google-chrome")


def install_browser() -> None:
    """Chromium for the tests, from the system's packages."""
    sudo = [] if os.getuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not shutil.which("sudo")):
        raise SetupError(
            "chromium: not found on PATH, and the tests use it; install it with your system's package manager"
        )
    run(*sudo, "apt-get", "update", "-qq")
    run(*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")


def development() -> None:
    """What tests and checks need besides: the apps' own environments, and a browser."""
    backend, frontend = ROOT / "backend", ROOT / "frontend"
    step(
        "back end packages", TOOLS / "backend/bin/python", [backend / "pyproject.toml", backend / "poetry.lock"],
        lambda: poetry_install(backend, TOOLS / "backend"),
    )  # fmt: skip
    npm_step("front end packages", frontend)
    npm_step("page measuring tools", ROOT / "tests/e2e/tools")
    if not browser():
        step("browser", TOOLS / "none", [], install_browser)


def main() -> None:
    require_versions()
    TOOLS.mkdir(exist_ok=True)
    if "--lock" in sys.argv[1:]:
        return lock()
    locks = [ROOT / "pyproject.toml", ROOT / "poetry.lock"]
    emulator = ROOT / "localcloud/emulator"
    step("poetry", POETRY, [ROOT / "toolchain/poetry.txt"], install_poetry)
    step("python packages", ROOT / ".venv/bin/python", locks, lambda: poetry_install(ROOT, ROOT / ".venv"))
    step(
        "emulator", TOOLS / "emulator/bin/python", [emulator / "pyproject.toml", emulator / "poetry.lock"],
        lambda: poetry_install(emulator, TOOLS / "emulator"),
    )  # fmt: skip
    if not pulumi_is_on_path():
        pins = [ROOT / "toolchain" / folder / "go.sum" for folder in ("pulumi", "language-host")]
        step(f"pulumi {PULUMI_VERSION}", PULUMI_BIN / "pulumi", pins, install_pulumi)
    if "--development" in sys.argv[1:]:
        development()


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(f"{error}")
