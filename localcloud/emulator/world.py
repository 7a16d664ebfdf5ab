"""What the DNS says, as far as this machine has it: the public zones of Route 53 and their records.

Each zone is asked by the world unless the zone above it is here, too: then that one's NS records decide, as anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.services import route53

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Zone:
    """`name` ends with a dot, as Route 53 has it."""

    name: str
    rows: list[Record]

    def says(self, name: str, kind: str) -> list[Record]:
        """Its records of a name, one at most but where they are weighted or the like."""
        return [row for row in self.rows if (row["Name"].lower(), row["Type"]) == (name, kind)]

    def texts(self, name: str, kind: str) -> list[str]:
        return [str(text) for row in self.says(name, kind) for text in row.get("ResourceRecords", ())]

    @property
    def servers(self) -> list[str]:
        return self.servers_of(self.name)

    def servers_of(self, name: str) -> list[str]:
        """Where it leads for a name."""
        return [absolute(server) for server in self.texts(name, "NS")]


def absolute(name: str) -> str:
    return name.lower().rstrip(".") + "."


def all_zones() -> list[Zone]:
    """Of all accounts; where two have one name, the first that was made."""
    found: dict[str, Zone] = {}
    for scope, zone in list(route53._zones._data.items()):
        if not zone["private"]:
            found.setdefault(zone["name"], Zone(name=zone["name"], rows=list(route53._records._data[scope])))
    return list(found.values())


def zones_of(name: str) -> list[Zone]:
    """All that have the name in them, whether the world asks them or not, the shortest first."""
    found = [zone for zone in all_zones() if f".{absolute(name)}".endswith(f".{zone.name}")]
    return sorted(found, key=lambda zone: len(zone.name))


def servers() -> set[str]:
    """The name servers that any zone names."""
    rows = [row for zone in all_zones() for row in zone.rows if row["Type"] == "NS"]
    return {absolute(text) for row in rows for text in row.get("ResourceRecords", ())}


def asked(name: str) -> Zone | None:
    """The one in which the world looks for the name; None where its DNS is elsewhere."""
    above: Zone | None = None
    for zone in zones_of(name):
        if above and set(above.servers_of(zone.name)).isdisjoint(zone.servers):
            break
        above = zone
    return above


def parent_of(name: str) -> Zone | None:
    """The zone that says where the zone of a name is; None where that is elsewhere."""
    above = [zone for zone in zones_of(name) if zone.name != absolute(name)]
    return above[-1] if above else None


def records(name: str, kind: str) -> list[str] | None:
    """What the world is told of a name; None where its DNS is elsewhere."""
    zone = asked(name)
    return zone.texts(absolute(name), kind) if zone else None


def targets(name: str) -> Iterator[str]:
    """Where a name leads, by an alias or another name."""
    zone = asked(name)
    for kind in ("A", "AAAA", "CNAME"):
        for row in zone.says(absolute(name), kind) if zone else ():
            yield from (row["AliasTarget"]["DNSName"],) if row.get("AliasTarget") else row["ResourceRecords"]
