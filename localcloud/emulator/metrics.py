"""The metrics of load balancers and their targets, which AWS makes: alarms and scaling look at them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NoReturn

from ministack.core.responses import request_scope
from ministack.services import alb, cloudwatch

NAMESPACE = "AWS/ApplicationELB"
PUT_SECONDS = 5
SLOWEST = 200  # answers of one target group whose time is told, each time

logger = logging.getLogger(__name__)


def suffix(arn: str, kind: str) -> str:
    """How CloudWatch calls it: `app/name/id`, `targetgroup/name/id`."""
    return arn.partition(f":{kind}")[2].removeprefix("/") if kind == "loadbalancer" else arn.rpartition(":")[2]


def balancers_of(group: str) -> set[str]:
    """Those whose listeners or rules route to a target group."""
    listeners = {one["ListenerArn"]: one["LoadBalancerArn"] for one in alb._listeners._data.values()}
    owners = [*alb._listeners._data.values(), *alb._rules._data.values()]
    return {
        listeners[one["ListenerArn"]]
        for one in owners
        if one["ListenerArn"] in listeners
        and any(
            action.get("TargetGroupArn") == group
            for action in [*one.get("DefaultActions", ()), *one.get("Actions", ())]
        )
    }


class Measured:
    """What the targets of each group answered since it was told last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, list[tuple[int, float]]] = defaultdict(list)

    def answered(self, group: str, status: int, seconds: float) -> None:
        with self._lock:
            self._answers[group].append((status, seconds))

    def taken(self) -> dict[str, list[tuple[int, float]]]:
        with self._lock:
            found, self._answers = dict(self._answers), defaultdict(list)
        return found


MEASURED = Measured()


def figures(answers: list[tuple[int, float]], healthy: int, unhealthy: int) -> Iterator[tuple[str, float]]:
    yield "HealthyHostCount", healthy
    yield "UnHealthyHostCount", unhealthy
    if answers:
        yield "RequestCount", len(answers)
        yield "RequestCountPerTarget", len(answers) / max(healthy + unhealthy, 1)
        yield "HTTPCode_Target_5XX_Count", sum(status >= 500 for status, _ in answers)
        for _, seconds in sorted(answers, key=lambda one: -one[1])[:SLOWEST]:
            yield "TargetResponseTime", seconds


def put(health: Callable[[str], tuple[int, int]], groups: set[str]) -> None:
    """`health`: of a group, how many targets are healthy, and how many are not."""
    answers = MEASURED.taken()
    for group in groups:
        account, region = group.split(":")[4], group.split(":")[3]
        with request_scope(account, region):
            for balancer in balancers_of(group):
                of = {"TargetGroup": suffix(group, "targetgroup"), "LoadBalancer": suffix(balancer, "loadbalancer")}
                for name, value in figures(answers.get(group, []), *health(group)):
                    cloudwatch.record_metric(NAMESPACE, name, value, dimensions=of)
                    if name == "RequestCountPerTarget":
                        cloudwatch.record_metric(NAMESPACE, name, value, dimensions={"TargetGroup": of["TargetGroup"]})


def watch(health: Callable[[str], tuple[int, int]], groups: Callable[[], set[str]]) -> NoReturn:
    while True:
        time.sleep(PUT_SECONDS)
        try:
            put(health, groups())
        except Exception:  # the next figures may be right
            logger.exception("metrics of load balancers")
