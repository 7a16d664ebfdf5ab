"""The set-up: versions, steps, and the Pulumi CLI whose checksum is pinned."""

import ast
import hashlib
import io
import json
import os
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from tests.engine.support import eventually, is_alive
from toolchain import generate, pulumi_cli, setup, steps, versions
from toolchain.generate import Generator
from toolchain.steps import ROOT, Files, SetupError, run, step


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's empty `.tools/`."""
    folder = tmp_path / "root/.tools"
    folder.mkdir(parents=True)
    monkeypatch.setattr(steps, "ROOT", folder.parent)
    for module in (steps, pulumi_cli, setup):
        monkeypatch.setattr(module, "TOOLS", folder)
    monkeypatch.setattr(pulumi_cli, "BIN", folder / "pulumi/bin")
    return folder


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts shell scripts on a PATH that has nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return put


@pytest.mark.parametrize(
    ("found", "accepted"),
    [
        ("18.20.0", False), ("20.0.0", False), ("20.18.9", False), ("20.19.0", True), ("20.20.2", True),
        ("21.7.3", False), ("22.0.0", False), ("22.11.0", False), ("22.12.0", True), ("24.1.0", True),
    ],
)  # fmt: skip
def test_a_node_that_vite_does_not_run_on_is_refused(found: str, accepted: bool) -> None:
    assert versions.is_in(versions.numbers(found), "^20.19.0 || >=22.12.0") is accepted


def test_the_range_of_the_front_end_is_one_that_the_set_up_reads() -> None:
    range_ = json.loads((ROOT / "frontend/package.json").read_text())["engines"]["node"]
    assert not versions.is_in((18, 20, 0), range_) and versions.is_in((24, 0, 0), range_)


UNREAD = [json.dumps({"engines": {"node": form}}) for form in ("20", "~20.1", ">20", "^20 <21", "", "^20.19.0 ||")]


@pytest.mark.parametrize("text", [*UNREAD, '{"engines": {}}', "{}", "[]"])
def test_somebody_elses_page_that_asks_for_no_node_or_in_another_form_needs_that_of_the_local_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "package.json").write_text(text)
    monkeypatch.setattr(versions, "NODE_RANGE_FILE", tmp_path / "package.json")
    assert versions.node_range() == ">=20.19.0"


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo v20.1.0", r"^node: needs .*, got 20\.1\.0; install such a version"),
        ("echo nothing", "^node: not found on PATH; install Node.js"),
        ("echo v24.0.0", "^npm: not found on PATH"),
    ],
)
def test_a_node_that_cannot_be_used_is_named(program: Callable[[str, str], None], script: str, problem: str) -> None:
    program("node", script)
    with pytest.raises(SetupError, match=problem):
        versions.require_versions()


