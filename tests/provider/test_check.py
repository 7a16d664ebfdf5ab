"""`check` refuses what AWS would refuse, all of it at once, in words that say what to do."""

import json
from typing import Any

import pytest

from localcloud.provider.values import UNKNOWN, Props
from tests.provider.case_tables import CASES
from tests.provider.case_tables.compute import CONTAINER
from tests.provider.cases import Ref
from tests.provider.engine import Engine, RefusedError
from tests.provider.world import World


def refusals(engine: Engine, world: World, case: str, change: Props) -> dict[str, str]:
    """The problems of a case's inputs with a change, None taking an input out: property -> reasons."""
    inputs = {**world.filled(CASES[case].inputs), **world.filled(change)}
    given = {name: value for name, value in inputs.items() if value is not None}
    try:
        engine.check(CASES[case].token, f"refused-{case}", given)
    except RefusedError as error:
        found: dict[str, str] = {}
        for name, reason in error.failures:
            found[name] = f"{found[name]}; {reason}" if name in found else reason
        return found
    return {}


def containers(*rows: Any) -> Props:
    return {"containerDefinitions": json.dumps(rows)}


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


BALANCED = {"targetGroupArn": Ref("targets", "arn"), "containerName": "backend", "containerPort": 9}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Maybe", "Action": "s3:*"}]})
NO_TARGETS = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/none/0123456789abcdef"
OWN_INTERFACE = {"subnets": [Ref("subnet")], "securityGroups": [Ref("group")]}
UNREACHABLE = {**BALANCED, "targetGroupArn": NO_TARGETS}
NO_GROUP = {"logDriver": "awslogs"}
NO_BALANCER = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/none/0123456789abcdef"
VPC_ORIGIN = CASES["vpc-origin"].inputs["vpcOriginEndpointConfig"]
BUCKET = CASES["distribution-of-a-bucket"].inputs
SERVER_ORIGIN, BUCKET_ORIGIN = BUCKET["origins"]
(GROUP,) = BUCKET["originGroups"]
VIEWER = CASES["named-distribution"].inputs["viewerCertificate"]
ELSEWHERE = "arn:aws:acm:eu-central-1:000000000000:certificate/none"
WRITING = {**BUCKET["defaultCacheBehavior"], "allowedMethods": ["GET", "HEAD", "PUT"]}

