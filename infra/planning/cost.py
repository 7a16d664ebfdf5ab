"""What a month of a stack costs, part by part, without traffic."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.config.services import ServiceConfig
from infra.config.stack import StackConfig
from infra.planning.alarms import alarms
from infra.pure import prices
from infra.pure.alarm import EDGE_REGION
from infra.pure.capacity import instance_types
from infra.pure.prices import HOURS_A_MONTH


@dataclass(frozen=True, kw_only=True)
class Row:
    """`part`: what it is counted to. `usd`: a month; None where this project knows no price."""

    part: str
    what: str
    arithmetic: str
    usd: float | None


def usd(amount: float | None) -> str:
    return "?" if amount is None else f"{amount:.2f}"


def times(count: int) -> str:
    return f"{count} × " if count > 1 else ""


def share(awake: float) -> str:
    return f" × {awake:g}" if awake < 1 else ""


def hourly(part: str, what: str, usd_an_hour: float | None, count: int = 1, awake: float = 1) -> Row:
    if usd_an_hour is None:
        return Row(part=part, what=what, arithmetic="not known here", usd=None)
    arithmetic = f"{times(count)}{HOURS_A_MONTH} × {usd_an_hour:g}{share(awake)}"
    return Row(part=part, what=what, arithmetic=arithmetic, usd=count * HOURS_A_MONTH * usd_an_hour * awake)


def monthly(part: str, what: str, usd_a_month: float, count: int, of_each: int = 1, awake: float = 1) -> Row:
    arithmetic = f"{times(of_each)}{count} × {usd_a_month:.3f}".removesuffix("0") + share(awake)
    return Row(part=part, what=what, arithmetic=arithmetic, usd=of_each * count * usd_a_month * awake)


def rows(config: StackConfig) -> list[Row]:
    return [*hosts(config), *others(config)]


def hosts(config: StackConfig) -> Iterator[Row]:
    """What the field has Fargate and NAT gateways for."""
    cluster, count = config.cluster, config.cluster.min_instances
    kind, gib, awake = cluster.instance_type, cluster.volume_gib, awake_share(config)
    yield hourly("instances", f"instance `{kind}`", instance_types()[kind].usd_an_hour, count, awake)
    yield monthly("instances", f"its disk, {gib} GiB gp3", prices.GP3_GIB_MONTH, gib, count, awake)
    yield hourly("addresses", "public IPv4 address of an instance", prices.PUBLIC_ADDRESS_HOUR, count, awake)
    zones = len(config.network.zones)
    if config.network.egress == "nat":
        yield hourly("NAT", "NAT gateway, and 0.045 USD a GB", prices.NAT_GATEWAY_HOUR)
        yield hourly("NAT", "public IPv4 address of the NAT gateway", prices.PUBLIC_ADDRESS_HOUR)
    if names := config.endpoints:
        yield hourly(
            "endpoints", f"endpoints in {zones} zones: {', '.join(names)}", prices.ENDPOINT_HOUR, len(names) * zones
        )
    if config.load_balancer.scheme == "internet-facing":
        yield hourly("addresses", "public IPv4 addresses of the load balancer", prices.PUBLIC_ADDRESS_HOUR, zones)


def others(config: StackConfig) -> Iterator[Row]:
    yield hourly("load balancer", "load balancer, and little for its capacity units", prices.LOAD_BALANCER_HOUR)
    if "database" in config.used:
        yield from database(config)
    if "cache" in config.used:
        kind = config.cache.node_type
        yield hourly("cache", f"cache `{kind}`", prices.CACHE_NODE_HOUR.get(kind))
    passwords = ["database" in config.used, "access" in config.used and config.access == "password", config.smtp]
    if secrets := sum(passwords) + len(config.secrets):
        yield monthly("secrets", "secrets in Secrets Manager", prices.SECRET_MONTH, secrets)
    if config.domain and config.domain.zone == "made":
        yield monthly("domain", "zone of the domain in Route 53", prices.ZONE_MONTH, 1)
    if config.alarms:
        yield from told(config)


def told(config: StackConfig) -> Iterator[Row]:
    """Alarms. Of metrics, too, the first ten of an account are free, and three dashboards."""
    paid = len(alarms(config)) - prices.FREE_ALARMS
    if paid > 0:
        yield monthly("alarms", f"alarms, beyond an account's {prices.FREE_ALARMS} free ones", prices.ALARM_MONTH, paid)
    yield monthly("alarms", "keys of the alarms' topics", prices.KEY_MONTH, 1 if config.region == EDGE_REGION else 2)


def database(config: StackConfig) -> Iterator[Row]:
    settings = config.database
    kind, copies = settings.instance_class, 1 + settings.multi_az
    what = f"database `{kind}`{' and its standby' if settings.multi_az else ''}"
    yield hourly("database", what, prices.RDS_CLASS_HOUR.get(kind), copies, awake_share(config))
    gib = settings.storage_gib
    yield monthly("database", f"its disk, {gib} GiB gp3", prices.RDS_GP3_GIB_MONTH, gib, copies)


def awake_share(config: StackConfig) -> float:
    """Of the time. What sleeps costs nothing, but for the database's disk."""
    return config.sleep.awake if config.sleep else 1


