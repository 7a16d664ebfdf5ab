"""The whole stack: read `build` as the architecture, and the functions before it as its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, Output, Resource, ResourceOptions

from infra.components.access import Access, AccessArgs
from infra.components.browser_access import BrowserAccess, BrowserAccessArgs
from infra.components.cache_reset import CacheReset, CacheResetArgs
from infra.components.cdn import Cdn, CdnArgs
from infra.components.cluster import Cluster, ClusterArgs
from infra.components.database import Database, DatabaseArgs
from infra.components.firewall import Firewall, FirewallArgs
from infra.components.guard import Guard
from infra.components.image import Image, ImageArgs
from infra.components.job import Job, JobArgs
from infra.components.link import Link
from infra.components.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.components.mail import Mail, MailArgs
from infra.components.migration import Migration, MigrationArgs
from infra.components.network import Network, NetworkArgs
from infra.components.order import after
from infra.components.queue import Queue, QueueArgs
from infra.components.service import Service, ServiceArgs
from infra.components.storage import Storage, StorageArgs
from infra.components.stored_secrets import Secrets, SecretsArgs
from infra.components.target import Target, TargetArgs
from infra.components.task import Task, TaskArgs
from infra.config.load import end_program
from infra.config.sections import MailConfig, StackConfig
from infra.pure.naming import image_name, queue_variable, secret_prefix
from infra.pure.parts import QUEUES, SECRETS
from infra.pure.recipe import RECIPES, Recipe, notice_of
from infra.pure.tags import Tags
from infra.steps.common import in_words
from infra.steps.stored_secrets import Stored, required


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every part is made with. `secrets`: the stored ones that services name."""

    secrets: Mapping[str, Stored]
    config: StackConfig
    recipe: Recipe
    tags: Tags
    account_id: Output[str]
    opts: ResourceOptions

    @property
    def timeout_seconds(self) -> int:
        return self.config.deploy_timeout_minutes * 60


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What stays when a version changes."""

    network: Network
    firewall: Firewall
    cluster: Cluster
    load_balancer: LoadBalancer


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What services use: None for what no service does."""

    access: Access | None
    bucket: Storage | None
    database: Database | None
    mail: Mail | None
    queues: Mapping[str, Queue]


@dataclass(frozen=True, kw_only=True)
class RunningService:
    """One service, in the version that runs."""

    image: Image
    task: Task
    service: Service


def setting(config: StackConfig) -> Setting:
    tags = Tags(project=pulumi.get_project(), stack=pulumi.get_stack())
    recipe = RECIPES[config.recipe]
    secrets = stored_secrets(config, tags)
    provider = aws.Provider(
        "aws",
        region=config.region,
        allowed_account_ids=[config.account_id] if config.account_id else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags.defaults),
        opts=ResourceOptions(protect=recipe.locked),
    )
    return Setting(
        secrets=secrets,
        config=config,
        recipe=recipe,
        tags=tags,
        account_id=aws.get_caller_identity_output(opts=InvokeOptions(provider=provider)).account_id,
        # Components hand `protect` on to all that is in them.
        opts=ResourceOptions(provider=provider, protect=recipe.locked),
    )


def stored_secrets(config: StackConfig, tags: Tags) -> dict[str, Stored]:
    """Before anything else: what is missing ends the program while nothing has been changed."""
    try:
        return required(config.region, secret_prefix(tags.project, tags.stack), config.secrets)
    except Exception as error:  # botocore's, which take long to import, or the step's own; any other is a fault of ours
        if words := in_words(error):
            end_program(words)
        raise


def foundation(s: Setting) -> Foundation:
    """The network, the instances and the way in to them."""
    config = s.config
    network = Network("network", NetworkArgs(settings=config.network, region=config.region), s.opts)
    firewall = Firewall("firewall", FirewallArgs(vpc_id=network.vpc_id), s.opts)
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            settings=config.cluster,
            subnet_ids=network.public_subnet_ids,
            security_group_id=firewall.instances_group_id,
            tags=s.tags,
        ),
        s.opts,
    )
    load_balancer = LoadBalancer(
        "load-balancer",
        LoadBalancerArgs(subnet_ids=network.public_subnet_ids, security_group_id=firewall.load_balancer_group_id),
        s.opts,
    )
    return Foundation(network=network, firewall=firewall, cluster=cluster, load_balancer=load_balancer)


