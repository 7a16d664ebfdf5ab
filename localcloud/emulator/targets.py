"""Load balancers whose target groups check their targets, and route to the healthy ones only.

MiniStack calls every registered target healthy. Here each target of a group that a listener uses is really asked, and
`describe_target_health` tells what came of it.
"""

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from ministack.services import alb

from localcloud.emulator import upstream
from localcloud.emulator.health_check import FAILED, PASSED, Answer, Check, Health, ask
from localcloud.emulator.metrics import MEASURED

TICK_SECONDS = 0.1
WORKERS = 16
POLL_SECONDS = 0.02
DEFAULT_DRAIN_SECONDS = 300.0

logger = logging.getLogger(__name__)


class Target(NamedTuple):
    """One target of one group; the group's ARN holds account and region."""

    group: str
    id: str
    port: int

    @property
    def account(self) -> str:
        return self.group.split(":")[4]


def group_of(arn: str) -> dict[str, Any] | None:
    _, _, _, region, account, _ = arn.split(":", 5)
    found: dict[str, Any] | None = alb._tgs.get_scoped(account, region, arn)
    return found


def registered(arn: str) -> list[Target]:
    account, group = arn.split(":")[4], group_of(arn) or {}
    rows = alb._targets._data.get((account, arn), [])
    return [Target(arn, row["Id"], int(row.get("Port") or group.get("Port") or 80)) for row in list(rows)]


def groups_in_use() -> set[str]:
    """The groups that a listener or a rule routes to; AWS checks no target of any other."""
    owners = [*alb._listeners._data.values(), *alb._rules._data.values()]
    actions = [action for one in owners for action in [*one.get("DefaultActions", ()), *one.get("Actions", ())]]
    return {action["TargetGroupArn"] for action in actions if action.get("TargetGroupArn")}


def is_checked(group: dict[str, Any]) -> bool:
    return group.get("TargetType") != "lambda" and bool(group.get("HealthCheckEnabled", True))


class Targets:
    """The health of every target, kept by a thread that asks them.

    `vouch` tells whether it is the target's own program that answers at its address.
    """

    def __init__(self, vouch: Callable[[Target], bool]) -> None:
        self._vouch = vouch
        self._health: dict[Target, Health] = {}
        self._due: dict[Target, float] = {}
        self._asked: set[Target] = set()
        self._in_flight: Counter[Target] = Counter()
        self._routing = threading.Lock()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="health-check")

    def look(self) -> None:
        """Learn which targets there are, and ask those that are due."""
        used = groups_in_use()
        groups = [group for group in list(alb._tgs._data.values()) if is_checked(group)]
        checked = {arn: Check.of(group) for group in groups if (arn := group["TargetGroupArn"]) in used}
        now = time.monotonic()
        there = {target for arn in checked for target in registered(arn)}
        for target in self._health.keys() - there:
            del self._health[target], self._due[target]
        for target in there:
            self._health.setdefault(target, Health(since=now))
            if target not in self._asked and now >= self._due.setdefault(target, now):
                self._asked.add(target)
                self._workers.submit(self._ask, target, self._health[target], checked[target.group])

    def _ask(self, target: Target, health: Health, check: Check) -> None:
        try:
            answer = ask(check, target.id, target.port)
            # Who answers is looked up only before a target gets requests: it takes longer than the check.
            if answer == PASSED and health.state != "healthy" and not self._vouch(target):
                answer = Answer(FAILED.reason, f"{FAILED.description}: another program answers at this address")
            health.note(answer, check, time.monotonic())
        except Exception:  # nobody looks at what a worker raises
            logger.exception("the check of %s failed", target)
        finally:
            self._due[target] = time.monotonic() + health.pause(check)
            self._asked.discard(target)

    def health(self, target: Target) -> Health | None:
        """None where the target is not checked."""
        return self._health.get(target)

    def is_healthy(self, target: Target) -> bool:
        known = self._health.get(target)
        return known is not None and known.state == "healthy"

    def hosts(self, arn: str) -> tuple[int, int]:
        """Of a group, how many targets are healthy, and how many are not."""
        states = [health.state for one in registered(arn) if (health := self._health.get(one))]
        return states.count("healthy"), states.count("unhealthy")

    def choose(self, arn: str) -> Target | None:
        """A target for a request, of the healthy ones, or where there is none, of all ("fail open").

        It counts as busy until `done`.
        """
        with self._routing:
            everyone = registered(arn)
            if not everyone:
                return None
            chosen = random.choice(list(filter(self.is_healthy, everyone)) or everyone)  # noqa: S311 (no secret)
            self._in_flight[chosen] += 1
            return chosen

    def done(self, target: Target) -> None:
        with self._routing:
            self._in_flight[target] -= 1
            if not self._in_flight[target]:
                del self._in_flight[target]

    def is_busy(self, target: Target) -> bool:
        with self._routing:
            return target in self._in_flight

    def drain(self, target: Target) -> None:
        """Wait until a target that was deregistered has answered its requests, at most its group's delay."""
        deadline = time.monotonic() + drain_seconds(target)
        while self.is_busy(target) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def draining(self, arn: str) -> Iterator[Target]:
        there = set(registered(arn))
        with self._routing:
            yield from [one for one in self._in_flight if one.group == arn and one not in there]