def month(config: StackConfig) -> float:
    """The sum of what is known."""
    return sum(row.usd for row in rows(config) if row.usd is not None)


def saved(config: StackConfig) -> float:
    """By sleep."""
    return month(config.model_copy(update={"sleep": None})) - month(config)


def parts(config: StackConfig) -> dict[str, float | None]:
    """The same sum, by part; None for a part of which not every price is known."""
    found: dict[str, float | None] = {}
    for row in rows(config):
        before = found.get(row.part, 0.0)
        found[row.part] = None if before is None or row.usd is None else before + row.usd
    return {part: None if amount is None else round(amount, 4) for part, amount in found.items()}


# What Fargate has: CPU units, and the least memory in MiB with them; four times as much at most.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
FARGATE_SIZES = ((256, 512), (512, 1024), (1024, 2048), (2048, 4096), (4096, 8192))


def fargate_month(service: ServiceConfig) -> float:
    """A task of the smallest size that holds it."""
    fitting = [(cpu, least) for cpu, least in FARGATE_SIZES if cpu >= service.cpu_units]
    cpu, least = next((one for one in fitting if one[1] * 4 >= service.memory_mib), FARGATE_SIZES[-1])
    gib = max(least, service.memory_mib) / 1024
    return HOURS_A_MONTH * (cpu / 1024 * prices.FARGATE_VCPU_HOUR + gib * prices.FARGATE_GIB_HOUR)


def usual(config: StackConfig) -> dict[str, float]:
    """The same app as the field's libraries build it when nothing is said.

    Tasks on Fargate in private subnets, a NAT gateway in each zone (AWS CDK's `Vpc` and Pulumi's `awsx.ec2.Vpc`), and a
    public load balancer, with public addresses for all of them. What is the same on both sides stays.
    """
    zones = len(config.network.zones)
    return {
        "tasks": sum(one.desired_count * fargate_month(one) for one in config.services.values()),
        "NAT": zones * HOURS_A_MONTH * prices.NAT_GATEWAY_HOUR,
        "addresses": 2 * zones * HOURS_A_MONTH * prices.PUBLIC_ADDRESS_HOUR,
        "the rest": sum(row.usd or 0 for row in others(config)),
    }


def most(config: StackConfig) -> float:
    """With as many instances as there may be."""
    cluster = config.cluster
    further = cluster.max_instances - cluster.min_instances
    of_each = prices.instance_month(instance_types()[cluster.instance_type].usd_an_hour, cluster.volume_gib)
    return month(config) + further * of_each * awake_share(config)


def table(config: StackConfig) -> str:
    """In Markdown."""
    lines = ["| what | arithmetic | USD |", "| --- | --- | ---: |"]
    lines += [f"| {row.what} | {row.arithmetic} | {usd(row.usd)} |" for row in rows(config)]
    lines.append("| CloudFront, Lambda, S3, ECR, SES, logs | free tier, or cents | ~0 |")
    field = usual(config)
    parts = " + ".join(f"{name} {amount:.2f}" for name, amount in field.items())
    lines.append(f"| **together** | | **{month(config):.2f}** |")
    lines.append(
        "| the same on Fargate with NAT gateways, as libraries build it by default"
        f" | {parts} | {sum(field.values()):.2f} |"
    )
    return "\n".join(lines)
