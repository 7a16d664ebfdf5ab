"""Tags: what every resource of a stack carries, said once."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tags:
    """The tags of one stack.

    `defaults` are the provider's default tags. They do not reach the instances and volumes of an Auto Scaling group,
    nor tasks started by hand: those get `of(component)`.
    """

    project: str
    stack: str

    @property
    def defaults(self) -> dict[str, str]:
        return {"project": self.project, "stack": self.stack}

    def of(self, component: str) -> dict[str, str]:
        """All tags of a resource, for where the provider's default tags do not reach."""
        return {**self.defaults, **component_tag(component)}


def component_tag(component: str) -> dict[str, str]:
    """The tag that each resource adds to the provider's default tags."""
    return {"component": component}
