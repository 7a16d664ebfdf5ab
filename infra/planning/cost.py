"""What a month of a stack costs, part by part, without traffic."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.config.stack import StackConfig
from infra.planning.alarms import alarms
from infra.pure import prices
from infra.pure.alarm import EDGE_REGION
from infra.pure.capacity import Room, instance_types
from infra.pure.fargate import rate, size_of
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
    """What tasks run on, and the way out for them."""
    yield from tasks(config) if config.cluster.on_fargate else instances(config)
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


def instances(config: StackConfig) -> Iterator[Row]:
    cluster, count = config.cluster, config.cluster.min_instances
    kind, gib, awake = cluster.instance_type, cluster.volume_gib, awake_share(config)
    price, on_demand = instance_types()[kind].usd_an_hour, count
    if cluster.spot:
        on_demand = min(count, cluster.spot.on_demand_base_capacity)
    yield hourly("instances", f"instance `{kind}`", price, on_demand, awake)
    if spot := count - on_demand:
        yield hourly("instances", f"instance `{kind}` on Spot, counted as on demand", price, spot, awake)
    yield monthly("instances", f"its disk, {gib} GiB gp3", prices.GP3_GIB_MONTH, gib, count, awake)
    yield hourly("addresses", "public IPv4 address of an instance", prices.PUBLIC_ADDRESS_HOUR, count, awake)


def tasks(config: StackConfig) -> Iterator[Row]:
    """On Fargate. A disk of 20 GiB is in the price."""
    awake, price = awake_share(config), rate(arm=config.cluster.is_arm)
    for name, size in config.fargate_sizes.items():
        count, what = config.services[name].desired_count, f"task of `{name}` on Fargate, {told(size)}"
        yield hourly("tasks", what, price.hour(size), count, awake)
    if config.network.egress == "none":
        count = sum(one.desired_count for one in config.services.values())
        yield hourly("addresses", "public IPv4 address of a task", prices.PUBLIC_ADDRESS_HOUR, count, awake)


def told(size: Room) -> str:
    """A size of Fargate, as AWS lists them."""
    return f"{size.cpu_units / 1024:g} vCPU and {size.memory_mib / 1024:g} GiB"


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
        yield from notices(config)


def notices(config: StackConfig) -> Iterator[Row]:
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


def usual(config: StackConfig) -> dict[str, float]:
    """The same app as the field's libraries build it when nothing is said.

    Tasks on Fargate in private subnets, a NAT gateway in each zone (AWS CDK's `Vpc` and Pulumi's `awsx.ec2.Vpc`), and a
    public load balancer, with public addresses for all of them. What is the same on both sides stays.
    """
    zones, x86 = len(config.network.zones), rate(arm=False)
    return {
        "tasks": sum(
            one.desired_count * HOURS_A_MONTH * x86.hour(size_of(one.room)) for one in config.services.values()
        ),
        "NAT": zones * HOURS_A_MONTH * prices.NAT_GATEWAY_HOUR,
        "addresses": 2 * zones * HOURS_A_MONTH * prices.PUBLIC_ADDRESS_HOUR,
        "the rest": sum(row.usd or 0 for row in others(config)),
    }


def most(config: StackConfig) -> float:
    """With as many instances as there may be, or as many tasks on Fargate."""
    cluster = config.cluster
    if cluster.on_fargate:
        busy = {name: one.model_copy(update={"desired_count": one.most}) for name, one in config.services.items()}
        return month(config.model_copy(update={"services": busy}))
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
