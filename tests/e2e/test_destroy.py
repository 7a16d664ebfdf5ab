"""`down` leaves nothing: no resource, no process, no port; and `up` works again."""

from typing import Any

from localcloud.ports import port_is_free
from tests.e2e.checkout import Checkout

# Each asked by itself: the emulator's listing by tag knows only some services.
# (service, operation, where the list is, what is there in an empty account)
LISTS: list[tuple[str, str, str]] = [
    ("ecs", "list_clusters", "clusterArns"),
    ("ecs", "list_task_definitions", "taskDefinitionArns"),
    ("elbv2", "describe_load_balancers", "LoadBalancers"),
    ("elbv2", "describe_target_groups", "TargetGroups"),
    ("rds", "describe_db_instances", "DBInstances"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups"),
    ("s3", "list_buckets", "Buckets"),
    ("ecr", "describe_repositories", "repositories"),
    ("lambda", "list_functions", "Functions"),
    ("logs", "describe_log_groups", "logGroups"),
    ("secretsmanager", "list_secrets", "SecretList"),
    ("sesv2", "list_email_identities", "EmailIdentities"),
    ("sesv2", "list_configuration_sets", "ConfigurationSets"),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    ("iam", "list_roles", "Roles"),
    ("iam", "list_instance_profiles", "InstanceProfiles"),
    ("ec2", "describe_vpcs", "Vpcs"),
    ("ec2", "describe_subnets", "Subnets"),
    ("ec2", "describe_security_groups", "SecurityGroups"),
    ("ec2", "describe_launch_templates", "LaunchTemplates"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
    ("ec2", "describe_internet_gateways", "InternetGateways"),
    ("ec2", "describe_route_tables", "RouteTables"),
]


def inventory(checkout: Checkout) -> dict[str, int]:
    counts = {
        f"{service} {key}": len(getattr(checkout.client(service), operation)()[key])
        for service, operation, key in LISTS
    }
    distributions: Any = checkout.client("cloudfront").list_distributions()["DistributionList"]
    return {**counts, "cloudfront Distributions": len(distributions.get("Items", []))}


def test_nothing_is_left(checkout: Checkout) -> None:
    checkout.start_cloud()
    empty = inventory(checkout)
    checkout.up()
    bucket = checkout.outputs["bucket"]
    checkout.client("s3").put_object(Bucket=bucket, Key="uploads/kept", Body=b"x")
    checkout.client("s3").put_object(Bucket=bucket, Key="uploads/kept", Body=b"a second version")
    assert inventory(checkout) != empty

    destroyed = checkout.pulumi("destroy", "--stack", "local", "--yes", "--skip-preview")
    assert destroyed.code == 0, destroyed.output
    assert inventory(checkout) == empty

    down = checkout.run("down")
    assert down.code == 0, down.output
    assert checkout.processes() == []
    ports = range(checkout.port, checkout.port + 20)
    assert [port for port in ports if not port_is_free(port)] == []

    checkout.up()
    with checkout.site() as site:
        assert site.get("/api/health/ready").status_code == 200
