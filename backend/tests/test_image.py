"""What the image's files promise to whoever builds and runs it."""

import json

from tests.backend import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
FINAL_STAGE = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]


def line(instruction: str) -> str:
    (found,) = [line for line in FINAL_STAGE.splitlines() if line.startswith(f"{instruction} ")]
    return found.removeprefix(f"{instruction} ")


def test_the_commands_are_in_json_form_so_that_signals_reach_the_process() -> None:
    assert json.loads(line("CMD")) == ["python", "-m", "app"]
    assert json.loads(line("HEALTHCHECK").split("CMD ")[1]) == ["python", "-m", "app.healthcheck"]
    assert line("STOPSIGNAL") == "SIGTERM"


def test_it_does_not_run_as_root() -> None:
    assert line("USER") == "app"


def test_the_context_admits_what_the_stages_copy_and_nothing_else() -> None:
    rules = (ROOT / ".dockerignore").read_text().split()
    assert rules[0] == "*"
    admitted = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == admitted
