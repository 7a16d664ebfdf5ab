"""What the last successful `up` of this stack told, or that of another one."""

from collections.abc import Mapping
from typing import Any

import pulumi

# A function of Pulumi's engine. `StackReference` asks it too, but as a resource, which every state would hold; of this,
# a state has the engine's own provider alone.
READ = "pulumi:pulumi:readStackOutputs"


def outputs(stack: str | None = None) -> Mapping[str, Any]:
    """Of the state as it was when this program began; empty before the first `up`. Default: of this stack.

    Of another one that there is not, Pulumi raises an error.
    """
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack or pulumi.get_stack()}"
    answer = pulumi.runtime.invoke(READ, {"name": name}).value
    return dict((answer or {}).get("outputs") or {})
