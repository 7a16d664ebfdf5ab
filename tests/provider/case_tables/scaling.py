"""How many there are of something, and what changes their number."""

from tests.provider.cases import Ask, Case, Ref

TARGET = {
    "serviceNamespace": "dynamodb",
    "resourceId": "table/scaled",
    "scalableDimension": "dynamodb:table:ReadCapacityUnits",
}
OF_TARGET = {
    "serviceNamespace": Ref("scaling-target", "serviceNamespace"),
    "resourceId": Ref("scaling-target", "resourceId"),
    "scalableDimension": Ref("scaling-target", "scalableDimension"),
}
NAMED = {
    "ServiceNamespace": "{serviceNamespace}",
    "ResourceId": "{resourceId}",
    "ScalableDimension": "{scalableDimension}",
}
READS = {"predefinedMetricType": "DynamoDBReadCapacityUtilization"}

CASES = {
    "scaling-target": Case(
        token="aws:appautoscaling/target:Target",
        inputs={**TARGET, "resourceId": "test", "minCapacity": 1, "maxCapacity": 4, "tags": {"a": "b"}},
        ask=Ask("application-autoscaling", "describe_scalable_targets",
                {"ServiceNamespace": "dynamodb", "ResourceIds": ["{id}"]}, "ScalableTargets[0]"),
        shows={"MinCapacity": 1, "MaxCapacity": 4},
        change={"maxCapacity": 8, "suspendedState": {"scheduledScalingSuspended": True}},
        shows_changed={"MaxCapacity": 8, "SuspendedState.ScheduledScalingSuspended": True},
        replace=[{"resourceId": "table/other"}],
        outputs={"arn": r"arn:aws:application-autoscaling:.+:scalable-target/.+", "roleArn": ".+:role/.+"},
        import_id="{serviceNamespace}/{resourceId}/{scalableDimension}",
        behind=("application-autoscaling", "register_scalable_target", {**NAMED, "MinCapacity": 3}),
    ),
    "scaling-policy": Case(
        token="aws:appautoscaling/policy:Policy",
        inputs={**OF_TARGET, "policyType": "TargetTrackingScaling", "targetTrackingScalingPolicyConfiguration": {
            "targetValue": 70, "scaleInCooldown": 60, "predefinedMetricSpecification": READS}},
        ask=Ask("application-autoscaling", "describe_scaling_policies", {**NAMED, "PolicyNames": ["{id}"]},
                "ScalingPolicies[0]"),
        shows={"TargetTrackingScalingPolicyConfiguration.TargetValue": 70.0, "PolicyType": "TargetTrackingScaling"},
        change={"targetTrackingScalingPolicyConfiguration": {"targetValue": 50.5,
                                                             "predefinedMetricSpecification": READS}},
        shows_changed={"TargetTrackingScalingPolicyConfiguration.TargetValue": 50.5},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:autoscaling:us-east-1:\d{12}:scalingPolicy/.+:policyName/scaling-policy-[0-9a-f]{7}"},
        import_id="{serviceNamespace}/{resourceId}/{scalableDimension}/{name}",
        behind=("application-autoscaling", "put_scaling_policy", {
            **NAMED, "PolicyName": "{name}", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 9}}),
    ),
    "step-policy": Case(
        token="aws:appautoscaling/policy:Policy",
        inputs={**OF_TARGET, "stepScalingPolicyConfiguration": {
            "adjustmentType": "ChangeInCapacity", "cooldown": 60,
            "stepAdjustments": [{"metricIntervalLowerBound": "0", "scalingAdjustment": 1}]}},
        ask=Ask("application-autoscaling", "describe_scaling_policies", {**NAMED, "PolicyNames": ["{id}"]},
                "ScalingPolicies[0]"),
        shows={"PolicyType": "StepScaling", "StepScalingPolicyConfiguration.StepAdjustments[0].ScalingAdjustment": 1},
        import_id="{serviceNamespace}/{resourceId}/{scalableDimension}/{name}",
    ),
    "scaling-action": Case(
        token="aws:appautoscaling/scheduledAction:ScheduledAction",
        inputs={**OF_TARGET, "schedule": "cron(0 6 * * ? *)", "timezone": "Europe/Berlin",
                "startTime": "2031-01-01T00:00:00Z", "scalableTargetAction": {"minCapacity": 2, "maxCapacity": 6}},
        ask=Ask("application-autoscaling", "describe_scheduled_actions",
                {**NAMED, "ScheduledActionNames": ["{name}"]}, "ScheduledActions[0]"),
        shows={"Schedule": "cron(0 6 * * ? *)", "ScalableTargetAction.MaxCapacity": 6},
        change={"schedule": "rate(1 day)", "scalableTargetAction": {"minCapacity": 1, "maxCapacity": 3}},
        shows_changed={"Schedule": "rate(1 day)", "ScalableTargetAction.MaxCapacity": 3},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:autoscaling:us-east-1:\d{12}:scheduledAction/.+"},
        import_id="",
        behind=("application-autoscaling", "put_scheduled_action", {
            **NAMED, "ScheduledActionName": "{name}", "Schedule": "rate(1 hour)"}),
    ),
    "table": Case(
        token="aws:dynamodb/table:Table",
        inputs={"hashKey": "id", "rangeKey": "at", "billingMode": "PAY_PER_REQUEST",
                "attributes": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}, {"name": "who", "type": "S"}],
                "globalSecondaryIndexes": [{"name": "by-who", "hashKey": "who", "rangeKey": "at",
                                            "projectionType": "ALL"}],
                "ttl": {"attributeName": "until", "enabled": True}, "streamEnabled": True,
                "streamViewType": "NEW_IMAGE", "tags": {"a": "b"}},
        ask=Ask("dynamodb", "describe_table", {"TableName": "{id}"}, "Table"),
        shows={"KeySchema[1].AttributeName": "at", "BillingModeSummary.BillingMode": "PAY_PER_REQUEST",
               "GlobalSecondaryIndexes[0].IndexName": "by-who", "StreamSpecification.StreamViewType": "NEW_IMAGE"},
        change={"deletionProtectionEnabled": False, "pointInTimeRecovery": {"enabled": True},
                "billingMode": "PROVISIONED", "readCapacity": 2, "writeCapacity": 3},
        shows_changed={"ProvisionedThroughput.WriteCapacityUnits": 3},
        replace=[{"name": "renamed"}, {"rangeKey": "who"}],
        outputs={"arn": r"arn:aws:dynamodb:us-east-1:\d{12}:table/table-[0-9a-f]{7}", "streamArn": ".+/stream/.+"},
        behind=("dynamodb", "update_time_to_live", {"TableName": "{id}", "TimeToLiveSpecification": {
            "AttributeName": "until", "Enabled": False}}),
    ),
}  # fmt: skip
