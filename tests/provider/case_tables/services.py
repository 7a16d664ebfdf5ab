"""ECS services, their logs and images."""

import json

from tests.provider.cases import Ask, Case, Ref

KEEP_TEN = {
    "rules": [
        {
            "rulePriority": 1,
            "description": "Keep ten",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
            "action": {"type": "expire"},
        }
    ]
}

CASES = {
    "service": Case(
        token="aws:ecs/service:Service",
        inputs={
            "cluster": Ref("capacity-of-cluster", "clusterName"), "taskDefinition": Ref("task", "arn"),
            "desiredCount": 1,
            "capacityProviderStrategies": [{"capacityProvider": Ref("capacity", "name"), "base": 0, "weight": 1}],
            "orderedPlacementStrategies": [{"type": "spread", "field": "attribute:ecs.availability-zone"},
                                           {"type": "spread", "field": "instanceId"}],
            "deploymentCircuitBreaker": {"enable": True, "rollback": True}, "deploymentMinimumHealthyPercent": 100,
            "deploymentMaximumPercent": 200, "healthCheckGracePeriodSeconds": 30, "enableExecuteCommand": True,
            "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
            "enableEcsManagedTags": True, "propagateTags": "SERVICE", "waitForSteadyState": False,
            "loadBalancers": [{"targetGroupArn": Ref("targets", "arn"), "containerName": "backend",
                               "containerPort": 8000}],
            "tags": {"a": "b"},
        },
        ask=Ask("ecs", "describe_services", {"cluster": "{cluster}", "services": ["{name}"]},
                "services[?status=='ACTIVE'] | [0]"),
        shows={
            "desiredCount": 1, "enableExecuteCommand": True, "propagateTags": "SERVICE",
            "deploymentConfiguration.deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "deploymentConfiguration.alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
            "loadBalancers[0].containerPort": 8000,
        },
        change={"desiredCount": 2, "deploymentMinimumHealthyPercent": 50, "enableExecuteCommand": False,
                "alarms": {"alarmNames": ["errors", "slow"], "enable": True, "rollback": False}},
        shows_changed={"desiredCount": 2, "deploymentConfiguration.minimumHealthyPercent": 50,
                       "deploymentConfiguration.alarms.alarmNames": ["errors", "slow"],
                       "deploymentConfiguration.alarms.rollback": False, "enableExecuteCommand": False},
        replace=[{"name": "renamed"}, {"schedulingStrategy": "DAEMON"}],
        outputs={"arn": r"arn:aws:ecs:.*:service/.+/service-[0-9a-f]{7}"},
        import_id="{cluster}/{name}",
        behind=("ecs", "update_service", {"cluster": "{cluster}", "service": "{name}", "desiredCount": 0}),
    ),
    "service-with-interfaces": Case(
        token="aws:ecs/service:Service",
        inputs={
            "cluster": Ref("capacity-of-cluster", "clusterName"), "taskDefinition": Ref("task-with-interface", "arn"),
            "desiredCount": 0,
            "capacityProviderStrategies": [{"capacityProvider": Ref("capacity", "name"), "weight": 1}],
            "networkConfiguration": {"subnets": [Ref("subnet")], "securityGroups": [Ref("group")]},
        },
        ask=Ask("ecs", "describe_services", {"cluster": "{cluster}", "services": ["{name}"]},
                "services[?status=='ACTIVE'] | [0]"),
        shows={"networkConfiguration.awsvpcConfiguration.securityGroups[0]": Ref("group")},
        change={"networkConfiguration": {"subnets": [Ref("subnet")], "securityGroups": [Ref("other-group")]}},
        shows_changed={"networkConfiguration.awsvpcConfiguration.securityGroups[0]": Ref("other-group")},
        replace=[{"name": "renamed"}],
        import_id="{cluster}/{name}",
    ),
    "log": Case(
        token="aws:cloudwatch/logGroup:LogGroup",
        inputs={"name": "/provider/test", "retentionInDays": 14, "tags": {"a": "b"}},
        ask=Ask("logs", "describe_log_groups", {"logGroupNamePrefix": "{id}"},
                "logGroups[?logGroupName=='{id}'] | [0]"),
        shows={"retentionInDays": 14},
        change={"retentionInDays": 0},
        shows_changed={"retentionInDays": None},
        replace=[{"name": "/provider/other"}],
        outputs={"arn": r"arn:aws:logs:us-east-1:\d{12}:log-group:/provider/test"},
        behind=("logs", "put_retention_policy", {"logGroupName": "{id}", "retentionInDays": 3}),
    ),
    "repository": Case(
        token="aws:ecr/repository:Repository",
        inputs={"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": {"scanOnPush": True},
                "encryptionConfigurations": [{"encryptionType": "AES256"}], "forceDelete": True, "tags": {"a": "b"}},
        ask=Ask("ecr", "describe_repositories", {"repositoryNames": ["{id}"]}, "repositories[0]"),
        shows={"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration.scanOnPush": True},
        change={"imageTagMutability": "MUTABLE", "imageScanningConfiguration": {"scanOnPush": False}},
        shows_changed={"imageTagMutability": "MUTABLE", "imageScanningConfiguration.scanOnPush": False},
        replace=[{"name": "renamed"}],
        outputs={"repositoryUrl": ".+/repository-[0-9a-f]{7}", "arn": r"arn:aws:ecr:.*:repository/.+",
                 "registryId": r"\d{12}"},
        behind=("ecr", "put_image_tag_mutability", {"repositoryName": "{id}", "imageTagMutability": "MUTABLE"}),
    ),
    "images-kept": Case(
        token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        inputs={"repository": Ref("repository", "name"), "policy": json.dumps(KEEP_TEN)},
        ask=Ask("ecr", "get_lifecycle_policy", {"repositoryName": "{id}"}, "lifecyclePolicyText"),
        change={"policy": json.dumps({"rules": [{**KEEP_TEN["rules"][0], "description": "Other"}]})},
    ),
}  # fmt: skip
