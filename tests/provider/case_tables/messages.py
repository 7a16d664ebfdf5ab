"""Queues, topics, schedules and alarms."""

import json

from tests.provider.cases import Ask, Case, Ref


def allow(action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": action}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": resource}]})


def writing(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "logs:PutLogEvents", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def dashboard(title: str) -> str:
    metric = {"metrics": [["AWS/ApplicationELB", "RequestCount"]], "region": "us-east-1", "title": title}
    return json.dumps({"widgets": [{"type": "metric", "width": 6, "height": 6, "properties": metric}]})


QUEUE = Ask("sqs", "get_queue_attributes", {"QueueUrl": "{id}", "AttributeNames": ["All"]}, "Attributes")
TOPIC = Ask("sns", "get_topic_attributes", {"TopicArn": "{id}"}, "Attributes")

KEY = Ask("kms", "describe_key", {"KeyId": "{id}"}, "KeyMetadata.KeyState == 'Enabled' && KeyMetadata || `null`")

CASES = {
    "kms-key": Case(
        token="aws:kms/key:Key",
        inputs={"description": "Messages", "policy": allow("kms:*", "*"), "enableKeyRotation": True,
                "deletionWindowInDays": 7, "tags": {"a": "b"}},
        ask=KEY,
        shows={"Description": "Messages"},
        change={"description": "Letters", "enableKeyRotation": False, "policy": allow("kms:Decrypt", "*")},
        shows_changed={"Description": "Letters"},
        replace=[{"keyUsage": "SIGN_VERIFY", "customerMasterKeySpec": "RSA_2048", "enableKeyRotation": False}],
        outputs={"arn": r"arn:aws:kms:us-east-1:\d{12}:key/.+", "keyId": ".+"},
        behind=("kms", "update_key_description", {"KeyId": "{id}", "Description": "Behind"}),
    ),
    "queue": Case(
        token="aws:sqs/queue:Queue",
        inputs={"visibilityTimeoutSeconds": 60, "kmsMasterKeyId": "alias/aws/sqs", "tags": {"a": "b"}},
        ask=QUEUE,
        shows={"VisibilityTimeout": "60", "KmsMasterKeyId": "alias/aws/sqs", "MessageRetentionPeriod": "345600"},
        change={"visibilityTimeoutSeconds": 90, "delaySeconds": 5, "kmsMasterKeyId": None},
        shows_changed={"VisibilityTimeout": "90", "DelaySeconds": "5", "KmsMasterKeyId || 'none'": "none"},
        replace=[{"name": "renamed"}, {"name": "renamed.fifo", "fifoQueue": True}],
        outputs={"arn": r"arn:aws:sqs:us-east-1:\d{12}:queue-[0-9a-f]{7}", "url": "http.*/queue-[0-9a-f]{7}"},
        behind=("sqs", "set_queue_attributes", {"QueueUrl": "{id}", "Attributes": {"VisibilityTimeout": "1"}}),
    ),
    "fifo-queue": Case(
        token="aws:sqs/queue:Queue",
        inputs={"name": "orders.fifo", "fifoQueue": True, "contentBasedDeduplication": True},
        ask=QUEUE,
        shows={"FifoQueue": "true", "ContentBasedDeduplication": "true"},
        change={"contentBasedDeduplication": False},
        shows_changed={"ContentBasedDeduplication": "false"},
    ),
    "queue-policy": Case(
        token="aws:sqs/queuePolicy:QueuePolicy",
        inputs={"queueUrl": Ref("queue"), "policy": allow("sqs:SendMessage", "*")},
        ask=Ask("sqs", "get_queue_attributes", {"QueueUrl": "{id}", "AttributeNames": ["Policy"]},
                "Attributes.Policy"),
        change={"policy": allow("sqs:*", "*")},
        behind=("sqs", "set_queue_attributes",
                {"QueueUrl": "{id}", "Attributes": {"Policy": allow("sqs:Behind", "*")}}),
    ),
    "topic": Case(
        token="aws:sns/topic:Topic",
        inputs={"displayName": "News", "tags": {"a": "b"}},
        ask=TOPIC,
        shows={"DisplayName": "News"},
        change={"displayName": None, "tracingConfig": "Active"},
        shows_changed={"DisplayName": "", "TracingConfig": "Active"},
        replace=[{"name": "renamed"}, {"name": "renamed.fifo", "fifoTopic": True}],
        outputs={"arn": r"arn:aws:sns:us-east-1:\d{12}:topic-[0-9a-f]{7}", "owner": r"\d{12}"},
        behind=("sns", "set_topic_attributes",
                {"TopicArn": "{id}", "AttributeName": "DisplayName", "AttributeValue": "Behind"}),
    ),
    "topic-policy": Case(
        token="aws:sns/topicPolicy:TopicPolicy",
        inputs={"arn": Ref("topic"), "policy": allow("sns:Publish", "*")},
        ask=TOPIC,
        change={"policy": allow("sns:*", "*")},
        replace=[{"arn": "arn:aws:sns:us-east-1:000000000000:other"}],
        stays=True,
    ),
    "subscription": Case(
        token="aws:sns/topicSubscription:TopicSubscription",
        inputs={"topic": Ref("topic"), "protocol": "sqs", "endpoint": Ref("queue", "arn"),
                "rawMessageDelivery": True, "filterPolicy": json.dumps({"kind": ["order"]})},
        ask=Ask("sns", "get_subscription_attributes", {"SubscriptionArn": "{id}"}, "Attributes"),
        shows={"RawMessageDelivery": "true", "Protocol": "sqs"},
        change={"rawMessageDelivery": False, "filterPolicy": json.dumps({"kind": ["bill"]})},
        shows_changed={"RawMessageDelivery": "false"},
        replace=[{"protocol": "email", "endpoint": "me@example.com"}],
        outputs={"arn": r"arn:aws:sns:.*", "pendingConfirmation": "False"},
        behind=("sns", "set_subscription_attributes", {"SubscriptionArn": "{id}",
                "AttributeName": "RawMessageDelivery", "AttributeValue": "false"}),
    ),
    "schedule": Case(
        token="aws:scheduler/schedule:Schedule",
        inputs={"scheduleExpression": "cron(0 6 * * ? *)", "scheduleExpressionTimezone": "Europe/Berlin",
                "flexibleTimeWindow": {"mode": "FLEXIBLE", "maximumWindowInMinutes": 10},
                "startDate": "2031-01-01T00:00:00Z",
                "target": {"arn": Ref("cluster", "arn"), "roleArn": Ref("role", "arn"),
                           "retryPolicy": {"maximumRetryAttempts": 2, "maximumEventAgeInSeconds": 600},
                           "input": json.dumps({"containerOverrides": [{"name": "backend", "command": ["report"]}]}),
                           "ecsParameters": {"taskDefinitionArn": Ref("task", "arn"), "taskCount": 1,
                                             "networkConfiguration": {"subnets": [Ref("subnet")],
                                                                      "assignPublicIp": False},
                                             "capacityProviderStrategies": [
                                                 {"capacityProvider": "c", "base": 0, "weight": 1}]}}},
        ask=Ask("scheduler", "get_schedule", {"GroupName": "{groupName}", "Name": "{name}"}),
        shows={"ScheduleExpression": "cron(0 6 * * ? *)", "Target.EcsParameters.TaskCount": 1,
               "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.AssignPublicIp": "DISABLED",
               "FlexibleTimeWindow.MaximumWindowInMinutes": 10},
        change={"scheduleExpression": "rate(1 hour)", "state": "DISABLED", "flexibleTimeWindow": {"mode": "OFF"}},
        shows_changed={"ScheduleExpression": "rate(1 hour)", "State": "DISABLED", "FlexibleTimeWindow.Mode": "OFF"},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:scheduler:us-east-1:\d{12}:schedule/default/schedule-[0-9a-f]{7}"},
    ),
    "event-rule": Case(
        token="aws:cloudwatch/eventRule:EventRule",
        inputs={"eventPattern": json.dumps({"source": ["shop"]}), "description": "Orders", "tags": {"a": "b"}},
        ask=Ask("events", "describe_rule", {"Name": "{id}"}),
        shows={"State": "ENABLED", "Description": "Orders", "EventPattern": json.dumps({"source": ["shop"]})},
        change={"eventPattern": None, "scheduleExpression": "cron(0 6 * * ? *)", "state": "DISABLED",
                "description": None},
        shows_changed={"ScheduleExpression": "cron(0 6 * * ? *)", "State": "DISABLED", "Description": None,
                       "EventPattern": None},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:events:us-east-1:\d{12}:rule/event-rule-[0-9a-f]{7}"},
        behind=("events", "disable_rule", {"Name": "{id}"}),
    ),
    "event-target": Case(
        token="aws:cloudwatch/eventTarget:EventTarget",
        inputs={"rule": Ref("event-rule", "name"), "targetId": "report", "arn": Ref("cluster", "arn"),
                "roleArn": Ref("role", "arn"),
                "input": json.dumps({"containerOverrides": [{"name": "backend", "command": ["report"]}]}),
                "ecsTarget": {"taskDefinitionArn": Ref("task", "arn"), "launchType": "FARGATE",
                              "networkConfiguration": {"subnets": [Ref("subnet")], "assignPublicIp": True},
                              "enableEcsManagedTags": True, "propagateTags": "TASK_DEFINITION"}},
        ask=Ask("events", "list_targets_by_rule", {"Rule": "{rule}"}, "Targets[?Id=='{targetId}'] | [0]"),
        shows={"EcsParameters.TaskCount": None, "EcsParameters.EnableECSManagedTags": True,
               "EcsParameters.NetworkConfiguration.awsvpcConfiguration.AssignPublicIp": "ENABLED",
               "EcsParameters.NetworkConfiguration.awsvpcConfiguration.Subnets": [Ref("subnet")]},
        change={"arn": Ref("queue", "arn"), "input": json.dumps({"kind": "report"}), "ecsTarget": None,
                "retryPolicy": {"maximumRetryAttempts": 3, "maximumEventAgeInSeconds": 600}},
        shows_changed={"EcsParameters": None, "RetryPolicy.MaximumRetryAttempts": 3},
        replace=[{"targetId": "other"}],
        outputs={"targetId": "report"},
        import_id="{rule}/{targetId}",
        behind=("events", "put_targets", {"Rule": "{rule}", "Targets": [
            {"Id": "{targetId}", "Arn": "{arn}", "EcsParameters": {"TaskDefinitionArn": "{ecsTarget.taskDefinitionArn}",
                                                                   "TaskCount": 2}}]}),
    ),
    "log-policy": Case(
        token="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        inputs={"resourceArn": Ref("log", "arn"), "policyDocument": writing("events.amazonaws.com")},
        ask=Ask("logs", "describe_resource_policies", {"resourceArn": "{id}"}, "resourcePolicies[0]"),
        shows={"policyScope": "RESOURCE", "policyDocument": writing("events.amazonaws.com")},
        change={"policyDocument": writing("delivery.logs.amazonaws.com")},
        shows_changed={"policyDocument": writing("delivery.logs.amazonaws.com")},
        replace=[{"policyName": "named", "resourceArn": None}],
        outputs={"policyScope": "RESOURCE", "revisionId": "1"},
    ),
    "account-log-policy": Case(
        token="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        inputs={"policyName": "writers", "policyDocument": writing("events.amazonaws.com")},
        ask=Ask("logs", "describe_resource_policies", {}, "resourcePolicies[?policyName=='writers'] | [0]"),
        change={"policyDocument": writing("delivery.logs.amazonaws.com")},
        shows_changed={"policyDocument": writing("delivery.logs.amazonaws.com")},
        replace=[{"policyName": "renamed"}],
        outputs={"policyScope": "ACCOUNT"},
        behind=("logs", "put_resource_policy",
                {"policyName": "{id}", "policyDocument": writing("route53.amazonaws.com")}),
    ),
    "alarm": Case(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        inputs={"namespace": "AWS/ApplicationELB", "metricName": "HTTPCode_Target_5XX_Count", "statistic": "Sum",
                "comparisonOperator": "GreaterThanThreshold", "threshold": 5.5, "period": 60, "evaluationPeriods": 3,
                "datapointsToAlarm": 2, "dimensions": {"LoadBalancer": "app/a/1"}, "alarmActions": [Ref("topic")],
                "alarmDescription": "Errors", "treatMissingData": "notBreaching", "tags": {"a": "b"}},
        ask=Ask("cloudwatch", "describe_alarms", {"AlarmNames": ["{id}"]}, "MetricAlarms[0]"),
        shows={"Threshold": 5.5, "Dimensions": [{"Name": "LoadBalancer", "Value": "app/a/1"}], "Statistic": "Sum"},
        change={"threshold": 7, "statistic": None, "extendedStatistic": "p99", "actionsEnabled": False},
        shows_changed={"Threshold": 7.0, "ExtendedStatistic": "p99", "ActionsEnabled": False},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:cloudwatch:us-east-1:\d{12}:alarm:alarm-[0-9a-f]{7}"},
        behind=("cloudwatch", "disable_alarm_actions", {"AlarmNames": ["{id}"]}),
    ),
    "dashboard": Case(
        token="aws:cloudwatch/dashboard:Dashboard",
        inputs={"dashboardName": "test", "dashboardBody": dashboard("Requests")},
        ask=Ask("cloudwatch", "get_dashboard", {"DashboardName": "{id}"}, "DashboardBody"),
        change={"dashboardBody": dashboard("Errors")},
        replace=[{"dashboardName": "renamed"}],
        outputs={"dashboardArn": r"arn:aws:cloudwatch::\d{12}:dashboard/test"},
        behind=("cloudwatch", "put_dashboard", {"DashboardName": "{id}", "DashboardBody": dashboard("Behind")}),
    ),
}  # fmt: skip
