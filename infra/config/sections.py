"""The settings of a stack, section by section, and the rules between them.

docs/configuration.md is generated from the descriptions below.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from infra.config.section import Section
from infra.config.services import AppConfig
from infra.config.values import (
    AccountId,
    AmiId,
    BucketName,
    CacheNodeType,
    Domain,
    Email,
    HeaderText,
    InstanceClass,
    InstanceType,
    MailboxPath,
    Origin,
    Problem,
    PublicKey,
    Region,
    SnapshotName,
    Source,
    Zone,
    vpc_range,
)
from infra.pure import prices
from infra.pure.capacity import Network, Room, instance_types
from infra.pure.cidrs import slot
from infra.pure.database_size import usable_connections
from infra.pure.headers import PERMISSIONS_POLICY
from infra.pure.image_tag import USUAL_PLATFORM
from infra.pure.placement import Hosts, Plan, cheapest, plan
from infra.pure.routing import same_anchors
from infra.pure.way_out import endpoints, without_endpoint


class NetworkConfig(Section):
    cidr: Annotated[str, AfterValidator(vpc_range)] = Field(
        "10.0.0.0/16",
        description="Private IPv4 range of the VPC, /16 to /24, in 10.0.0.0/8, 172.16.0.0/12 (but not 172.17.0.0/16,"
        " which is Docker's), 192.168.0.0/16 or 100.64.0.0/10. A change replaces the network and all in it.",
    )
    zones: tuple[Zone, ...] = Field(
        min_length=2,
        max_length=4,
        description="Availability zones, two to four, as the load balancer and the database ask for it. Each has its"
        " own addresses: the order is free, and zones may come and go. AWS refuses to leave the zone in which the"
        " database stands: set `database.multiAz`, run `pulumi up`, then `aws rds reboot-db-instance --force-failover`,"
        " and leave the zone after that.",
        examples=["[us-east-1a, us-east-1b]"],
    )
    egress: Literal["none", "nat", "endpoints"] = Field(
        "none",
        description="How tasks with network interfaces of their own (`cluster.network`) reach AWS and the internet."
        " `nat`: through a NAT gateway in the first zone, 36.50 USD a month and 0.045 USD a GB. `endpoints`: AWS's"
        " services alone, those that the services of the stack use, by an endpoint in each zone for each of them, 7.30"
        " USD a month each. `none`: for tasks in bridge mode, which go the way of their instance.",
    )

    def problems(self) -> Iterator[Problem]:
        if twice := [zone for zone, times in Counter(self.zones).items() if times > 1]:
            yield Problem(
                key="zones", rule=f"must differ from each other, got {twice[0]} twice", remedy="name each zone once"
            )
        for zone in dict.fromkeys(self.zones):
            if mates := [mate for mate in self.zones if mate > zone and slot(mate) == slot(zone)]:
                yield Problem(
                    key="zones",
                    rule=f"must have addresses of their own, got {zone} and {mates[0]}, whose letters are four apart",
                    remedy="take another zone in place of one of them",
                )


class ClusterConfig(Section):
    instance_type: InstanceType = Field(
        "t3a.small",
        description="EC2 type of the instances that run the tasks. For an ARM type, such as `t4g.small` (1.46 USD a"
        " month less than a t3a.small), images are built for linux/arm64, on an x86 machine with QEMU's help, and"
        " `amiId` must be of that architecture. A change is used by new instances. An account on"
        " AWS's free plan can start t3.micro, t3.small, c7i-flex.large and m7i-flex.large alone: write `t3.small`.",
    )
    cpu_credits: Literal["unlimited", "standard"] = Field(
        "unlimited",
        description="What a burstable instance (t2, t3, t3a, t4g) does that needs more CPU for long than its type's"
        " baseline, 20% of 2 vCPUs for a t3a.small. `unlimited`, AWS's own default: it gets it; where a day's average"
        " is above the baseline, a vCPU-hour above costs 0.05 USD; a t3a.small that is busy all month costs 58 USD"
        " more. `standard`: it is slowed down to the baseline, and never costs more. Other types ignore it.",
    )
    network: Network = Field(
        "bridge",
        description="How tasks are reached. `bridge`: at ports of their instance, which as many as fit share. `awsvpc`:"
        " each has a network interface and a service has a security group of its own; a t3a.small has interfaces for a"
        " single task, and such a task needs `network.egress`. `trunked`: the same with ENI trunking, which gives"
        " larger types, none of the T family, interfaces for more tasks. A change moves the tasks without a lost"
        " request; with the recipe `protected` set `released` for the time of it.",
    )
    ami_id: AmiId = Field(
        description="ECS-optimised Amazon Linux 2023 image of the region, pinned so that no unrelated `up` replaces"
        " hosts. The current one: `aws ssm get-parameter --name"
        " /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id`, for ARM types"
        " `…/amazon-linux-2023/arm64/recommended/image_id`.",
        examples=["ami-0123456789abcdef0"],
    )
    min_instances: int = Field(1, ge=1, le=20, description="Instances that always run.")
    max_instances: int = Field(
        2, ge=1, le=20, description="Instances that ECS may start when tasks wait for room; each costs its full price."
    )
    volume_gib: int = Field(30, ge=30, le=1000, description="Size of each instance's encrypted gp3 volume, in GiB.")
    ssh_public_key: PublicKey | None = Field(
        None,
        description="OpenSSH public key for the instances. Default: no key pair. No port is open for it either way:"
        " log in through Session Manager.",
    )

    @property
    def platform(self) -> str:
        """What images are built for."""
        return "linux/arm64" if self.is_arm else USUAL_PLATFORM

    @property
    def is_arm(self) -> bool:
        return instance_types()[self.instance_type].is_arm

    def problems(self) -> Iterator[Problem]:
        if self.max_instances < self.min_instances:
            yield Problem(
                key="maxInstances",
                rule=f"must be at least minInstances ({self.min_instances}), got {self.max_instances}",
                remedy="raise maxInstances or lower minInstances",
            )


class DatabaseConfig(Section):
    instance_class: InstanceClass = Field("db.t4g.micro", description="RDS class; a change restarts the database.")
    storage_gib: int = Field(
        20, ge=20, le=16384, description="Encrypted gp3 storage in GiB; it can grow but not shrink."
    )
    max_storage_gib: int = Field(
        50, ge=22, le=65536, description="Size in GiB up to which RDS grows the storage when it runs full."
    )
    backup_days: int = Field(1, ge=0, le=35, description="Days that automatic backups are kept; 0 makes none.")
    multi_az: bool = Field(False, description="Keep a standby in a second zone; doubles the price of the database.")
    ssl_mode: Literal["require", "verify-full"] = Field(
        "verify-full",
        description="How the back end connects: `verify-full` also checks the certificate and the name of the database;"
        " `require` encrypts and checks neither.",
    )

    snapshot_identifier: SnapshotName | None = Field(
        None,
        description="Snapshot that a new database is restored from, such as the final one of a stack that was released."
        " It is read when the database is made, and has no effect on one that is there. Default: an empty database.",
    )

    def problems(self) -> Iterator[Problem]:
        least = -(-self.storage_gib * 11 // 10)  # rounded up, in whole numbers: 100 * 1.1 is above 110
        if self.max_storage_gib < least:
            yield Problem(
                key="maxStorageGib",
                rule=f"must be at least 10% above storageGib ({self.storage_gib}), as RDS asks,"
                f" got {self.max_storage_gib}",
                remedy=f"write {least} or more",
            )


class CacheConfig(Section):
    node_type: CacheNodeType = Field(
        "cache.t4g.micro",
        description="ElastiCache node type of the one node; `cache.t4g.micro` has 0.5 GiB of memory and costs 9.34 USD"
        " a month. A change takes minutes and keeps what is in the cache. There are no backups: a node that fails is"
        " replaced by an empty one, and a destroy takes all of it, whatever the recipe of the stack says about data.",
    )
    tls: bool = Field(
        True,
        description="Whether clients connect with TLS, by a URL that begins with `rediss://`. A change replaces the"
        " cache by an empty one.",
    )


class StorageConfig(Section):
    noncurrent_days: int = Field(
        30, ge=1, le=3650, description="Days that overwritten and deleted files can be restored."
    )
    existing_bucket: BucketName | None = Field(
        None,
        description="Bucket that is there already, such as the one that a released stack left: the stack uses it, sets"
        " it up like its own, and never deletes it. Default: the stack makes a bucket.",
    )
    extra_origins: tuple[Origin, ...] = Field(
        (),
        description="Origins, besides the bucket's own, that pages may fetch files from: where an endpoint before S3"
        " answers.",
    )
    page_origins: tuple[Origin, ...] = Field(
        (),
        description="Origins, besides the site's own, whose pages may use the bucket's presigned requests; one `*` in"
        " each: where `make dev` serves the site.",
        examples=["['http://localhost:*']"],
    )


# Reserved for examples and tests: https://www.rfc-editor.org/rfc/rfc2606
DOMAINS_OF_NOBODY = ("example.com", "example.net", "example.org", "example", "test", "invalid", "localhost")


def is_of_nobody(address: str) -> bool:
    return is_below(address, *DOMAINS_OF_NOBODY)


def is_below(address: str, *domains: str) -> bool:
    """Whether a mail address is of one of the domains, or of a longer one that ends with it."""
    return f".{address.rpartition('@')[2].lower()}".endswith(tuple(f".{domain}" for domain in domains))


class MailConfig(Section):
    address: Email = Field(
        description="The address that mail is sent from, and to where `to` names no other. SES sends it a link to"
        " confirm, where there is no `domain`.",
        examples=["me@example.com"],
    )
    to: Email | None = Field(
        None,
        description="The one address that the app's page writes to. Default: `address`.",
        examples=["me@example.com"],
    )
    domain: Domain | None = Field(
        None,
        description="A domain of which every address may send mail, `no-reply@` too: SES signs it, and records in its"
        " DNS tell receivers to believe that. Default: the one `address` alone.",
        examples=["example.com"],
    )
    zone: Literal["existing", "none"] = Field(
        "existing",
        description="Where the DNS of `mail.domain` is. `existing`: in a Route 53 zone of this account, in which its"
        " records are made; that of `domain` too, where the stack makes it. `none`: elsewhere, and the output"
        " `dns_records` has what to set there.",
    )
    dmarc: Literal["none", "quarantine", "reject", "existing"] = Field(
        "none",
        description="What receivers shall do with mail that claims to be of `mail.domain` and is not signed: `none`,"
        " nothing; `quarantine` or `reject` it, when nobody else sends mail of the domain. `existing`: the domain has a"
        " record `_dmarc` already, which is left as it is.",
    )
    identity: Literal["create", "existing"] = Field(
        "create",
        description="SES knows an address or a domain once in an account and region. `create`: this stack makes it"
        " known, and forgets it when it is destroyed. `existing`: another stack or a person did and keeps it; this"
        " stack only sends mail with it. Of several stacks with one address, one creates it.",
    )
    mailbox_path: MailboxPath | None = Field(
        None,
        description="Path below AWS's endpoint where sent mail can be read; only an emulator has one. The page links to"
        " it.",
    )

    def problems(self) -> Iterator[Problem]:
        written = {"address": self.address} | ({"to": self.to} if self.to else {})
        for key, address in written.items():
            if self.mailbox_path is None and is_of_nobody(address):
                yield Problem(
                    key=key,
                    rule=f"must be an address at which you can read mail, got {address!r}",
                    remedy="write your own: SES sends it a link to confirm",
                )
        if self.domain and not is_below(self.address, self.domain):
            yield Problem(
                key="address",
                rule=f"must be of mail.domain, {self.domain}, got {self.address!r}",
                remedy=f"write for example no-reply@{self.domain}",
            )
        for key in ("zone", "dmarc"):
            if self.domain is None and key in self.model_fields_set:
                yield Problem(
                    key=key,
                    rule="is about mail.domain, which is not there",
                    remedy=f"write domain: {self.address.rsplit('@', 1)[1]}, or take {key} out",
                )

    @property
    def recipient(self) -> str:
        return self.to or self.address

    @property
    def makes_records(self) -> bool:
        """Whether the stack tells DNS of a domain."""
        return self.domain is not None and self.identity == "create" and self.zone == "existing"


SOURCES = "Where else a page may load {} from: origins such as `https://js.stripe.com`{}."


class ContentSecurityConfig(Section):
    """What pages may load beside what is the site's own; the rest is refused by the browser."""

    script: tuple[Source, ...] = Field(
        (), description=SOURCES.format("scripts", ", or `unsafe-inline` and `unsafe-eval`, which a strict page has not")
    )
    style: tuple[Source, ...] = Field((), description=SOURCES.format("styles", ", or `unsafe-inline`"))
    font: tuple[Source, ...] = Field((), description=SOURCES.format("fonts", ", or `data`"))
    image: tuple[Source, ...] = Field((), description=SOURCES.format("images", "; `data` and `blob` are allowed"))
    media: tuple[Source, ...] = Field((), description=SOURCES.format("sound and video", ""))
    connect: tuple[Source, ...] = Field(
        (), description=SOURCES.format("data", " or `wss://events.example.org`, with fetch and WebSockets")
    )
    frame: tuple[Source, ...] = Field((), description=SOURCES.format("framed pages", ""))


