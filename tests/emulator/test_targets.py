"""The emulator's load balancer: it asks its targets, tells their health, and routes to the healthy ones."""

import threading
import urllib.error
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.emulator.conftest import Client
from tests.engine.support import Emulator, eventually, get

CHECK = {"HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2}


class Program(ThreadingHTTPServer):
    """Tells its address; `well` says what its health check answers, and `/slow` waits for `go`."""

    def __init__(self, address: str) -> None:
        super().__init__((address, 0), Handler)
        self.well = True
        self.asked, self.go = threading.Event(), threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Program

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.server.asked.set()
            self.server.go.wait(20)
        body = str(self.server.server_address[0]).encode()
        self.send_response(200 if self.server.well or self.path != "/health" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def program(address: str) -> Iterator[Program]:
    with Program(address) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.go.set()
        server.shutdown()
        thread.join()


class Group:
    """A target group behind a load balancer of its own, unless it is `unused`."""

    def __init__(self, emulator: Emulator, aws: Client, name: str, *, unused: bool = False) -> None:
        self.emulator, self.elb = emulator, aws("elbv2")
        made = self.elb.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId="v", TargetType="ip", UnhealthyThresholdCount=2, **CHECK
        )
        self.arn = made["TargetGroups"][0]["TargetGroupArn"]
        self.host = ""
        if not unused:
            balancer = self.elb.create_load_balancer(Name=name, Subnets=["a", "b"])["LoadBalancers"][0]
            action = {"Type": "forward", "TargetGroupArn": self.arn}
            self.elb.create_listener(
                LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[action]
            )
            self.host = balancer["DNSName"]

    def add(self, *programs: Program) -> None:
        self.elb.register_targets(TargetGroupArn=self.arn, Targets=[target(one) for one in programs])

    def remove(self, one: Program) -> None:
        self.elb.deregister_targets(TargetGroupArn=self.arn, Targets=[target(one)])

    def health(self) -> dict[str, Any]:
        described = self.elb.describe_target_health(TargetGroupArn=self.arn)["TargetHealthDescriptions"]
        return {one["Target"]["Id"]: one["TargetHealth"] for one in described}

    def states(self) -> dict[str, str]:
        return {address: one["State"] for address, one in self.health().items()}

    def get(self, path: str = "/") -> str:
        return get(f"{self.emulator.url}{path}", self.host).decode()

    def answers(self) -> set[str]:
        return set(Counter(self.get() for _ in range(30)))


def target(one: Program) -> dict[str, Any]:
    return {"Id": one.server_address[0], "Port": one.server_address[1]}


def test_requests_go_to_the_healthy_targets_and_where_there_is_none_to_all(emulator: Emulator, aws: Client) -> None:
    group = Group(emulator, aws, "route")
    with program("127.8.0.1") as one, program("127.8.0.2") as two:
        two.well = False
        group.add(one, two)
        eventually(lambda: group.states() == {"127.8.0.1": "healthy", "127.8.0.2": "unhealthy"})
        reason = {"State": "unhealthy", "Reason": "Target.ResponseCodeMismatch"}
        told = {**reason, "Description": "Health checks failed with these codes: [503]"}
        assert group.health()["127.8.0.2"] == told
        assert group.answers() == {"127.8.0.1"}
        one.well = False
        eventually(lambda: set(group.states().values()) == {"unhealthy"})
        assert group.answers() == {"127.8.0.1", "127.8.0.2"}
        two.well = True
        eventually(lambda: group.states()["127.8.0.2"] == "healthy")
        assert group.answers() == {"127.8.0.2"}


def test_a_target_that_refuses_connections_is_never_healthy(emulator: Emulator, aws: Client) -> None:
    group = Group(emulator, aws, "refuse")
    with program("127.8.0.3") as gone:
        pass
    seen: list[str] = []
    group.add(gone)

    def is_unhealthy() -> bool:
        seen.append(group.states()["127.8.0.3"])
        return seen[-1] == "unhealthy"

    eventually(is_unhealthy)
    assert set(seen) <= {"initial", "unhealthy"}
    assert group.health()["127.8.0.3"]["Reason"] == "Target.FailedHealthChecks"
    with pytest.raises(urllib.error.HTTPError, match="502"):
        group.get()


def test_a_group_that_no_listener_uses_is_not_asked(emulator: Emulator, aws: Client) -> None:
    group = Group(emulator, aws, "unused", unused=True)
    with program("127.8.0.4") as one:
        group.add(one)
        assert group.health()["127.8.0.4"]["Reason"] == "Target.NotInUse"
    asked = group.elb.describe_target_health(TargetGroupArn=group.arn, Targets=[{"Id": "127.8.0.9", "Port": 80}])
    assert asked["TargetHealthDescriptions"][0]["TargetHealth"]["Reason"] == "Target.NotRegistered"


def test_a_deregistered_target_drains_until_it_has_answered(emulator: Emulator, aws: Client) -> None:
    group = Group(emulator, aws, "drain")
    with program("127.8.0.5") as one:
        group.add(one)
        eventually(lambda: group.states() == {"127.8.0.5": "healthy"})
        answers: list[str] = []
        request = threading.Thread(target=lambda: answers.append(group.get("/slow")))
        request.start()
        assert one.asked.wait(20)
        group.remove(one)
        eventually(lambda: group.states() == {"127.8.0.5": "draining"})
        assert group.health()["127.8.0.5"]["Reason"] == "Target.DeregistrationInProgress"
        one.go.set()
        request.join()
        assert answers == ["127.8.0.5"]
        eventually(lambda: group.states() == {})
