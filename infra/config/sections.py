"""The settings of a stack, section by section, without the rules between them.

docs/configuration.md is generated from the descriptions here and in the sections' modules.
"""

from typing import Literal

from pydantic import Field

from infra.config.cluster import ClusterConfig
from infra.config.data import CacheConfig, DatabaseConfig, StorageConfig
from infra.config.front_door import AccessLogsConfig, CdnConfig, DomainConfig, LoadBalancerConfig
from infra.config.mail import MailConfig
from infra.config.network import NetworkConfig
from infra.config.preview import PreviewConfig
from infra.config.section import Section
from infra.config.services import AppConfig, is_secret
from infra.config.sleep import SleepConfig
from infra.config.values import AccountId, Email, Region
from infra.pure.capacity import Room, instance_types
from infra.pure.domains import API, API_HOST
from infra.pure.fargate import size_of
from infra.pure.placement import Hosts, Plan, plan
from infra.pure.way_out import Calls, endpoints


class AlarmsConfig(Section):
    to: tuple[Email, ...] = Field(
        (),
        description="Addresses that alarms, and warnings of the budget, are mailed to. SNS sends each a link to"
        " confirm. Default: `mail.address`.",
        examples=["[me@example.com]"],
    )


class StackSections(AppConfig):
    """All settings of one stack, and what follows from them."""

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
    shell: bool = Field(
        True,
        description="Whether `make shell` opens a shell in a task (ECS Exec), for who has AWS's permission"
        " `ecs:ExecuteCommand`. Without it tasks have no right and no folder for the agent that opens it.",
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
    sleep: SleepConfig | None = Field(None, description="Default: it runs all the time.")
    preview: PreviewConfig | None = Field(
        None, description="A preview environment on another stack, docs/ci-cd.md. Default: the stack stands by itself."
    )

    @property
    def told(self) -> tuple[str, ...]:
        """Who gets the mails of alarms; nobody where there are none."""
        if self.alarms is None:
            return ()
        return self.alarms.to or ((self.mail.address,) if self.mail else ())

    @property
    def api_service(self) -> str | None:
        """The service that `domain.api` is about."""
        return next((name for name, one in self.services.items() if API in one.routes), None)

    @property
    def hosts(self) -> dict[str, str]:
        """Which service has a name for itself, by what stands there before the domain."""
        of_api = {API_HOST: self.api_service} if self.domain and self.domain.api_name and self.api_service else {}
        return of_api | {host: name for name, service in self.services.items() for host in service.hosts}

    @property
    def names(self) -> list[str]:
        """All that lead to CloudFront, the site's own first."""
        return [*self.domain.site_names, *map(self.domain.host_name, self.hosts)] if self.domain else []

    @property
    def plan(self) -> Plan:
        """Where the tasks run, on instances."""
        return self.plan_with(self.cluster.min_instances, self.cluster.max_instances)

    def plan_with(self, minimum: int, maximum: int) -> Plan:
        """Where they would run with other numbers of instances."""
        hosts = Hosts(
            kind=instance_types()[self.cluster.instance_type],
            minimum=minimum,
            maximum=maximum,
            zones=len(self.network.zones),
            network=self.cluster.network,
        )
        return plan(hosts, self.demands)

    @property
    def endpoints(self) -> list[str]:
        """The services of AWS that tasks reach by endpoints of the network."""
        return self.possible_endpoints if self.network.egress == "endpoints" else []

    @property
    def possible_endpoints(self) -> list[str]:
        """Those that `network.egress: endpoints` makes."""
        secrets = any(map(is_secret, self.references))
        calls = Calls(smtp=self.smtp, shell=self.shell, fargate=self.cluster.on_fargate, secrets=secrets)
        return endpoints(self.used, calls)

    @property
    def fargate_sizes(self) -> dict[str, Room]:
        """What Fargate gives to a task of each service; empty on instances."""
        return {name: size_of(one.room) for name, one in self.services.items()} if self.cluster.on_fargate else {}

    @property
    def fargate_vcpus(self) -> float:
        """Of as many tasks there as there may be."""
        return sum(self.services[name].most * size.cpu_units / 1024 for name, size in self.fargate_sizes.items())
