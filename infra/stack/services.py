"""What runs: services in their versions, their migrations, and jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output

from infra.components.alarms import Alarms, AlarmsArgs, AlarmTopic
from infra.components.cache_reset import CacheReset, CacheResetArgs
from infra.components.cdn import Cdn
from infra.components.image import Image, ImageArgs
from infra.components.job import Job, JobArgs
from infra.components.job_records import JobRecords, JobRecordsArgs
from infra.components.link import Link
from infra.components.migration import Migration, MigrationArgs
from infra.components.order import after
from infra.components.scaling import Scaling, ScalingArgs
from infra.components.service import Service, ServiceArgs
from infra.components.target import Target, TargetArgs
from infra.components.task import Task, TaskArgs
from infra.config.services import ImageKey, ScalingConfig
from infra.planning.alarms import alarms
from infra.pure.build_context import DOCKERFILE
from infra.pure.domains import without_prefix
from infra.pure.naming import image_name
from infra.pure.parts import SECRETS, SERVICES
from infra.pure.routing import private_port
from infra.stack.foundation import Ground
from infra.stack.front_door import FrontDoor
from infra.stack.setting import Setting


@dataclass(frozen=True, kw_only=True)
class RunningService:
    """One service, in the version that runs."""

    image: Image
    task: Task
    service: Service
    target: Target | None


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """What runs on a schedule, and where it is kept what the runs came to."""

    records: JobRecords
    all: Mapping[str, Job]


def images(s: Setting) -> dict[ImageKey, Image]:
    """One image for each Dockerfile, whether one service runs it or several."""
    wanted = {service.image: service for service in s.config.services.values()}
    return {
        key: Image(
            image_name(key.source, *([] if key.dockerfile == DOCKERFILE else [key.dockerfile])),
            ImageArgs(
                context=key.source,
                dockerfile=key.dockerfile,
                build_args=service.build_args,
                version=service.version,
                platform=s.config.cluster.platform,
                region=s.config.region,
                recipe=s.recipe,
            ),
            s.opts,
        )
        for key, service in wanted.items()
    }


def private_services(s: Setting, base: Ground) -> dict[str, Link]:
    """The services that only others reach, by the names that `${...}` has for them.

    Their URLs are known before they run, so two of them may name each other.
    """
    return {f"{SERVICES}.{name}": Link(values={"url": private_url(s, base, name)}) for name in s.config.private}


def port_of(s: Setting, name: str) -> int:
    """Of the load balancer, for a private service. A preview environment shares it with its base."""
    return private_port(f"{s.tags.stack}/{name}" if s.config.preview else name)


def private_url(s: Setting, base: Ground, name: str) -> Output[str]:
    return Output.concat("http://", base.load_balancer.dns_name, f":{port_of(s, name)}")


def by_reference(known: Mapping[str, Link]) -> list[str]:
    """The parts that need not be in `uses`: to name one in a variable is enough."""
    return [part for part in known if part == SECRETS or part.startswith(f"{SERVICES}.")]


def all_running(
    s: Setting, base: Ground, door: FrontDoor, built: Mapping[ImageKey, Image], known: Mapping[str, Link]
) -> dict[str, RunningService]:
    """All services, in the order of the configuration."""
    services = s.config.services
    found: dict[str, RunningService] = {}
    for name in sorted(services, key=lambda one: services[one].page):  # a page asks others
        needs = page_needs(door, found) if services[name].page else []
        found[name] = running(s, base, door, name, built[services[name].image], known, needs)
    return {name: found[name] for name in services}


def running(
    s: Setting,
    base: Ground,
    door: FrontDoor,
    name: str,
    image: Image,
    known: Mapping[str, Link],
    needs: Sequence[Output[str]],
) -> RunningService:
    """A service: what it may do and is told, its migrations, its requests, and its tasks.

    `needs`: what must be there before its tasks are.
    """
    config, settings = s.config, s.config.services[name]
    task = Task(
        name,
        TaskArgs(
            settings=settings,
            image=image,
            links={
                **{part: known[part] for part in (*settings.uses, *by_reference(known)) if part in known},
                **(api_of_page(door) if settings.page else {}),
            },
            interface=base.interfaces.get(name),
            fargate=config.fargate_sizes.get(name),
            shell=config.shell,
            account_id=s.account_id,
            region=config.region,
            tags=s.tags,
        ),
        s.opts,
    )
    definition_arn = migrated(s, base, name, image, task) if settings.migrate else task.definition_arn
    for one in needs:
        definition_arn = after(one, definition_arn)
    target = target_of(s, base, door, name)
    service = Service(
        name,
        ServiceArgs(
            cluster=base.cluster,
            task=task,
            definition_arn=definition_arn,
            target_group_arn=target.group_arn if target else None,
            alarms=guards(s, base, base.alarm_topic, name, target) if base.alarm_topic and target else [],
            shell=config.shell,
            desired_count=settings.desired_count,
            scaled=settings.scaling is not None,
            timeout_seconds=s.timeout_seconds,
            region=config.region,
        ),
        s.opts,
    )
    if target:
        target.open(service.deployment)
    if settings.scaling:
        scale(s, base, name, settings.scaling, service, target)
    return RunningService(image=image, task=task, service=service, target=target)


def api_of_page(door: FrontDoor) -> dict[str, Link]:
    """Where a page finds the API that has a name of its own."""
    url = door.api.url if door.api and door.api.is_known else None
    return {"api": Link(environment={"API_URL": url})} if url is not None else {}


def page_needs(door: FrontDoor, others: Mapping[str, RunningService]) -> list[Output[str]]:
    """What a page asks for, known when it is there: its files, and the API at its own name."""
    api = others[door.api.service].target if door.api else None
    needs = [door.ready, door.api.ready if door.api else None, api.ready if api else None]
    return [one for one in needs if one is not None]


def migrated(s: Setting, base: Ground, name: str, image: Image, task: Task) -> Output[str]:
    """The service's task definition, known when its migrations have run."""
    migration = Migration(
        f"{name}-migration",
        MigrationArgs(
            cluster=base.cluster,
            task=task,
            command=s.config.services[name].migrate,
            version=image.tag,
            timeout_seconds=s.timeout_seconds,
            region=s.config.region,
            tags=s.tags,
        ),
        s.opts,
    )
    return migration.migrated_definition_arn