class CdnConfig(Section):
    viewer_protocol_policy: Literal["redirect-to-https", "https-only", "allow-all"] = Field(
        "redirect-to-https",
        description="What CloudFront does with plain HTTP; `allow-all` serves it, and prints http URLs.",
    )
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        "PriceClass_100", description="Edge locations in use: North America and Europe, most of the world, or all."
    )
    content_security: ContentSecurityConfig = ContentSecurityConfig()
    permissions_policy: HeaderText = Field(
        PERMISSIONS_POLICY,
        description="The header Permissions-Policy of pages. `camera=(self)` lets the site's pages ask for the camera.",
    )

    @property
    def scheme(self) -> Literal["http", "https"]:
        """Of the site's address."""
        return "http" if self.viewer_protocol_policy == "allow-all" else "https"


class DomainConfig(Section):
    name: Domain = Field(
        description="The site's own name. A change gives the site the new one in place, and the former one ends;"
        " `*.cloudfront.net` goes on to answer, with or without a domain.",
        examples=["shop.example.com"],
    )
    zone: Literal["existing", "made"] = Field(
        "existing",
        description="Where its DNS is. `existing`: in a Route 53 zone of this account, of the name itself or of one"
        " that it ends with. `made`: the stack makes a zone of the name (0.50 USD a month), and tells the name servers"
        " to set where the domain is registered.",
    )
    www: Literal["redirect", "none"] = Field(
        "none", description="`redirect`: `www.<name>` leads to `<name>`, with the path that was asked for."
    )

    @property
    def site_names(self) -> list[str]:
        """All that lead to the site, its own first."""
        return [self.name, *([f"www.{self.name}"] if self.www == "redirect" else [])]


