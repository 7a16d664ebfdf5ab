"""The load balancer's health check: what passes, and how a target's state follows from its answers."""

import itertools
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from localcloud.emulator.health_check import FAILED, PASSED, TIMED_OUT, Answer, Check, Health, accepts, ask
from localcloud.tempo import CHECKS_FASTER, START_CHECK_SECONDS

ADDRESS = "127.0.0.1"
GROUP = {
    "HealthCheckProtocol": "HTTP",
    "HealthCheckPort": "traffic-port",
    "HealthCheckPath": "/live",
    "HealthCheckIntervalSeconds": 15,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 2,
    "UnhealthyThresholdCount": 3,
    "Matcher": {"HttpCode": "200"},
}
CHECK = Check.of(GROUP)


class Program(BaseHTTPRequestHandler):
    """Answers `/<status>` with that status, and never to `/wait`."""

    over = threading.Event()
    agents: list[str] = []  # noqa: RUF012 (the server makes an instance for each request; a test reads this)

    def do_GET(self) -> None:
        self.agents.append(self.headers["User-Agent"])
        if self.path == "/wait":
            self.over.wait(60)
            return
        self.send_response(int(self.path[1:]))
        self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer((ADDRESS, 0), Program) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        Program.over.set()
        server.shutdown()
        thread.join()


def check(**changes: Any) -> Check:
    return Check.of({**GROUP, **changes})


def test_a_target_that_answers_with_an_accepted_code_passes(port: int) -> None:
    assert ask(check(HealthCheckPath="/200"), ADDRESS, port) == PASSED
    assert ask(check(HealthCheckPath="/204", Matcher={"HttpCode": "200-299"}), ADDRESS, port) == PASSED
    assert Program.agents[-1] == "ELB-HealthChecker/2.0"


@pytest.mark.parametrize("status", [500, 404, 302])
def test_another_code_fails_and_is_told_and_no_redirect_is_followed(port: int, status: int) -> None:
    told = f"Health checks failed with these codes: [{status}]"
    assert ask(check(HealthCheckPath=f"/{status}"), ADDRESS, port) == Answer("Target.ResponseCodeMismatch", told)


def test_a_target_that_does_not_answer_in_time_fails(port: int) -> None:
    assert ask(check(HealthCheckPath="/wait", HealthCheckTimeoutSeconds=0.1), ADDRESS, port) == TIMED_OUT


def test_a_target_that_refuses_connections_fails() -> None:
    with socket.socket() as unused:
        unused.bind((ADDRESS, 0))
        assert ask(CHECK, ADDRESS, unused.getsockname()[1]) == FAILED


def test_a_target_that_speaks_no_http_fails() -> None:
    with socket.create_server((ADDRESS, 0)) as server:

        def greet() -> None:
            client, _ = server.accept()
            with client:
                client.recv(1000)
                client.sendall(b"hello\r\n\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        assert ask(CHECK, ADDRESS, server.getsockname()[1]) == FAILED
        thread.join()


def test_a_group_may_name_a_port_of_its_own_for_the_check(port: int) -> None:
    asked = check(HealthCheckPort=str(port), HealthCheckPath="/200")
    assert ask(asked, ADDRESS, 1) == PASSED


@pytest.mark.parametrize(
    ("codes", "status", "accepted"),
    [("200", 200, True), ("200", 201, False), ("200,302", 302, True), ("200-299", 299, True), ("200-299", 300, False)],
)
def test_a_matcher_is_a_code_a_list_or_a_range(codes: str, status: int, accepted: bool) -> None:
    assert accepts(codes, status) is accepted


def states(answers: list[Answer], *, every: float = CHECK.interval) -> list[str]:
    """The state after each answer of a new target that is asked `every` so many seconds."""
    health = Health(since=0)
    seen = []
    for number, answer in enumerate(answers):
        health.note(answer, CHECK, number * every)
        seen.append(health.state)
    return seen


def test_a_new_target_is_healthy_after_a_single_passed_check() -> None:
    assert states([FAILED, PASSED]) == ["initial", "healthy"]


def test_a_target_is_unhealthy_after_as_many_failures_in_a_row_as_the_group_says() -> None:
    assert states([PASSED, FAILED, FAILED, PASSED, FAILED, FAILED, FAILED])[2:] == [
        "healthy",
        "healthy",
        "healthy",
        "healthy",
        "unhealthy",
    ]


def test_an_unhealthy_target_must_pass_as_many_checks_in_a_row_as_the_group_says() -> None:
    assert states([FAILED, FAILED, FAILED, PASSED, FAILED, PASSED, PASSED])[2:] == [
        "unhealthy",
        "unhealthy",
        "unhealthy",
        "unhealthy",
        "healthy",
    ]


def test_a_start_that_is_watched_closely_is_given_no_less_time() -> None:
    seen = states([FAILED] * 100, every=START_CHECK_SECONDS)
    assert seen.index("unhealthy") * START_CHECK_SECONDS >= CHECK.interval * 2
    assert list(itertools.dropwhile(lambda state: state == "initial", seen)) == ["unhealthy"] * seen.count("unhealthy")


def test_a_target_tells_awss_reason_for_its_state() -> None:
    health = Health(since=0)
    assert (health.reason, health.description) == ("Elb.RegistrationInProgress", "Target registration is in progress")
    health.note(FAILED, CHECK, 0)
    assert health.reason == "Elb.InitialHealthChecking"
    health.note(FAILED, CHECK, CHECK.interval)
    health.note(TIMED_OUT, CHECK, 2 * CHECK.interval)
    assert (health.state, health.reason) == ("unhealthy", "Target.Timeout")
    health.note(FAILED, CHECK, 3 * CHECK.interval)
    assert health.reason == "Target.FailedHealthChecks"
    health.note(PASSED, CHECK, 4 * CHECK.interval)
    health.note(PASSED, CHECK, 5 * CHECK.interval)
    assert (health.state, health.reason, health.description) == ("healthy", "", "")


def test_a_healthy_target_is_asked_by_its_interval_and_any_other_soon() -> None:
    assert Health(since=0).pause(CHECK) == START_CHECK_SECONDS
    assert Health(since=0, state="unhealthy").pause(CHECK) == START_CHECK_SECONDS
    assert Health(since=0, state="healthy").pause(CHECK) == 15 / CHECKS_FASTER
