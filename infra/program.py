"""The whole stack: read `build` as the architecture, and the functions before it as its parts."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, Output, ResourceOptions

from infra.components.access import Access, AccessArgs
from infra.components.browser_access import BrowserAccess, BrowserAccessArgs
from infra.components.cache_reset import CacheReset, CacheResetArgs
from infra.components.cdn import Cdn, CdnArgs
from infra.components.cluster import Cluster, ClusterArgs
from infra.components.database import Database, DatabaseArgs
from infra.components.firewall import Firewall, FirewallArgs
from infra.components.guard import Guard
from infra.components.image import Image, ImageArgs
from infra.components.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.components.mail import Mail, MailArgs
from infra.components.migration import Migration, MigrationArgs
from infra.components.network import Network, NetworkArgs
from infra.components.service import Service, ServiceArgs
from infra.components.storage import Storage, StorageArgs
from infra.components.task import Task, TaskArgs
from infra.config.sections import StackConfig
from infra.pure import policies
from infra.pure.recipe import RECIPES, Recipe, notice_of
from infra.pure.tags import Tags

BACKEND_PORT = 8000
API_PREFIX = "/api"
HEALTH_PATH = "/api/health"
MIGRATE = ("alembic", "upgrade", "head")
FRONTEND_PORT = 3000


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every part is made with."""

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
    """What stays when a version changes: the network, the data, the instances."""

    database: Database
    storage: Storage
    mail: Mail
    access: Access
    cluster: Cluster
    load_balancer: LoadBalancer


@dataclass(frozen=True, kw_only=True)
class RunningApp:
    """One of the two apps, in the version that runs."""

    image: Image
    task: Task
    service: Service


def setting(config: StackConfig) -> Setting:
    tags = Tags(project=pulumi.get_project(), stack=pulumi.get_stack())
    recipe = RECIPES[config.recipe]
    provider = aws.Provider(
        "aws",
        region=config.region,
        allowed_account_ids=[config.account_id] if config.account_id else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags.defaults),
        opts=ResourceOptions(protect=recipe.locked),
    )
    return Setting(
        config=config,
        recipe=recipe,
        tags=tags,
        account_id=aws.get_caller_identity_output(opts=InvokeOptions(provider=provider)).account_id,
        # Components hand `protect` on to all that is in them.
        opts=ResourceOptions(provider=provider, protect=recipe.locked),
    )


def foundation(s: Setting) -> Foundation:
    """The network, the data, the instances and the way in to them."""
    config = s.config
    network = Network("network", NetworkArgs(settings=config.network, region=config.region), s.opts)
    firewall = Firewall("firewall", FirewallArgs(vpc_id=network.vpc_id), s.opts)
    database = Database(
        "database",
        DatabaseArgs(
            settings=config.database,
            subnet_ids=network.private_subnet_ids,
            security_group_id=firewall.database_group_id,
            recipe=s.recipe,
        ),
        s.opts,
    )
    storage = Storage("storage", StorageArgs(settings=config.storage, recipe=s.recipe), s.opts)
    mail = Mail("mail", MailArgs(settings=config.mail, tags=s.tags), s.opts)
    access = Access(
        "access",
        AccessArgs(mode=config.access, secure=config.cdn.scheme == "https", region=config.region, recipe=s.recipe),
        s.opts,
    )
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
        LoadBalancerArgs(
            vpc_id=network.vpc_id,
            subnet_ids=network.public_subnet_ids,
            security_group_id=firewall.load_balancer_group_id,
            backend_port=BACKEND_PORT,
            backend_health_path=f"{HEALTH_PATH}/live",
            frontend_port=FRONTEND_PORT,
            frontend_health_path="/healthz",
        ),
        s.opts,
    )
    return Foundation(
        database=database, storage=storage, mail=mail, access=access, cluster=cluster, load_balancer=load_balancer
    )


def front_door(s: Setting, base: Foundation) -> Cdn:
    """What the world sees: CloudFront, and the bucket for pages that came through it."""
    cdn = Cdn(
        "cdn",
        CdnArgs(
            settings=s.config.cdn,
            origin_domain=base.load_balancer.dns_name,
            file_origins=[*base.storage.origins, *s.config.storage.extra_origins],
        ),
        s.opts,
    )
    BrowserAccess("browser-access", BrowserAccessArgs(bucket=base.storage.bucket, site_url=cdn.url), s.opts)
    return cdn


