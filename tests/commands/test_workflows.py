"""The workflows that this repository and a project of a user's own have, as far as no runner of GitHub is needed."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.pure.paths import ROOT
from ops.__main__ import COMMANDS, arguments

OF_PROJECTS = sorted((ROOT / "new/files/.github/workflows").glob("*.yml"))
ALL = [*OF_PROJECTS, *sorted((ROOT / ".github/workflows").glob("*.yml"))]
ACTIONLINT = ROOT / "toolchain/actionlint"


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in yaml.safe_load(file.read_text())["jobs"].values() for step in job["steps"]]


def commands(file: Path) -> list[str]:
    return [line.strip() for step in steps(file) for line in step.get("run", "").splitlines()]


@pytest.mark.skipif(not shutil.which("go"), reason="needs Go, which builds actionlint")
def test_actionlint_finds_nothing() -> None:
    lint = ["go", "tool", "actionlint", "-shellcheck=", "-pyflakes=", *map(str, ALL)]
    told = subprocess.run(lint, cwd=ACTIONLINT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("file", ALL, ids=lambda file: str(file.relative_to(ROOT)))
def test_an_action_is_the_commit_that_its_comment_names_and_not_a_tag_that_can_move(file: Path) -> None:
    used = re.findall(r"uses: *(.+)", file.read_text())
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_an_action_is_of_one_version_everywhere() -> None:
    used = {one for file in ALL for one in re.findall(r"uses: *(.+)", file.read_text())}
    assert len(used) == len({one.partition("@")[0] for one in used})


@pytest.mark.parametrize("file", ALL, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_key_is_stored_and_a_job_has_the_rights_it_names(file: Path) -> None:
    assert "secrets." not in file.read_text()
    workflow = yaml.safe_load(file.read_text())
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        takes_role = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        assert (job.get("permissions", {}).get("id-token") == "write") is takes_role


def test_the_job_that_deploys_runs_behind_the_environment_whose_token_the_role_takes() -> None:
    for file in OF_PROJECTS:
        workflow = yaml.safe_load(file.read_text())
        (job,) = workflow["jobs"].values()
        deploys = "AWS_DEPLOY_ROLE" in file.read_text() or "AWS_ENVIRONMENTS_ROLE" in file.read_text()
        behind = job.get("environment")
        name = behind["name"] if isinstance(behind, dict) else behind
        assert name == (workflow["env"]["STACK"] if deploys else None)
        assert deploys is (file.name in ("deploy.yml", "preview-environment.yml"))


def test_a_pull_request_from_a_fork_takes_no_role() -> None:
    for file in OF_PROJECTS:
        workflow = yaml.safe_load(file.read_text())
        triggers = workflow[True]  # YAML's `on`
        assert "pull_request_target" not in triggers
        for job in workflow["jobs"].values() if "pull_request" in triggers else ():
            if "id-token" in job.get("permissions", {}):
                assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]


def test_every_command_is_one_that_the_makefile_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [line for file in OF_PROJECTS for line in commands(file) if line.startswith("make ")]
    ran = []
    for line in found:
        words = shlex.split(re.split(r" (?:&&|>) ", line)[0].replace("$STACK", "prod").replace("$PREVIEW", "pr-12"))
        dry = [words[0], "--dry-run", *words[1:]]
        shown = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=False)
        assert shown.returncode == 0, shown.stderr
        for recipe in shown.stdout.splitlines():
            if " -m ops " in recipe:
                given = shlex.split(recipe)
                monkeypatch.setattr(sys, "argv", given[given.index("ops") :])
                ran.append(arguments().command)
                assert arguments().stack == "prod" and ran[-1] in COMMANDS
    assert set(ran) == {"preview", "status", "doctor", "up", "down", "previews"}


def test_pulumi_knows_the_options_that_it_is_given() -> None:
    found = [one[0] for file in OF_PROJECTS for line in commands(file) if (one := re.search(r"\bpulumi [a-z].*", line))]
    pulumi = shutil.which("pulumi") or str(ROOT / ".tools/pulumi/bin/pulumi")
    assert len(found) == 2
    for line in found:
        words = [word for word in line.partition(" -")[0].split()[1:] if word != "url"]  # an output
        told = subprocess.run([pulumi, *words, "--help"], capture_output=True, text=True, check=True).stdout
        for option in re.findall(r" (--[\w-]+)", line):
            assert f"{option} " in told or f"{option}\n" in told
