"""The whole stack: read it as the architecture."""

from pathlib import Path
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
from infra.pure.paths import ROOT
from infra.pure.recipe import RECIPES
from infra.pure.tags import Tags

BACKEND_PORT = 8000
API_PREFIX = "/api"
HEALTH_PATH = "/api/health"
MIGRATE = ("alembic", "upgrade", "head")
FRONTEND_PORT = 3000


def build(config: StackConfig, *, root: Path = ROOT) -> dict[str, Any]:
    """Declare every resource of the stack and return its outputs. `root` holds the folders of the two images."""
    region, recipe = config.region, RECIPES[config.recipe]
    timeout = config.deploy_timeout_minutes * 60
    tags = Tags(project=pulumi.get_project(), stack=pulumi.get_stack())
    provider = aws.Provider(
        "aws",
        region=region,
        allowed_account_ids=[config.account_id] if config.account_id else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags.defaults),
    )
    opts = ResourceOptions(provider=provider)
    account = aws.get_caller_identity_output(opts=InvokeOptions(provider=provider)).account_id

    # What stays: the network, the data, the instances.
    network = Network("network", NetworkArgs(settings=config.network, region=region), opts)
    firewall = Firewall("firewall", FirewallArgs(vpc_id=network.vpc_id), opts)
    database = Database(
        "database",
        DatabaseArgs(
            settings=config.database,
            subnet_ids=network.private_subnet_ids,
            security_group_id=firewall.database_group_id,
            recipe=recipe,
        ),
        opts,
    )
    storage = Storage("storage", StorageArgs(noncurrent_days=config.storage.noncurrent_days, recipe=recipe), opts)
    mail = Mail("mail", MailArgs(settings=config.mail, tags=tags), opts)
    access = Access(
        "access",
        AccessArgs(mode=config.access, secure=config.cdn.scheme == "https", region=region, recipe=recipe),
        opts,
    )
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            settings=config.cluster,
            subnet_ids=network.public_subnet_ids,
            security_group_id=firewall.instances_group_id,
            tags=tags,
        ),
        opts,
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
        opts,
    )

    # What the world sees.
    cdn = Cdn(
        "cdn",
        CdnArgs(
            settings=config.cdn,
            origin_domain=load_balancer.dns_name,
            file_origins=[*storage.origins, *config.storage.extra_origins],
        ),
        opts,
    )
    BrowserAccess("browser-access", BrowserAccessArgs(bucket=storage.bucket, site_url=cdn.url), opts)

    # The back end: its image, its migrations, then its service.
    backend_image = Image("backend-image", ImageArgs(context="backend", region=region, recipe=recipe, root=root), opts)
    backend_task = Task(
        "backend",
        TaskArgs(
            settings=config.backend,
            image=backend_image,
            port=BACKEND_PORT,
            environment={
                "API_PREFIX": API_PREFIX,
                "HEALTH_PATH": HEALTH_PATH,
                "DATABASE_SSLMODE": config.database.ssl_mode,
                **database.environment,
                "S3_BUCKET": storage.bucket,
                "DISTRIBUTION_ID": cdn.distribution_id,
                "REQUESTS_PER_MINUTE": str(config.backend.requests_per_minute),
                **mail.environment,
                **access.environment,
            },
            policy=Output.all(
                secret_arns=[database.secret_arn, *access.secret_arns],
                bucket_arn=storage.arn,
                identity_arn=mail.identity_arn,
                configuration_set_arn=mail.configuration_set_arn,
                distribution_arn=cdn.distribution_arn,
            ).apply(lambda known: policies.backend_task(**known)),
            account_id=account,
            region=region,
            tags=tags,
        ),
        opts,
    )
    migration = Migration(
        "migration",
        MigrationArgs(
            cluster=cluster,
            task=backend_task,
            command=MIGRATE,
            version=backend_image.tag,
            timeout_seconds=timeout,
            region=region,
            tags=tags,
        ),
        opts,
    )
    backend = Service(
        "backend",
        ServiceArgs(
            cluster=cluster,
            task=backend_task,
            definition_arn=migration.migrated_definition_arn,
            target_group_arn=load_balancer.backend_target_group_arn,
            desired_count=config.backend.desired_count,
            timeout_seconds=timeout,
            region=region,
        ),
        opts,
    )

    # The front end.
    frontend_image = Image(
        "frontend-image", ImageArgs(context="frontend", region=region, recipe=recipe, root=root), opts
    )
    frontend_task = Task(
        "frontend",
        TaskArgs(
            settings=config.frontend,
            image=frontend_image,
            port=FRONTEND_PORT,
            environment={},
            policy=policies.frontend_task(),
            account_id=account,
            region=region,
            tags=tags,
        ),
        opts,
    )
    frontend = Service(
        "frontend",
        ServiceArgs(
            cluster=cluster,
            task=frontend_task,
            definition_arn=frontend_task.definition_arn,
            target_group_arn=load_balancer.frontend_target_group_arn,
            desired_count=config.frontend.desired_count,
            timeout_seconds=timeout,
            region=region,
        ),
        opts,
    )

    # The cache forgets the old front end.
    CacheReset(
        "cache-reset",
        CacheResetArgs(
            distribution_id=cdn.distribution_id,
            distribution_arn=cdn.distribution_arn,
            version=frontend_image.tag,
            deployed_definition_arn=frontend.deployed_definition_arn,
            tags=tags,
        ),
        opts,
    )
    return {
        "url": Output.all(cdn.url, backend.deployed_definition_arn, frontend.deployed_definition_arn).apply(
            lambda known: known[0]
        ),
        "region": region,
        "cluster": cluster.name,
        "backend_service": backend.name,
        "backend_log_group": backend_task.log_group,
        "backend_version": backend_image.tag,
        "frontend_service": frontend.name,
        "frontend_log_group": frontend_task.log_group,
        "frontend_version": frontend_image.tag,
        "bucket": storage.bucket,
        "database": database.host,
        "distribution": cdn.distribution_id,
        "mail_address": mail.address,
        **access.outputs,
        "on_destroy": recipe.notice,
    }