class AccessLogsConfig(Section):
    days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days that a log file of CloudFront or the load balancer is kept, in a bucket of its own. They hold"
        " what visitors asked for, with their addresses, and come within minutes to hours.",
    )


class AlarmsConfig(Section):
    to: tuple[Email, ...] = Field(
        (),
        description="Addresses that alarms, and warnings of the budget, are mailed to. SNS sends each a link to"
        " confirm. Default: `mail.address`.",
        examples=["[me@example.com]"],
    )


class LoadBalancerConfig(Section):
    scheme: Literal["internal", "internet-facing"] = Field(
        "internal",
        description="Where it stands. `internal`: in the private subnets, where CloudFront alone reaches it, as a VPC"
        " origin. `internet-facing`: in the public subnets, with a public address in each zone (3.65 USD a month), and"
        " 403 to every request without a secret header that this stack's CloudFront sends: for zones where CloudFront"
        " has no VPC origins. Fixed at the first `up`: later, a change is refused.",
    )
    secret_version: int = Field(
        1,
        ge=1,
        description="Another number gives the secret header of an `internet-facing` load balancer a new value, without"
        " a lost request.",
    )


# Connections beside those of tasks: a migration's, and those of people who look.
BY_HAND = 3
# By size; the first that is large enough is advised.
CLASSES = ("db.t4g.micro", "db.t4g.small", "db.t4g.medium", "db.t4g.large", "db.m7g.xlarge", "db.m7g.2xlarge")