def parts(s: Setting, base: Foundation) -> Parts:
    """The data and the rest that services use. What none of them uses is not made."""
    used = s.config.used
    return Parts(
        access=access(s) if "access" in used else None,
        bucket=bucket(s) if "bucket" in used else None,
        database=database(s, base) if "database" in used else None,
        mail=mail(s, s.config.mail) if s.config.mail and "mail" in used else None,
        queues={f"{QUEUES}.{name}": queue(s, name) for name in s.config.queues},
    )


def access(s: Setting) -> Access:
    config = s.config
    secure = config.cdn.scheme == "https"
    return Access(
        "access", AccessArgs(mode=config.access, secure=secure, region=config.region, recipe=s.recipe), s.opts
    )


def bucket(s: Setting) -> Storage:
    return Storage("storage", StorageArgs(settings=s.config.storage, recipe=s.recipe), s.opts)


def database(s: Setting, base: Foundation) -> Database:
    return Database(
        "database",
        DatabaseArgs(
            settings=s.config.database,
            subnet_ids=base.network.private_subnet_ids,
            security_group_id=base.firewall.database_group_id,
            recipe=s.recipe,
        ),
        s.opts,
    )


def mail(s: Setting, settings: MailConfig) -> Mail:
    return Mail("mail", MailArgs(settings=settings, tags=s.tags), s.opts)


def queue(s: Setting, name: str) -> Queue:
    return Queue(name, QueueArgs(settings=s.config.queues[name], variable=queue_variable(name)), s.opts)


def front_door(s: Setting, base: Foundation, made: Parts) -> Cdn:
    """What the world sees: CloudFront, and the bucket for pages that came through it."""
    services = s.config.services.values()
    cdn = Cdn(
        "cdn",
        CdnArgs(
            settings=s.config.cdn,
            origin_domain=base.load_balancer.dns_name,
            file_origins=[*made.bucket.origins, *s.config.storage.extra_origins] if made.bucket else [],
            routes=[route for service in services if not service.page for route in service.routes],
            page=any(service.page for service in services),
        ),
        s.opts,
    )
    if made.bucket:
        origins: list[pulumi.Input[str]] = [cdn.url, *s.config.storage.page_origins]
        BrowserAccess("browser-access", BrowserAccessArgs(bucket=made.bucket.bucket, origins=origins), s.opts)
    return cdn


def links(made: Parts, cdn: Cdn) -> dict[str, Link]:
    """The parts by the names that `uses` and `${...}` have for them."""
    named = {"access": made.access, "bucket": made.bucket, "database": made.database, "mail": made.mail, "site": cdn}
    return {name: part.link for name, part in {**named, **made.queues}.items() if part is not None}


def secrets(s: Setting) -> dict[str, Link]:
    """What people have stored, where a service names it."""
    if not s.secrets:
        return {}
    prefix = secret_prefix(s.tags.project, s.tags.stack)
    args = SecretsArgs(found=s.secrets, prefix=prefix, region=s.config.region, recipe=s.recipe)
    return {SECRETS: Secrets("secrets", args, s.opts).link}


def images(s: Setting) -> dict[str, Image]:
    """One image for each folder, whether one service runs it or several."""
    sources = dict.fromkeys(service.source for service in s.config.services.values())
    return {
        source: Image(image_name(source), ImageArgs(context=source, region=s.config.region, recipe=s.recipe), s.opts)
        for source in sources
    }


