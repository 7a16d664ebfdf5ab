"""What the last successful `up` of this stack told."""

from collections.abc import Mapping
from typing import Any

import pulumi

# A function of Pulumi's engine. `StackReference` asks it too, but as a resource, which every state would hold; of this,
# a state has the engine's own provider alone.
READ = "pulumi:pulumi:readStackOutputs"


def outputs() -> Mapping[str, Any]:
    """Of the state as it was when this program began; empty before the first `up`."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    answer = pulumi.runtime.invoke(READ, {"name": name}).value
    return dict((answer or {}).get("outputs") or {})