def backend(s: Setting, base: Foundation, cdn: Cdn) -> RunningApp:
    """The back end: its image, its migrations, then its service."""
    config = s.config
    image = Image("backend-image", ImageArgs(context="backend", region=config.region, recipe=s.recipe), s.opts)
    task = Task(
        "backend",
        TaskArgs(
            settings=config.backend,
            image=image,
            port=BACKEND_PORT,
            environment={
                "API_PREFIX": API_PREFIX,
                "HEALTH_PATH": HEALTH_PATH,
                "DATABASE_SSLMODE": config.database.ssl_mode,
                **base.database.environment,
                "S3_BUCKET": base.storage.bucket,
                "DISTRIBUTION_ID": cdn.distribution_id,
                "REQUESTS_PER_MINUTE": str(config.backend.requests_per_minute),
                **base.mail.environment,
                **base.access.environment,
            },
            policy=Output.all(
                secret_arns=[base.database.secret_arn, *base.access.secret_arns],
                bucket_arn=base.storage.arn,
                identity_arn=base.mail.identity_arn,
                configuration_set_arn=base.mail.configuration_set_arn,
                distribution_arn=cdn.distribution_arn,
            ).apply(lambda known: policies.backend_task(**known)),
            account_id=s.account_id,
            region=config.region,
            tags=s.tags,
        ),
        s.opts,
    )
    migration = Migration(
        "migration",
        MigrationArgs(
            cluster=base.cluster,
            task=task,
            command=MIGRATE,
            version=image.tag,
            timeout_seconds=s.timeout_seconds,
            region=config.region,
            tags=s.tags,
        ),
        s.opts,
    )
    service = Service(
        "backend",
        ServiceArgs(
            cluster=base.cluster,
            task=task,
            definition_arn=migration.migrated_definition_arn,
            target_group_arn=base.load_balancer.backend_target_group_arn,
            desired_count=config.backend.desired_count,
            timeout_seconds=s.timeout_seconds,
            region=config.region,
        ),
        s.opts,
    )
    return RunningApp(image=image, task=task, service=service)


def frontend(s: Setting, base: Foundation, cdn: Cdn) -> tuple[RunningApp, CacheReset]:
    """The front end: its image, its service, and the cache that forgets the version before."""
    config = s.config
    image = Image("frontend-image", ImageArgs(context="frontend", region=config.region, recipe=s.recipe), s.opts)
    task = Task(
        "frontend",
        TaskArgs(
            settings=config.frontend,
            image=image,
            port=FRONTEND_PORT,
            environment={},
            policy=policies.frontend_task(),
            account_id=s.account_id,
            region=config.region,
            tags=s.tags,
        ),
        s.opts,
    )
    service = Service(
        "frontend",
        ServiceArgs(
            cluster=base.cluster,
            task=task,
            definition_arn=task.definition_arn,
            target_group_arn=base.load_balancer.frontend_target_group_arn,
            desired_count=config.frontend.desired_count,
            timeout_seconds=s.timeout_seconds,
            region=config.region,
        ),
        s.opts,
    )
    reset = CacheReset(
        "cache-reset",
        CacheResetArgs(
            distribution_id=cdn.distribution_id,
            distribution_arn=cdn.distribution_arn,
            version=image.tag,
            deployed_definition_arn=service.deployed_definition_arn,
            tags=s.tags,
        ),
        s.opts,
    )
    return RunningApp(image=image, task=task, service=service), reset


def build(config: StackConfig) -> dict[str, Any]:
    """Declare every resource of the stack and return its outputs."""
    s = setting(config)
    base = foundation(s)
    cdn = front_door(s, base)
    api = backend(s, base, cdn)
    page, reset = frontend(s, base, cdn)
    Guard("guard", after=[api.service, page.service, reset], protect=s.recipe.locked)
    # Known only when both new versions serve.
    url = Output.all(cdn.url, api.service.deployed_definition_arn, page.service.deployed_definition_arn)
    return {
        "url": url.apply(lambda known: known[0]),
        "region": config.region,
        "cluster": base.cluster.name,
        "backend_service": api.service.name,
        "backend_log_group": api.task.log_group,
        "backend_version": api.image.tag,
        "frontend_service": page.service.name,
        "frontend_log_group": page.task.log_group,
        "frontend_version": page.image.tag,
        "bucket": base.storage.bucket,
        "database": base.database.host,
        "distribution": cdn.distribution_id,
        "mail_address": base.mail.address,
        **base.access.outputs,
        "on_destroy": Output.all(bucket=base.storage.bucket, final_snapshot=base.database.final_snapshot).apply(
            lambda kept: notice_of(s.recipe, project=pulumi.get_project(), **kept)
        ),
    }