def test_all_problems_are_told_at_once(program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(versions, "PYTHON_MINIMUM", (4, 0))
    with pytest.raises(SetupError, match=r"(?s)python3: needs 4\.0 or newer.*node: not found.*system: .*got darwin"):
        versions.require_versions()


def test_a_machine_with_everything_has_no_problem(program: Callable[[str, str], None]) -> None:
    program("node", "echo v24.0.0")
    program("npm", "")
    versions.require_versions()


def test_a_tool_that_never_answers_is_named(
    program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "ANSWER_SECONDS", 0.2)
    program("node", "exec /bin/sleep 60")
    with pytest.raises(SetupError, match=r"^node: `node --version` must print a version, got: .*timed out"):
        versions.version("node", "--version")


@pytest.mark.parametrize("name", ["setup.py", "steps.py", "versions.py", "pulumi_cli.py"])
def test_a_python_that_is_too_old_reads_the_set_up_and_can_say_so(name: str) -> None:
    text = (ROOT / "toolchain" / name).read_text()
    ast.parse(text, feature_version=(3, 9))
    assert "from __future__ import annotations" in text  # `X | None` is evaluated by nobody


def test_a_command_that_fails_shows_its_last_lines(tools: Path) -> None:
    with pytest.raises(SetupError, match=r"(?s)`sh` failed with exit code 7 .*setup\.log.*out of flux"):
        run("sh", "-c", "echo out of flux >&2; exit 7")
    run("sh", "-c", "echo fine")
    assert "$ sh -c echo fine\nfine\n" in (tools / "setup.log").read_text()


def test_a_command_that_never_ends_is_ended_with_what_it_started(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Started(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            eventually(lambda: len(said()) == 4)  # the time begins when it has said what it started
            return super().wait(timeout)

    def said() -> list[str]:
        return (tools / "setup.log").read_text().split("\n")

    monkeypatch.setattr(subprocess, "Popen", Started)
    monkeypatch.setattr(steps, "RUN_SECONDS", 0.1)
    with pytest.raises(SetupError, match="`sh` did not end within"):
        run("sh", "-c", "sleep 60 & echo $!; wait")
    child = int(said()[2])
    eventually(lambda: not is_alive(child))


def test_a_step_is_done_again_only_when_it_has_to_be(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, made = tools / "lock", tools / "made"
    source.write_text("1")
    done: list[str] = []

    def action() -> None:
        done.append(source.read_text())
        made.touch()

    step("a step", made, [source], action)
    step("a step", made, [source], action)
    assert done == ["1"]
    assert capsys.readouterr().err.startswith("  a step … ")
    source.write_text("2")
    step("a step", made, [source], action)
    made.unlink()
    step("a step", made, [source], action)
    assert done == ["1", "2", "2"]


def test_a_step_that_failed_is_tried_again(tools: Path) -> None:
    def fails() -> None:
        (tools / "made").touch()
        raise SetupError("no")

    for _ in range(2):
        with pytest.raises(SetupError):
            step("a step", tools / "made", [], fails)


def make(root: Path) -> str:
    """What `make` does for a target that the set-up writes, in the Makefile's words."""
    makefile = ".tools/ready:\n\t@echo set-up\n-include .tools/ready.mk\nup: .tools/ready\n\t@echo up\n"
    (root / "Makefile").write_text(makefile)
    run = subprocess.run(["make", "-s", "up"], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_make_starts_the_set_up_only_when_something_is_newer_or_gone(tools: Path) -> None:
    root = tools.parent
    lock, made = root / "poetry.lock", tools / "bin"
    assert make(root) == "set-up\nup\n"
    for file in (lock, made):
        file.touch()
    used = Files()
    used.note(lock, made)
    used.write("ready")
    assert make(root) == "up\n"
    os.utime(lock, ns=(used.began + 1_000_000_000,) * 2)
    assert make(root) == "set-up\nup\n"
    os.utime(lock, ns=(used.began - 1_000_000_000,) * 2)
    assert make(root) == "up\n"
    made.unlink()
    assert make(root) == "set-up\nup\n"


def test_what_changes_while_the_set_up_runs_is_newer_than_it(tools: Path) -> None:
    used = Files()
    lock = tools.parent / "poetry.lock"
    lock.touch()
    os.utime(lock, ns=(used.began + 1,) * 2)
    used.note(lock)
    used.write("ready")
    assert make(tools.parent) == "set-up\nup\n"


def test_a_mistake_in_the_front_ends_package_json_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "frontend").mkdir()
    (tmp_path / "frontend/package.json").write_text('{\n  "name": "x",\n}\n')
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    monkeypatch.setattr(versions, "NODE_RANGE_FILE", tmp_path / "frontend/package.json")
    with pytest.raises(SetupError, match=r"^frontend/package.json:[23]: .*; mend it$"):
        versions.node_problem()


def test_a_new_version_of_pulumi_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs: dict[str, list[Path]] = {}
    monkeypatch.setattr(setup, "step", lambda title, made, files, *_: inputs.update({title: files}))
    monkeypatch.setattr(pulumi_cli, "is_on_path", lambda: False)
    setup.commands(Files())
    pins = {str(file.relative_to(ROOT / "toolchain")) for file in inputs["pulumi"]}
    sources = {f"{folder}/go.{kind}" for folder in ("pulumi", "language-host") for kind in ("mod", "sum")}
    assert pins == {"pulumi/release.json", *sources}
    assert inputs["python packages"] == [ROOT / "pyproject.toml", ROOT / "poetry.lock"]


@pytest.mark.parametrize(
    ("found", "host", "accepted"),
    [("v3.250.0", True, True), ("v3.300.1", True, True), ("v3.249.9", True, False), ("v3.250.0", False, False)],
)
def test_the_pulumi_on_path_is_used_when_it_is_new_enough(
    program: Callable[[str, str], None], found: str, host: bool, accepted: bool
) -> None:
    program("pulumi", f"echo {found}")
    if host:
        program("pulumi-language-python", "")
    assert pulumi_cli.is_on_path() is accepted


def test_no_pulumi_on_path_is_not_new_enough(program: Callable[[str, str], None]) -> None:
    assert not pulumi_cli.is_on_path()


def test_the_pinned_release_is_the_one_of_the_sources() -> None:
    sources = (ROOT / "toolchain/pulumi/go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{pulumi_cli.wanted_version()}\n" in sources
    sums = json.loads(pulumi_cli.RELEASE.read_text())["sha256"]
    assert sums.keys() == set(pulumi_cli.PLATFORMS.values())
    assert all(len(bytes.fromhex(text)) == 32 for text in sums.values())


class Release:
    """An archive that a server on loopback offers in the place of the official one, and the pin of its checksum."""

    def __init__(self, folder: Path, port: int) -> None:
        self.file = folder / "pulumi-v3.250.0-linux-x64.tar.gz"
        self.pin = folder / "release.json"
        self.port = port
        with tarfile.open(self.file, "w:gz") as archive:
            for name in ("pulumi/pulumi", "pulumi/pulumi-language-python", "pulumi/../../escaped"):
                member = tarfile.TarInfo(name)
                member.size = 4
                archive.addfile(member, io.BytesIO(b"#!/x"))
            link = tarfile.TarInfo("pulumi/link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        self.write_pin(hashlib.sha256(self.file.read_bytes()).hexdigest())

    def write_pin(self, sha256: str, port: int | None = None) -> None:
        address = f"http://127.0.0.1:{port or self.port}/pulumi-v{{version}}-{{platform}}.tar.gz"
        self.pin.write_text(json.dumps({"version": "3.250.0", "archive": address, "sha256": {"linux-x64": sha256}}))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def release(tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    folder = tmp_path / "release"
    folder.mkdir()
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        made = Release(folder, server.server_port)
        monkeypatch.setattr(pulumi_cli, "RELEASE", made.pin)
        monkeypatch.setattr(pulumi_cli, "ROOT", tmp_path)
        yield made
        server.shutdown()
        thread.join()


def test_a_release_with_the_pinned_checksum_is_unpacked_in_the_place_of_the_last(release: Release, tools: Path) -> None:
    pulumi_cli.BIN.mkdir(parents=True)
    (pulumi_cli.BIN / "of-the-last").touch()
    pulumi_cli.install()
    names = {file.name for file in (tools / "pulumi/bin").iterdir()}
    assert names == {"pulumi", "pulumi-language-python", "escaped"}
    assert all(os.access(tools / "pulumi/bin" / name, os.X_OK) for name in names)
    assert not (tools / "pulumi.tar.gz").exists() and not (tools.parent / "escaped").exists()


def test_a_release_with_another_checksum_is_refused_and_nothing_of_it_kept(release: Release, tools: Path) -> None:
    release.file.write_bytes(release.file.read_bytes() + b"\0")
    with pytest.raises(SetupError, match=r"pulumi: http.* must have the SHA-256 .*it was not used"):
        pulumi_cli.install()
    assert list((tools / "pulumi/bin").iterdir()) == []
    assert not (tools / "pulumi.tar.gz").exists()


@pytest.mark.parametrize("go", [None, "go1.24.9"])
def test_without_a_release_and_a_go_that_can_build_it_the_choices_are_named(
    release: Release, tools: Path, program: Callable[[str, str], None], go: str | None
) -> None:
    if go:
        program("go", f"echo go version {go} linux/amd64")
    release.file.unlink()
    with pytest.raises(SetupError, match=rf"needs Go 1\.25 or newer, got {'1.24.9' if go else 'none'}; install one"):
        pulumi_cli.install()


@pytest.mark.parametrize("why", ["machine", "line"])
def test_a_release_that_cannot_be_had_is_built_instead(
    release: Release, tools: Path, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "machine":
        monkeypatch.setattr("platform.machine", lambda: "riscv64")
    else:
        release.write_pin("0" * 64, port=1)
    program("go", "echo go version go1.26.1 linux/amd64")
    built: list[str] = []
    monkeypatch.setattr(pulumi_cli, "build", lambda: built.append(why))
    pulumi_cli.install()
    assert built == [why]


def generator(folder: Path, write: str, check: str, prints: str | None = None) -> Generator:
    return Generator(
        write=("sh", "-c", write), check=("sh", "-c", check), folder=folder, prints=folder / prints if prints else None
    )


def test_generated_files_are_written_and_a_failure_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = tmp_path / "printed"
    printed.write_text("old")
    broken = generator(tmp_path, "echo half; exit 1", "true", "printed")
    monkeypatch.setattr(generate, "GENERATORS", (broken,))
    assert generate.main([]) == 1
    assert printed.read_text() == "old"
    fine = (generator(tmp_path, "echo whole", "true", "printed"), generator(tmp_path, "echo 1 > written", "true"))
    monkeypatch.setattr(generate, "GENERATORS", fine)
    assert generate.main([]) == 0
    assert (printed.read_text(), (tmp_path / "written").read_text()) == ("whole\n", "1\n")


def test_every_stale_file_is_named_in_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    checks = ("echo a is stale; exit 1", "true", "echo c is stale; exit 1")
    monkeypatch.setattr(generate, "GENERATORS", tuple(generator(tmp_path, "exit 9", check) for check in checks))
    assert generate.main(["--check"]) == 1
    shown = capfd.readouterr()
    assert shown.out == "a is stale\nc is stale\n"
    assert shown.err == "stale: run `make generate` and commit the result\n"
    monkeypatch.setattr(generate, "GENERATORS", (generator(tmp_path, "exit 9", "true"),))
    assert generate.main(["--check"]) == 0


def test_an_app_that_is_not_here_has_nothing_to_generate_and_no_packages(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tools.parent / "backend"
    monkeypatch.setattr(generate, "GENERATORS", (replace(generator(gone, "exit 9", "exit 9"), source=gone),))
    assert generate.main([]) == 0 and generate.main(["--check"]) == 0
    setup.poetry_step("back end packages", gone, tools / "backend", Files())
    setup.npm_step("front end packages", gone, Files())
    assert list(tools.iterdir()) == []


GO = """
if [ "$1" = list ]; then echo "$SDK"; exit; fi
while [ "$1" != -o ]; do [ "$1" = -ldflags ] && echo "$2" >> "$SDK/symbols"; shift; done
echo "$PWD $3" > "$2"
"""


def test_a_build_makes_the_same_programs_as_the_release(
    tools: Path, tmp_path: Path, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the release's archive holds for Python, built from the pinned modules with the pinned version's name."""
    program("go", GO)
    sdk = tmp_path / "sdk"
    scripts = ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python")
    for script in scripts:
        (sdk / "python" / script).parent.mkdir(parents=True)
        (sdk / "python" / script).write_text(script)
    monkeypatch.setenv("SDK", str(sdk))
    pulumi_cli.BIN.mkdir(parents=True)

    pulumi_cli.build()

    made = {file.name: file.read_text().strip() for file in pulumi_cli.BIN.iterdir()}
    sources = ROOT / "toolchain"
    assert made == {
        "pulumi": f"{sources}/pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        "pulumi-language-python": f"{sources}/language-host"
        " github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
        **{Path(script).name: script for script in scripts},
    }
    assert all(os.access(pulumi_cli.BIN / Path(script).name, os.X_OK) for script in scripts)
    symbols = (sdk / "symbols").read_text().splitlines()
    assert len(symbols) == 2 and all(f"version.Version=v{pulumi_cli.wanted_version()}" in line for line in symbols)


def test_a_project_without_the_built_in_page_needs_the_node_of_the_local_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "NODE_RANGE_FILE", tmp_path / "frontend/package.json")
    assert versions.node_range() == ">=20.19.0"
    assert versions.node_problem() is None


def test_a_command_about_a_stack_on_aws_says_what_is_missing_in_a_fresh_clone(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    run = subprocess.run(["make", "plan", "STACK=prod"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr.startswith("Error: .venv/bin/python: is not there; run `poetry install`, or `make setup`")
