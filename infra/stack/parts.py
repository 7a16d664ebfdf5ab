"""What services use, by the names that `uses` and `${...}` have for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Output

from infra.components.access import Access, AccessArgs
from infra.components.cache import Cache, CacheArgs
from infra.components.cdn import Cdn
from infra.components.database import Database, DatabaseArgs
from infra.components.link import Link
from infra.components.mail import Mail, MailArgs
from infra.components.own_database import OwnDatabase, OwnDatabaseArgs, Server
from infra.components.queue import Queue, QueueArgs
from infra.components.storage import Storage, StorageArgs
from infra.components.stored_secrets import Secrets, SecretsArgs, plain
from infra.config.load import smtp_endpoint
from infra.config.mail import MailConfig
from infra.pure import policies
from infra.pure.naming import family_name, job_log_name, queue_variable, secret_prefix
from infra.pure.parts import QUEUES, SECRETS
from infra.stack.domain import ask_for
from infra.stack.foundation import Foundation, Ground
from infra.stack.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What services use: None for what no service does."""

    access: Access | None
    bucket: Storage | None
    cache: Cache | None
    database: Database | OwnDatabase | None
    mail: Mail | None
    queues: Mapping[str, Queue]

    @property
    def instance(self) -> Database | None:
        """The stack's own database server, if it has one."""
        return self.database if isinstance(self.database, Database) else None


def parts(s: Setting, base: Ground, server: Server | None) -> Parts:
    """The data and the rest that services use. What none of them uses is not made.

    `server`: where a preview environment has its database; None for one of the stack's own.
    """
    used = s.config.used
    return Parts(
        access=access(s) if "access" in used else None,
        bucket=bucket(s) if "bucket" in used else None,
        cache=cache(s, base, base.cache_group_id) if base.cache_group_id is not None else None,
        database=database_of(s, base, server) if "database" in used else None,
        mail=mail(s, base, s.config.mail) if s.config.mail and "mail" in used else None,
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


def cache(s: Setting, base: Ground, security_group_id: Output[str]) -> Cache:
    subnet_ids = base.private_subnet_ids
    args = CacheArgs(settings=s.config.cache, subnet_ids=subnet_ids, security_group_id=security_group_id)
    return Cache("cache", args, s.opts)


def database_of(s: Setting, base: Ground, server: Server | None) -> Database | OwnDatabase | None:
    if server is not None:
        return own_database(s, base, server)
    if not isinstance(base, Foundation):
        return None
    return Database(
        "database",
        DatabaseArgs(
            settings=s.config.database,
            subnet_ids=base.private_subnet_ids,
            security_group_id=base.firewall.database_group_id,
            recipe=s.recipe,
        ),
        s.opts,
    )


def own_database(s: Setting, base: Ground, server: Server) -> OwnDatabase:
    users = [name for name, service in s.config.services.items() if "database" in service.uses]
    args = OwnDatabaseArgs(
        name=s.tags.stack,
        server=server,
        settings=s.config.database,
        cluster=base.cluster,
        interface=base.interfaces.get(users[0]),
        account_id=s.account_id,
        platform=s.config.cluster.platform,
        region=s.config.region,
        recipe=s.recipe,
        tags=s.tags,
        timeout_seconds=s.timeout_seconds,
    )
    return OwnDatabase("database", args, s.opts)


def mail(s: Setting, base: Ground, settings: MailConfig) -> Mail:
    region = s.config.region
    smtp = smtp_endpoint(region) if s.config.smtp else None
    zone_id = s.found.mail_zone.id if s.found.mail_zone else base.zone_id if settings.makes_records else None
    args = MailArgs(
        settings=settings,
        smtp=smtp,
        zone_id=zone_id,
        region=region,
        account_id=s.account_id,
        recipe=s.recipe,
        tags=s.tags,
    )
    made = Mail("mail", args, s.opts)
    if made.records is not None and settings.zone == "none" and not s.found.is_mail_verified:
        ask_for(str(settings.domain), made.records)
    return made


def queue(s: Setting, name: str) -> Queue:
    return Queue(name, QueueArgs(settings=s.config.queues[name], variable=queue_variable(name)), s.opts)


def description(s: Setting, base: Ground) -> Link:
    """What the stack runs, for a service that shows it: the names alone, so that it changes with app.yaml only."""
    config, group = s.config, job_log_name(s.tags.project, s.tags.stack)
    told = {
        "project": s.tags.project,
        "stack": s.tags.stack,
        "cluster": base.cluster.name,
        "services": {name: family_name(s.tags.project, s.tags.stack, name) for name in config.services},
        "jobs": {name: {"schedule": one.schedule, "timezone": one.timezone} for name, one in config.jobs.items()},
        "job_log_group": group if config.jobs else None,
    }
    rights = Output.all(base.cluster.arn, s.account_id).apply(
        lambda known: policies.see_stack(
            cluster_arn=known[0], region=config.region, account_id=known[1], job_log_group=group
        )
    )
    return Link(environment={"STACK_DESCRIPTION": Output.json_dumps(told)}, rights=rights)


def links(s: Setting, base: Ground, made: Parts, cdn: Cdn) -> dict[str, Link]:
    """The parts by the names that `uses` and `${...}` have for them."""
    named = {
        "access": made.access,
        "bucket": made.bucket,
        "cache": made.cache,
        "database": made.database,
        "mail": made.mail,
        "site": cdn,
    }
    found = {name: part.link for name, part in {**named, **made.queues}.items() if part is not None}
    return {**found, "stack": description(s, base)}


def secrets(s: Setting) -> dict[str, Link]:
    """What people have stored, where a service names it; for a preview environment, what they have for its base."""
    if not s.found.secrets:
        return {}
    if s.config.preview:
        return {SECRETS: Link(secrets={key: plain(one) for key, one in s.found.secrets.items()})}
    prefix = secret_prefix(s.tags.project, s.tags.stack)
    args = SecretsArgs(found=s.found.secrets, prefix=prefix, region=s.config.region, recipe=s.recipe)
    return {SECRETS: Secrets("secrets", args, s.opts).link}
