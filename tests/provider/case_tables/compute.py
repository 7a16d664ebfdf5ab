"""Instances and what ECS runs on them."""

import json

from tests.provider.cases import Ask, Case, Ref

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIhv8Kgl1f7Fs9wfVfjN5kZJ0H0bL8g0mq1dQy3E0q7b someone"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMLCG1JbeIEQW2SXGo2Vj7bL0kZ7nLZ8vQm1dQy3E0q7 someone"
EBS = {"volumeType": "gp3", "volumeSize": 30, "encrypted": "true", "deleteOnTermination": "true"}
CONTAINER = {
    "name": "backend",
    "image": "example/backend:1",
    "essential": True,
    "cpu": 128,
    "memory": 256,
    "environment": [{"name": "PORT", "value": "8000"}, {"name": "APP", "value": "x"}],
    "portMappings": [{"containerPort": 8000, "hostPort": 0, "protocol": "tcp"}],
    "linuxParameters": {"initProcessEnabled": True},
    "stopTimeout": 30,
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {"awslogs-group": "/x", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "backend"},
    },
}

CASES = {
    "key": Case(
        token="aws:ec2/keyPair:KeyPair",
        inputs={"publicKey": KEY, "tags": {"a": "b"}},
        ask=Ask("ec2", "describe_key_pairs", {"KeyNames": ["{id}"]}, "KeyPairs[0]"),
        outputs={"keyName": "key-[0-9a-f]{7}", "keyPairId": "key-.+", "fingerprint": ".+"},
        replace=[{"publicKey": OTHER_KEY}, {"keyName": "renamed"}],
    ),
    "template": Case(
        token="aws:ec2/launchTemplate:LaunchTemplate",
        inputs={
            "updateDefaultVersion": True, "imageId": "ami-0123456789abcdef0", "instanceType": "t3a.small",
            "keyName": Ref("key", "keyName"), "userData": "IyEvYmluL3No", "tags": {"a": "b"},
            "iamInstanceProfile": {"arn": Ref("profile", "arn")},
            "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": EBS}],
            "networkInterfaces": [{"associatePublicIpAddress": "true", "deleteOnTermination": "true",
                                   "securityGroups": [Ref("group")]}],
            "tagSpecifications": [{"resourceType": kind, "tags": {"stack": "test"}} for kind in ("instance", "volume")],
        },
        ask=Ask("ec2", "describe_launch_template_versions", {"LaunchTemplateId": "{id}", "Versions": ["$Default"]},
                "LaunchTemplateVersions[0]"),
        shows={
            "VersionNumber": 1, "LaunchTemplateData.InstanceType": "t3a.small",
            "LaunchTemplateData.MetadataOptions.HttpTokens": "required",
            "LaunchTemplateData.BlockDeviceMappings[0].Ebs.Encrypted": True,
            "LaunchTemplateData.NetworkInterfaces[0].AssociatePublicIpAddress": True,
            "LaunchTemplateData.TagSpecifications[0].Tags": [{"Key": "stack", "Value": "test"}],
        },
        change={"instanceType": "t3a.medium"},
        shows_changed={"VersionNumber": 2, "LaunchTemplateData.InstanceType": "t3a.medium"},
        replace=[{"name": "renamed"}],
        outputs={"latestVersion": r"\d+", "arn": ".*:launch-template/lt-.+"},
    ),
    "instances": Case(
        token="aws:autoscaling/group:Group",
        inputs={
            "launchTemplate": {"id": Ref("template"), "version": "1"}, "minSize": 1, "maxSize": 2,
            "vpcZoneIdentifiers": [Ref("subnet"), Ref("other-subnet")], "healthCheckType": "EC2", "forceDelete": True,
            "protectFromScaleIn": False,
            "instanceRefresh": {"strategy": "Rolling",
                                "preferences": {"minHealthyPercentage": 100, "maxHealthyPercentage": 200}},
            "tags": [{"key": "Name", "value": "x", "propagateAtLaunch": True},
                     {"key": "a", "value": "b", "propagateAtLaunch": True}],
        },
        ask=Ask("autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroupNames": ["{id}"]},
                "AutoScalingGroups[0]"),
        shows={"MaxSize": 2, "LaunchTemplate.Version": "1", "length(Tags)": 2},
        change={"maxSize": 3, "launchTemplate": {"id": Ref("template"), "version": "2"},
                "tags": [{"key": "Name", "value": "y", "propagateAtLaunch": False}]},
        shows_changed={"MaxSize": 3, "Tags[0].Value": "y", "Tags[0].PropagateAtLaunch": False, "length(Tags)": 1,
                       "LaunchTemplate.Version": "2"},
        replace=[{"name": "renamed"}],
        behind=("autoscaling", "update_auto_scaling_group", {"AutoScalingGroupName": "{id}", "MaxSize": 5}),
    ),
    "instances-on-spot": Case(
        token="aws:autoscaling/group:Group",
        inputs={
            "minSize": 1, "maxSize": 2, "vpcZoneIdentifiers": [Ref("subnet"), Ref("other-subnet")], "forceDelete": True,
            "capacityRebalance": True,
            "mixedInstancesPolicy": {
                "launchTemplate": {
                    "launchTemplateSpecification": {"launchTemplateId": Ref("template"), "version": "1"},
                    "overrides": [{"instanceType": "t3a.small"}, {"instanceType": "t3.small"}],
                },
                "instancesDistribution": {
                    "onDemandAllocationStrategy": "prioritized", "onDemandBaseCapacity": 1,
                    "onDemandPercentageAboveBaseCapacity": 0, "spotAllocationStrategy": "price-capacity-optimized",
                },
            },
        },
        ask=Ask("autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroupNames": ["{id}"]},
                "AutoScalingGroups[0]"),
        shows={"MixedInstancesPolicy.LaunchTemplate.Overrides[1].InstanceType": "t3.small", "CapacityRebalance": True,
               "MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity": 0,
               "LaunchTemplate": None},
        change={"mixedInstancesPolicy": None, "launchTemplate": {"id": Ref("template"), "version": "1"},
                "capacityRebalance": False},
        shows_changed={"MixedInstancesPolicy": None, "LaunchTemplate.Version": "1", "CapacityRebalance": False},
        behind=("autoscaling", "update_auto_scaling_group", {"AutoScalingGroupName": "{id}", "MaxSize": 5}),
    ),
    "cluster": Case(
        token="aws:ecs/cluster:Cluster",
        inputs={"settings": [{"name": "containerInsights", "value": "disabled"}], "tags": {"a": "b"}},
        ask=Ask("ecs", "describe_clusters", {"clusters": ["{id}"], "include": ["SETTINGS"]},
                "clusters[?status=='ACTIVE'] | [0]"),
        shows={"settings[0].value": "disabled"},
        change={"settings": [{"name": "containerInsights", "value": "enabled"}]},
        shows_changed={"settings[0].value": "enabled"},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:ecs:us-east-1:\d{12}:cluster/.+"},
        behind=("ecs", "update_cluster_settings",
                {"cluster": "{id}", "settings": [{"name": "containerInsights", "value": "enabled"}]}),
    ),
    "capacity": Case(
        token="aws:ecs/capacityProvider:CapacityProvider",
        inputs={
            "autoScalingGroupProvider": {
                "autoScalingGroupArn": Ref("instances", "arn"), "managedTerminationProtection": "DISABLED",
                "managedDraining": "ENABLED",
                "managedScaling": {"status": "ENABLED", "targetCapacity": 100, "minimumScalingStepSize": 1,
                                   "maximumScalingStepSize": 1},
            },
            "tags": {"a": "b"},
        },
        ask=Ask("ecs", "describe_capacity_providers", {"capacityProviders": ["{id}"]},
                "capacityProviders[?status=='ACTIVE'] | [0]"),
        shows={"autoScalingGroupProvider.managedScaling.targetCapacity": 100},
        change={
            "autoScalingGroupProvider": {
                "autoScalingGroupArn": Ref("instances", "arn"), "managedTerminationProtection": "DISABLED",
                "managedDraining": "ENABLED",
                "managedScaling": {"status": "ENABLED", "targetCapacity": 80, "minimumScalingStepSize": 1,
                                   "maximumScalingStepSize": 1},
            }
        },
        shows_changed={"autoScalingGroupProvider.managedScaling.targetCapacity": 80},
        replace=[{"name": "renamed"}],
    ),
    "other-cluster": Case(
        token="aws:ecs/cluster:Cluster",
        inputs={},
        ask=Ask("ecs", "describe_clusters", {"clusters": ["{id}"]}, "clusters[?status=='ACTIVE'] | [0]"),
    ),
    "capacity-of-other-cluster": Case(
        token="aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        inputs={"clusterName": Ref("other-cluster", "name"), "capacityProviders": [Ref("capacity", "name")]},
        ask=Ask("ecs", "describe_clusters", {"clusters": ["{id}"]}, "clusters[0].capacityProviders[0]"),
        shows={"@": Ref("capacity", "name")},
        change={"defaultCapacityProviderStrategies": [{"capacityProvider": Ref("capacity", "name"), "weight": 1}]},
        replace=[{"clusterName": Ref("cluster", "name")}],
    ),
    "capacity-of-cluster": Case(
        token="aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        inputs={"clusterName": Ref("cluster", "name"), "capacityProviders": [Ref("capacity", "name")]},
        ask=Ask("ecs", "describe_clusters", {"clusters": ["{id}"]}, "clusters[0].capacityProviders[0]"),
        lives=False,
    ),
    "task": Case(
        token="aws:ecs/taskDefinition:TaskDefinition",
        inputs={
            "family": "provider-test", "networkMode": "bridge", "requiresCompatibilities": ["EC2"],
            "executionRoleArn": Ref("role", "arn"), "taskRoleArn": Ref("role", "arn"),
            "containerDefinitions": json.dumps([CONTAINER]), "tags": {"a": "b"},
        },
        ask=Ask("ecs", "describe_task_definition", {"taskDefinition": "{arn}"},
                "[taskDefinition][?status=='ACTIVE'] | [0]"),
        shows={"containerDefinitions[0].memory": 256, "networkMode": "bridge"},
        replace=[{"containerDefinitions": json.dumps([{**CONTAINER, "image": "example/backend:2"}])},
                 {"family": "other"}],
        outputs={"arn": r"arn:aws:ecs:.*:task-definition/provider-test:\d+", "revision": r"\d+"},
        import_id="{arn}",
    ),
    "task-with-interface": Case(
        token="aws:ecs/taskDefinition:TaskDefinition",
        inputs={
            "family": "provider-own", "networkMode": "awsvpc", "requiresCompatibilities": ["EC2"],
            "containerDefinitions": json.dumps([{**CONTAINER, "portMappings": [{"containerPort": 8000}]}]),
        },
        ask=Ask("ecs", "describe_task_definition", {"taskDefinition": "{arn}"},
                "[taskDefinition][?status=='ACTIVE'] | [0]"),
        shows={"networkMode": "awsvpc"},
        import_id="{arn}",
    ),
}  # fmt: skip
