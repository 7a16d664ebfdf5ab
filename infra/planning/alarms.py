"""The alarms of a stack, each with its threshold and why it is there.

docs/alarms.md and the dashboard of CloudWatch are made from this table.
"""

from collections.abc import Iterator

from infra.config.services import ServiceConfig
from infra.config.stack import StackConfig
from infra.pure.alarm import Alarm
from infra.pure.capacity import has_cpu_credits
from infra.pure.database_size import usable_connections

GIB = 2**30
# Of the metric that an agent on the instances puts; the rest are AWS's own.
HOST_METRICS = "CWAgent"
# Used of what the class takes; the rest is for a deployment, whose old and new tasks are there together.
CONNECTIONS_USED = 0.8
# RDS grows a storage of which less than 10 % are free; half of that is left only where it could not.
STORAGE_LEFT = 0.05


def alarms(config: StackConfig) -> list[Alarm]:
    """Those of what this stack has, in the order of a request's way."""
    return [
        edge("edge-errors", "site"),
        *(edge(f"{host}-edge-errors", f"host {host}") for host in config.hosts),
        *(certificate() if config.domain else ()),
        *balancer(),
        *each_service(config),
        *hosts(config),
        *data(config),
        *others(config),
    ]


def edge(name: str, distribution: str) -> Alarm:
    return Alarm(
        name=name, namespace="AWS/CloudFront", metric="5xxErrorRate", dimensions={"DistributionId": distribution},
        fixed={"Region": "Global"}, statistic="Average", threshold=5, seconds=300, periods=3, breaching=3,
        why="of a hundred answers that visitors get, five are errors of ours; one failed request of few is not enough",
    )  # fmt: skip


def certificate() -> Iterator[Alarm]:
    yield Alarm(
        name="certificate-expiry", namespace="AWS/CertificateManager", metric="DaysToExpiry",
        dimensions={"CertificateArn": "certificate"}, statistic="Minimum", comparison="LessThanThreshold",
        threshold=30, seconds=86400, periods=1, breaching=1,
        why="ACM should have renewed it weeks ago: are its records still in the zone?",
    )  # fmt: skip


def balancer() -> Iterator[Alarm]:
    yield Alarm(
        name="balancer-errors", namespace="AWS/ApplicationELB", metric="HTTPCode_ELB_5XX_Count",
        dimensions={"LoadBalancer": "balancer"}, statistic="Sum", threshold=5, periods=5, breaching=3,
        why="the load balancer found no task that answers; a few during a change of hosts are not enough",
    )  # fmt: skip


def each_service(config: StackConfig) -> Iterator[Alarm]:
    for name, service in config.services.items():
        if service.reached:
            yield errors(name)
            yield from reached(name, service)
        yield Alarm(
            name=f"{name}-memory", namespace="AWS/ECS", metric="MemoryUtilization",
            dimensions={"ClusterName": "cluster", "ServiceName": f"service {name}"}, statistic="Maximum",
            threshold=85, periods=5, breaching=5,
            why="a task that comes to 100 % is killed: raise memoryMib, or find what it keeps",
        )  # fmt: skip
    yield Alarm(
        name="task-restarts", namespace="AWS/Events", metric="Invocations", dimensions={"RuleName": "crashes"},
        statistic="Sum", threshold=3, seconds=900, periods=1, breaching=1,
        why="tasks ended by themselves or failed their health check three times: their last words are in the log group"
        " of crashes",
    )  # fmt: skip


def of_target(name: str) -> dict[str, str]:
    return {"LoadBalancer": "balancer", "TargetGroup": f"target {name}"}


def errors(name: str) -> Alarm:
    return Alarm(
        name=f"{name}-errors", namespace="AWS/ApplicationELB", metric="HTTPCode_Target_5XX_Count",
        dimensions=of_target(name), statistic="Sum", threshold=5, periods=5, breaching=3, harm=name,
        why="the service itself fails: a version that is being deployed is taken back",
    )  # fmt: skip


def reached(name: str, service: ServiceConfig) -> Iterator[Alarm]:
    yield Alarm(
        name=f"{name}-down", namespace="AWS/ApplicationELB", metric="HealthyHostCount", dimensions=of_target(name),
        statistic="Maximum", comparison="LessThanThreshold", threshold=1, periods=2, breaching=2,
        without_data="breaching", why="no task passes its health check: nobody gets an answer",
    )  # fmt: skip
    yield Alarm(
        name=f"{name}-unhealthy", namespace="AWS/ApplicationELB", metric="UnHealthyHostCount",
        dimensions=of_target(name), statistic="Maximum", threshold=1, periods=10, breaching=10,
        why="ECS replaces a task that fails its health check; after ten minutes, new ones fail as well",
    )  # fmt: skip
    if not service.page:
        yield Alarm(
            name=f"{name}-slow", namespace="AWS/ApplicationELB", metric="TargetResponseTime",
            dimensions=of_target(name), statistic="p95", threshold=1, seconds=300, periods=3, breaching=3,
            why="one request of twenty takes longer than a second, which people feel",
        )  # fmt: skip


