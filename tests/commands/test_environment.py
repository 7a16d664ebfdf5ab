"""Variables of other projects lead nothing elsewhere, whatever they say."""

import os
import subprocess
from pathlib import Path

import pytest

from localcloud import shell, supervision
from localcloud.environment import harmless, of_registries
from localcloud.errors import LocalCloudError
from localcloud.place import Place
from tests.commands.conftest import Command, FakePulumi

FOREIGN = {
    "AWS_PROFILE": "missing",
    "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/of/another/project",
    "AWS_SESSION_TOKEN": "of-another-account",
    "DOCKER_TLS_VERIFY": "1",
    "DOCKER_CONTEXT": "minikube",
    "PULUMI_BACKEND_URL": "https://api.pulumi.com",
    "PULUMI_ACCESS_TOKEN": "pul-of-another",
    "PYTHONPATH": "/of/another/project",
    "PYTHONWARNINGS": "error",
    "HTTPS_PROXY": "http://proxy.example:3128",
    "http_proxy": "http://proxy.example:3128",
    "NPM_CONFIG_REGISTRY": "http://npm.example",
    "LD_PRELOAD": "",
    "MY_SECRET": "of-another-project",
}
KEPT = {"HOME": "/home/me", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm"}


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell full of the variables of other projects."""
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)


def test_a_program_gets_what_is_known_to_be_harmless() -> None:
    assert harmless(FOREIGN | KEPT) == KEPT
    assert set(of_registries(FOREIGN | KEPT)) == {"HTTPS_PROXY", "http_proxy", "NPM_CONFIG_REGISTRY"}


def test_pulumi_gets_nothing_of_other_projects(
    foreign: None, command: Command, place: Place, pulumi: FakePulumi
) -> None:
    command("pulumi", "--", "preview")
    got = pulumi.calls[0]["environment"]
    assert {name for name, value in FOREIGN.items() if got.get(name) == value} == set()
    assert got["AWS_ENDPOINT_URL"] == place.endpoint and "AWS_PROFILE" not in got
    assert got["AWS_CONFIG_FILE"] == got["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_the_processes_get_nothing_of_other_projects_and_no_secret_as_an_argument(foreign: None, cloud: Place) -> None:
    supervision.start(cloud)
    for row in supervision.processes(cloud):
        process = Path(f"/proc/{row['pid']}")
        got = dict(entry.partition("=")[::2] for entry in (process / "environ").read_text().split("\0") if entry)
        left = {name for name, value in FOREIGN.items() if got.get(name) == value}
        # The stand-ins install nothing.
        assert left == set(), row["name"]
        assert got["AWS_SECRET_ACCESS_KEY"] == cloud.credentials.secret_key
    configuration = (cloud.folder / "supervisor.conf").read_text()
    assert cloud.credentials.secret_key not in configuration and "proxy.example" not in configuration


def run_in_shell(script: str, variables: dict[str, str]) -> list[str]:
    command = ["sh", "-euc", f'{script}\nenv | sort\necho "PS1=$PS1"']
    run = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    return [line for line in run.stdout.splitlines() if not line.startswith(("PWD=", "OLDPWD=", "_=", "SHLVL="))]


def test_a_shell_with_env_works_on_the_local_cloud_alone(place: Place) -> None:
    variables = FOREIGN | KEPT | {"PS1": "$ "}
    lines = run_in_shell(shell.script(place, variables), variables)
    names = {line.partition("=")[0] for line in lines}
    gone = {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "DOCKER_CONTEXT", "PYTHONPATH"}
    assert names & gone == set()
    assert f"AWS_ENDPOINT_URL={place.endpoint}" in lines
    assert {"NO_PROXY=127.0.0.1,localhost,.localhost", "no_proxy=127.0.0.1,localhost,.localhost"} <= set(lines)
    assert "HTTPS_PROXY=http://proxy.example:3128" in lines  # the user's other programs need it
    assert f"PS1=(local:{place.port}) $ " in lines


def test_aws_of_version_1_is_told_where_the_local_cloud_is(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its RDS and SQS have addresses of their own, so the variable alone does not lead it."""
    (tmp_path / "aws").write_text('#!/bin/sh\necho "called: $*"\n')
    (tmp_path / "aws").chmod(0o755)
    variables = KEPT | {"PATH": f"{tmp_path}:{KEPT['PATH']}", "PS1": ""}
    monkeypatch.setenv("PATH", variables["PATH"])
    lines = run_in_shell(
        f"{shell.script(place, variables)}\naws rds describe\n{shell.OFF}\naws rds describe", variables
    )
    assert [line for line in lines if "called" in line] == [
        f"called: --endpoint-url {place.endpoint} rds describe",
        "called: rds describe",
    ]
    aliased = f"alias aws=true\n{shell.script(place, variables)}\n{shell.OFF}"
    assert run_in_shell(aliased, variables) == run_in_shell("", variables)


@pytest.mark.parametrize("variables", [KEPT | {"PS1": "$ "}, FOREIGN | KEPT | {"PS1": "it's $ ", "NO_PROXY": "a b"}])
def test_the_way_back_leaves_the_shell_as_it_was(place: Place, variables: dict[str, str]) -> None:
    before = run_in_shell("", variables)
    assert run_in_shell(f"{shell.script(place, variables)}\n{shell.OFF}", variables) == before
    # Twice the same, as after a restart.
    inside = variables | {shell.MARK: str(place.port)}
    twice = f"{shell.script(place, variables)}\n{shell.script(place, inside)}\n{shell.OFF}"
    assert run_in_shell(twice, variables) == before


def test_a_shell_works_on_one_local_cloud_at_a_time(place: Place) -> None:
    with pytest.raises(LocalCloudError, match="works on the local cloud of port 1; run `localcloud_off` first"):
        shell.script(place, {shell.MARK: "1"})
