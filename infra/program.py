"""The whole stack: read `build` as the architecture; `infra/stack/` has its steps."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Output, Resource

from infra.components.database import Database
from infra.components.guard import Guard
from infra.components.mail import Mail
from infra.components.order import after
from infra.components.own_database import OwnDatabase
from infra.config.stack import StackConfig
from infra.planning import cost
from infra.planning.difference import PARTS
from infra.planning.report import price, verdict
from infra.pure.build_context import DOCKERFILE
from infra.pure.recipe import notice_of
from infra.stack.alarms import watch
from infra.stack.assets import assets
from infra.stack.foundation import Foundation, Ground, foundation
from infra.stack.front_door import FrontDoor, front_door
from infra.stack.lookups import machine
from infra.stack.parts import Parts, links, parts, secrets
from infra.stack.services import (
    Jobs,
    RunningService,
    all_running,
    cache_reset,
    images,
    jobs,
    private_services,
    private_url,
)
from infra.stack.setting import Setting, setting
from infra.stack.shared import ground, read, server, told
from infra.stack.sleep import sleep


def build(config: StackConfig) -> dict[str, Any]:
    """Declare every resource of the stack and return its outputs."""
    s = setting(config)
    shared = read(config.preview) if config.preview else None
    base = foundation(s) if shared is None else ground(s, shared)
    made = parts(s, base, server(shared) if shared and "database" in config.used else None)
    built = images(s)
    door = front_door(s, base, made, assets(s, built))
    cdn = door.cdn
    known = links(s, base, made, cdn) | secrets(s) | private_services(s, base)
    services = all_running(s, base, door, built, known)
    last: list[Resource] = [one.service for one in services.values()]
    resets = [cache_reset(s, cdn, services[name]) for name, one in config.services.items() if one.page]
    scheduled = jobs(s, base, services)
    last += [*resets, *(scheduled.all.values() if scheduled else [])]
    Guard("guard", after=last, protect=s.recipe.locked)
    found = outputs(s, base, made, door, services) | (job_facts(s, scheduled) if scheduled else {})
    if not isinstance(base, Foundation):
        return found
    watch(s, base, made, door, services, resets[0] if resets else None, scheduled)
    return found | own_facts(s, base, made) | sleep(s, base, made, services)


def own_facts(s: Setting, base: Foundation, made: Parts) -> dict[str, Any]:
    """What only a stack tells that stands by itself."""
    return {
        "machine": machine(s.config),
        "plan": verdict(s.config),
        "monthly_cost": price(s.config),
        PARTS: cost.parts(s.config),
        **told(base, database_facts(made.database) if made.database else {}),
    }


def facts(s: Setting, base: Ground, name: str, running: RunningService) -> dict[str, Any]:
    """What commands need to know about a service: where to find it, and how `make dev` runs it from its folder."""
    settings = s.config.services[name]
    return {
        "service": running.service.name,
        "log_group": running.task.log_group,
        "repository": running.image.repository,
        "version": running.image.tag,
        "source": settings.source,
        **({"dockerfile": settings.dockerfile} if settings.dockerfile != DOCKERFILE else {}),
        **({"build_args": settings.build_args} if settings.build_args else {}),
        "routes": settings.routes,
        **({"private_url": private_url(s, base, name)} if settings.private else {}),
        "migrate": settings.migrate,
        "dev": settings.dev,
    }


def job_facts(s: Setting, scheduled: Jobs) -> dict[str, Any]:
    """What `make jobs` needs to know."""
    return {
        "jobs": {
            name: {"schedule": one.schedule, "service": s.config.jobs[name].service}
            for name, one in scheduled.all.items()
        },
        "job_log_group": scheduled.records.log_group,
        "missed_jobs": scheduled.records.missed_url,
    }


def mail_facts(mail: Mail) -> dict[str, Any]:
    return {"mail_address": mail.address, "mail_identity": mail.identity, "mail_status": mail.status}


def host_facts(door: FrontDoor) -> dict[str, Any]:
    """`hosts`: the names that services have for themselves, by what stands before the domain."""
    found = {
        host: {"service": one.service, "url": one.url, "distribution": one.distribution.distribution_id}
        for host, one in door.hosts.items()
    }
    return {"hosts": found} if found else {}


def records(door: FrontDoor, mail: Mail | None) -> dict[str, Any]:
    """`dns_records`: what the owner of a domain sets where its DNS is."""
    known = [one for one in (door.records, mail.records if mail else None) if one is not None]
    return (
        {"dns_records": Output.all(*known).apply(lambda all_: [str(one) for part in all_ for one in part])}
        if known
        else {}
    )


def database_facts(database: Database | OwnDatabase) -> dict[str, Any]:
    """`database_port`: on the laptop all databases have one address."""
    facts = {"database": database.host, "database_port": database.port, "database_secret": database.secret_arn}
    return facts | ({"database_name": database.name} if isinstance(database, OwnDatabase) else {})


def outputs(
    s: Setting, base: Ground, made: Parts, door: FrontDoor, services: Mapping[str, RunningService]
) -> dict[str, Any]:
    """What `pulumi stack output` tells."""
    # Known only when all new versions serve.
    deployed = Output.all(*(one.service.deployed_definition_arn for one in services.values()))
    kept = Output.all(
        bucket=made.bucket and made.bucket.bucket, final_snapshot=made.instance and made.instance.final_snapshot
    )
    return {
        "url": after(deployed, door.cdn.url),
        "region": s.config.region,
        "cluster": base.cluster.name,
        "services": {name: facts(s, base, name, one) for name, one in services.items()},
        "distribution": door.cdn.distribution_id,
        **host_facts(door),
        **({"bucket": made.bucket.bucket} if made.bucket else {}),
        **(database_facts(made.database) if made.database else {}),
        **(mail_facts(made.mail) if made.mail else {}),
        **records(door, made.mail),
        **(made.access.outputs if made.access else {}),
        "on_destroy": kept.apply(lambda known: notice_of(s.recipe, project=pulumi.get_project(), **known)),
    }
