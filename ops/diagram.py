"""Draws a stack from its state, as a Mermaid flowchart: what visitors reach, what runs, and what that uses."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ops.target import Target

VISITORS = "visitors"
# By component type of the program, AWS's word and the shape; each is one box.
BOXES = {
    "Cdn": ("CloudFront", "([{}])"),
    "HostCdn": ("CloudFront", "([{}])"),
    "LoadBalancer": ("Application Load Balancer", "[{}]"),
    "SharedLoadBalancer": ("Application Load Balancer of the base", "[{}]"),
    "Task": ("ECS service", "[{}]"),
    "Job": ("scheduled task", "[{}]"),
    "CacheReset": ("Lambda", "[{}]"),
    "Database": ("RDS PostgreSQL", "[({})]"),
    "OwnDatabase": ("database on the base's server", "[({})]"),
    "Storage": ("S3", "[({})]"),
    "Assets": ("S3", "[({})]"),
    "Mail": ("SES", "[/{}/]"),
    "Queue": ("SQS", "[/{}/]"),
    "Cache": ("ElastiCache", "[({})]"),
}
FRONT = ("Cdn", "HostCdn")
# Whose dependencies are arrows, and to what. A target is how the load balancer reaches its service.
ARROWS = {
    "Cdn": ("LoadBalancer", "SharedLoadBalancer", "Storage", "Assets"),
    "HostCdn": ("LoadBalancer", "SharedLoadBalancer"),
    "Task": ("Database", "OwnDatabase", "Storage", "Mail", "Queue", "Cache", "Target"),
    "Job": ("Task",),
    "CacheReset": ("Cdn",),
}


@dataclass(frozen=True)
class Component:
    """Of the program: its type without the package, such as `Database`, and its name."""

    kind: str
    name: str

    @property
    def id(self) -> str:
        """A target is part of its service's box."""
        kind = "Task" if self.kind == "Target" else self.kind
        return re.sub(r"\W", "_", f"{kind}_{self.name}".lower())


class State:
    """The resources of a stack."""

    def __init__(self, resources: Sequence[Mapping[str, Any]]) -> None:
        self._by_urn = {str(one["urn"]): one for one in resources}

    def component(self, urn: str) -> Component | None:
        """The nearest around a resource that is drawn, or is how a service is reached."""
        while resource := self._by_urn.get(urn):
            kind = resource["type"].rpartition(":")[2]
            if resource["type"].startswith("app:infra:") and (kind in BOXES or kind == "Target"):
                return Component(kind, urn.rpartition("::")[2])
            urn = resource.get("parent", "")
        return None

    @cached_property
    def components(self) -> list[Component]:
        found = filter(None, map(self.component, self._by_urn))
        order = list(BOXES)
        drawn = dict.fromkeys(one for one in found if one.kind in BOXES)
        return sorted(drawn, key=lambda one: (order.index(one.kind), one.name))

    @cached_property
    def arrows(self) -> list[tuple[str, str]]:
        found = set()
        for urn, resource in self._by_urn.items():
            user = self.component(urn)
            for used in filter(None, map(self.component, resource.get("dependencies") or ())):
                if user is None or user == used:
                    continue
                if used.kind in ARROWS.get(user.kind, ()) and user.id != used.id:
                    found.add((user.id, used.id))
                elif user.kind == "Target" and used.kind.endswith("LoadBalancer"):
                    found.add((used.id, user.id))
        return sorted(found)


def diagram(target: Target) -> Iterator[str]:
    """Draw the stack as it is: a Mermaid flowchart, which GitHub and editors show as a picture."""
    if target.outputs:  # asking for them tells where nothing is deployed
        yield from drawn(State(json.loads(target.pulumi("stack", "export"))["deployment"]["resources"]))


def drawn(state: State) -> Iterator[str]:
    yield "flowchart LR"
    yield f"    {VISITORS}([visitors])"
    for one in state.components:
        word, shape = BOXES[one.kind]
        yield f"    {one.id}{shape.format(f'{one.name}<br/>{word}')}"
    yield from (f"    {VISITORS} --> {one.id}" for one in state.components if one.kind in FRONT)
    yield from (f"    {user} --> {used}" for user, used in state.arrows)
