"""What a destroy meets first: while the stack is protected, it stops here, and nothing has been deleted."""

from collections.abc import Sequence

import pulumi
from pulumi import Resource, ResourceOptions


class Guard(pulumi.ComponentResource):
    """Stands after all that may be replaced and so cannot be protected itself. Pulumi deletes from the end.

    With `protect` it refuses to be deleted, and so does everything else but those few. Costs nothing a month.
    """

    def __init__(self, name: str, *, after: Sequence[Resource], protect: bool) -> None:
        super().__init__("app:infra:Guard", name, None, ResourceOptions(depends_on=after, protect=protect))
        self.register_outputs({})
