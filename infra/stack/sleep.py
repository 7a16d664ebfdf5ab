"""When the stack sleeps, and that nothing is deployed then."""

from collections.abc import Mapping
from typing import Any

from infra.components.sleep import Sleep, SleepArgs
from infra.stack.foundation import Foundation
from infra.stack.parts import Parts
from infra.stack.services import RunningService
from infra.stack.setting import Setting


def sleep(s: Setting, base: Foundation, made: Parts, services: Mapping[str, RunningService]) -> dict[str, Any]:
    """The schedules, and what `make sleep` and `make wake` need to know; nothing where it is always awake."""
    settings = s.config.sleep
    if settings is None:
        return {}
    args = SleepArgs(
        settings=settings,
        cluster=base.cluster,
        least_instances=s.config.cluster.min_instances,
        services={name: (one.service, s.config.services[name]) for name, one in services.items()},
        database=made.instance,
    )
    schedules = Sleep("sleep", args, s.opts)
    return {"sleep": {"told": settings.told, "sleep": schedules.falling_asleep, "wake": schedules.waking}}