# case, change, the property that is refused, a part of the reason
REFUSED: list[tuple[str, Props, str, str]] = [
    # Against pulumi_aws' own classes.
    ("vpc", {"cidrBlok": "10.0.0.0/16"}, "cidrBlok", "did you mean cidrBlock?"),
    ("subnet", {"vpcId": None}, "vpcId", "is required"),
    ("vpc", {"enableDnsSupport": "yes"}, "enableDnsSupport", "must be true or false, got 'yes'"),
    ("service", {"desiredCount": 1.5}, "desiredCount", "must be a whole number, got 1.5"),
    ("template", {"metadataOptions": {"httpToken": "required"}}, "metadataOptions.httpToken", "mean httpTokens?"),
    ("vpc", {"enableNetworkAddressUsageMetrics": True}, "enableNetworkAddressUsageMetrics", "leave it out"),
    ("vpc", {"tags": {"aws:x": "y"}}, "tags", "must not begin with aws:"),
    ("vpc", {"region": "eu-west-1"}, "region", "must be the provider's region us-east-1"),
    # Addresses.
    ("vpc", {"cidrBlock": "banana"}, "cidrBlock", "must be an IPv4 range"),
    ("vpc", {"cidrBlock": "10.0.0.0/8"}, "cidrBlock", "must be /16 to /28"),
    ("vpc", {"cidrBlock": "10.0.0.1/16"}, "cidrBlock", "write 10.0.0.0/16"),
    ("subnet", {"cidrBlock": "192.168.0.0/24"}, "cidrBlock", "must lie in the VPC's range 10.20.0.0/16"),
    ("subnet", {"cidrBlock": "10.20.100.128/25"}, "cidrBlock", "must not overlap another subnet"),
    ("subnet", {"availabilityZone": "us-east-1z"}, "availabilityZone", "must be one of us-east-1a"),
    ("egress", {"cidrIpv4": "10.0.0.0"}, "cidrIpv4", "write 10.0.0.0/32"),
    ("egress", {"cidrIpv4": None}, "cidrIpv4", "exactly one of"),
    ("ingress", {"fromPort": 90, "toPort": 80}, "fromPort", "must not be above toPort 80"),
    ("ingress", {"ipProtocol": "tpc"}, "ipProtocol", "must be tcp, udp"),
    ("ingress", {"toPort": 70000}, "toPort", "must be -1 to 65535"),
    ("group", {"description": "häh"}, "description", "at most 255 of letters"),
    ("route", {"gatewayId": None}, "gatewayId", "exactly one of"),
    ("endpoint", {"serviceName": "s3"}, "serviceName", "com.amazonaws"),
    # References that do not exist.
    ("subnet", {"vpcId": "vpc-0123456789abcdef0"}, "vpcId", "must name a VPC that exists"),
    ("group", {"vpcId": "vpc-0123456789abcdef0"}, "vpcId", "must name a VPC that exists"),
    ("ingress", {"referencedSecurityGroupId": "sg-0123456789abcdef0"}, "referencedSecurityGroupId", "that exists"),
    ("ingress-from-list", {"prefixListId": "pl-0123456789abcdef0"}, "prefixListId", "must name a prefix list"),
    ("route", {"gatewayId": "igw-0123456789abcdef0"}, "gatewayId", "must name an internet gateway"),
    ("endpoint", {"routeTableIds": ["rtb-0123456789abcdef0"]}, "routeTableIds", "must name a route table"),
    ("template", {"keyName": "none"}, "keyName", "must name a key pair"),
    ("instances", {"launchTemplate": {"id": "lt-0123456789abcdef0"}}, "launchTemplate.id", "name a launch template"),
    ("capacity-of-cluster", {"capacityProviders": ["none"]}, "capacityProviders", "must name a capacity provider"),
    ("service", {"cluster": "none"}, "cluster", "must name a cluster"),
    ("service", {"taskDefinition": "none:1"}, "taskDefinition", "must name a task definition"),
    ("service", {"loadBalancers": [UNREACHABLE]}, "loadBalancers.targetGroupArn", "exists"),
    ("service", {"loadBalancers": [BALANCED]}, "loadBalancers", "(backend:8000), got backend:9"),
    ("listener", {"loadBalancerArn": "arn:none"}, "loadBalancerArn", "must name a load balancer"),
    ("rule", {"listenerArn": "arn:none"}, "listenerArn", "must name a listener"),
    ("role-policy", {"role": "none"}, "role", "must name a role"),
    ("profile", {"role": "none"}, "role", "must name a role"),
    ("task", {"executionRoleArn": "arn:aws:iam::000000000000:role/none"}, "executionRoleArn", "must name a role"),
    ("images-kept", {"repository": "none"}, "repository", "must name a repository"),
    ("bucket-policy", {"bucket": "none-such-bucket"}, "bucket", "must name a bucket"),
    ("database", {"dbSubnetGroupName": "none"}, "dbSubnetGroupName", "must name a subnet group"),
    ("database", {"parameterGroupName": "none"}, "parameterGroupName", "must name a parameter group"),
    ("mail-identity", {"configurationSetName": "none"}, "configurationSetName", "must name a configuration set"),
    ("function", {"role": "arn:aws:iam::000000000000:role/none"}, "role", "must name a role"),
    ("invocation", {"functionName": "none"}, "functionName", "must name a function"),
    # Names.
    ("bucket", {"bucket": "Has_Capitals"}, "bucket", "3 to 63 of lower-case letters"),
    ("bucket", {"bucket": "10.0.0.1"}, "bucket", "must not look like an IP address"),
    ("balancer", {"name": "-begins-with-a-hyphen"}, "name", "no hyphen at either end"),
    ("balancer", {"name": "x" * 33}, "name", "1 to 32 of letters"),
    ("repository", {"name": "Capital"}, "name", "lower-case letters"),
    ("capacity", {"name": "aws-capacity"}, "name", "not begin with aws"),
    ("role", {"name": "has space"}, "name", "1 to 64 of letters"),
    ("database", {"identifier": "Double--Hyphen"}, "identifier", "single hyphens"),
    ("database", {"username": "admin"}, "username", "must not be a name that"),
    ("database", {"dbName": "1st"}, "dbName", "beginning with a letter"),
    ("log", {"name": "has space"}, "name", "1 to 512 of letters"),
    ("cluster", {"name": "has space"}, "name", "1 to 255 of letters"),
    ("mail-identity", {"emailIdentity": "nobody"}, "emailIdentity", "an address or a domain"),
    # Choices and ranges, most of them from botocore's models.
    ("template", {"instanceType": "t3z.huge"}, "instanceType", "must be one of"),
    ("template", {"imageId": "ubuntu"}, "imageId", "an AMI's id"),
    ("template", {"metadataOptions": {"httpTokens": "maybe"}}, "metadataOptions.httpTokens", "must be one of optional"),
    ("template", {"tagSpecifications": [{"resourceType": "cloud"}]}, "tagSpecifications.resourceType", "one of"),
    ("instances", {"minSize": 5}, "minSize", "must not be above maxSize 2"),
    ("instances", {"healthCheckType": "PING"}, "healthCheckType", "EC2, ELB"),
    ("cluster", {"settings": [{"name": "insights", "value": "on"}]}, "settings.name", "containerInsights"),
    ("service", {"propagateTags": "YES"}, "propagateTags", "must be one of TASK_DEFINITION, SERVICE"),
    ("service", {"orderedPlacementStrategies": [{"type": "pile"}]}, "orderedPlacementStrategies.type", "one of random"),
    ("service", {"deploymentMinimumHealthyPercent": 200}, "deploymentMinimumHealthyPercent", "must be below"),
    ("service", {"launchType": "EC2"}, "capacityProviderStrategies", "must not stand beside launchType"),
    ("service", {"networkConfiguration": OWN_INTERFACE}, "taskDefinition", "bridge, which takes no network"),
    ("service", {"taskDefinition": Ref("task-with-interface", "arn")}, "taskDefinition", "which needs networkConf"),
    ("service", {"taskDefinition": Ref("task-with-interface", "arn"), "networkConfiguration": OWN_INTERFACE},
     "taskDefinition", "which needs target groups of the type ip, got instance"),
    ("service", {"networkConfiguration": {**OWN_INTERFACE, "assignPublicIp": True}},
     "networkConfiguration.assignPublicIp", "only Fargate gives public addresses"),
    ("service", {"launchType": "FARGATE", "orderedPlacementStrategies": [{"type": "random"}]},
     "launchType", "must not be FARGATE beside orderedPlacementStrategies"),
    ("service", {"launchType": "FARGATE", "capacityProviderStrategies": None, "orderedPlacementStrategies": None},
     "launchType", "has no FARGATE in requiresCompatibilities"),
    ("task", {"requiresCompatibilities": ["FARGATE"]}, "requiresCompatibilities", "Fargate needs awsvpc"),
    ("task-with-interface", {"requiresCompatibilities": ["FARGATE"], "cpu": None},
     "requiresCompatibilities", "without cpu and memory of the whole task"),
    ("task-with-interface", {"requiresCompatibilities": ["FARGATE"], "cpu": "128", "memory": "512"},
     "requiresCompatibilities", "needs one of 256, 512, 1024"),
    ("task-with-interface", {"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "1536"},
     "requiresCompatibilities", "needs one of 512, 1024, 2048 as memory, got 1536"),
    ("task-with-interface", containers({**CONTAINER, "portMappings": [{"containerPort": 8000, "hostPort": 80}]}),
     "containerDefinitions", "hostPort must be the containerPort 8000"),
    ("task", {"networkMode": "wifi"}, "networkMode", "must be one of bridge"),
    ("log", {"retentionInDays": 8}, "retentionInDays", "must be one of 0, 1, 3"),
    ("repository", {"imageTagMutability": "NEVER"}, "imageTagMutability", "must be one of MUTABLE"),
    ("listener", {"protocol": "GOPHER"}, "protocol", "must be one of HTTP"),
    ("listener", {"defaultActions": [{"type": "forward"}]}, "defaultActions", "needs targetGroupArn or forward"),
    ("rule", {"priority": 0}, "priority", "must be 1 to 50000"),
    ("targets", {"healthCheck": {"interval": 5, "timeout": 6}}, "healthCheck", "timeout must be below interval 5"),
    ("targets", {"healthCheck": {"path": "health"}}, "healthCheck.path", "begins with /"),
    ("balancer", {"subnets": [Ref("subnet")]}, "subnets", "at least two availability zones, got us-east-1a"),
    ("database-subnets", {"subnetIds": [Ref("subnet")]}, "subnetIds", "at least two availability zones"),
    ("database", {"allocatedStorage": 5}, "allocatedStorage", "must be 20 to 65536"),
    ("database", {"maxAllocatedStorage": 20}, "maxAllocatedStorage", "must be above allocatedStorage 20"),
    ("database", {"engineVersion": "3"}, "engineVersion", "must be a version of postgres"),
    ("database", {"engineVersion": "17"}, "parameterGroupName", "must be of the family postgres17"),
    ("database", {"instanceClass": "t4g.micro"}, "instanceClass", "a class such as db.t4g.micro"),
    ("database", {"password": "long-enough"}, "manageMasterUserPassword", "exactly one of"),
    ("database", {"backupRetentionPeriod": 99}, "backupRetentionPeriod", "must be 0 to 35"),
    ("bucket-cors", {"corsRules": [{"allowedMethods": ["FETCH"], "allowedOrigins": ["*"]}]},
     "corsRules.allowedMethods", "must be one of GET"),
    ("bucket-encryption", {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "rot13"}}]},
     "rules.applyServerSideEncryptionByDefault.sseAlgorithm", "must be one of AES256"),
    ("bucket-versions", {"versioningConfiguration": {"status": "On"}}, "versioningConfiguration.status", "one of"),
    ("bucket-lifecycle", {"rules": [{"id": "x", "status": "Enabled"}]}, "rules", "every rule needs an action"),
    ("secret", {"recoveryWindowInDays": 3}, "recoveryWindowInDays", "must be one of 0, 7"),
    ("cache-policy", {"minTtl": 500}, "minTtl", "must be minTtl <= defaultTtl <= maxTtl"),
    ("viewer-function", {"runtime": "cloudfront-js-9"}, "runtime", "must be one of cloudfront-js-1.0"),
    ("viewer-function", {"code": "x" * 11000}, "code", "at most 10240 bytes"),
    ("distribution", {"priceClass": "PriceClass_1"}, "priceClass", "must be one of PriceClass_100"),
    ("distribution", {"origins": [{"originId": "s3", "domainName": "x.example"}]}, "origins", "without alb"),
    ("distribution-of-a-bucket", {"originGroups": [{**GROUP, "members": [{"originId": "bucket"}]}]},
     "originGroups", "members must be two of the origins, got bucket"),
    ("distribution-of-a-bucket", {"originGroups": [{**GROUP, "members": [{"originId": "bucket"}, {"originId": "x"}]}]},
     "originGroups", "members must be two of the origins, got bucket, x"),
    ("distribution-of-a-bucket", {"originGroups": [{**GROUP, "failoverCriteria": {"statusCodes": [401]}}]},
     "originGroups.failoverCriteria.statusCodes", "must be one of 400, 403"),
    ("distribution-of-a-bucket", {"originGroups": [{**GROUP, "originId": "alb"}]}, "origins", "originIds must differ"),
    ("distribution-of-a-bucket", {"defaultCacheBehavior": WRITING}, "originGroups", "may allow GET, HEAD and OPTIONS"),
    ("distribution-of-a-bucket", {"origins": [{**BUCKET_ORIGIN, "originAccessControlId": "ENONE"}, SERVER_ORIGIN]},
     "origins.originAccessControlId", "must name an origin access control that exists, got 'ENONE'"),
    ("distribution-of-a-bucket", {"origins": [{**BUCKET_ORIGIN, "s3OriginConfig": {"originAccessIdentity": "x"}},
     SERVER_ORIGIN]}, "origins", "must not have originAccessControlId and originAccessIdentity at once"),
    ("distribution-of-a-bucket", {"origins": [{**SERVER_ORIGIN, "s3OriginConfig": {"originAccessIdentity": "x"}},
     BUCKET_ORIGIN]}, "origins", "alb must have one of"),
    ("distribution-of-a-bucket", {"aliases": ["www.shop.example"]}, "aliases", "need a certificate in"),
    ("distribution-of-a-bucket", {"aliases": ["https://shop.example"]}, "aliases", "a name in small letters"),
    ("named-distribution", {"aliases": ["other.example"]}, "viewerCertificate", "must be for other.example, too"),
    ("named-distribution", {"aliases": ["a.b.site.example"]}, "viewerCertificate", "must be for a.b.site.example, too"),
    ("named-distribution", {"viewerCertificate": {**VIEWER, "acmCertificateArn": ELSEWHERE}}, "viewerCertificate",
     "must be of us-east-1"),
    ("function", {"runtime": "cobol"}, "runtime", "must be one of"),
    ("function", {"memorySize": 64}, "memorySize", "must be 128 to 10240"),
    ("function", {"code": None}, "code", "exactly one of code"),
    # Messages, names and addresses.
    ("queue", {"name": "orders.fifo"}, "name", "must not end in .fifo where fifoQueue is false"),
    ("fifo-queue", {"name": "orders"}, "name", "must end in .fifo where fifoQueue is true"),
    ("queue", {"name": "has space"}, "name", "1 to 80 of letters"),
    ("queue", {"visibilityTimeoutSeconds": 50000}, "visibilityTimeoutSeconds", "must be 0 to 43200"),
    ("queue", {"delaySeconds": 901}, "delaySeconds", "must be 0 to 900"),
    ("queue", {"redrivePolicy": "{"}, "redrivePolicy", "must be JSON"),
    ("queue-policy", {"policy": "{}"}, "policy", "must be a policy with a Statement"),
    ("topic", {"name": "news.fifo"}, "name", "must not end in .fifo where fifoTopic is false"),
    ("topic", {"tracingConfig": "On"}, "tracingConfig", "must be one of PassThrough, Active"),
    ("topic", {"displayName": "x" * 101}, "displayName", "at most 100 characters"),
    ("topic-policy", {"policy": POLICY}, "policy", "needs Effect Allow or Deny"),
    ("subscription", {"topic": "arn:aws:sns:us-east-1:000000000000:none"}, "topic", "must name a topic that exists"),
    ("subscription", {"protocol": "pigeon"}, "protocol", "must be one of sqs, lambda"),
    ("subscription", {"filterPolicy": "["}, "filterPolicy", "must be JSON"),
    ("schedule", {"scheduleExpression": "cron(0 6 * * *)"}, "scheduleExpression", "cron(0 6 * * ? *)"),
    ("schedule", {"scheduleExpression": "rate(0 hours)"}, "scheduleExpression", "must be rate(5 minutes)"),
    ("schedule", {"flexibleTimeWindow": {"mode": "OFF", "maximumWindowInMinutes": 5}}, "flexibleTimeWindow",
     "must be left out where mode is OFF"),
    ("schedule", {"flexibleTimeWindow": {"mode": "FLEXIBLE"}}, "flexibleTimeWindow", "where mode is FLEXIBLE"),
    ("schedule", {"flexibleTimeWindow": {"mode": "ON"}}, "flexibleTimeWindow.mode", "must be one of OFF, FLEXIBLE"),
    ("schedule", {"scheduleExpression": "cron(0 6 * * * *)"}, "scheduleExpression", "must have ? as its day"),
    ("schedule", {"scheduleExpression": "cron(0 25 * * ? *)"}, "scheduleExpression", "must be from 0 to 23, got '25'"),
    ("schedule", {"scheduleExpression": "cron(0 6 ? * MO *)"}, "scheduleExpression", "must be from 1 to 7, got 'MO'"),
    ("schedule", {"scheduleExpressionTimezone": "Europe/Bern"}, "scheduleExpressionTimezone", "such as Europe/Berlin"),
    ("schedule", {"target": {"arn": "arn:aws:scheduler:::aws-sdk:ecs:listTasks", "roleArn": Ref("role", "arn")}},
     "target", "arn: must be the ARN of one of ecs, events, lambda"),
    ("schedule", {"target": {"arn": Ref("cluster", "arn"), "roleArn": Ref("role", "arn")}},
     "target", "ecsParameters must be given"),
    ("schedule", {"target": {"arn": Ref("cluster", "arn"), "roleArn": Ref("role", "arn"), "input": "[]",
                             "ecsParameters": {"taskDefinitionArn": Ref("task", "arn"), "tags": {"a": "b"}}}},
     "target", "a JSON object with containerOverrides"),
    ("schedule", {"target": {"arn": Ref("cluster", "arn"), "roleArn": Ref("role", "arn"),
                             "ecsParameters": {"taskDefinitionArn": Ref("task", "arn"), "tags": {"a": "b"}}}},
     "target.ecsParameters.tags", "are not set by the laptop"),
    ("event-rule", {"eventPattern": None}, "eventPattern", "at least one of eventPattern, scheduleExpression"),
    ("event-rule", {"eventPattern": "{"}, "eventPattern", "must be JSON"),
    ("event-rule", {"scheduleExpression": "rate(1 minutes)"}, "scheduleExpression", "must be rate(5 minutes)"),
    ("event-rule", {"scheduleExpression": "cron(0 6 ? * ? *)"}, "scheduleExpression", "must have ? as its day"),
    ("event-rule", {"scheduleExpression": "rate(1 day)", "eventBusName": "other"}, "scheduleExpression", "bus default"),
    ("event-rule", {"eventBusName": "none"}, "eventBusName", "must name an event bus that exists"),
    ("event-rule", {"name": "has space"}, "name", "1 to 64 of letters"),
    ("event-rule", {"state": "ON"}, "state", "must be one of ENABLED"),
    ("event-target", {"rule": "none"}, "rule", "must name a rule that exists"),
    ("event-target", {"ecsTarget": None}, "arn", "ecsTarget must be given"),
    ("event-target", {"roleArn": None}, "arn", "needs a roleArn"),
    ("event-target", {"arn": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "ecsTarget": None}, "arn",
     "one of ecs"),
    ("event-target", {"input": "{"}, "input", "must be JSON"),
    ("event-target", {"inputPath": "$.detail"}, "input", "exactly one of input, inputPath"),
    ("schedule", {"groupName": "none"}, "groupName", "must name a group of schedules that exists"),
    ("schedule", {"target": {"arn": "arn:x", "roleArn": "arn:aws:iam::000000000000:role/none"}}, "target.roleArn",
     "must name a role that exists"),
    ("scaling-target", {"minCapacity": 5}, "minCapacity", "must not be above maxCapacity 4, got 5"),
    ("scaling-target", {"maxCapacity": -1}, "maxCapacity", "must be 0 to"),
    ("scaling-target", {"serviceNamespace": "ec3"}, "serviceNamespace", "must be one of ecs"),
    ("scaling-policy", {"policyType": "Guessing"}, "policyType", "must be one of StepScaling"),
    ("scaling-policy", {"policyType": "StepScaling"}, "policyType", "needs stepScalingPolicyConfiguration alone"),
    ("scaling-action", {"schedule": "daily"}, "schedule", "must be rate(1 day)"),
    ("scaling-action", {"schedule": "cron(0 6 * * * *)"}, "schedule", "must have ? as its day"),
    ("scaling-action", {"timezone": "Mars"}, "timezone", "must be a time zone"),
    ("scaling-action", {"scalableTargetAction": {}}, "scalableTargetAction", "needs minCapacity or maxCapacity"),
    ("scaling-action", {"scalableTargetAction": {"minCapacity": 3, "maxCapacity": 2}}, "scalableTargetAction",
     "must not be above maxCapacity 2"),
    ("dashboard", {"dashboardBody": "{}"}, "dashboardBody", "must have a list of widgets"),
    ("dashboard", {"dashboardBody": json.dumps({"widgets": [{"type": "metric"}]})}, "dashboardBody", "properties"),
    ("dashboard", {"dashboardName": "has space"}, "dashboardName", "1 to 255 of letters"),
    ("vpc-origin", {"vpcOriginEndpointConfig": {**VPC_ORIGIN, "httpPort": 81}}, "vpcOriginEndpointConfig",
     "httpPort must be 80, 443 or 1024 to 65535, got 81"),
    ("vpc-origin", {"vpcOriginEndpointConfig": {**VPC_ORIGIN, "arn": NO_BALANCER}}, "vpcOriginEndpointConfig.arn",
     "must name a load balancer"),
    ("vpc-origin", {"vpcOriginEndpointConfig": {**VPC_ORIGIN, "originSslProtocols": {"items": [], "quantity": 1}}},
     "vpcOriginEndpointConfig.originSslProtocols", "quantity must be the number of items, 0, got 1"),
    ("origin-access", {"signingProtocol": "sigv3"}, "signingProtocol", "must be one of sigv4"),
    ("key-values", {"name": "a.b"}, "name", "1 to 64 of letters"),
    ("mail-events", {"eventDestination": {"matchingEventTypes": ["BOUNCE"]}}, "eventDestination", "exactly one dest"),
    ("mail-events", {"eventDestination": {"matchingEventTypes": ["LOSS"], "snsDestination": {"topicArn": "x"}}},
     "eventDestination.matchingEventTypes", "must be one of SEND"),
    ("mail-from", {"mailFromDomain": "bounce.other.example"}, "mailFromDomain", "must be a domain below mail.example"),
    ("mail-from", {"mailFromDomain": None}, "mailFromDomain", "is required here"),
    ("account-setting", {"name": "noSuch"}, "name", "must be one of serviceLongArnFormat"),
    ("health-check", {"fqdn": None}, "type", "HTTPS needs fqdn or ipAddress"),
    ("health-check", {"requestInterval": 20}, "requestInterval", "must be one of 10, 30"),
    ("health-check", {"failureThreshold": 11}, "failureThreshold", "must be 1 to 10"),
    ("health-check", {"resourcePath": "api"}, "resourcePath", "begins with /"),
    ("table", {"attributes": [{"name": "id", "type": "S"}]}, "attributes", "must be those of the keys, at, id, who"),
    ("table", {"billingMode": "PROVISIONED"}, "billingMode", "PROVISIONED needs readCapacity and writeCapacity"),
    ("table", {"readCapacity": 1}, "billingMode", "PAY_PER_REQUEST goes without readCapacity"),
    ("table", {"name": "ab"}, "name", "3 to 255 of letters"),
    ("alarm", {"period": 45}, "period", "must be 10, 20, 30 or a multiple of 60 seconds, got 45"),
    ("alarm", {"period": 3540, "evaluationPeriods": 30}, "period", "must be at most 86400 seconds, got 106200"),
    ("alarm", {"datapointsToAlarm": 4}, "datapointsToAlarm", "must be at most evaluationPeriods, which is 3, got 4"),
    ("alarm", {"extendedStatistic": "p99"}, "statistic", "exactly one of statistic, extendedStatistic"),
    ("alarm", {"comparisonOperator": "More"}, "comparisonOperator", "must be one of GreaterThan"),
    ("alarm", {"metricName": None}, "metricName", "is required here"),
    ("zone", {"name": "no spaces.example"}, "name", "a domain such as example.com"),
    ("record", {"zoneId": "ZNONE"}, "zoneId", "must name a zone that exists"),
    ("record", {"records": ["host.example"]}, "records", "must be IPv4 addresses where type is A"),
    ("record", {"type": "CNAME"}, "records", "must be one name where type is CNAME, got 2"),
    ("record", {"ttl": None}, "ttl", "is required here"),
    ("record", {"type": "WWW"}, "type", "must be one of A, AAAA"),
    ("alias-record", {"records": ["10.0.0.1"]}, "records", "exactly one of records, aliases"),
    ("certificate", {"domainName": "no_such"}, "domainName", "a domain such as example.com"),
    ("certificate", {"validationMethod": "PHONE"}, "validationMethod", "must be one of DNS, EMAIL"),
    ("certificate", {"validationMethod": None}, "validationMethod", "is required here"),
    ("certificate-issued", {"certificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/none"},
     "certificateArn", "must name a certificate that exists"),
    ("parameter", {"name": "/aws/mine"}, "name", "not with aws or ssm"),
    ("parameter", {"name": "a/b"}, "name", "a path of such parts that begins with /"),
    ("parameter", {"type": "Number"}, "type", "must be one of String, StringList"),
    ("parameter", {"value": "x" * 4097}, "value", "must have at most 4096 bytes in the tier Standard, got 4097"),
    ("address", {"domain": "standard"}, "domain", "must be one of vpc"),
    ("nat-gateway", {"allocationId": None}, "allocationId", "is required here"),
    ("nat-gateway", {"allocationId": "eipalloc-0123456789abcdef0"}, "allocationId", "must name an Elastic IP that"),
    ("nat-gateway", {"connectivityType": "half"}, "connectivityType", "must be one of"),
    ("cache", {"replicationGroupId": "Two--Hyphens"}, "replicationGroupId", "single hyphens"),
    ("cache", {"nodeType": "t4g.micro"}, "nodeType", "a node type such as cache.t4g.micro"),
    ("cache", {"engine": "memcached"}, "engine", "must be one of redis, valkey"),
    ("cache", {"automaticFailoverEnabled": True}, "automaticFailoverEnabled", "needs numCacheClusters of 2 or more"),
    ("cache", {"subnetGroupName": "none"}, "subnetGroupName", "must name a subnet group that exists"),
    ("cache", {"securityGroupIds": ["sg-0123456789abcdef0"]}, "securityGroupIds", "must name a security group"),
    ("cache-subnets", {"subnetIds": ["subnet-0123456789abcdef0"]}, "subnetIds", "must name a subnet that exists"),
    ("budget", {"limitAmount": "much"}, "limitAmount", "an amount such as 50"),
    ("budget", {"timeUnit": "HOURLY"}, "timeUnit", "must be one of DAILY"),
    ("budget", {"name": "a:b"}, "name", "without : and"),
    ("budget", {"notifications": [{"notificationType": "ACTUAL", "comparisonOperator": "GREATER_THAN",
                                   "threshold": 80, "thresholdType": "PERCENTAGE"}]}, "notifications", "got 0 and 0"),
    # Documents.
    ("role", {"assumeRolePolicy": "{"}, "assumeRolePolicy", "must be JSON"),
    ("role", {"assumeRolePolicy": "{}"}, "assumeRolePolicy", "must be a policy with a Statement"),
    ("role-policy", {"policy": POLICY}, "policy", "needs Effect Allow or Deny"),
    ("bucket-policy", {"policy": "[]"}, "policy", "must be a JSON object"),
    ("invocation", {"input": "{"}, "input", "must be JSON"),
    ("task", {"containerDefinitions": "{}"}, "containerDefinitions", "a JSON list of one container or more"),
    ("task", containers(without(CONTAINER, "memory")), "containerDefinitions", "backend: memory (MiB)"),
    ("task", containers(without(CONTAINER, "image")), "containerDefinitions", "backend: image is required"),
    ("task", containers(CONTAINER, CONTAINER), "containerDefinitions", "names must differ"),
    ("task", containers({**CONTAINER, "essential": False}), "containerDefinitions", "one container must be essential"),
    ("task", containers({**CONTAINER, "imag": "x"}), "containerDefinitions", "imag:"),
    ("task", containers({**CONTAINER, "logConfiguration": NO_GROUP}), "containerDefinitions", "awslogs-group"),
    ("key", {"publicKey": "ssh-ed25519 garbage"}, "publicKey", "must be an OpenSSH public key"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "change", "name", "reason"), REFUSED, ids=[f"{row[0]}-{row[2]}" for row in REFUSED])
