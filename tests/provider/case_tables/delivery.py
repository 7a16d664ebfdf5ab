"""The load balancer."""

from tests.provider.cases import Ask, Case, Ref

CHECK = {
    "path": "/health",
    "matcher": "200",
    "interval": 15,
    "timeout": 5,
    "healthyThreshold": 2,
    "unhealthyThreshold": 10,
}


def forward(case: str) -> list[object]:
    return [{"type": "forward", "targetGroupArn": Ref(case, "arn")}]


CASES = {
    "balancer": Case(
        token="aws:lb/loadBalancer:LoadBalancer",
        inputs={"loadBalancerType": "application", "internal": False, "securityGroups": [Ref("group")],
                "subnets": [Ref("subnet"), Ref("other-subnet")], "dropInvalidHeaderFields": True, "idleTimeout": 60,
                "accessLogs": {"bucket": Ref("bucket"), "enabled": True, "prefix": "lb"}, "tags": {"a": "b"}},
        ask=Ask("elbv2", "describe_load_balancers", {"LoadBalancerArns": ["{id}"]}, "LoadBalancers[0]"),
        shows={"Scheme": "internet-facing", "SecurityGroups": [Ref("group")], "length(AvailabilityZones)": 2},
        change={"idleTimeout": 120, "securityGroups": [Ref("other-group")], "dropInvalidHeaderFields": False},
        shows_changed={"SecurityGroups": [Ref("other-group")]},
        replace=[{"internal": True}, {"name": "renamed"}],
        outputs={"dnsName": ".+", "zoneId": "Z.+", "vpcId": "vpc-.+", "arnSuffix": "app/balancer-.*"},
        behind=("elbv2", "modify_load_balancer_attributes",
                {"LoadBalancerArn": "{id}", "Attributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "7"}]}),
    ),
    "targets": Case(
        token="aws:lb/targetGroup:TargetGroup",
        inputs={"vpcId": Ref("vpc"), "port": 8000, "protocol": "HTTP", "targetType": "instance",
                "deregistrationDelay": 30, "healthCheck": CHECK, "tags": {"a": "b"}},
        ask=Ask("elbv2", "describe_target_groups", {"TargetGroupArns": ["{id}"]}, "TargetGroups[0]"),
        shows={"Port": 8000, "HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 15, "VpcId": Ref("vpc")},
        change={"deregistrationDelay": 60, "healthCheck": {**CHECK, "path": "/live", "interval": 20}},
        shows_changed={"HealthCheckPath": "/live", "HealthCheckIntervalSeconds": 20},
        replace=[{"port": 80}, {"targetType": "ip"}],
        behind=("elbv2", "modify_target_group", {"TargetGroupArn": "{id}", "HealthCheckPath": "/behind"}),
    ),
    "other-targets": Case(
        token="aws:lb/targetGroup:TargetGroup",
        inputs={"vpcId": Ref("vpc"), "port": 3000, "protocol": "HTTP"},
        ask=Ask("elbv2", "describe_target_groups", {"TargetGroupArns": ["{id}"]}, "TargetGroups[0]"),
    ),
    "listener": Case(
        token="aws:lb/listener:Listener",
        inputs={"loadBalancerArn": Ref("balancer", "arn"), "port": 80, "protocol": "HTTP",
                "defaultActions": forward("targets"), "tags": {"a": "b"}},
        ask=Ask("elbv2", "describe_listeners", {"ListenerArns": ["{id}"]}, "Listeners[0]"),
        shows={"Port": 80, "DefaultActions[0].TargetGroupArn": Ref("targets", "arn")},
        change={"port": 8080, "defaultActions": forward("other-targets")},
        shows_changed={"Port": 8080, "DefaultActions[0].TargetGroupArn": Ref("other-targets", "arn")},
    ),
    "redirecting-listener": Case(
        token="aws:lb/listener:Listener",
        inputs={"loadBalancerArn": Ref("balancer", "arn"), "port": 81, "protocol": "HTTP",
                "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443",
                                                                    "statusCode": "HTTP_301"}}]},
        ask=Ask("elbv2", "describe_listeners", {"ListenerArns": ["{id}"]}, "Listeners[0]"),
        shows={"DefaultActions[0].RedirectConfig.StatusCode": "HTTP_301"},
    ),
    "asking-rule": Case(
        token="aws:lb/listenerRule:ListenerRule",
        inputs={"listenerArn": Ref("listener", "arn"), "priority": 11, "actions": forward("targets"),
                "conditions": [{"pathPattern": {"values": ["/x"]}},
                               {"httpHeader": {"httpHeaderName": "X-Secret", "values": ["one", "two"]}}]},
        ask=Ask("elbv2", "describe_rules", {"RuleArns": ["{id}"]}, "Rules[0].Conditions[?Field=='http-header'] | [0]"),
        shows={"HttpHeaderConfig.HttpHeaderName": "X-Secret", "HttpHeaderConfig.Values": ["one", "two"]},
        change={"conditions": [{"pathPattern": {"values": ["/x"]}},
                               {"httpHeader": {"httpHeaderName": "X-Secret", "values": ["two", "three"]}}]},
        shows_changed={"HttpHeaderConfig.Values": ["two", "three"]},
    ),
    "rule": Case(
        token="aws:lb/listenerRule:ListenerRule",
        inputs={"listenerArn": Ref("listener", "arn"), "priority": 10, "actions": forward("targets"),
                "conditions": [{"pathPattern": {"values": ["/api", "/api/*"]}}], "tags": {"a": "b"}},
        ask=Ask("elbv2", "describe_rules", {"RuleArns": ["{id}"]}, "Rules[0]"),
        shows={"Priority": "10", "Conditions[0].PathPatternConfig.Values": ["/api", "/api/*"]},
        change={"priority": 20, "conditions": [{"pathPattern": {"values": ["/other"]}}]},
        shows_changed={"Priority": "20", "Conditions[0].PathPatternConfig.Values": ["/other"]},
        behind=("elbv2", "set_rule_priorities", {"RulePriorities": [{"RuleArn": "{id}", "Priority": 33}]}),
    ),
}  # fmt: skip
