"""The settings of a stack, section by section, and the rules between them.

docs/configuration.md is generated from the descriptions below.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from infra.config.values import (
    AccountId,
    AmiId,
    Email,
    InstanceClass,
    InstanceType,
    MailboxPath,
    Origin,
    PublicKey,
    Region,
    Zone,
    broken,
    retention,
    vpc_range,
)
from infra.pure.capacity import MAXIMUM_PERCENT, Room, instance_room, surge_room


class Section(BaseModel):
    """Frozen, with camelCase keys in the file, and no key that is not described here."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class NetworkConfig(Section):
    cidr: Annotated[str, AfterValidator(vpc_range)] = Field(
        "10.0.0.0/16",
        description="Private IPv4 range of the VPC, /16 to /24. A change replaces the network and all in it.",
    )
    zones: tuple[Zone, ...] = Field(
        min_length=2,
        max_length=4,
        description="Availability zones, two or more, as the load balancer and the database ask for it. Append only:"
        " another order replaces subnets.",
        examples=["[us-east-1a, us-east-1b]"],
    )

    @model_validator(mode="after")
    def zones_differ(self) -> Self:
        if len(set(self.zones)) != len(self.zones):
            raise broken("zones must differ from each other", "name each zone once")
        return self


class ClusterConfig(Section):
    instance_type: InstanceType = Field(
        "t3a.small", description="EC2 type of the instances that run the tasks, x86. A change is used by new instances."
    )
    ami_id: AmiId = Field(
        description="ECS-optimised Amazon Linux 2023 image of the region, pinned so that no unrelated `up` replaces"
        " hosts. The current one: `aws ssm get-parameter --name"
        " /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id`.",
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

    @model_validator(mode="after")
    def maximum_holds_minimum(self) -> Self:
        if self.max_instances < self.min_instances:
            raise broken(
                f"maxInstances must be at least minInstances ({self.min_instances})",
                "raise maxInstances or lower minInstances",
            )
        return self


CPU_UNITS = "CPU share of a task, 1024 a vCPU; it may use more while others idle."
MEMORY_MIB = "Memory limit of a task in MiB; above it, it is killed."


class ServiceConfig(Section):
    desired_count: int = Field(1, ge=1, le=20, description="Tasks that run when nothing is being deployed.")
    cpu_units: int = Field(256, ge=128, le=4096, description=CPU_UNITS)
    memory_mib: int = Field(384, ge=128, le=16384, description=MEMORY_MIB)
    log_retention_days: Annotated[int, AfterValidator(retention)] = Field(
        30, description="Days after which CloudWatch Logs deletes a log line."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe line that is logged."
    )

    @property
    def room(self) -> Room:
        return Room(cpu_units=self.cpu_units, memory_mib=self.memory_mib)


class BackendConfig(ServiceConfig):
    """The service that answers the API."""

    requests_per_minute: int = Field(
        600,
        ge=60,
        le=1_000_000,
        description="Requests a minute that one task answers to one client, an address or an IPv6 /64; above it, 429.",
    )


class FrontendConfig(ServiceConfig):
    """A service that only hands out files."""

    cpu_units: int = Field(128, ge=128, le=4096, description=CPU_UNITS)
    memory_mib: int = Field(192, ge=128, le=16384, description=MEMORY_MIB)


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

    @model_validator(mode="after")
    def storage_can_grow(self) -> Self:
        if self.max_storage_gib < self.storage_gib * 1.1:
            raise broken(
                f"maxStorageGib must be at least 10% above storageGib ({self.storage_gib}), as RDS asks",
                f"write {-(-self.storage_gib * 11 // 10)} or more",
            )
        return self


class StorageConfig(Section):
    noncurrent_days: int = Field(
        30, ge=1, le=3650, description="Days that overwritten and deleted files can be restored."
    )
    extra_origins: tuple[Origin, ...] = Field(
        (),
        description="Origins, besides the bucket's own, that pages may fetch files from: where an endpoint before S3"
        " answers.",
    )


class MailConfig(Section):
    address: Email = Field(
        description="The one address that mail is sent from and to. SES sends it a link to confirm.",
        examples=["me@example.com"],
    )
    mailbox_path: MailboxPath | None = Field(
        None,
        description="Path below AWS's endpoint where sent mail can be read; only an emulator has one. The page links to"
        " it.",
    )


class CdnConfig(Section):
    viewer_protocol_policy: Literal["redirect-to-https", "https-only", "allow-all"] = Field(
        "redirect-to-https",
        description="What CloudFront does with plain HTTP; `allow-all` serves it, and prints http URLs.",
    )
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        "PriceClass_100", description="Edge locations in use: North America and Europe, most of the world, or all."
    )

    @property
    def scheme(self) -> Literal["http", "https"]:
        """Of the site's address."""
        return "http" if self.viewer_protocol_policy == "allow-all" else "https"


class StackConfig(Section):
    """All settings of one stack."""

    region: Region = Field(
        description="AWS region of everything but CloudFront, which is global.", examples=["us-east-1"]
    )
    account_id: AccountId | None = Field(
        None, description="The only AWS account in which this stack may be made, in quotes. Default: any."
    )
    recipe: Literal["disposable", "protected", "released"] = Field(
        description="What a destroy does to the data. `disposable`: removes it with all else. `protected`: is refused."
        " `released`: leaves the bucket and a final snapshot of the database; the step between the two others.",
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
    backend: BackendConfig = BackendConfig()
    frontend: FrontendConfig = FrontendConfig()
    database: DatabaseConfig = DatabaseConfig()
    storage: StorageConfig = StorageConfig()
    mail: MailConfig
    cdn: CdnConfig = CdnConfig()

    @model_validator(mode="after")
    def zones_are_of_the_region(self) -> Self:
        if strangers := [zone for zone in self.network.zones if zone[:-1] != self.region]:
            raise broken(
                f"network.zones must lie in the region {self.region}, {', '.join(strangers)} does not",
                f"write for example [{self.region}a, {self.region}b]",
            )
        return self

    @model_validator(mode="after")
    def protected_keeps_backups(self) -> Self:
        if self.recipe == "protected" and self.database.backup_days < 7:
            raise broken(
                f"database.backupDays must be at least 7 with the recipe protected, got {self.database.backup_days}",
                "write 7 or more",
            )
        return self

    @model_validator(mode="after")
    def a_deployment_has_room(self) -> Self:
        instance = instance_room(self.cluster.instance_type)
        if instance is None:
            return self
        services = [(service.room, service.desired_count) for service in (self.backend, self.frontend)]
        needed = surge_room(services, maximum_percent=MAXIMUM_PERCENT) + self.backend.room  # and the migration's task
        offered = instance * self.cluster.max_instances
        if not offered.holds(needed):
            raise broken(
                f"cluster must hold old and new tasks and the migration: {needed.cpu_units} CPU units and"
                f" {needed.memory_mib} MiB, but {self.cluster.max_instances} * {self.cluster.instance_type} offer"
                f" {offered.cpu_units} and {offered.memory_mib}",
                "raise cluster.maxInstances, take a larger cluster.instanceType, or lower memoryMib or cpuUnits",
            )
        return self
