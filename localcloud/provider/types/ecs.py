"""ECS: clusters, their capacity, and services. Task definitions are in `ecs_tasks.py`."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, Update, names
from localcloud.provider.definition.rules import Between, Case, Exists, Matches, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types import ecs_tasks
from localcloud.provider.types.ecs_tasks import NAME, TAGS
from localcloud.provider.values import Props


class ClusterCapacityProviders(Handler):
    def outgoing(self, values: Props) -> Props:
        return {"capacityProviders": [], "defaultCapacityProviderStrategies": [], **values}


class Service(Handler):
    """Its cluster and task definition may be given by name or by ARN, which are the same to ECS."""

    def incoming(self, item: Props) -> Props:
        network = item.get("networkConfiguration", {}).get("awsvpcConfiguration")
        return {**item, "cluster": item["clusterArn"], "networkConfiguration": network, "role": item.get("roleArn")}

    def outgoing(self, values: Props) -> Props:
        network = values.get("networkConfiguration")
        return {**values, **({"networkConfiguration": {"awsvpcConfiguration": network}} if network else {})}


def percent(case: Case, low: int) -> str:
    high = case.inputs.get("deploymentMaximumPercent", 200)
    return f"must be below deploymentMaximumPercent {high}, got {low}" if low >= high else ""


def strategy(case: Case, entries: list[Props]) -> str:
    if "launchType" in case.given:
        return "must not stand beside launchType; leave one of the two out"
    bases = [entry for entry in entries if entry.get("base")]
    return f"only one may have a base, got {len(bases)}" if len(bases) > 1 else ""


CLUSTER = Exists(
    "cluster", "a cluster", "ecs", "describe_clusters", {"clusters": ["{value}"]}, "clusters[?status=='ACTIVE'] | [0]"
)
UPDATED = names(
    "taskDefinition desiredCount capacityProviderStrategies alarms deploymentCircuitBreaker "
    "deploymentMinimumHealthyPercent deploymentMaximumPercent "
    "healthCheckGracePeriodSeconds enableExecuteCommand enableEcsManagedTags propagateTags "
    "loadBalancers orderedPlacementStrategies placementConstraints networkConfiguration forceNewDeployment "
    "platformVersion serviceRegistries availabilityZoneRebalancing"
)

TYPES = [
    ResourceType(
        token="aws:ecs/cluster:Cluster",
        service="ecs",
        create=Call(operation="create_cluster", sends=Send.ALL),
        id="{cluster.clusterArn}",
        reads=[
            Read(
                operation="describe_clusters",
                args={"clusters": ["{id}"], "include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]},
                item="clusters[?status=='ACTIVE'] | [0]",
            )
        ],
        updates=[
            Update(
                on=["settings", "configuration", "serviceConnectDefaults"],
                call=Call(
                    operation="update_cluster",
                    sends=["settings", "configuration", "serviceConnectDefaults"],
                    args={"cluster": "{id}"},
                ),
            )
        ],
        delete=Call(operation="delete_cluster", args={"cluster": "{id}"}),
        names={"name": "clusterName", "arn": "clusterArn"},
        auto_name=AutoName(),
        replaces=["name"],
        tags=TAGS,
        rules=[NAME],
    ),
    ResourceType(
        token="aws:ecs/capacityProvider:CapacityProvider",
        service="ecs",
        create=Call(operation="create_capacity_provider", sends=Send.ALL),
        id="{capacityProvider.capacityProviderArn}",
        reads=[
            Read(
                operation="describe_capacity_providers",
                args={"capacityProviders": ["{id}"], "include": ["TAGS"]},
                item="capacityProviders[?status=='ACTIVE'] | [0]",
            )
        ],
        updates=[
            Update(
                on=["autoScalingGroupProvider"],
                call=Call(
                    operation="update_capacity_provider",
                    sends=["autoScalingGroupProvider"],
                    args={"name": "{name}"},
                ),
            )
        ],
        delete=Call(operation="delete_capacity_provider", args={"capacityProvider": "{id}"}),
        names={"arn": "capacityProviderArn"},
        auto_name=AutoName(),
        replaces=["name", "autoScalingGroupProvider.autoScalingGroupArn"],
        tags=TAGS,
        rules=[
            Matches(
                "name",
                r"(?!(?i:aws|ecs|fargate))[A-Za-z0-9_-]{1,255}",
                "1 to 255 of letters, digits, _ and -, and not begin with aws, ecs or fargate",
            ),
            Between("autoScalingGroupProvider.managedScaling.targetCapacity", 1, 100),
            Exists(
                "autoScalingGroupProvider.autoScalingGroupArn",
                "an Auto Scaling group",
                "autoscaling",
                "describe_auto_scaling_groups",
                {"AutoScalingGroupNames": ["{name}"]},
                "AutoScalingGroups[0]",
            ),
        ],
    ),
    ResourceType(
        token="aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        service="ecs",
        handler=ClusterCapacityProviders,
        create=Call(operation="put_cluster_capacity_providers", sends=Send.ALL, args={"cluster": "{clusterName}"}),
        id="{clusterName}",
        reads=[
            Read(
                operation="describe_clusters",
                args={"clusters": ["{id}"]},
                item="clusters[?status=='ACTIVE' && length(capacityProviders) > `0`] | [0]",
            )
        ],
        updates=[
            Update(
                on=["capacityProviders", "defaultCapacityProviderStrategies"],
                call=Call(
                    operation="put_cluster_capacity_providers", sends=Send.ALL, args={"cluster": "{clusterName}"}
                ),
            )
        ],
        delete=Call(
            operation="put_cluster_capacity_providers",
            args={"cluster": "{id}", "capacityProviders": [], "defaultCapacityProviderStrategy": []},
        ),
        replaces=["clusterName"],
        rules=[
            Exists(
                "clusterName",
                "a cluster",
                "ecs",
                "describe_clusters",
                {"clusters": ["{value}"]},
                "clusters[?status=='ACTIVE'] | [0]",
            ),
            Exists(
                "capacityProviders",
                "a capacity provider",
                "ecs",
                "describe_capacity_providers",
                {"capacityProviders": ["{value}"]},
                "capacityProviders[?status=='ACTIVE'] | [0]",
            ),
        ],
    ),
    ResourceType(
        token="aws:ecs/service:Service",
        service="ecs",
        handler=Service,
        create=Call(operation="create_service", sends=Send.ALL),
        id="{service.serviceArn}",
        state_id="{arn}",
        import_id="(?P<cluster>[^/:]+)/(?P<name>[^/:]+)",
        reads=[
            Read(
                operation="describe_services",
                args={"cluster": "{cluster}", "services": ["{name}"], "include": ["TAGS"]},
                item="services[?status!='INACTIVE'] | [0]",
            )
        ],
        updates=[
            Update(
                on=UPDATED,
                call=Call(
                    operation="update_service", sends=UPDATED, args={"cluster": "{cluster}", "service": "{name}"}
                ),
            )
        ],
        delete=Call(operation="delete_service", args={"cluster": "{cluster}", "service": "{name}", "force": True}),
        names={
            "name": "serviceName",
            "arn": "serviceArn",
            "iamRole": "role",
            "orderedPlacementStrategies": "placementStrategy",
            "deploymentCircuitBreaker": "deploymentConfiguration.deploymentCircuitBreaker",
            "deploymentMinimumHealthyPercent": "deploymentConfiguration.minimumHealthyPercent",
            "deploymentMaximumPercent": "deploymentConfiguration.maximumPercent",
            "alarms": "deploymentConfiguration.alarms",
            "deploymentConfiguration": "",
        },
        auto_name=AutoName(),
        defaults={
            "deploymentMaximumPercent": 200,
            "deploymentMinimumHealthyPercent": 100,
            "enableEcsManagedTags": False,
            "enableExecuteCommand": False,
            "schedulingStrategy": "REPLICA",
            "waitForSteadyState": False,
            "deploymentController.type": "ECS",
        },
        local=["waitForSteadyState", "forceNewDeployment", "forceDelete", "sigintRollback", "triggers"],
        replaces=names(
            "name cluster launchType schedulingStrategy deploymentController.type iamRole capacityProviderStrategies"
        ),
        tags=TAGS,
        rules=[
            NAME,
            CLUSTER,
            Between("desiredCount", 0, 5000),
            Says("deploymentMinimumHealthyPercent", percent),
            Says("capacityProviderStrategies", strategy),
            OneOf("waitForSteadyState", (False,)),
            Exists(
                "taskDefinition",
                "a task definition",
                "ecs",
                "describe_task_definition",
                {"taskDefinition": "{value}"},
                "[taskDefinition][?status=='ACTIVE'] | [0]",
            ),
            Exists(
                "capacityProviderStrategies.capacityProvider",
                "a capacity provider of the cluster",
                "ecs",
                "describe_clusters",
                {"clusters": ["{cluster}"]},
                "contains(clusters[0].capacityProviders || `[]`, '{value}')",
            ),
            Exists(
                "loadBalancers.targetGroupArn",
                "a target group",
                "elbv2",
                "describe_target_groups",
                {"TargetGroupArns": ["{value}"]},
                "TargetGroups[0]",
            ),
            Says("loadBalancers", ecs_tasks.containers_match, ("describe_task_definition",)),
            Says("taskDefinition", ecs_tasks.networked, ("describe_task_definition",)),
            Says("networkConfiguration.assignPublicIp", ecs_tasks.public_addresses),
            Says("launchType", ecs_tasks.fits_launch_type, ("describe_task_definition",)),
        ],
    ),
    ResourceType(
        token="aws:ecs/accountSettingDefault:AccountSettingDefault",
        service="ecs",
        create=Call(operation="put_account_setting_default", sends=["name", "value"]),
        id="{setting.principalArn}",
        state_id="{principalArn}",
        import_id="(?P<name>[A-Za-z0-9]+)",
        reads=[
            Read(
                operation="list_account_settings",
                args={"name": "{name}", "effectiveSettings": True},
                item="settings[0]",
            )
        ],
        updates=[
            Update(
                on=["value"],
                call=Call(operation="put_account_setting_default", sends=["value"], args={"name": "{name}"}),
            )
        ],
        # An account always has the setting.
        delete=Call(operation="put_account_setting_default", args={"name": "{name}", "value": "disabled"}),
        waits_gone=False,
        replaces=["name"],
    ),
    *ecs_tasks.TYPES,
]
