"""What a month of a stack costs, part by part, without traffic."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.config.sections import StackConfig
from infra.planning.alarms import alarms
from infra.pure import prices
from infra.pure.alarm import EDGE_REGION
from infra.pure.capacity import instance_types
from infra.pure.prices import HOURS_A_MONTH


@dataclass(frozen=True, kw_only=True)
class Row:
    """`usd`: a month; None where this project knows no price."""

    what: str
    arithmetic: str
    usd: float | None


def usd(amount: float | None) -> str:
    return "?" if amount is None else f"{amount:.2f}"


def times(count: int) -> str:
    return f"{count} × " if count > 1 else ""


def hourly(what: str, usd_an_hour: float | None, count: int = 1) -> Row:
    if usd_an_hour is None:
        return Row(what=what, arithmetic="not known here", usd=None)
    arithmetic = f"{times(count)}{HOURS_A_MONTH} × {usd_an_hour:g}"
    return Row(what=what, arithmetic=arithmetic, usd=count * HOURS_A_MONTH * usd_an_hour)


def monthly(what: str, usd_a_month: float, count: int, of_each: int = 1) -> Row:
    arithmetic = f"{times(of_each)}{count} × {usd_a_month:.3f}".removesuffix("0")
    return Row(what=what, arithmetic=arithmetic, usd=of_each * count * usd_a_month)


def rows(config: StackConfig) -> Iterator[Row]:
    cluster, count = config.cluster, config.cluster.min_instances
    kind = cluster.instance_type
    yield hourly(f"instance `{kind}`", instance_types()[kind].usd_an_hour, count)
    yield monthly(f"its disk, {cluster.volume_gib} GiB gp3", prices.GP3_GIB_MONTH, cluster.volume_gib, count)
    yield hourly("load balancer, and little for its capacity units", prices.LOAD_BALANCER_HOUR)
    yield hourly("public IPv4 address of an instance", prices.PUBLIC_ADDRESS_HOUR, count)
    if config.load_balancer.scheme == "internet-facing":
        zones = len(config.network.zones)
        yield hourly("public IPv4 addresses of the load balancer", prices.PUBLIC_ADDRESS_HOUR, zones)
    if "database" in config.used:
        yield from database(config)
    if "cache" in config.used:
        kind = config.cache.node_type
        yield hourly(f"cache `{kind}`", prices.CACHE_NODE_HOUR.get(kind))
    passwords = ["database" in config.used, "access" in config.used and config.access == "password", config.smtp]
    if secrets := sum(passwords) + len(config.secrets):
        yield monthly("secrets in Secrets Manager", prices.SECRET_MONTH, secrets)
    if config.alarms:
        yield from told(config)


def told(config: StackConfig) -> Iterator[Row]:
    """Alarms. Of metrics, too, the first ten of an account are free, and three dashboards."""
    paid = len(alarms(config)) - prices.FREE_ALARMS
    if paid > 0:
        yield monthly(f"alarms, beyond an account's {prices.FREE_ALARMS} free ones", prices.ALARM_MONTH, paid)
    yield monthly("keys of the alarms' topics", prices.KEY_MONTH, 1 if config.region == EDGE_REGION else 2)


def database(config: StackConfig) -> Iterator[Row]:
    settings = config.database
    kind, copies = settings.instance_class, 1 + settings.multi_az
    standby = " and its standby" if settings.multi_az else ""
    yield hourly(f"database `{kind}`{standby}", prices.RDS_CLASS_HOUR.get(kind), copies)
    gib = settings.storage_gib
    yield monthly(f"its disk, {gib} GiB gp3", prices.RDS_GP3_GIB_MONTH, gib, copies)


def month(config: StackConfig) -> float:
    """The sum of what is known."""
    return sum(row.usd for row in rows(config) if row.usd is not None)


def table(config: StackConfig) -> str:
    """In Markdown."""
    lines = ["| what | arithmetic | USD |", "| --- | --- | ---: |"]
    lines += [f"| {row.what} | {row.arithmetic} | {usd(row.usd)} |" for row in rows(config)]
    lines.append("| CloudFront, Lambda, S3, ECR, SES, logs | free tier, or cents | ~0 |")
    return "\n".join([*lines, f"| **together** | | **{month(config):.2f}** |"])