MOMENTS = {
    "always": "when nothing is being deployed",
    "deployment": "while old and new tasks run side by side",
    "job": "for its run beside a deployment",
}


Rule = tuple[tuple[str, ...], Callable[["StackConfig"], Iterator[Problem]]]


class StackConfig(AppConfig):
    """All settings of one stack."""

    region: Region = Field(
        description="AWS region of everything but CloudFront, which is global.", examples=["us-east-1"]
    )
    account_id: AccountId | None = Field(
        None, description="The only AWS account in which this stack may be made, in quotes. Default: any."
    )
    recipe: Literal["disposable", "protected", "released"] = Field(
        description="What a destroy does. `disposable`: removes everything, the data too. `protected`: deletes nothing"
        " at all, whatever its options, and an `up` deletes or replaces nothing that a new version does not replace"
        " anyway. `released`: leaves the bucket and a final snapshot of the database; the step between the two others.",
        examples=["disposable"],
    )
    access: Literal["password", "open"] = Field(
        "password",
        description="Who may use the app. `password`: whoever knows the one password, made at the first `up` and kept"
        " in Secrets Manager; others see that the site is up, and nothing else. `open`: everyone on the internet may"
        " read, write, upload and send mail to your address.",
    )
    deploy_timeout_minutes: int = Field(
        20,
        ge=2,
        le=120,
        description="Minutes that a service or a migration may take before `up` gives it up as failed.",
    )
    network: NetworkConfig
    cluster: ClusterConfig
    database: DatabaseConfig = DatabaseConfig()
    cache: CacheConfig = CacheConfig()
    storage: StorageConfig = StorageConfig()
    mail: MailConfig | None = Field(None, description="Required where a service uses mail.")
    cdn: CdnConfig = CdnConfig()
    domain: DomainConfig | None = Field(None, description="Default: the site is at `*.cloudfront.net` alone.")
    access_logs: AccessLogsConfig | None = Field(None, description="Default: none are written.")
    budget: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="USD that a month may cost. A configuration that costs more without traffic is refused, and one"
        " that does with all of `cluster.maxInstances` is warned of. With `alarms`, AWS mails at 80% of it, and when it"
        " expects more: of all that the account costs, since a stack's part is known only to accounts that have set"
        " that up. Default: no limit.",
        examples=["80"],
    )
    alarms: AlarmsConfig | None = Field(
        None,
        description="What people are told of by mail, and the versions that are taken back: docs/alarms.md lists all."
        " Required with the recipe protected. Default: nothing is told.",
    )
    load_balancer: LoadBalancerConfig = LoadBalancerConfig()

    def problems(self) -> Iterator[Problem]:
        yield from self.app_problems()
        for _, rule in self.RULES:
            yield from rule(self)

    def zones_elsewhere(self) -> Iterator[Problem]:
        if strangers := [zone for zone in self.network.zones if zone[:-1] != self.region]:
            yield Problem(
                key="network.zones",
                rule=f"must lie in the region {self.region}, got {', '.join(strangers)}",
                remedy=f"write for example [{self.region}a, {self.region}b]",
            )

    def too_few_backups(self) -> Iterator[Problem]:
        if self.recipe == "protected" and self.database.backup_days < 7:
            yield Problem(
                key="database.backupDays",
                rule=f"must be at least 7 with the recipe protected, got {self.database.backup_days}",
                remedy="write 7 or more",
            )

    @property
    def told(self) -> tuple[str, ...]:
        """Who gets the mails of alarms; nobody where there are none."""
        if self.alarms is None:
            return ()
        return self.alarms.to or ((self.mail.address,) if self.mail else ())

    def lack_of_alarms(self) -> Iterator[Problem]:
        if self.alarms is None and self.recipe == "protected":
            yield Problem(
                key="alarms.to",
                rule="is required with the recipe protected, so that somebody learns when the stack fails",
                remedy="write alarms: {to: [your address]}",
            )
        if self.alarms is not None and not self.told:
            yield Problem(
                key="alarms.to", rule="is required where there is no mail.address", remedy="write your address"
            )
        for address in self.told if self.mail is None or self.mail.mailbox_path is None else ():
            if is_of_nobody(address) and (self.mail is None or address != self.mail.address):
                yield Problem(
                    key="alarms.to",
                    rule=f"must have addresses at which you can read mail, got {address!r}",
                    remedy="write your own: SNS sends each a link to confirm",
                )

    def private_behind_public(self) -> Iterator[Problem]:
        if self.load_balancer.scheme == "internet-facing":
            for name in self.private:
                yield Problem(
                    key=f"services.{name}.private",
                    rule="must be false where loadBalancer.scheme is internet-facing: that load balancer has public"
                    " addresses, which no rule can keep for the stack's own instances",
                    remedy="write scheme: internal before the first up, or let the service have routes",
                )

    def www_without_page(self) -> Iterator[Problem]:
        if self.domain and self.domain.www == "redirect" and not any(one.page for one in self.services.values()):
            yield Problem(
                key="domain.www",
                rule="must be none without a page: it is the page's function that leads from www to the domain",
                remedy="write none",
            )

    def lack_of_mail(self) -> Iterator[Problem]:
        if self.mail is None and "mail" in self.used:
            yield Problem(
                key="mail.address",
                rule="is required where a service uses mail",
                remedy="write your address, such as me@example.com, or take mail out of the service's uses",
            )

    @property
    def plan(self) -> Plan:
        """Where the tasks run."""
        cluster = self.cluster
        hosts = Hosts(
            kind=instance_types()[cluster.instance_type],
            minimum=cluster.min_instances,
            maximum=cluster.max_instances,
            zones=len(self.network.zones),
            network=cluster.network,
        )
        return plan(hosts, self.demands)

    def lack_of_connections(self) -> Iterator[Problem]:
        """Of the database, with as many tasks as there may be, and those that a deployment starts beside them."""
        usable = usable_connections(self.database.instance_class)
        using = {name: one for name, one in self.services.items() if "database" in one.uses}
        needed = sum(2 * one.most * one.database_connections for one in using.values())
        needed += sum(using[job.service].database_connections for job in self.jobs.values() if job.service in using)
        if using and usable is not None and needed + BY_HAND > usable:
            larger = [one for one in CLASSES if (usable_connections(one) or 0) >= needed + BY_HAND]
            yield Problem(
                key="database.instanceClass",
                rule=f"must take the connections of all tasks while a deployment doubles them, {needed} and {BY_HAND}"
                f" for a migration and people, and a {self.database.instance_class} takes about {usable}",
                remedy=f"{f'take {larger[0]} or larger, or ' if larger else ''}lower scaling.maxCount, desiredCount or"
                " databaseConnections of the services",
            )

    def lack_of_room(self) -> Iterator[Problem]:
        kind, most = self.cluster.instance_type, self.cluster.max_instances
        if self.cluster.network == "trunked" and not instance_types()[kind].trunked_tasks:
            yield Problem(
                key="cluster.instanceType",
                rule=f"must be a type with ENI trunking where cluster.network is trunked, got {kind}",
                remedy=self._advice(("trunked",)),
            )
            return
        instance = instance_types()[kind].room(self.cluster.network)
        too_large = list(self._larger_than(instance))
        yield from too_large
        missing = None if too_large else self.plan.missing
        if missing:
            yield Problem(
                key="cluster",
                rule=f"must have room for all tasks, but {most} * {kind} with {instance} each have none for"
                f" {missing.name} ({missing.room}) {MOMENTS[missing.when]}",
                remedy=self._advice(),
            )

    def _larger_than(self, instance: Room) -> Iterator[Problem]:
        for name, service in self.services.items():
            for key, needed, offered in (
                ("cpuUnits", service.cpu_units, instance.cpu_units),
                ("memoryMib", service.memory_mib, instance.memory_mib),
            ):
                if needed > offered:
                    yield Problem(
                        key=f"services.{name}.{key}",
                        rule=f"must fit into one instance, got {needed}, and a {self.cluster.instance_type}"
                        f" offers {offered}",
                        remedy=f"write {offered} or less, or take a larger cluster.instanceType",
                    )

    def _advice(self, networks: tuple[Network, ...] = ("awsvpc", "trunked")) -> str:
        """The cheapest instances that hold everything."""
        own = self.cluster.network != "bridge"
        networks = networks if own else ("bridge",)
        zones, volume = len(self.network.zones), self.cluster.volume_gib
        arm = self.cluster.is_arm
        written = [
            f"instanceType: {one.name} with maxInstances: {one.count}"
            f"{'' if one.network == 'bridge' else f' and network: {one.network}'} ({one.usd_a_month:.2f} USD a month)"
            for one in cheapest(self.demands, zones=zones, volume_gib=volume, networks=networks, arm=arm)
        ]
        if own:
            written += [
                f"network: bridge with instanceType: {one.name} and maxInstances: {one.count}"
                f" ({one.usd_a_month:.2f} USD a month, and no egress to pay)"
                for one in cheapest(self.demands, zones=zones, volume_gib=volume, most=1, arm=arm)
            ]
        lower = "lower memoryMib, cpuUnits or desiredCount of the services"
        return f"take {', or '.join(written)}; or {lower}" if written else lower

    @property
    def endpoints(self) -> list[str]:
        """The services of AWS that tasks reach by endpoints of the network."""
        return endpoints(self.used, smtp=self.smtp) if self.network.egress == "endpoints" else []

    def way_out(self) -> Iterator[Problem]:
        mode, egress = self.cluster.network, self.network.egress
        if mode == "bridge" and egress != "none":
            yield Problem(
                key="network.egress",
                rule=f"must be none where cluster.network is bridge: tasks go the way of their instance, got {egress}",
                remedy="remove it, or write cluster.network: awsvpc",
            )
        if mode != "bridge" and egress == "none":
            yield Problem(
                key="network.egress",
                rule=f"is required where cluster.network is {mode}: a task's own interface gets no public address on an"
                " instance, so the task would reach neither AWS nor the internet",
                remedy=self._ways_out(),
            )
        if egress == "endpoints" and (parts := without_endpoint(self.used)):
            yield Problem(
                key="network.egress",
                rule=f"must be nat where services use {', '.join(parts)}, to which no endpoint leads, got endpoints",
                remedy="write nat, or take it out of the services' uses",
            )

    def _ways_out(self) -> str:
        nat = f"write nat ({prices.nat_month():.2f} USD a month)"
        if without_endpoint(self.used):
            return nat
        names = endpoints(self.used, smtp=self.smtp)
        month = prices.endpoints_month(len(names), len(self.network.zones))
        return f"{nat}, or endpoints, of {', '.join(names)} ({month:.2f} USD a month)"

    def one_anchor(self) -> Iterator[Problem]:
        for one, other in same_anchors(self.services):
            yield Problem(
                key=f"services.{other}",
                rule=f"must have another name: a rule of the load balancer for it would have the priority of {one}'s",
                remedy="take another name for one of the two",
            )

    # Each with the keys that it looks at.
    RULES: ClassVar[tuple[Rule, ...]] = (
        (("region", "network"), zones_elsewhere),
        (("recipe", "database"), too_few_backups),
        (("services", "mail"), lack_of_mail),
        (("recipe", "alarms", "mail"), lack_of_alarms),
        (("services", "loadBalancer"), private_behind_public),
        (("services", "domain"), www_without_page),
        (("services", "jobs", "cluster", "network"), lack_of_room),
        (("services", "cluster", "network"), way_out),
        (("services",), one_anchor),
        (("services", "jobs", "database"), lack_of_connections),
    )
