"""Whether the instances have room for all tasks, and the tasks a way out: with the cheapest remedy where not."""

from collections.abc import Iterator

from infra.config.sections import StackSections
from infra.config.values import Problem
from infra.pure import prices
from infra.pure.capacity import Network, instance_types
from infra.pure.placement import cheapest
from infra.pure.way_out import without_endpoint

MOMENTS = {
    "always": "when nothing is being deployed",
    "deployment": "while old and new tasks run side by side",
    "job": "for its run beside a deployment",
}


def lack_of_room(stack: StackSections) -> Iterator[Problem]:
    kind, most = stack.cluster.instance_type, stack.cluster.max_instances
    if stack.cluster.on_fargate:
        return
    if stack.cluster.network == "trunked" and not instance_types()[kind].trunked_tasks:
        yield Problem(
            key="cluster.instanceType",
            rule=f"must be a type with ENI trunking where cluster.network is trunked, got {kind}",
            remedy=advice(stack, ("trunked",)),
        )
        return
    instance = instance_types()[kind].room(stack.cluster.network)
    missing = None if any(too_large(stack)) else stack.plan.missing
    if missing:
        yield Problem(
            key="cluster",
            rule=f"must have room for all tasks, but {most} * {kind} with {instance} each have none for"
            f" {missing.name} ({missing.room}) {MOMENTS[missing.when]}",
            remedy=advice(stack),
        )


def lack_without_spot(stack: StackSections) -> Iterator[Problem]:
    """AWS gives no on-demand instance in the place of one on Spot: those that stay must hold everything."""
    spot, kind = stack.cluster.spot, stack.cluster.instance_type
    if spot is None or stack.cluster.on_fargate or any(too_large(stack)):
        return
    base = spot.on_demand_base_capacity
    missing = stack.plan_with(base, base).missing
    if missing and missing.when == "always":
        yield Problem(
            key="cluster.spot.onDemandBaseCapacity",
            rule=f"must be instances that hold all tasks when every Spot instance is taken back, but {base} * {kind}"
            f" have no room for {missing.name} ({missing.room})",
            remedy="raise it, take a larger instanceType, or remove spot",
        )


def too_large(stack: StackSections) -> Iterator[Problem]:
    """Tasks that no instance holds, however many there are. Fargate has a size for each that may be described."""
    if stack.cluster.on_fargate:
        return
    instance = instance_types()[stack.cluster.instance_type].room(stack.cluster.network)
    for name, service in stack.services.items():
        for key, needed, offered in (
            ("cpuUnits", service.cpu_units, instance.cpu_units),
            ("memoryMib", service.memory_mib, instance.memory_mib),
        ):
            if needed > offered:
                yield Problem(
                    key=f"services.{name}.{key}",
                    rule=f"must fit into one instance, got {needed}, and a {stack.cluster.instance_type}"
                    f" offers {offered}",
                    remedy=f"write {offered} or less, or take a larger cluster.instanceType",
                )


def advice(stack: StackSections, networks: tuple[Network, ...] = ("awsvpc", "trunked")) -> str:
    """The cheapest instances that hold everything."""
    own = stack.cluster.network != "bridge"
    networks = networks if own else ("bridge",)
    zones, volume = len(stack.network.zones), stack.cluster.volume_gib
    arm = stack.cluster.is_arm
    written = [
        f"instanceType: {one.name} with maxInstances: {one.count}"
        f"{'' if one.network == 'bridge' else f' and network: {one.network}'} ({one.usd_a_month:.2f} USD a month)"
        for one in cheapest(stack.demands, zones=zones, volume_gib=volume, networks=networks, arm=arm)
    ]
    if own:
        written += [
            f"network: bridge with instanceType: {one.name} and maxInstances: {one.count}"
            f" ({one.usd_a_month:.2f} USD a month, and no egress to pay)"
            for one in cheapest(stack.demands, zones=zones, volume_gib=volume, most=1, arm=arm)
        ]
    lower = "lower memoryMib, cpuUnits or desiredCount of the services"
    return f"take {', or '.join(written)}; or {lower}" if written else lower


def way_out(stack: StackSections) -> Iterator[Problem]:
    mode, egress = stack.cluster.network, stack.network.egress
    if not stack.cluster.own_interfaces and egress != "none":
        yield Problem(
            key="network.egress",
            rule=f"must be none where cluster.network is bridge: tasks go the way of their instance, got {egress}",
            remedy="remove it, or write cluster.network: awsvpc, or cluster.launchType: FARGATE",
        )
    if stack.cluster.own_interfaces and not stack.cluster.on_fargate and egress == "none":
        yield Problem(
            key="network.egress",
            rule=f"is required where cluster.network is {mode}: a task's own interface gets no public address on an"
            " instance, so the task would reach neither AWS nor the internet",
            remedy=ways_out(stack),
        )
    if egress == "endpoints" and (parts := without_endpoint(stack.used)):
        yield Problem(
            key="network.egress",
            rule=f"must be nat where services use {', '.join(parts)}, to which no endpoint leads, got endpoints",
            remedy="write nat, or take it out of the services' uses",
        )


def ways_out(stack: StackSections) -> str:
    nat = f"write nat ({prices.nat_month():.2f} USD a month)"
    if without_endpoint(stack.used):
        return nat
    names = stack.possible_endpoints
    month = prices.endpoints_month(len(names), len(stack.network.zones))
    return f"{nat}, or endpoints, of {', '.join(names)} ({month:.2f} USD a month)"