def scale(
    s: Setting, base: Ground, name: str, settings: ScalingConfig, service: Service, target: Target | None
) -> None:
    """The number of tasks follows their work."""
    label = Output.concat(base.load_balancer.measured_as, "/", target.measured_as) if target else None
    args = ScalingArgs(
        settings=settings,
        least=s.config.services[name].desired_count,
        cluster=base.cluster,
        service=service,
        requests_of=label,
    )
    Scaling(f"{name}-scaling", args, s.opts)


def guards(s: Setting, base: Ground, topic: AlarmTopic, name: str, target: Target) -> Sequence[Output[str]]:
    """The names of the alarms that take a deployment back."""
    known = {"balancer": base.load_balancer.measured_as, f"target {name}": target.measured_as}
    rows = [
        (alarm, {key: known[of] for key, of in alarm.dimensions.items()})
        for alarm in alarms(s.config)
        if alarm.harm == name
    ]
    args = AlarmsArgs(rows=rows, topic=topic, region=s.config.region, tags=s.tags)
    return Alarms(f"{name}-guards", args, s.opts).names


def target_of(s: Setting, base: Ground, door: FrontDoor, name: str) -> Target | None:
    """Where the load balancer finds the service; None for one without routes."""
    settings = s.config.services[name]
    if settings.port is None or settings.health is None:
        return None
    loses_prefix = door.api is not None and door.api.service == name and settings.knows_prefix
    return Target(
        name,
        TargetArgs(
            vpc_id=base.vpc_id,
            load_balancer=base.load_balancer,
            port=settings.port,
            routes=settings.routes,
            health=without_prefix(settings.health) if loses_prefix else settings.health,
            own_interface=name in base.interfaces,
            conditions=door.conditions,
            private_port=port_of(s, name) if settings.private else None,
            hosts=[one.name for one in door.hosts.values() if one.service == name],
        ),
        s.opts,
    )


def cache_reset(s: Setting, cdn: Cdn, page: RunningService) -> CacheReset:
    """The cache forgets the version of the page that served before."""
    return CacheReset(
        "cache-reset",
        CacheResetArgs(
            distribution_id=cdn.distribution_id,
            distribution_arn=cdn.distribution_arn,
            version=page.image.tag,
            deployed_definition_arn=page.service.deployed_definition_arn,
            tags=s.tags,
        ),
        s.opts,
    )


def jobs(s: Setting, base: Ground, services: Mapping[str, RunningService]) -> Jobs | None:
    """Each a task of a service's newest version, on a schedule; None where there is none."""
    if not s.config.jobs:
        return None
    records = JobRecords("jobs", JobRecordsArgs(cluster=base.cluster, tags=s.tags), s.opts)
    return Jobs(
        records=records,
        all={name: job(s, base, name, services[one.service], records) for name, one in s.config.jobs.items()},
    )


def job(s: Setting, base: Ground, name: str, of: RunningService, records: JobRecords) -> Job:
    return Job(
        name,
        JobArgs(
            settings=s.config.jobs[name],
            cluster=base.cluster,
            task=of.task,
            definition_arn=of.service.deployed_definition_arn,
            records=records,
        ),
        s.opts,
    )
