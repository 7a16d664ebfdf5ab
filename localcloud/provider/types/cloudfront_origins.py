"""How CloudFront reaches what is not public, and what its functions look up."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle, Update, names
from localcloud.provider.definition.rules import Case, Exists, Matches, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.cloudfront_parts import cloudfront_tags
from localcloud.provider.values import Props

CONTROL = names("name description originAccessControlOriginType signingBehavior signingProtocol")
ENDPOINT = "vpcOriginEndpointConfig"
STORE_TAGS = cloudfront_tags("{arn}")
ORIGIN_TAGS = TagStyle(
    add=STORE_TAGS.add,
    remove=STORE_TAGS.remove,
    read=Read(operation="list_tags_for_resource", args={"Resource": "{Arn}"}, item="{tags: Tags.Items}"),
)


class Versioned(Handler):
    """A change and the deletion name the version that they are of."""

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        return super().update(resource_id, old, {**state, **self.version(resource_id, state)}, new)

    def delete(self, resource_id: str, state: Props) -> None:
        if version := self.version(resource_id, state):
            super().delete(resource_id, {**state, **version})

    def version(self, resource_id: str, state: Props) -> Props:
        item = self.fetch(resource_id, state)
        return {"etag": item["ETag"]} if item else {}


def port(case: Case, endpoint: Props) -> str:
    for name in ("httpPort", "httpsPort"):
        number = endpoint.get(name, 80)
        if number not in (80, 443) and not 1024 <= number <= 65535:
            return f"{name} must be 80, 443 or 1024 to 65535, got {number}"
    return ""


def counted(case: Case, protocols: Props) -> str:
    wanted, items = protocols.get("quantity"), protocols.get("items")
    if wanted is None or items is None or wanted == len(items):
        return ""
    return f"quantity must be the number of items, {len(items)}, got {wanted}"


LOAD_BALANCER = Exists(
    f"{ENDPOINT}.arn",
    "a load balancer",
    "elbv2",
    "describe_load_balancers",
    {"LoadBalancerArns": ["{value}"]},
    "LoadBalancers[0]",
)

TYPES = [
    ResourceType(
        token="aws:cloudfront/vpcOrigin:VpcOrigin",
        service="cloudfront",
        handler=Versioned,
        create=Call(operation="create_vpc_origin", sends=[ENDPOINT]),
        id="{VpcOrigin.Id}",
        remembers={"arn": "{VpcOrigin.Arn}"},
        reads=[
            Read(
                operation="get_vpc_origin",
                args={"Id": "{id}"},
                item="{VpcOriginEndpointConfig: VpcOrigin.VpcOriginEndpointConfig, Arn: VpcOrigin.Arn,"
                " Status: VpcOrigin.Status, ETag: ETag}",
            )
        ],
        updates=[
            Update(
                on=[ENDPOINT],
                call=Call(operation="update_vpc_origin", sends=[ENDPOINT], args={"Id": "{id}", "IfMatch": "{etag}"}),
            )
        ],
        delete=Call(operation="delete_vpc_origin", args={"Id": "{id}", "IfMatch": "{etag}"}),
        local=["timeouts"],
        volatile=["etag"],
        ready="Status=='Deployed'",
        tags=ORIGIN_TAGS,
        rules=[
            Matches(f"{ENDPOINT}.name", r"[A-Za-z0-9_-]{1,64}", "1 to 64 of letters, digits, _ and -"),
            Says(ENDPOINT, port),
            Says(f"{ENDPOINT}.originSslProtocols", counted),
            LOAD_BALANCER,
        ],
    ),
    ResourceType(
        token="aws:cloudfront/originAccessControl:OriginAccessControl",
        service="cloudfront",
        handler=Versioned,
        create=Call(operation="create_origin_access_control", root="OriginAccessControlConfig", sends=CONTROL),
        id="{OriginAccessControl.Id}",
        reads=[
            Read(
                operation="get_origin_access_control",
                args={"Id": "{id}"},
                item="merge(OriginAccessControl.OriginAccessControlConfig, {ETag: ETag})",
            )
        ],
        updates=[
            Update(
                on=CONTROL,
                call=Call(
                    operation="update_origin_access_control",
                    root="OriginAccessControlConfig",
                    sends=CONTROL,
                    args={"Id": "{id}", "IfMatch": "{etag}"},
                ),
            )
        ],
        delete=Call(operation="delete_origin_access_control", args={"Id": "{id}", "IfMatch": "{etag}"}),
        outputs={"arn": "arn:{partition}:cloudfront::{account}:origin-access-control/{id}"},
        auto_name=AutoName(limit=64),
        defaults={"description": "Managed by Pulumi"},
        volatile=["etag"],
        rules=[
            Matches("name", r".{1,64}", "1 to 64 characters"),
            OneOf("signingProtocol", ("sigv4",)),
        ],
    ),
    ResourceType(
        token="aws:cloudfront/keyValueStore:KeyValueStore",
        service="cloudfront",
        handler=Versioned,
        create=Call(operation="create_key_value_store", sends=names("name comment")),
        id="{name}",
        state_id="{name}",
        remembers={"arn": "{KeyValueStore.ARN}"},
        reads=[
            Read(
                operation="describe_key_value_store",
                args={"Name": "{id}"},
                item="merge(KeyValueStore, {ETag: ETag})",
            )
        ],
        updates=[
            Update(
                on=["comment"],
                call=Call(
                    operation="update_key_value_store",
                    args={"Name": "{id}", "Comment": "{comment}", "IfMatch": "{etag}"},
                ),
            )
        ],
        delete=Call(operation="delete_key_value_store", args={"Name": "{id}", "IfMatch": "{etag}"}),
        auto_name=AutoName(limit=64),
        local=["timeouts"],
        replaces=["name"],
        volatile=["etag", "lastModifiedTime"],
        ready="Status=='READY'",
        tags=TagStyle(
            add=STORE_TAGS.add,
            remove=STORE_TAGS.remove,
            read=Read(operation="list_tags_for_resource", args={"Resource": "{ARN}"}, item="{tags: Tags.Items}"),
        ),
        rules=[Matches("name", r"[A-Za-z0-9_-]{1,64}", "1 to 64 of letters, digits, _ and -")],
    ),
]
