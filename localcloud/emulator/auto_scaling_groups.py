"""Auto Scaling groups keep what MiniStack forgets of them: a policy of mixed instances, and a changed launch template.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_MixedInstancesPolicy.html
"""

from collections.abc import Callable
from typing import Any

from ministack.services import autoscaling

POLICY, REBALANCE, TEMPLATE = "MixedInstancesPolicy", "CapacityRebalance", "LaunchTemplate"
# What AWS fills in.
DISTRIBUTION = {
    "OnDemandAllocationStrategy": "prioritized",
    "OnDemandBaseCapacity": "0",
    "OnDemandPercentageAboveBaseCapacity": "100",
    "SpotAllocationStrategy": "lowest-price",
}

Asked = dict[str, Any]


def keep_policies() -> None:
    """Before the first request."""
    for name, action in (("CreateAutoScalingGroup", "_create_asg"), ("UpdateAutoScalingGroup", "_update_asg")):
        kept = keeping(getattr(autoscaling, action))
        autoscaling._ACTION_MAP[name] = kept
        setattr(autoscaling, action, kept)
    shown = autoscaling._instances_xml
    autoscaling._instances_xml = lambda group: shown(group) + further(group)


def keeping(action: Callable[[Asked], Any]) -> Callable[[Asked], Any]:
    def kept(asked: Asked) -> Any:
        answer = action(asked)
        if answer[0] == 200:
            keep(autoscaling._asgs[autoscaling._p(asked, "AutoScalingGroupName")], asked)
        return answer

    return kept


def keep(group: Asked, asked: Asked) -> None:
    """A group has a launch template of its own or one in its policy: the one takes the other's place."""
    if policy := autoscaling._parse_nested(asked, POLICY):
        group[POLICY] = {**policy, "InstancesDistribution": {**DISTRIBUTION, **policy.get("InstancesDistribution", {})}}
        group[TEMPLATE] = {}
    elif template := autoscaling._parse_nested(asked, TEMPLATE):
        named = template.get("LaunchTemplateId") or template.get("LaunchTemplateName")
        group[TEMPLATE] = {"LaunchTemplateName": named, "Version": "$Default", "LaunchTemplateId": named, **template}
        group.pop(POLICY, None)
    if rebalance := autoscaling._p(asked, REBALANCE):
        group[REBALANCE] = rebalance == "true"


def further(group: Asked) -> str:
    """Members that MiniStack does not tell."""
    return str(autoscaling._member_xml({key: group[key] for key in (POLICY, REBALANCE) if key in group}))
