"""Where ECS puts the tasks of a stack: what runs on which instance, before a deployment and while one goes on.

The services have ECS's strategies `spread` over zones and then `binpack` by memory (`infra/components/service.py`), and
managed scaling starts an instance, up to the maximum, where a task finds no room. Pure: nothing is asked.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from infra.pure.capacity import InstanceType, Network, Room, instance_types
from infra.pure.prices import instance_month

# One instance, and room for the surge: new tasks start beside the old ones, which serve until the new ones are healthy.
MINIMUM_HEALTHY_PERCENT = 100
MAXIMUM_PERCENT = 200
# What is advised: a few instances, none so small that Docker and ECS's agent take half of it.
FEW = 4
LEAST_MIB = 1024


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Tasks of one kind. `count`: how many run when nothing is being deployed; 0 for a job, which runs now and then."""

    name: str
    room: Room
    count: int


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """Instances of one type, `minimum` that always run up to `maximum`, in turn in each of the zones."""

    kind: InstanceType
    minimum: int
    maximum: int
    zones: int
    network: Network = "bridge"

    @property
    def room(self) -> Room:
        """Of one instance."""
        return self.kind.room(self.network)

    def needed(self, task: Room) -> Room:
        """What a task takes of an instance."""
        return task if self.network == "bridge" else replace(task, interfaces=1)


@dataclass(frozen=True, kw_only=True)
class Use:
    """One instance, and what runs on it."""

    tasks: tuple[tuple[str, int], ...]
    left: Room


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A task that finds no room, and when: `always`, `deployment` or `job`."""

    name: str
    room: Room
    when: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`steady`: when nothing is being deployed. `peak`: while all services deploy at once and every job runs.

    `missing`: the first task without room, and then `peak` is how far it came.
    """

    steady: tuple[Use, ...]
    peak: tuple[Use, ...]
    missing: Missing | None


@dataclass
class Host:
    zone: int
    left: Room
    tasks: Counter[str] = field(default_factory=Counter)


class Cluster:
    """Takes one task after the other, as ECS does."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._running: list[Host] = []
        for _ in range(hosts.minimum):
            self._start()

    def _start(self) -> Host:
        host = Host(zone=len(self._running) % self._hosts.zones, left=self._hosts.room)
        self._running.append(host)
        return host

    def take(self, name: str, room: Room) -> bool:
        """Place a task; False where it has no room on any instance that may run."""
        able = [host for host in self._running if host.left.holds(room)]
        if not able and len(self._running) < self._hosts.maximum and self._hosts.room.holds(room):
            able = [self._start()]
        if not able:
            return False
        in_zone = Counter[int]()
        for host in self._running:
            in_zone[host.zone] += host.tasks[name]
        chosen = min(able, key=lambda host: (in_zone[host.zone], host.left.memory_mib))
        chosen.left -= room
        chosen.tasks[name] += 1
        return True

    def uses(self) -> tuple[Use, ...]:
        return tuple(Use(tasks=tuple(host.tasks.items()), left=host.left) for host in self._running)


def moments(demands: Sequence[Demand]) -> Iterator[tuple[str, Iterable[Demand]]]:
    """What comes on top of what runs already.

    A migration needs no further room: it has ended before the new tasks of its service start, and is as large as one.
    """
    services = [one for one in demands if one.count]
    yield "always", (one for one in services for _ in range(one.count))
    yield "deployment", (one for one in services for _ in range(one.count * (MAXIMUM_PERCENT - 100) // 100))
    yield "job", (one for one in demands if not one.count)


def plan(hosts: Hosts, demands: Sequence[Demand]) -> Plan:
    """Place everything, moment by moment."""
    cluster = Cluster(hosts)
    steady: tuple[Use, ...] = ()
    for when, tasks in moments(demands):
        for one in tasks:
            room = hosts.needed(one.room)
            if not cluster.take(one.name, room):
                missing = Missing(name=one.name, room=room, when=when)
                return Plan(steady=steady or cluster.uses(), peak=cluster.uses(), missing=missing)
        steady = steady or cluster.uses()
    return Plan(steady=steady, peak=cluster.uses(), missing=None)


def fewest(
    kind: InstanceType, demands: Sequence[Demand], *, zones: int, limit: int, network: Network = "bridge"
) -> int | None:
    """How few instances of a type hold everything at every moment; None where `limit` of them do not."""
    for count in range(1, limit + 1):
        if not plan(Hosts(kind=kind, minimum=1, maximum=count, zones=zones, network=network), demands).missing:
            return count
    return None


@dataclass(frozen=True, kw_only=True)
class Fitting:
    """So many instances of a type hold everything. `usd_a_month`: what all of them cost, with disks and addresses."""

    name: str
    network: Network
    count: int
    usd_a_month: float


def cheapest(
    demands: Sequence[Demand],
    *,
    zones: int,
    volume_gib: int,
    most: int = 2,
    networks: Sequence[Network] = ("bridge",),
    arm: bool = False,
) -> list[Fitting]:
    """The types of which a few instances hold everything for the least money, of one architecture."""
    fitting = [
        Fitting(name=name, network=net, count=count, usd_a_month=count * instance_month(kind.usd_an_hour, volume_gib))
        for name, kind in instance_types().items()
        for net in networks
        if kind.is_arm == arm
        and kind.memory_mib >= LEAST_MIB
        and (count := fewest(kind, demands, zones=zones, limit=FEW, network=net))
    ]
    return sorted(fitting, key=lambda one: (one.usd_a_month, one.count))[:most]
