"""Installs what the commands need, into `.tools/` and `.venv/`; only the standard library, for a machine with nothing.

Each step is skipped when the files it depends on have not changed since it last succeeded.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
POETRY = TOOLS / "bin/poetry"
PULUMI_BIN = TOOLS / "pulumi" / "bin"
PULUMI_VERSION = "3.250.0"
GO_MINIMUM = (1, 25)
NODE_MINIMUM = (20, 0)
PYTHON_MINIMUM = (3, 11)


class SetupError(Exception):
    """A problem that the user can solve; printed as one line."""


def run(*command: str, cwd: Path = ROOT, env: "dict[str, str] | None" = None) -> None:
    """Run a command quietly; on failure its last lines are the error."""
    log = TOOLS / "setup.log"
    with log.open("ab") as sink:
        sink.write(("\n$ " + " ".join(command) + "\n").encode())
        sink.flush()
        code = subprocess.run(command, cwd=cwd, env=env, stdout=sink, stderr=subprocess.STDOUT, check=False).returncode
    if code:
        tail = "\n    ".join(log.read_text(errors="replace").splitlines()[-15:])
        raise SetupError(f"`{command[0]}` failed with exit code {code} (all of its output: {log}):\n    {tail}")


def version(*command: str) -> "tuple[int, int] | None":
    """Major and minor version that a command prints, or None where it is missing."""
    if not shutil.which(command[0]):
        return None
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def dotted(version_: "tuple[int, int]") -> str:
    return ".".join(map(str, version_))


def require_versions() -> None:
    """Check the tools that this script cannot install itself; all problems at once."""
    problems = []
    if sys.version_info[:2] < PYTHON_MINIMUM:
        problems.append(
            f"python3: needs {dotted(PYTHON_MINIMUM)} or newer, got {dotted(sys.version_info[:2])}; install it"
        )
    node = version("node", "--version")
    if node is None:
        problems.append(f"node: not found on PATH; install Node.js {NODE_MINIMUM[0]} or newer")
    elif node < NODE_MINIMUM:
        problems.append(f"node: needs {NODE_MINIMUM[0]} or newer, got {dotted(node)}; install it")
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
    print(f"  {title} …", end="", flush=True)
    try:
        action()
    except BaseException:
        print()
        raise
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    print(f" {time.monotonic() - started:.0f} s", flush=True)


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
    if shutil.which("curl") and download_pulumi():
        return
    go = version("go", "version")
    if go is None or go < GO_MINIMUM:
        got = "none" if go is None else dotted(go)
        raise SetupError(
            f"pulumi: not on PATH in version {PULUMI_VERSION} or newer, its installer cannot be reached, and"
            f" building it needs Go {dotted(GO_MINIMUM)} or newer, got {got}; install one of the two"
        )
    build_pulumi()


def download_pulumi() -> bool:
    """Run the official installer; False where it cannot be reached."""
    script = TOOLS / "install-pulumi.sh"
    fetched = subprocess.run(
        ["curl", "-fsSL", "--connect-timeout", "5", "--max-time", "60", "https://get.pulumi.com", "-o", script],
        capture_output=True,
        check=False,
    )
    if fetched.returncode:
        return False
    command = [
        "sh",
        str(script),
        "--version",
        PULUMI_VERSION,
        "--install-root",
        str(TOOLS / "pulumi"),
        "--no-edit-path",
    ]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


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
        step("pulumi", PULUMI_BIN / "pulumi", pins, install_pulumi)
    if "--development" in sys.argv[1:]:
        development()


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(f"{error}")
