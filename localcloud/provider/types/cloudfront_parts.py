"""What CloudFront distributions use: policies and functions."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, TagStyle
from localcloud.provider.definition.rules import Between, Case, Matches, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
FUNCTION_BYTES = 10 * 1024


FUNCTION_ARN = "arn:{partition}:cloudfront::{account}:function/{id}"


def cloudfront_tags(arn: str) -> TagStyle:
    return TagStyle(
        add=Call(operation="tag_resource", args={"Resource": arn, "Tags": {"Items": "{+tagsAll}"}}),
        remove=Call(operation="untag_resource", args={"Resource": arn, "TagKeys": {"Items": "{-tagsAll}"}}),
        read=Read(operation="list_tags_for_resource", args={"Resource": arn}),
    )


class Policy(Handler):
    """A policy's configuration lies within it; changing and deleting need the version that was read."""

    operations = ("update_cache_policy", "update_origin_request_policy", "update_response_headers_policy")

    @property
    def word(self) -> str:
        """`CachePolicy`, which is in the names of all its operations and members."""
        return self.kind.token.rsplit(":", 1)[1]

    def incoming(self, item: Props) -> Props:
        found = item[self.word]
        return {**found[f"{self.word}Config"], "etag": item.get("ETag")}

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        tag = self.fetch(resource_id, state)
        call = Call(
            operation=self.kind.create.operation.replace("create_", "update_"),
            root=f"{self.word}Config",
            sends=Send.ALL,
            args={"Id": "{id}", "IfMatch": (tag or {}).get("ETag", "")},
        )
        self.call(call, new, old=old, resource_id=resource_id, state=state)
        return super().update(resource_id, old, state, new)

    def delete(self, resource_id: str, state: Props) -> None:
        item = self.fetch(resource_id, state)
        if item is not None:
            super().delete(resource_id, {**state, "etag": item["ETag"]})


class Function(Handler):
    """`publish` puts what was written to work; distributions run only what is published."""

    operations = ("get_function", "update_function", "publish_function")

    def outgoing(self, values: Props) -> Props:
        config = {"comment": values.get("comment", ""), "runtime": values.get("runtime")}
        return {**values, "functionConfig": config, "functionCode": values.get("code")}

    def fetch(self, resource_id: str, state: Props) -> Props | None:
        item = super().fetch(resource_id, state)
        if item is None:
            return None
        answer = self.operate("get_function", {"Name": resource_id, "Stage": "DEVELOPMENT"})
        return {**item, "code": answer["FunctionCode"].read().decode()}

    def incoming(self, item: Props) -> Props:
        summary = item["FunctionSummary"]
        tags = item.get("Tags", {}).get("Items", [])
        return {
            **summary.get("FunctionConfig", {}),
            **summary,
            "arn": summary["FunctionMetadata"]["FunctionARN"],
            "etag": item.get("ETag"),
            "code": item["code"],
            "tags": tags,
        }

    def settle(self, resource_id: str, inputs: Props) -> None:
        self.publish(resource_id, inputs)
        super().settle(resource_id, inputs)

    def publish(self, resource_id: str, inputs: Props) -> None:
        if inputs.get("publish", True):
            item = self.fetch(resource_id, inputs) or {}
            self.operate("publish_function", {"Name": resource_id, "IfMatch": item["ETag"]})

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        item = self.fetch(resource_id, state) or {}
        if self.changed(old, new, ["code", "comment", "runtime"]):
            call = Call(
                operation="update_function",
                sends=["functionConfig", "functionCode"],
                args={"Name": "{id}", "IfMatch": item["ETag"]},
            )
            self.call(call, new, old=old, resource_id=resource_id)
        self.publish(resource_id, new)
        return super().update(resource_id, old, state, new)

    def delete(self, resource_id: str, state: Props) -> None:
        item = self.fetch(resource_id, state)
        if item is not None:
            super().delete(resource_id, {**state, "etag": item["ETag"]})


def small(_case: Case, code: str) -> str:
    size = len(code.encode())
    return f"must be at most {FUNCTION_BYTES} bytes, got {size}" if size > FUNCTION_BYTES else ""


def lifetimes(case: Case, low: int) -> str:
    high, default = case.inputs.get("maxTtl", 31536000), case.inputs.get("defaultTtl", 86400)
    if low <= default <= high:
        return ""
    return f"must be minTtl <= defaultTtl <= maxTtl, got {low}, {default} and {high}"


def words(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def policy(name: str, **more: object) -> ResourceType:
    noun = words(name)
    kind = {
        "token": f"aws:cloudfront/{name[0].lower()}{name[1:]}:{name}",
        "service": "cloudfront",
        "handler": Policy,
        "create": Call(operation=f"create_{noun}", root=f"{name}Config", sends=Send.ALL),
        "id": f"{{{name}.Id}}",
        "reads": [Read(operation=f"get_{noun}", args={"Id": "{id}"})],
        "delete": Call(operation=f"delete_{noun}", args={"Id": "{id}", "IfMatch": "{etag}"}),
        "outputs": {"arn": f"arn:{{partition}}:cloudfront::{{account}}:{noun.replace('_', '-')}/{{id}}"},
        "auto_name": AutoName(limit=128),
        "volatile": ["etag"],
        **more,
    }
    return ResourceType(**kind)  # type: ignore[arg-type]


NAME = Matches("name", r"[A-Za-z0-9_-]{1,128}", "1 to 128 of letters, digits, _ and -")

TYPES = [
    policy(
        "CachePolicy",
        defaults={"defaultTtl": 86400, "maxTtl": 31536000, "minTtl": 0},
        rules=[NAME, Says("minTtl", lifetimes)],
    ),
    policy("OriginRequestPolicy", rules=[NAME]),
    policy(
        "ResponseHeadersPolicy",
        rules=[NAME, Between("securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec", 0, 2**31 - 1)],
    ),
    ResourceType(
        token="aws:cloudfront/function:Function",
        service="cloudfront",
        handler=Function,
        tags=cloudfront_tags(FUNCTION_ARN),
        outputs={"arn": FUNCTION_ARN},
        create=Call(operation="create_function", sends=["functionConfig", "functionCode"], args={"Name": "{name}"}),
        id="{name}",
        reads=[Read(operation="describe_function", args={"Name": "{id}", "Stage": "DEVELOPMENT"})],
        delete=Call(operation="delete_function", args={"Name": "{id}", "IfMatch": "{etag}"}),
        auto_name=AutoName(limit=64),
        defaults={"publish": True},
        local=["publish"],
        handled=["code", "comment", "runtime", "name"],
        replaces=["name"],
        volatile=["etag", "liveStageEtag", "status"],
        rules=[
            Matches("name", r"[A-Za-z0-9_-]{1,64}", "1 to 64 of letters, digits, _ and -"),
            OneOf("runtime", ("cloudfront-js-1.0", "cloudfront-js-2.0")),
            Says("code", small),
        ],
    ),
]
