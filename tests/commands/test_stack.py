"""What the commands know of Pulumi's state, and how they call Pulumi."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from localcloud import stack, supervision
from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, Place
from tests.commands.conftest import FakePulumi
from tests.unit.stack_files import PROJECT


def lock(place: Place, pid: int) -> Path:
    file = place.folder / f"pulumi/.pulumi/locks/organization/{stack.project()}/local/1.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"pid": pid}))
    return file


def test_the_project_has_the_name_of_pulumi_yaml() -> None:
    assert stack.project() == PROJECT


def test_nothing_is_deployed_before_the_first_up(place: Place) -> None:
    assert stack.deployment(place) == {} and stack.outputs(place) == {} and stack.resource_count(place) == 0
    assert not stack.was_interrupted(place)


def test_the_stack_is_made_once_and_resources_are_counted_without_components(place: Place, pulumi: FakePulumi) -> None:
    stack.ensure(place)
    stack.ensure(place)
    assert [call["arguments"] for call in pulumi.calls] == [["stack", "init", "local", "--no-select"]]
    stack.pulumi(place, "up")
    assert stack.resource_count(place) == 5
    assert stack.outputs(place)["url"] == "http://d1.cloudfront.localhost:1"


def test_pulumi_runs_in_the_project_against_this_cloud(place: Place, pulumi: FakePulumi) -> None:
    stack.pulumi(place, "up")
    (call,) = pulumi.calls
    assert call["cwd"] == str(ROOT)
    assert {**call["environment"], **place.pulumi_environment} == call["environment"]


def test_the_exit_code_is_pulumis(place: Place, pulumi: FakePulumi) -> None:
    pulumi.fail("up")
    assert stack.pulumi(place, "up") == 3
    pulumi.mend("up")
    assert stack.pulumi(place, "up") == 0


def test_a_stack_that_cannot_be_made_is_an_error(place: Place, pulumi: FakePulumi) -> None:
    pulumi.fail("stack")
    with pytest.raises(LocalCloudError, match="could not make the stack `local`"):
        stack.ensure(place)


def test_a_missing_pulumi_names_the_command_that_installs_it(
    place: Place, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LocalCloudError, match=r"^pulumi: neither on PATH nor in \.tools/; run `make setup`"):
        stack.pulumi(place, "up")


def test_a_state_that_is_not_json_is_named_with_its_backup(place: Place) -> None:
    state = stack.state_file(place)
    state.parent.mkdir(parents=True)
    state.write_text('{"checkpoint": ')
    with pytest.raises(LocalCloudError, match=r"local\.json: Pulumi's state must be JSON .*local\.json\.bak"):
        stack.outputs(place)


def test_a_state_is_read_once_until_pulumi_writes_it_anew(place: Place, pulumi: FakePulumi) -> None:
    stack.ensure(place)
    before = stack.read_deployment.cache_info()
    assert stack.resource_count(place) == 0 and stack.outputs(place) == {} and stack.versions(place) == {}
    stack.pulumi(place, "up")
    assert stack.resource_count(place) == 5 and stack.versions(place) == {"backend": "b1"}
    assert stack.read_deployment.cache_info().misses == before.misses + 2


def test_the_lock_of_a_pulumi_that_was_killed_is_lifted(place: Place, pulumi: FakePulumi) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
        file = lock(place, ended.pid)
    stack.ensure(place)
    assert not file.exists()


def test_the_lock_of_another_program_with_the_same_number_is_lifted(place: Place, pulumi: FakePulumi) -> None:
    file = lock(place, os.getpid())
    stack.ensure(place)
    assert not file.exists()


def test_the_lock_of_a_pulumi_at_work_is_respected(place: Place, pulumi: FakePulumi) -> None:
    at_work = pulumi.folder / "pulumi-at-work"
    at_work.symlink_to("/usr/bin/sleep")
    with subprocess.Popen([at_work, "60"]) as process:
        file = lock(place, process.pid)
        with pytest.raises(LocalCloudError, match=rf"another run \(pid {process.pid}\) is at work"):
            stack.ensure(place)
        assert file.exists()
        process.kill()


def renamed(folder: Path, name: str, program: str) -> Path:
    """The program under another name, by which the system then knows its process."""
    (folder / name).symlink_to(program)
    return folder / name


def test_a_stop_ends_what_a_killed_pulumi_left_and_nothing_else(
    place: Place, pulumi: FakePulumi, tmp_path: Path
) -> None:
    helper = renamed(tmp_path, "pulumi-language-python", "/usr/bin/sleep")
    parent = renamed(tmp_path, "pulumi", "/bin/sh")
    ours = {**os.environ, **place.pulumi_environment}
    theirs = {**ours, "PULUMI_HOME": f"{ours['PULUMI_HOME']}-of-another-checkout"}
    at_work = [str(parent), "-c", f"{helper} 600 & echo $!; wait"]
    orphan = subprocess.Popen([helper, "600"], env=ours)
    stranger = subprocess.Popen([helper, "600"], env=theirs)
    of_the_shell = subprocess.Popen(["sleep", "600"], env=ours)
    working = subprocess.Popen(at_work, env=ours, stdout=subprocess.PIPE, text=True)
    started = [psutil.Process(process.pid) for process in (orphan, stranger, of_the_shell, working)]
    try:
        assert working.stdout is not None
        started.append(child := psutil.Process(int(working.stdout.readline())))
        while not child.name().startswith("pulumi-language"):
            time.sleep(0.01)
        stack.stop(place)
        assert psutil.wait_procs([started[0]], timeout=60)[1] == []
        assert [process.is_running() for process in started] == [False, True, True, True, True]
    finally:
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for one in (orphan, stranger, of_the_shell, working):
            one.communicate()


def test_state_and_cloud_agree_until_a_run_begins_or_the_emulator_lives_anew(
    place: Place, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = "1 since 1"
    monkeypatch.setattr(supervision, "emulator_life", lambda _: life)
    stack.ensure(place)
    stack.note_agreement(place)
    assert not stack.was_interrupted(place)
    stack.note_disagreement(place)
    assert stack.was_interrupted(place)
    stack.note_agreement(place)
    life = "2 since 2"
    assert stack.was_interrupted(place)


@pytest.mark.parametrize("agreed", [True, False])
def test_an_orderly_stop_keeps_what_was_known(
    place: Place, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, agreed: bool
) -> None:
    life = "1 since 1"
    monkeypatch.setattr(supervision, "emulator_life", lambda _: life)
    stack.ensure(place)
    if agreed:
        stack.note_agreement(place)
    stack.stop(place)
    life = "2 since 2"
    assert stack.was_interrupted(place) is not agreed


def test_ctrl_c_is_left_to_pulumi_and_holds_again_afterwards() -> None:
    with stack.interrupts_left_to_the_child():
        meanwhile = threading.Timer(0, os.kill, (os.getpid(), signal.SIGINT))
        meanwhile.start()
        subprocess.run(["true"], check=True)
        meanwhile.join()
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
