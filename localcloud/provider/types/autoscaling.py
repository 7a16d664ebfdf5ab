"""Auto Scaling groups."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, Update, names
from localcloud.provider.definition.rules import Between, Case, ExactlyOne, Exists, Matches, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import exists
from localcloud.provider.values import Props

# A change of these replaces the instances.
STARTED_FROM = ("launchTemplate", "mixedInstancesPolicy")
RESOURCE = "auto-scaling-group"


class Group(Handler):
    """Its tags are a list of its own form: each says whether instances get it."""

    operations = ("create_or_update_tags", "delete_tags", "start_instance_refresh")

    def outgoing(self, values: Props) -> Props:
        subnets = values.get("vpcZoneIdentifiers")
        return {**values, **({"vpcZoneIdentifiers": ",".join(subnets)} if subnets else {})}

    def incoming(self, item: Props) -> Props:
        template = dict(item.get("LaunchTemplate") or {})
        if template.get("LaunchTemplateName", "").startswith("lt-"):
            del template["LaunchTemplateName"]
        subnets = [subnet for subnet in item.get("VPCZoneIdentifier", "").split(",") if subnet]
        tags = [row for row in item.get("Tags", ()) if not row["Key"].startswith("aws:")]
        return {**item, "VPCZoneIdentifier": subnets, "LaunchTemplate": template, "Tags": tags}

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        before, after = ({tag["key"]: tag for tag in inputs.get("tags") or ()} for inputs in (old, new))
        place = {"ResourceId": resource_id, "ResourceType": RESOURCE}
        gone = [{**place, "Key": key} for key in before if key not in after]
        changed = [
            {**place, "Key": key, "Value": tag.get("value", ""), "PropagateAtLaunch": tag["propagateAtLaunch"]}
            for key, tag in after.items()
            if before.get(key) != tag
        ]
        if gone:
            self.operate("delete_tags", {"Tags": gone})
        if changed:
            self.operate("create_or_update_tags", {"Tags": changed})
        updated = super().update(resource_id, old, state, new)
        if new.get("instanceRefresh") and any(new.get(key) != old.get(key) for key in STARTED_FROM):
            self.operate(
                "start_instance_refresh", {"AutoScalingGroupName": resource_id, **refresh(new["instanceRefresh"])}
            )
        return updated


def refresh(wanted: Props) -> Props:
    """How running instances are replaced after a change of their template, in the API's words."""
    preferences = wanted.get("preferences") or {}
    percentages = {"minHealthyPercentage": "MinHealthyPercentage", "maxHealthyPercentage": "MaxHealthyPercentage"}
    given = {name: int(preferences[key]) for key, name in percentages.items() if preferences.get(key) is not None}
    return {"Strategy": wanted["strategy"], "Preferences": given}


def healthy_percentages(case: Case, preferences: Props) -> str:
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html"""
    low, high = preferences.get("minHealthyPercentage", 90), preferences.get("maxHealthyPercentage")
    if high is None:
        return ""
    if not 100 <= high <= 200 or not 0 <= low <= 100:
        return f"must be minHealthyPercentage 0 to 100 and maxHealthyPercentage 100 to 200, got {low} and {high}"
    return f"the two percentages must not be more than 100 apart, got {low} and {high}" if high - low > 100 else ""


def minimum(case: Case, low: int) -> str:
    high, wanted = case.inputs.get("maxSize"), case.inputs.get("desiredCapacity")
    if high is not None and low > high:
        return f"must not be above maxSize {high}, got {low}"
    if wanted is not None and high is not None and not low <= wanted <= high:
        return f"desiredCapacity must be minSize {low} to maxSize {high}, got {wanted}"
    return ""


UPDATED = names(
    "launchTemplate mixedInstancesPolicy capacityRebalance minSize maxSize desiredCapacity vpcZoneIdentifiers "
    "healthCheckType healthCheckGracePeriod defaultCooldown protectFromScaleIn terminationPolicies"
)

TYPES = [
    ResourceType(
        token="aws:autoscaling/group:Group",
        service="autoscaling",
        handler=Group,
        create=Call(operation="create_auto_scaling_group", sends=Send.ALL),
        id="{name}",
        reads=[
            Read(
                operation="describe_auto_scaling_groups",
                args={"AutoScalingGroupNames": ["{id}"]},
                item="AutoScalingGroups[?AutoScalingGroupName=='{id}'] | [0]",
            )
        ],
        updates=[
            Update(
                on=UPDATED,
                call=Call(operation="update_auto_scaling_group", sends=UPDATED, args={"AutoScalingGroupName": "{id}"}),
            )
        ],
        delete=Call(
            operation="delete_auto_scaling_group",
            args={"AutoScalingGroupName": "{id}", "ForceDelete": "{forceDelete}"},
        ),
        names={
            "name": "AutoScalingGroupName",
            "launchTemplate.id": "LaunchTemplateId",
            "launchTemplate.name": "LaunchTemplateName",
            "vpcZoneIdentifiers": "VPCZoneIdentifier",
            "protectFromScaleIn": "NewInstancesProtectedFromScaleIn",
            "arn": "AutoScalingGroupARN",
        },
        auto_name=AutoName(),
        defaults={
            "defaultCooldown": 300,
            "forceDelete": False,
            "forceDeleteWarmPool": False,
            "healthCheckGracePeriod": 300,
            "metricsGranularity": "1Minute",
            "protectFromScaleIn": False,
            "waitForCapacityTimeout": "10m",
            "ignoreFailedScalingActivities": False,
            "launchTemplate.version": "$Default",
        },
        local=names(
            "forceDelete forceDeleteWarmPool waitForCapacityTimeout waitForElbCapacity minElbCapacity "
            "ignoreFailedScalingActivities metricsGranularity instanceRefresh"
        ),
        replaces=["name", "serviceLinkedRoleArn"],
        rules=[
            ExactlyOne(("launchTemplate", "mixedInstancesPolicy")),
            exists("vpcZoneIdentifiers"),
            Says("minSize", minimum),
            Says("instanceRefresh.preferences", healthy_percentages),
            ExactlyOne(("vpcZoneIdentifiers", "availabilityZones")),
            Between("minSize", 0, 10000),
            Matches("healthCheckType", "EC2|ELB|EBS|VPC_LATTICE", "EC2, ELB, EBS or VPC_LATTICE"),
            Exists(
                "launchTemplate.id",
                "a launch template",
                "ec2",
                "describe_launch_templates",
                {"LaunchTemplateIds": ["{value}"]},
                "LaunchTemplates[0].LaunchTemplateId",
            ),
        ],
    )
]