def test_refuses(engine: Engine, world: World, case: str, change: Props, name: str, reason: str) -> None:
    found = refusals(engine, world, case, change)
    assert name in found, found
    assert reason in found[name]


def test_takes_what_is_right(engine: Engine, world: World) -> None:
    assert {name: refusals(engine, world, name, {}) for name in CASES} == {name: {} for name in CASES}


def test_tells_all_problems_at_once(engine: Engine, world: World) -> None:
    change = {"cidrBlock": "banana", "availabilityZone": "us-east-1z", "vpcId": "vpc-0123456789abcdef0"}
    assert {*refusals(engine, world, "subnet", change)} == {"cidrBlock", "availabilityZone", "vpcId"}


def test_what_is_unknown_yet_is_not_refused(engine: Engine) -> None:
    """In a preview ids and names of new resources are unknown."""
    for case in CASES.values():
        unknown = {name: unknown_references(value) for name, value in case.inputs.items()}
        assert engine.preview(case.token, "unknown", unknown)


def unknown_references(value: Any) -> Any:
    if isinstance(value, Ref):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: unknown_references(item) for key, item in value.items()}
    return [unknown_references(item) for item in value] if isinstance(value, list) else value


def test_a_vanished_reference_stops_no_update_of_something_else(engine: Engine, world: World) -> None:
    """What was checked when it was new is not asked again, as AWS would not either."""
    vpc = engine.create("aws:ec2/vpc:Vpc", "vanishing", {"cidrBlock": "10.50.0.0/16"})
    inputs = {"vpcId": vpc.id, "port": 80, "protocol": "HTTP"}
    targets = engine.create("aws:lb/targetGroup:TargetGroup", "left", inputs)
    engine.delete(vpc)
    assert not engine.diff(targets, inputs).changes
    with pytest.raises(RefusedError, match="must name a VPC that exists"):
        engine.check("aws:lb/targetGroup:TargetGroup", "new", inputs)
    engine.delete(targets)


def test_a_name_too_long_for_its_digits_is_refused(engine: Engine, world: World) -> None:
    inputs = world.filled(CASES["balancer"].inputs)
    with pytest.raises(RefusedError, match=r"name: at most 32 characters, got 'a-name-of-thirty-characters-xx-"):
        engine.check(CASES["balancer"].token, "a-name-of-thirty-characters-xx", inputs)


def test_an_automatic_name_stays(engine: Engine) -> None:
    token = "aws:iam/role:Role"
    first = engine.check(token, "named", CASES["role"].inputs)
    again = engine.check(token, "named", CASES["role"].inputs, old={**first, "name": "named-0000000"})
    assert again["name"] == "named-0000000"
    assert "name" in first["__defaults"]
