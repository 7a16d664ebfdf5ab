"""CloudFront: distributions. Policies and functions are in `cloudfront_parts.py`."""

import uuid
from collections.abc import Iterator
from typing import Any

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send, names
from localcloud.provider.definition.rules import Between, Case, Exists, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types import cloudfront_aliases, cloudfront_parts
from localcloud.provider.types.cloudfront_parts import cloudfront_tags
from localcloud.provider.values import Props

ARN = "arn:{partition}:cloudfront::{account}:distribution/{id}"
# The zone of every distribution's name: https://docs.aws.amazon.com/general/latest/gr/cf_region.html
HOSTED_ZONE = "Z2FDTNDATAQYW2"
BEHAVIORS = ("defaultCacheBehavior", "orderedCacheBehaviors")
NAMES = {
    "origins.originId": "Id",
    "originGroups.originId": "Id",
    "orderedCacheBehaviors": "CacheBehaviors",
    "loggingConfig": "Logging",
    **{
        f"{path}.{name}": member
        for path in BEHAVIORS
        for name, member in (
            ("functionAssociations.functionArn", "FunctionARN"),
            ("lambdaFunctionAssociations.lambdaArn", "LambdaFunctionARN"),
            ("cachedMethods", "AllowedMethods.CachedMethods"),
        )
    },
    "origins.customHeaders.name": "HeaderName",
    "origins.customHeaders.value": "HeaderValue",
    "restrictions.geoRestriction.locations": "Items",
    "arn": "ARN",
}
KINDS = ("customOriginConfig", "s3OriginConfig", "vpcOriginConfig")
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginGroupFailoverCriteria.html
FAIL_OVER_CODES = (400, 403, 404, 416, 429, 500, 502, 503, 504)
READING = frozenset(names("GET HEAD OPTIONS"))
CONFIGURED = names(
    "enabled comment httpVersion isIpv6Enabled priceClass aliases defaultRootObject origins originGroups "
    "defaultCacheBehavior orderedCacheBehaviors customErrorResponses restrictions viewerCertificate loggingConfig "
    "webAclId staging"
)


