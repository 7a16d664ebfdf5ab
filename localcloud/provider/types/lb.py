"""Elastic Load Balancing: balancers, and what target groups and listeners share with them."""

from collections.abc import Mapping

from localcloud.provider.definition.resource_type import (
    AutoName,
    Call,
    Read,
    ResourceType,
    Send,
    TagStyle,
    Update,
)
from localcloud.provider.definition.rules import Between, Case, ExactlyOne, Matches, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import exists
from localcloud.provider.values import Props, at

TAGS = TagStyle(
    create="Tags",
    add=Call(operation="add_tags", args={"ResourceArns": ["{id}"], "Tags": "{+tagsAll}"}),
    remove=Call(operation="remove_tags", args={"ResourceArns": ["{id}"], "TagKeys": "{-tagsAll}"}),
    read=Read(operation="describe_tags", args={"ResourceArns": ["{id}"]}, item="{Tags: TagDescriptions[0].Tags}"),
)
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
NAME = Matches(
    "name",
    r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    "1 to 32 of letters, digits and hyphens, no hyphen at either end, not beginning with internal-",
)
BALANCER_ATTRIBUTES = {
    "idleTimeout": "idle_timeout.timeout_seconds",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "clientKeepAlive": "client_keep_alive.seconds",
    "enableTlsVersionAndCipherSuiteHeaders": "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "accessLogs.bucket": "access_logs.s3.bucket",
    "accessLogs.enabled": "access_logs.s3.enabled",
    "accessLogs.prefix": "access_logs.s3.prefix",
}
# The properties that hold them.
ATTRIBUTED = list(dict.fromkeys(path.partition(".")[0] for path in BALANCER_ATTRIBUTES))


def written(attributes: Mapping[str, str], values: Props) -> list[dict[str, str]]:
    """The API's list of attributes from properties."""
    found = {key: at(values, path) for path, key in attributes.items()}
    texts = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in found.items() if v is not None}
    return [{"Key": key, "Value": value} for key, value in texts.items()]


def attributes_read(attributes: Mapping[str, str], rows: list[dict[str, str]]) -> Props:
    """Properties from the API's list of attributes."""
    by_key = {row["Key"]: row["Value"] for row in rows}
    result: Props = {}
    for path, key in attributes.items():
        if key in by_key:
            *parents, name = path.split(".")
            place = result
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = by_key[key]
    return result


class Balancer(Handler):
    operations = ("describe_subnets",)

    def outgoing(self, values: Props) -> Props:
        scheme = {"scheme": "internal" if values.get("internal") else "internet-facing"}
        # What is no longer configured is switched off.
        attributes = written(BALANCER_ATTRIBUTES, {"accessLogs": {"enabled": False}, **values})
        return {**values, **scheme, "attributes": attributes}

    def incoming(self, item: Props) -> Props:
        subnets = [zone["SubnetId"] for zone in item.get("AvailabilityZones", ())]
        vpc = self.vpc_of(subnets) or item.get("VpcId")
        attributes = attributes_read(BALANCER_ATTRIBUTES, item.pop("Attributes", []))
        if attributes.get("accessLogs", {}).get("enabled") != "true":
            attributes.pop("accessLogs", None)
        return {
            **item,
            **attributes,
            "subnets": subnets,
            "internal": item.get("Scheme") == "internal",
            "VpcId": vpc,
            "zoneId": item.get("CanonicalHostedZoneId"),
            "arnSuffix": item["LoadBalancerArn"].split("loadbalancer/", 1)[1],
        }

    def vpc_of(self, subnets: list[str]) -> str | None:
        """The VPC of the subnets; the emulator answers the default one for every balancer."""
        if not subnets:
            return None
        answer = self.context.client("ec2").describe_subnets(Filters=[{"Name": "subnet-id", "Values": subnets[:1]}])
        return next((row["VpcId"] for row in answer["Subnets"]), None)

    def delete(self, resource_id: str, state: Props) -> None:
        item = self.fetch(resource_id, state)
        if item and attributes_read(BALANCER_ATTRIBUTES, item["Attributes"]).get("enableDeletionProtection") == "true":
            self.fail("enableDeletionProtection: must be false before it can be deleted, got true; set it and run `up`")
        super().delete(resource_id, state)


def two_zones(case: Case, subnets: list[str]) -> str:
    """An application load balancer stands in two zones or more."""
    if case.inputs.get("loadBalancerType", "application") != "application" or not case.is_new("subnets"):
        return ""
    rows = case.context.client("ec2").describe_subnets(Filters=[{"Name": "subnet-id", "Values": subnets}])["Subnets"]
    zones = {row["AvailabilityZone"] for row in rows}
    return "" if len(zones) > 1 else f"must be in at least two availability zones, got {', '.join(sorted(zones))}"


TYPES = [
    ResourceType(
        token="aws:lb/loadBalancer:LoadBalancer",
        service="elbv2",
        handler=Balancer,
        create=Call(operation="create_load_balancer", sends=Send.ALL, args={"Name": "{name}", "Scheme": "{scheme}"}),
        id="{LoadBalancers.0.LoadBalancerArn}",
        reads=[
            Read(operation="describe_load_balancers", args={"LoadBalancerArns": ["{id}"]}, item="LoadBalancers[0]"),
            Read(operation="describe_load_balancer_attributes", args={"LoadBalancerArn": "{id}"}),
        ],
        updates=[
            Update(
                on=ATTRIBUTED,
                settles=True,
                call=Call(
                    operation="modify_load_balancer_attributes",
                    args={"LoadBalancerArn": "{id}", "Attributes": "{attributes}"},
                ),
            ),
            Update(
                on=["securityGroups"],
                call=Call(operation="set_security_groups", sends=["securityGroups"], args={"LoadBalancerArn": "{id}"}),
            ),
            Update(
                on=["subnets"],
                call=Call(operation="set_subnets", sends=["subnets"], args={"LoadBalancerArn": "{id}"}),
            ),
            Update(
                on=["ipAddressType"],
                call=Call(operation="set_ip_address_type", sends=["ipAddressType"], args={"LoadBalancerArn": "{id}"}),
            ),
        ],
        delete=Call(operation="delete_load_balancer", args={"LoadBalancerArn": "{id}"}),
        names={"name": "LoadBalancerName", "loadBalancerType": "Type", "arn": "LoadBalancerArn"},
        auto_name=AutoName(limit=32),
        handled=["internal", "name", *ATTRIBUTED],
        defaults={
            "loadBalancerType": "application",
            "enableDeletionProtection": False,
            "idleTimeout": 60,
            "dropInvalidHeaderFields": False,
        },
        replaces=["name", "internal", "loadBalancerType", "customerOwnedIpv4Pool"],
        tags=TAGS,
        ready="State.Code=='active'",
        failed="State.Code=='failed' && State.Reason",
        rules=[
            NAME,
            exists("subnets"),
            exists("securityGroups"),
            ExactlyOne(("subnets", "subnetMappings")),
            Says("subnets", two_zones, ("describe_subnets",)),
            Between("idleTimeout", 1, 4000),
        ],
    ),
]
