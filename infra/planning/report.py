"""What runs where, in words."""

from collections.abc import Iterator

from infra.config.stack import StackConfig
from infra.planning import cost
from infra.planning.budget import warning
from infra.pure.placement import Use, cheapest


def task_list(use: Use) -> str:
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in use.tasks) or "nothing"


def instances(count: int) -> str:
    return "1 instance" if count == 1 else f"{count} instances"


def tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def verdict(config: StackConfig) -> str:
    """One line."""
    if config.cluster.on_fargate:
        count = sum(one.desired_count for one in config.services.values())
        return f"Fargate runs {tasks(count)}, and a deployment of all services {count} more while it lasts"
    found, kind = config.plan, config.cluster.instance_type
    steady, peak = len(found.steady), len(found.peak)
    held = sum(count for use in found.steady for _, count in use.tasks)
    holds = f"{steady} × {kind} {'holds' if steady == 1 else 'hold'} {tasks(held)}"
    if peak == steady:
        return f"{holds}, and every deployment"
    return f"{holds}; a deployment of all services needs {instances(peak - steady)} more while it lasts"


def price(config: StackConfig) -> str:
    """What a month costs, with the fewest instances and the most, or tasks on Fargate."""
    least, greatest = cost.month(config), cost.most(config)
    most = f", {greatest:.2f} with {largest(config)}" if greatest > least else ""
    slept = f"; its sleep {config.sleep.told} saves {cost.saved(config):.2f}" if config.sleep else ""
    return f"about {least:.2f} USD in us-east-1 without traffic{most}{slept}"


def largest(config: StackConfig) -> str:
    """What there may be of what is paid for."""
    if config.cluster.on_fargate:
        return tasks(sum(one.most for one in config.services.values()))
    return instances(config.cluster.max_instances)


def report(config: StackConfig) -> Iterator[str]:
    """All of it, a line each."""
    yield f"{verdict(config)}."
    yield from sizes(config) if config.cluster.on_fargate else placement(config)
    yield ""
    yield from month(config)
    if told := warning(config):
        yield ""
        yield told


def sizes(config: StackConfig) -> Iterator[str]:
    """What each task has on Fargate, which rounds up."""
    yield ""
    yield "The smallest size of Fargate that holds each task; migrations and jobs have their service's, by the second:"
    for name, size in config.fargate_sizes.items():
        yield f"  {name}: {size} ({config.services[name].room} asked for)"


def placement(config: StackConfig) -> Iterator[str]:
    """On instances."""
    found = config.plan
    for title, uses in (("Always", found.steady), ("While all services deploy and every job runs", found.peak)):
        yield ""
        yield f"{title}:"
        yield from (f"  instance {number}: {task_list(use)}; {use.left} left" for number, use in enumerate(uses, 1))
    if spot := config.cluster.spot:
        base, types = spot.on_demand_base_capacity, ", ".join(config.cluster.spot_types)
        yield ""
        yield f"Spot: {instances(base)} on demand, with room for all of it but a deployment; the others are Spot, of"
        yield f"  {types}, for about a third of the price, which changes: counted here as on demand."
    yield ""
    yield "Cheapest that hold all of it, instances with disk and address:"
    arm = config.cluster.is_arm
    zones, volume, network = len(config.network.zones), config.cluster.volume_gib, config.cluster.network
    for one in cheapest(config.demands, zones=zones, volume_gib=volume, most=3, networks=(network,), arm=arm):
        yield f"  {one.count} × {one.name}: {one.usd_a_month:.2f} USD a month"


def month(config: StackConfig) -> Iterator[str]:
    """What one costs, part by part."""
    yield f"A month: {price(config)}:"
    for row in cost.rows(config):
        yield f"  {cost.usd(row.usd):>8}  {row.what.replace('`', '')}: {row.arithmetic}"