def drain_seconds(target: Target) -> float:
    attributes = alb._tg_attrs._data.get((target.account, target.group), [])
    found = [row["Value"] for row in attributes if row["Key"] == "deregistration_delay.timeout_seconds"]
    return float(found[0]) if found else DEFAULT_DRAIN_SECONDS


def description(targets: Targets, arn: str, target: Target, *, registered_there: bool) -> tuple[str, str, str]:
    """A target's state, AWS's reason code and its description."""
    if target in set(targets.draining(arn)):
        return "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
    if not registered_there:
        return "unused", "Target.NotRegistered", "Target is not registered to the target group"
    if arn not in groups_in_use():
        return "unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"
    if not is_checked(group_of(arn) or {}):
        return "unavailable", "Target.HealthCheckDisabled", "Health checks are disabled for this target group"
    health = targets.health(target) or Health(since=0)  # registered a moment ago
    return health.state, health.reason, health.description


def serve(targets: Targets) -> None:
    """Let MiniStack's load balancers route by health and tell it."""

    def describe(params: Any) -> Any:
        arn = alb._p(params, "TargetGroupArn")
        if arn not in alb._tgs:
            return alb._error("TargetGroupNotFound", f"Target group '{arn}' not found.")
        there = registered(arn)
        asked = [(row["Id"], row.get("Port")) for row in alb._parse_targets_param(params)]
        default = int((group_of(arn) or {}).get("Port") or 80)
        shown = [Target(arn, one, int(port or default)) for one, port in asked]
        shown = shown or [*there, *targets.draining(arn)]
        rows = [described(one, description(targets, arn, one, registered_there=one in there)) for one in shown]
        body = f"<TargetHealthDescriptions>{''.join(rows)}</TargetHealthDescriptions>"
        return alb._xml(200, "DescribeTargetHealth", body)

    alb._ACTION_MAP["DescribeTargetHealth"] = describe
    forward = alb._forward_to_tg

    async def to_healthy(arn: str, method: str, path: str, headers: Any, body: Any, query: Any,
                         raw_query: Any = None, raw_path: Any = None) -> Any:  # fmt: skip
        group = alb._tgs.get(arn)
        target = targets.choose(arn) if group and group.get("TargetType", "instance") != "lambda" else None
        if target is None:  # a Lambda function, or an error that MiniStack tells
            return await forward(arn, method, path, headers, body, query, raw_query, raw_path)
        place = {"Id": target.id, "Port": target.port}
        upstream.CONNECTIONS.get().opened.callback(targets.done, target)
        began = time.monotonic()
        response = await alb._proxy_http_target(place, group, method, raw_path or path, headers, body, query, raw_query)
        MEASURED.answered(arn, response[0], time.monotonic() - began)
        return response

    alb._forward_to_tg = to_healthy


def described(target: Target, state: tuple[str, str, str]) -> str:
    name, reason, text = state
    why = f"<Reason>{reason}</Reason><Description>{escape(text)}</Description>" if reason else ""
    port = (group_of(target.group) or {}).get("HealthCheckPort") or "traffic-port"
    return (
        f"<member><Target><Id>{escape(target.id)}</Id><Port>{target.port}</Port></Target>"
        f"<HealthCheckPort>{target.port if port == 'traffic-port' else port}</HealthCheckPort>"
        f"<TargetHealth><State>{name}</State>{why}</TargetHealth></member>"
    )