class Distribution(Handler):
    """Its name on the laptop leads to the emulator: `<label>.cloudfront.localhost:<port>`."""

    operations = ("update_distribution", "get_distribution_config")

    def outgoing(self, values: Props) -> Props:
        behaviors = {path: values[path] for path in BEHAVIORS if values.get(path)}
        origins = [self.origin_out(origin) for origin in values.get("origins") or ()]
        logs = values.get("loggingConfig")
        return {
            **{key: value for key, value in values.items() if key != "aliases" or value},
            **({"loggingConfig": {"includeCookies": False, "prefix": "", **logs, "enabled": True}} if logs else {}),
            **{path: self.behavior_out(part) for path, part in behaviors.items()},
            **({"origins": origins} if origins else {}),
        }

    def origin_out(self, origin: Any) -> Any:
        """What is neither a server nor in a VPC is a bucket; the upstream provider says so in the same way."""
        if not isinstance(origin, dict) or any(origin.get(kind) for kind in KINDS):
            return origin
        return {**origin, "s3OriginConfig": {"originAccessIdentity": ""}}

    def behavior_out(self, part: Any) -> Any:
        """In the API the methods that are cached lie within those that are allowed."""
        if isinstance(part, list):
            return [self.behavior_out(one) for one in part]
        allowed, cached = part.get("allowedMethods"), part.get("cachedMethods")
        rest = {key: value for key, value in part.items() if key not in ("allowedMethods", "cachedMethods")}
        if not isinstance(allowed, list) or not isinstance(cached, list):
            return rest
        return {**rest, "allowedMethods": {"items": allowed, "cachedMethods": cached}}

    def incoming(self, item: Props) -> Props:
        found = item["Distribution"]
        config = dict(found["DistributionConfig"])
        config["Origins"] = [self.origin_in(origin) for origin in config.get("Origins", {}).get("Items", ())]
        if not config.get("Logging", {}).get("Bucket"):
            config.pop("Logging", None)
        geo = config.get("Restrictions", {}).get("GeoRestriction")
        if geo:
            config["Restrictions"] = {"GeoRestriction": {"Items": [], **geo}}
        return {
            **config,
            **{key: found[key] for key in ("ARN", "Status", "LastModifiedTime") if key in found},
            "domainName": self.domain(found["DomainName"]),
            "etag": item.get("ETag"),
            "hostedZoneId": HOSTED_ZONE,
            "tags": item.get("Tags", {}).get("Items", []),
        }

    def origin_in(self, origin: Props) -> Props:
        nobody = not origin.get("S3OriginConfig", {}).get("OriginAccessIdentity")
        return {key: value for key, value in origin.items() if key != "S3OriginConfig" or not nobody}

    def domain(self, name: str) -> str:
        return f"{name.split('.')[0]}.cloudfront.localhost:{self.context.port}"

    def create(self, inputs: Props) -> tuple[str, Props]:
        return super().create({**inputs, "callerReference": str(uuid.uuid4())})

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        if self.changed(old, new, CONFIGURED):
            found = self.operate("get_distribution_config", {"Id": resource_id})
            reference = found["DistributionConfig"]["CallerReference"]
            call = Call(
                operation="update_distribution",
                root="DistributionConfig",
                sends=Send.ALL,
                args={"Id": "{id}", "IfMatch": found["ETag"]},
            )
            self.call(call, {**new, "callerReference": reference}, old=old, resource_id=resource_id, state=state)
        return super().update(resource_id, old, state, new)

    def delete(self, resource_id: str, state: Props) -> None:
        """CloudFront deletes only what is disabled."""
        if state.get("retainOnDelete"):
            return
        item = self.fetch(resource_id, state)
        if item is None:
            return
        found = self.operate("get_distribution_config", {"Id": resource_id})
        config, tag = found["DistributionConfig"], found["ETag"]
        if config["Enabled"]:
            config["Enabled"] = False
            call = {"Id": resource_id, "IfMatch": tag, "DistributionConfig": config}
            tag = self.operate("update_distribution", call)["ETag"]
            self.wait(
                lambda: (self.fetch(resource_id, state) or {})["Distribution"]["Status"] == "Deployed",
                f"{resource_id} to be disabled",
            )
        super().delete(resource_id, {**state, "etag": tag})


def behaviors(inputs: Props) -> Iterator[Props]:
    if inputs.get("defaultCacheBehavior"):
        yield inputs["defaultCacheBehavior"]
    yield from inputs.get("orderedCacheBehaviors") or ()


def targets(case: Case, origins: list[Props]) -> str:
    """Every behaviour's target is an origin, or a group of them."""
    ids = [origin.get("originId") for origin in [*origins, *(case.inputs.get("originGroups") or ())]]
    if len(set(ids)) < len(ids):
        return f"originIds must differ, got {', '.join(map(str, ids))}"
    wanted = [part["targetOriginId"] for part in behaviors(case.inputs) if part.get("targetOriginId")]
    missing = [name for name in wanted if name not in ids]
    return (
        f"must hold every behaviour's targetOriginId, got {', '.join(map(str, ids))} without {missing[0]}"
        if missing
        else ""
    )


def pairs(case: Case, groups: list[Props]) -> str:
    """A group is of two origins, and behaviours that lead to one only read."""
    known = case.inputs.get("origins")  # not all of them, in a preview that makes one
    origins = None if known is None and "origins" in case.given else {one.get("originId") for one in known or ()}
    for group in groups:
        members = [member.get("originId") for member in group.get("members") or ()]
        if len(members) != 2 or len(set(members)) != 2 or (origins is not None and not set(members) <= origins):
            return f"members must be two of the origins, got {', '.join(map(str, members)) or 'none'}"
    ids = {group.get("originId") for group in groups}
    for part in behaviors(case.inputs):
        writing = set(part.get("allowedMethods") or ()) - READING
        if part.get("targetOriginId") in ids and writing:
            return (
                f"a behaviour that leads to a group may allow GET, HEAD and OPTIONS, got {', '.join(sorted(writing))}"
            )
    return ""


