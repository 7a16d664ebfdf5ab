"""Whether a stack sleeps now."""

from collections.abc import Mapping
from typing import Any

NAMED_AT_ONCE = 10  # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html


def is_asleep(ecs: Any, outputs: Mapping[str, Any]) -> bool:
    """By the outputs of its last `up`: it has times to sleep, and none of its services is to have a task."""
    if "sleep" not in outputs:
        return False
    names = [one["service"] for one in outputs["services"].values()]
    asked = [names[start : start + NAMED_AT_ONCE] for start in range(0, len(names), NAMED_AT_ONCE)]
    found = [ecs.describe_services(cluster=outputs["cluster"], services=some)["services"] for some in asked]
    counts = [one["desiredCount"] for some in found for one in some if one["status"] == "ACTIVE"]
    return bool(counts) and not any(counts)
