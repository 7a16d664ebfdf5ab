"""The functions (`aws.get_region()` and the like) that the provider answers."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.aws.context import Context
from localcloud.provider.errors import ProviderError
from localcloud.provider.values import Props

OPERATIONS = (
    "get_caller_identity",
    "describe_availability_zones",
    "describe_load_balancers",
    "describe_tags",
    "describe_managed_prefix_lists",
    "head_bucket",
    "get_email_identity",
)


def caller_identity(context: Context, _args: Props) -> Props:
    answer = context.client("sts").get_caller_identity()
    return {"accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"], "id": answer["Account"]}


def region(context: Context, args: Props) -> Props:
    name = args.get("region") or args.get("name") or context.region
    return {"id": name, "name": name, "region": name, "endpoint": f"ec2.{name}.amazonaws.com", "description": name}


def partition(context: Context, _args: Props) -> Props:
    return {
        "id": context.partition,
        "partition": context.partition,
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def availability_zones(context: Context, args: Props) -> Props:
    filters = [{"Name": row["name"], "Values": row["values"]} for row in args.get("filters") or ()]
    rows = context.client("ec2").describe_availability_zones(**({"Filters": filters} if filters else {}))
    zones = [
        row
        for row in rows["AvailabilityZones"]
        if row["State"] == (args.get("state") or row["State"])
        and row["ZoneName"] not in (args.get("excludeNames") or ())
    ]
    return {
        **args,
        "id": context.region,
        "names": [row["ZoneName"] for row in zones],
        "zoneIds": [row["ZoneId"] for row in zones],
        "groupNames": sorted({row.get("GroupName", context.region) for row in zones}),
    }


def availability_zone(context: Context, args: Props) -> Props:
    rows = context.client("ec2").describe_availability_zones()["AvailabilityZones"]
    row = next((row for row in rows if row["ZoneName"] == args.get("name")), None)
    if row is None:
        raise ProviderError(f"name: must name a zone of {context.region}, got {args.get('name')!r}")
    name, region = row["ZoneName"], context.region
    return {
        **{"id": name, "name": name, "zoneId": row["ZoneId"], "state": row["State"], "nameSuffix": name[len(region) :]},
        **{"groupName": row.get("GroupName", region), "groupLongName": "", "networkBorderGroup": region},
        **{"optInStatus": row.get("OptInStatus", ""), "parentZoneId": "", "parentZoneName": "", "zoneType": ""},
    }


def load_balancers(context: Context, args: Props) -> Props:
    """Those that have all the tags."""
    elb, wanted = context.client("elbv2"), (args.get("tags") or {}).items()
    arns = [row["LoadBalancerArn"] for row in elb.describe_load_balancers()["LoadBalancers"]]
    tagged = elb.describe_tags(ResourceArns=arns)["TagDescriptions"] if arns else []
    found = {row["ResourceArn"]: {tag["Key"]: tag["Value"] for tag in row["Tags"]} for row in tagged}
    return {"id": context.region, "arns": [arn for arn, tags in found.items() if wanted <= tags.items()], **args}


def load_balancer(context: Context, args: Props) -> Props:
    arn = args.get("arn", "")
    rows = context.client("elbv2").describe_load_balancers()["LoadBalancers"]
    row = next((row for row in rows if row["LoadBalancerArn"] == arn), None)
    if row is None:
        raise ProviderError(f"arn: must name a load balancer, got {arn!r}")
    return {
        **{"id": arn, "arn": arn, "name": row["LoadBalancerName"], "dnsName": row["DNSName"]},
        **{"internal": row["Scheme"] == "internal", "loadBalancerType": row["Type"]},
        **{"securityGroups": row.get("SecurityGroups", []), "zoneId": row.get("CanonicalHostedZoneId", "")},
        "subnets": [zone["SubnetId"] for zone in row.get("AvailabilityZones", ())],
    }


def managed_prefix_list(context: Context, args: Props) -> Props:
    filters = [{"Name": row["name"], "Values": row["values"]} for row in args.get("filters") or ()]
    if args.get("name"):
        filters.append({"Name": "prefix-list-name", "Values": [args["name"]]})
    if args.get("id"):
        filters.append({"Name": "prefix-list-id", "Values": [args["id"]]})
    rows = context.client("ec2").describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
    rows = [row for row in rows if row["PrefixListId"] == args.get("id", row["PrefixListId"])]
    if len(rows) != 1:
        raise ProviderError(f"name: must name one managed prefix list, got {len(rows)} for {args.get('name')!r}")
    row = rows[0]
    return {
        "id": row["PrefixListId"],
        "name": row["PrefixListName"],
        "arn": row["PrefixListArn"],
        "addressFamily": row["AddressFamily"],
        "maxEntries": row.get("MaxEntries", 0),
        "ownerId": row["OwnerId"],
        "version": row.get("Version", 1),
        "entries": [],
        "tags": {},
    }


def bucket(context: Context, args: Props) -> Props:
    name = args["bucket"]
    try:
        context.client("s3").head_bucket(Bucket=name)
    except ClientError as error:
        raise ProviderError(f"bucket: must name a bucket that exists, got {name!r}") from error
    return {
        "id": name,
        "bucket": name,
        "arn": f"arn:{context.partition}:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{context.region}.amazonaws.com",
        "bucketRegion": context.region,
    }


def email_identity(context: Context, args: Props) -> Props:
    name = args["emailIdentity"]
    try:
        found = context.client("sesv2").get_email_identity(EmailIdentity=name)
    except ClientError as error:
        raise ProviderError(f"emailIdentity: must name an identity that SES knows, got {name!r}") from error
    return {
        "id": name,
        "emailIdentity": name,
        "arn": f"arn:{context.partition}:ses:{context.region}:{context.account}:identity/{name}",
        "identityType": found["IdentityType"],
        "verifiedForSendingStatus": found.get("VerifiedForSendingStatus", False),
        "tags": {},
    }


FUNCTIONS: Mapping[str, Callable[[Context, Props], Any]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getRegion:getRegion": region,
    "aws:index/getPartition:getPartition": partition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": availability_zones,
    "aws:index/getAvailabilityZone:getAvailabilityZone": availability_zone,
    "aws:lb/getLbs:getLbs": load_balancers,
    "aws:lb/getLoadBalancer:getLoadBalancer": load_balancer,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": managed_prefix_list,
    "aws:s3/getBucket:getBucket": bucket,
    "aws:sesv2/getEmailIdentity:getEmailIdentity": email_identity,
}
