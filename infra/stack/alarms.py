"""What people are told of by mail."""

from collections.abc import Mapping

import pulumi

from infra.components.alarms import Alarms, AlarmsArgs, AlarmTopic, Dashboard, DashboardArgs
from infra.components.budget import Budget, BudgetArgs
from infra.components.cache_reset import CacheReset
from infra.components.crashes import Crashes, CrashesArgs
from infra.planning.alarms import alarms
from infra.stack.foundation import Foundation
from infra.stack.front_door import FrontDoor
from infra.stack.parts import Parts
from infra.stack.services import Jobs, RunningService
from infra.stack.setting import Setting


def watch(
    s: Setting,
    base: Foundation,
    made: Parts,
    door: FrontDoor,
    services: Mapping[str, RunningService],
    reset: CacheReset | None,
    scheduled: Jobs | None,
) -> None:
    """All alarms but those that came with their services, and the dashboard of all; nothing where nobody is told."""
    if base.alarm_topic is None:
        return
    if s.config.budget:
        Budget("budget", BudgetArgs(usd=s.config.budget, addresses=s.config.told), s.opts)
    crashes = Crashes("crashes", CrashesArgs(cluster=base.cluster, tags=s.tags), s.opts)
    known: dict[str, pulumi.Input[str]] = {
        "site": door.cdn.distribution_id,
        **{f"host {host}": one.distribution.distribution_id for host, one in door.hosts.items()},
        "balancer": base.load_balancer.measured_as,
        "cluster": base.cluster.name,
        **({"instances": base.cluster.instances.group_name} if base.cluster.instances else {}),
        "crashes": crashes.rule,
        **{f"service {name}": one.service.name for name, one in services.items()},
        **{f"target {name}": one.target.measured_as for name, one in services.items() if one.target},
        **({"certificate": door.certificate_arn} if door.certificate_arn else {}),
        **({"database": made.instance.identifier} if made.instance else {}),
        **({"cache-reset": reset.function} if reset else {}),
        **{f"queue {name.partition('.')[2]}": one.dead_letters for name, one in made.queues.items()},
        **({"missed": scheduled.records.missed_name} if scheduled else {}),
    }
    declare(s, base.alarm_topic, known)


def declare(s: Setting, topic: AlarmTopic, known: Mapping[str, pulumi.Input[str]]) -> None:
    def values(dimensions: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, pulumi.Input[str]]:
        return {**fixed, **{key: known[of] for key, of in dimensions.items()}}

    region = s.config.region
    # Of a domain whose DNS is elsewhere, the certificate is there only when its records are.
    there = [alarm for alarm in alarms(s.config) if known.keys() >= set(alarm.dimensions.values())]
    rows = [(alarm, values(alarm.dimensions, alarm.fixed)) for alarm in there]
    others = [row for row in rows if not row[0].harm]
    Alarms("alarms", AlarmsArgs(rows=others, topic=topic, region=region, tags=s.tags), s.opts)
    Dashboard("dashboard", DashboardArgs(rows=rows, region=region, tags=s.tags), s.opts)
