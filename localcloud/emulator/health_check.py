"""A load balancer's health check of one target: the request, and what its answers make of the target's state.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

import contextlib
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.tempo import CHECKS_FASTER, START_CHECK_SECONDS

TRAFFIC_PORT = "traffic-port"


@dataclass(frozen=True, kw_only=True)
class Check:
    """A target group's settings. `port` is None where the target's own port is asked; times are the laptop's."""

    https: bool
    path: str
    port: int | None
    interval: float
    timeout: float
    healthy_after: int
    unhealthy_after: int
    codes: str

    @classmethod
    def of(cls, group: Mapping[str, Any]) -> "Check":
        port = str(group.get("HealthCheckPort") or TRAFFIC_PORT)
        return cls(
            https=group.get("HealthCheckProtocol") == "HTTPS",
            path=str(group.get("HealthCheckPath") or "/"),
            port=None if port == TRAFFIC_PORT else int(port),
            interval=float(group.get("HealthCheckIntervalSeconds") or 30) / CHECKS_FASTER,
            timeout=float(group.get("HealthCheckTimeoutSeconds") or 5),
            healthy_after=int(group.get("HealthyThresholdCount") or 5),
            unhealthy_after=int(group.get("UnhealthyThresholdCount") or 2),
            codes=str((group.get("Matcher") or {}).get("HttpCode") or "200"),
        )


@dataclass(frozen=True)
class Answer:
    """What a check found. AWS's reason code and description; both empty when it passed."""

    reason: str = ""
    description: str = ""


PASSED = Answer()
FAILED = Answer("Target.FailedHealthChecks", "Health checks failed")
TIMED_OUT = Answer("Target.Timeout", "Request timed out")


def accepts(codes: str, status: int) -> bool:
    """Whether a matcher, such as `200`, `200,302` or `200-299`, holds a status."""
    for part in codes.split(","):
        low, _, high = part.strip().partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False


def ask(check: Check, host: str, port: int) -> Answer:
    """One request to a target."""
    connection = _connection(check, host, check.port or port)
    headers = {"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"}
    try:
        with contextlib.closing(connection):
            connection.request("GET", check.path, headers=headers)
            status = connection.getresponse().status
    except TimeoutError:
        return TIMED_OUT
    except (OSError, ValueError, http.client.HTTPException):
        return FAILED
    if accepts(check.codes, status):
        return PASSED
    return Answer("Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]")


def _connection(check: Check, host: str, port: int) -> http.client.HTTPConnection:
    if not check.https:
        return http.client.HTTPConnection(host, port, timeout=check.timeout)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a load balancer does not look at the name
    return http.client.HTTPSConnection(host, port, timeout=check.timeout, context=context)


@dataclass(kw_only=True)
class Health:
    """A registered target's state in AWS's words, and since when it is registered."""

    since: float
    state: str = "initial"
    reason: str = "Elb.RegistrationInProgress"
    description: str = "Target registration is in progress"
    passed: int = 0
    failed: int = 0
    failing_since: float = 0.0

    def note(self, answer: Answer, check: Check, now: float) -> None:
        """Take an answer into account. A new target is healthy after a single passed check, as AWS documents it."""
        if answer == PASSED:
            self.passed, self.failed = self.passed + 1, 0
            if self.state == "initial" or self.passed >= check.healthy_after:
                self.state, self.reason, self.description = "healthy", "", ""
            return
        self.failing_since = self.failing_since if self.failed else now
        self.passed, self.failed = 0, self.failed + 1
        # A target that starts is asked more often than the interval says, which must not condemn it sooner.
        failed_for = now - self.failing_since
        if self.failed >= check.unhealthy_after and failed_for >= check.interval * (check.unhealthy_after - 1):
            self.state = "unhealthy"
        if self.state == "unhealthy":
            self.reason, self.description = answer.reason, answer.description
        elif self.state == "initial":
            self.reason, self.description = "Elb.InitialHealthChecking", "Initial health checks in progress"

    def pause(self, check: Check) -> float:
        """Seconds until the next check."""
        return check.interval if self.state == "healthy" else min(START_CHECK_SECONDS, check.interval)