def hosts(config: StackConfig) -> Iterator[Alarm]:
    if config.cluster.on_fargate:
        return
    of_group = {"AutoScalingGroupName": "instances"}
    if has_cpu_credits(config.cluster.instance_type):
        unlimited = config.cluster.cpu_credits == "unlimited"
        yield Alarm(
            name="host-credits", namespace="AWS/EC2", dimensions=of_group,
            metric="CPUSurplusCreditsCharged" if unlimited else "CPUCreditBalance",
            statistic="Maximum" if unlimited else "Minimum",
            comparison="GreaterThanThreshold" if unlimited else "LessThanThreshold",
            threshold=0 if unlimited else 20, seconds=300, periods=3, breaching=3,
            why="more CPU is used than the type has, and is paid for beside it: a larger type, or another family, is"
            " cheaper" if unlimited else "an instance without credits is slowed down to the baseline of its type",
        )  # fmt: skip
    yield Alarm(
        name="host-disk", namespace=HOST_METRICS, metric="disk_used_percent", dimensions=of_group,
        statistic="Maximum", threshold=80, seconds=300, periods=3, breaching=3,
        why="on a full disk no image can be pulled and no task starts; the agent removes unused images by itself",
    )  # fmt: skip


def data(config: StackConfig) -> Iterator[Alarm]:
    if "database" not in config.used:
        return
    settings, of_database = config.database, {"DBInstanceIdentifier": "database"}
    yield Alarm(
        name="database-storage", namespace="AWS/RDS", metric="FreeStorageSpace", dimensions=of_database,
        statistic="Minimum", comparison="LessThanThreshold", threshold=STORAGE_LEFT * settings.storage_gib * GIB,
        seconds=300, periods=3, breaching=3,
        why="a database without space stops: RDS should have grown it; raise maxStorageGib",
    )  # fmt: skip
    if most := usable_connections(settings.instance_class):
        yield Alarm(
            name="database-connections", namespace="AWS/RDS", metric="DatabaseConnections", dimensions=of_database,
            statistic="Maximum", threshold=int(CONNECTIONS_USED * most), periods=5, breaching=5,
            why=f"a {settings.instance_class} takes about {most}; above that, tasks get none",
        )  # fmt: skip
    if settings.instance_class.startswith("db.t"):
        yield Alarm(
            name="database-credits", namespace="AWS/RDS", metric="CPUSurplusCreditsCharged", dimensions=of_database,
            statistic="Maximum", comparison="GreaterThanThreshold", threshold=0, seconds=300, periods=3, breaching=3,
            why="more CPU is used than the class has, and is paid for beside it",
        )  # fmt: skip


def others(config: StackConfig) -> Iterator[Alarm]:
    if "mail" in config.used:
        for kind, metric, limit in (("bounces", "BounceRate", 0.04), ("complaints", "ComplaintRate", 0.0008)):
            yield Alarm(
                name=f"mail-{kind}", namespace="AWS/SES", metric=f"Reputation.{metric}", dimensions={},
                statistic="Maximum", threshold=limit, seconds=3600, periods=1, breaching=1,
                why=f"of all mail of the account and region; SES reviews an account at {limit * 1.25:.1%}, and may"
                " stop its mail",
            )  # fmt: skip
    if any(service.page for service in config.services.values()):
        yield Alarm(
            name="cache-reset-errors", namespace="AWS/Lambda", metric="Errors",
            dimensions={"FunctionName": "cache-reset"}, statistic="Sum", threshold=1, seconds=300, periods=1,
            breaching=1, why="CloudFront may show the page of the version before",
        )  # fmt: skip
    for name in config.queues:
        yield letters(f"{name}-dead-letters", f"queue {name}", "a message could not be handled, and was put aside")
    if config.jobs:
        yield letters("missed-jobs", "missed", "a job could not be started: `make jobs` tells why")


def letters(name: str, queue: str, why: str) -> Alarm:
    return Alarm(
        name=name, namespace="AWS/SQS", metric="ApproximateNumberOfMessagesVisible", dimensions={"QueueName": queue},
        statistic="Maximum", threshold=1, seconds=300, periods=1, breaching=1, why=why,
    )  # fmt: skip
