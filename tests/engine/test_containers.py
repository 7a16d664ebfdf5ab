"""Containers through the Docker SDK: processes with the life that Docker gives them."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest
from docker.errors import APIError, NotFound

from tests.engine.support import Engine, endpoint, eventually, get, is_alive


def python(program: str) -> list[str]:
    return ["python", "-c", program]


def test_a_program_serves_where_its_container_says(web: Engine) -> None:
    container = web.serve("web:1")
    assert json.loads(get(endpoint(container)))["version"] == "v1"
    assert container.health == "unknown", "an image's HEALTHCHECK is not asked"


def test_containers_have_addresses_of_their_own(web: Engine) -> None:
    places = [endpoint(web.serve("web:1")) for _ in range(3)]
    assert len(set(places)) == 3
    assert all(place.startswith("http://127.") and place.endswith(":8000") for place in places)
    assert {json.loads(get(place))["address"] for place in places} == {place[7:-5] for place in places}


def test_a_process_gets_the_environment_of_its_container_only(web: Engine) -> None:
    container = web.serve(
        "web:1",
        environment={"GREETING": "a=b", "AWS_ENDPOINT_URL": "http://host.docker.internal:1"},
        extra_hosts={"host.docker.internal": "host-gateway"},
    )
    facts = json.loads(get(endpoint(container)))
    environment = facts["environment"]
    assert set(environment) - {"LC_CTYPE"} == {
        *("GREETING", "AWS_ENDPOINT_URL"),  # the container's
        *("MODE", "PYTHONUNBUFFERED", "PATH"),  # the image's
        "VIRTUAL_ENV",  # of the image's packages: a tool that installs or runs Python finds them
        *("HOST", "PORT", "HOME", "TMPDIR", "HOSTNAME"),  # every process's
    }
    assert environment["GREETING"] == "a=b"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert facts["folder"].startswith(str(web.state / "images"))


def test_stop_lets_requests_in_flight_finish(web: Engine) -> None:
    container = web.serve("web:1")
    place, answers = endpoint(container), list[bytes]()
    request = threading.Thread(target=lambda: answers.append(get(f"{place}/slow")))
    request.start()
    eventually(lambda: b"a slow answer begins" in container.logs())
    container.stop(timeout=60)
    request.join()
    container.reload()
    assert (len(answers), container.attrs["State"]["ExitCode"]) == (1, 0)
    assert container.logs().decode().splitlines()[-1] == "stopped gracefully"


def test_who_ignores_the_signal_is_killed_with_all_children(web: Engine) -> None:
    program = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(child.pid, flush=True); signal.pause()"
    )
    container = web.run("web:1", command=python(program))
    child = int(eventually(container.logs))
    container.stop(timeout=0)
    assert container.wait()["StatusCode"] == 137
    eventually(lambda: not is_alive(child))


def test_a_task_ends_with_its_exit_code_and_its_lines_stay(web: Engine) -> None:
    container = web.run("web:1", command=python("print('migrated'); raise SystemExit(3)"))
    assert container.wait()["StatusCode"] == 3
    container.reload()
    assert (container.status, container.attrs["State"]["ExitCode"]) == ("exited", 3)
    assert container.logs() == b"migrated\n"
    assert container.attrs["NetworkSettings"]["Networks"]["localcloud"]["IPAddress"] == ""


def test_logs_are_followed_to_the_end(web: Engine) -> None:
    container = web.run(
        "web:1", command=python("import time\nfor n in range(3): print(n, flush=True); time.sleep(0.3)")
    )
    assert b"".join(container.logs(stream=True, follow=True)) == b"0\n1\n2\n"
    assert container.logs(tail=1) == b"2\n"


def test_who_exits_at_start_tells_why(web: Engine) -> None:
    container = web.run("web:1", environment={"MODE": "crash"})
    assert container.wait()["StatusCode"] == 1
    assert container.logs() == b"configuration is broken\n"


def test_a_program_that_does_not_exist_ends_with_127(web: Engine) -> None:
    container = web.run("web:1", command=["no-such-program"])
    assert container.wait()["StatusCode"] == 127
    assert b"no-such-program" in container.logs()


def test_lists_are_filtered(web: Engine) -> None:
    web.run("web:1", name="one", labels={"part": "a", "owner": "x"})
    web.run("web:1", name="two", labels={"part": "b", "owner": "x"}, command=python("pass")).wait()

    def names(**options: object) -> list[str | None]:
        return sorted(found.name for found in web.client.containers.list(**options))  # type: ignore[arg-type, type-var]

    assert names() == ["one"]
    assert names(all=True) == ["one", "two"]
    assert names(all=True, filters={"label": ["owner=x", "part=b"]}) == ["two"]
    assert names(filters={"status": "exited"}) == ["two"]
    assert names(all=True, filters={"label": ["part"], "name": "one"}) == ["one"]


def test_names_are_unique_and_free_again_after_removal(web: Engine) -> None:
    first = web.run("web:1", name="web")
    with pytest.raises(APIError, match="already in use"):
        web.run("web:1", name="web")
    with pytest.raises(APIError, match="it is running"):
        first.remove()
    first.remove(force=True)
    with pytest.raises(NotFound):
        first.reload()
    assert web.run("web:1", name="web").status == "running"


def test_a_container_can_start_again(web: Engine) -> None:
    container = web.serve("web:1")
    container.restart()
    eventually(lambda: container.logs().count(b" listens\n") == 2)
    assert json.loads(get(endpoint(container)))["version"] == "v1"
    assert container.logs().decode().splitlines() == ["v1 listens", "stopped gracefully", "v1 listens"]


def test_no_process_outlives_a_stopped_engine(web: Engine) -> None:
    pids = [json.loads(get(endpoint(web.serve("web:1"))))["pid"] for _ in range(2)]
    web.stop()
    assert not any(map(is_alive, pids))


def test_a_killed_engine_takes_its_processes_along(web: Engine) -> None:
    pid = json.loads(get(endpoint(web.serve("web:1"))))["pid"]
    web.kill()
    eventually(lambda: not is_alive(pid))


def test_the_next_engine_ends_what_a_killed_one_left(web: Engine) -> None:
    # A session of its own: neither the group's nor the parent's death reaches it.
    detached = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True).pid"
    program = f"import subprocess, sys, time; print({detached}, flush=True); time.sleep(600)"
    child = int(eventually(web.run("web:1", command=python(program)).logs))
    stranger = subprocess.Popen(["sleep", "60"])
    web.kill()
    assert is_alive(child)
    web.start()
    assert not is_alive(child)
    assert is_alive(stranger.pid)
    stranger.kill()
    stranger.wait()
    assert list((web.state / "containers").iterdir()) == []
    assert web.client.containers.list(all=True) == []


def test_one_engine_per_state_folder(web: Engine) -> None:
    second = subprocess.run(web.command(), capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 1
    assert "belongs to an engine that is running" in second.stderr


def test_what_the_engine_cannot_do_it_says(web: Engine) -> None:
    with pytest.raises(APIError, match="does not have this call of the Docker API"):
        web.run("web:1").exec_run("true")


def test_a_paused_engine_answers_later(web: Engine) -> None:
    """A laptop that sleeps: nothing is ended for it."""
    container = web.run("web:1")
    os.kill(web.running.pid, signal.SIGSTOP)
    time.sleep(3)
    os.kill(web.running.pid, signal.SIGCONT)
    time.sleep(1)
    container.reload()
    assert container.status == "running"