def running(s: Setting, base: Foundation, name: str, image: Image, known: Mapping[str, Link]) -> RunningService:
    """A service: what it may do and is told, its migrations, its requests, and its tasks."""
    config, settings = s.config, s.config.services[name]
    task = Task(
        name,
        TaskArgs(
            settings=settings,
            image=image,
            links={part: known[part] for part in (*settings.uses, SECRETS) if part in known},
            account_id=s.account_id,
            region=config.region,
            tags=s.tags,
        ),
        s.opts,
    )
    service = Service(
        name,
        ServiceArgs(
            cluster=base.cluster,
            task=task,
            definition_arn=migrated(s, base, name, image, task) if settings.migrate else task.definition_arn,
            target_group_arn=target_group(s, base, name),
            desired_count=settings.desired_count,
            timeout_seconds=s.timeout_seconds,
            region=config.region,
        ),
        s.opts,
    )
    return RunningService(image=image, task=task, service=service)


def migrated(s: Setting, base: Foundation, name: str, image: Image, task: Task) -> Output[str]:
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


def target_group(s: Setting, base: Foundation, name: str) -> Output[str] | None:
    """Where the load balancer finds the service; None for one without routes."""
    settings = s.config.services[name]
    if settings.port is None or settings.health is None:
        return None
    target = Target(
        name,
        TargetArgs(
            vpc_id=base.network.vpc_id,
            load_balancer=base.load_balancer,
            port=settings.port,
            routes=settings.routes,
            health=settings.health,
        ),
        s.opts,
    )
    return target.group_arn


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


def job(s: Setting, base: Foundation, name: str, of: RunningService) -> Job:
    """A task of a service's newest version, on a schedule."""
    return Job(
        name,
        JobArgs(
            settings=s.config.jobs[name],
            cluster=base.cluster,
            task=of.task,
            definition_arn=of.service.deployed_definition_arn,
        ),
        s.opts,
    )


def build(config: StackConfig) -> dict[str, Any]:
    """Declare every resource of the stack and return its outputs."""
    s = setting(config)
    base = foundation(s)
    made = parts(s, base)
    cdn = front_door(s, base, made)
    built, known = images(s), links(made, cdn) | secrets(s)
    services = {name: running(s, base, name, built[one.source], known) for name, one in config.services.items()}
    last: list[Resource] = [one.service for one in services.values()]
    last += [cache_reset(s, cdn, services[name]) for name, one in config.services.items() if one.page]
    last += [job(s, base, name, services[one.service]) for name, one in config.jobs.items()]
    Guard("guard", after=last, protect=s.recipe.locked)
    return outputs(s, base, made, cdn, services)


def facts(s: Setting, name: str, running: RunningService) -> dict[str, Any]:
    """What commands need to know about a service: where to find it, and how `make dev` runs it from its folder."""
    settings = s.config.services[name]
    return {
        "service": running.service.name,
        "log_group": running.task.log_group,
        "version": running.image.tag,
        "source": settings.source,
        "routes": settings.routes,
        "migrate": settings.migrate,
        "dev": settings.dev,
    }


def outputs(
    s: Setting, base: Foundation, made: Parts, cdn: Cdn, services: Mapping[str, RunningService]
) -> dict[str, Any]:
    """What `pulumi stack output` tells."""
    # Known only when all new versions serve.
    deployed = Output.all(*(one.service.deployed_definition_arn for one in services.values()))
    kept = Output.all(
        bucket=made.bucket and made.bucket.bucket, final_snapshot=made.database and made.database.final_snapshot
    )
    return {
        "url": after(deployed, cdn.url),
        "region": s.config.region,
        "cluster": base.cluster.name,
        "services": {name: facts(s, name, one) for name, one in services.items()},
        "distribution": cdn.distribution_id,
        **({"bucket": made.bucket.bucket} if made.bucket else {}),
        **({"database": made.database.host} if made.database else {}),
        **({"mail_address": made.mail.address} if made.mail else {}),
        **(made.access.outputs if made.access else {}),
        "on_destroy": kept.apply(lambda known: notice_of(s.recipe, project=pulumi.get_project(), **known)),
    }