def one_kind(_case: Case, origins: list[Props]) -> str:
    """Access control is for buckets and the like, and a bucket has no server's settings."""
    for origin in origins:
        given = [kind for kind in KINDS if origin.get(kind)]
        if len(given) > 1:
            return f"{origin.get('originId')} must have one of {', '.join(KINDS)}, got {', '.join(given)}"
        identity = (origin.get("s3OriginConfig") or {}).get("originAccessIdentity")
        if origin.get("originAccessControlId") and identity:
            return f"{origin.get('originId')} must not have originAccessControlId and originAccessIdentity at once"
    return ""


def legacy(_case: Case, part: Any) -> str:
    """A behaviour has a cache policy or the old way's forwarded values; only the first is supported here."""
    for one in part if isinstance(part, list) else [part]:
        if "forwardedValues" in one:
            return "forwardedValues is not supported on the laptop; use cachePolicyId and originRequestPolicyId"
        if "cachePolicyId" not in one:
            return "needs cachePolicyId, got none"
        if not set(one.get("cachedMethods", ())) <= set(one.get("allowedMethods", ())):
            return f"cachedMethods must be among allowedMethods, got {', '.join(one['cachedMethods'])}"
    return ""


def policy(path: str, kind: str, what: str) -> Exists:
    member = "".join(word.title() for word in kind.split("_"))
    return Exists(path, what, "cloudfront", f"get_{kind}", {"Id": "{value}"}, f"{member}.Id")


ACCESS_CONTROL = Exists(
    "origins.originAccessControlId",
    "an origin access control",
    "cloudfront",
    "get_origin_access_control",
    {"Id": "{value}"},
    "OriginAccessControl.Id",
)

TYPES = [
    ResourceType(
        token="aws:cloudfront/distribution:Distribution",
        service="cloudfront",
        handler=Distribution,
        create=Call(operation="create_distribution", root="DistributionConfig", sends=Send.ALL),
        id="{Distribution.Id}",
        reads=[Read(operation="get_distribution", args={"Id": "{id}"})],
        delete=Call(operation="delete_distribution", args={"Id": "{id}", "IfMatch": "{etag}"}),
        names=NAMES,
        outputs={"arn": ARN},
        defaults={
            "httpVersion": "http2",
            "isIpv6Enabled": False,
            "priceClass": "PriceClass_All",
            "retainOnDelete": False,
            "staging": False,
            "waitForDeployment": True,
            "comment": "",
            "origins.connectionAttempts": 3,
            "origins.connectionTimeout": 10,
            "origins.vpcOriginConfig.originKeepaliveTimeout": 5,
            "origins.vpcOriginConfig.originReadTimeout": 30,
        },
        local=["retainOnDelete", "waitForDeployment"],
        volatile=["etag", "lastModifiedTime", "status", "inProgressValidationBatches"],
        tags=cloudfront_tags(ARN),
        ready="Distribution.Status=='Deployed'",
        rules=[
            Says("origins", targets),
            Says("origins", one_kind),
            Says("originGroups", pairs),
            OneOf("originGroups.failoverCriteria.statusCodes", FAIL_OVER_CODES),
            ACCESS_CONTROL,
            Says("defaultCacheBehavior", legacy),
            Says("orderedCacheBehaviors", legacy),
            Between("origins.customOriginConfig.httpPort", 1, 65535),
            Between("origins.customOriginConfig.originReadTimeout", 1, 120),
            Matches("origins.domainName", r"[A-Za-z0-9.-]+(:\d+)?", "a host name without a scheme"),
            OneOf(
                "viewerCertificate.minimumProtocolVersion",
                names("TLSv1 TLSv1_2016 TLSv1.1_2016 TLSv1.2_2018 TLSv1.2_2019 TLSv1.2_2021 TLSv1.3_2025"),
            ),
            *cloudfront_aliases.RULES,
            Needed("defaultCacheBehavior"),
            *(
                policy(f"{path}.{name}", kind, what)
                for path in BEHAVIORS
                for name, kind, what in (
                    ("cachePolicyId", "cache_policy", "a cache policy"),
                    ("originRequestPolicyId", "origin_request_policy", "an origin request policy"),
                    ("responseHeadersPolicyId", "response_headers_policy", "a response headers policy"),
                )
            ),
        ],
    ),
    *cloudfront_parts.TYPES,
]
