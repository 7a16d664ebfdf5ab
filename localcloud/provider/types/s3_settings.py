"""What is set on a bucket by resources of their own: access, encryption, versions, CORS, life cycle, owner, policy."""

from collections.abc import Mapping, Sequence

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send, Update
from localcloud.provider.definition.rules import Case, Document, Exists, Matches, OneOf, Rule, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

BUCKET = Exists("bucket", "a bucket", "s3", "head_bucket", {"Bucket": "{value}"}, "ResponseMetadata.HTTPStatusCode")


def setting(
    token: str,
    noun: str,
    *,
    names: Mapping[str, str],
    on: Sequence[str],
    item: str = "@",
    delete: Call | None = None,
    get: str = "",
    rules: Sequence[Rule] = (),
    defaults: Mapping[str, object] | None = None,
    documents: Sequence[str] = (),
    stays: bool = False,
    handler: type[Handler] | None = None,
) -> ResourceType:
    """A type whose creation and update are one `put_…`. `stays`: AWS has a default in its place after the deletion."""
    put = Call(operation=f"put_{noun}", sends=Send.ALL)
    return ResourceType(
        token=token,
        service="s3",
        handler=handler,
        create=put,
        id="{bucket}",
        reads=[Read(operation=get or f"get_{noun}", args={"Bucket": "{id}"}, item=item)],
        updates=[Update(on=on, call=put)],
        delete=delete or Call(operation=f"delete_{noun}", args={"Bucket": "{id}"}),
        names=names,
        outputs={"bucket": "{id}"},
        documents=documents,
        defaults=defaults or {},
        replaces=["bucket", "expectedBucketOwner"],
        gone=["NoSuchBucket"],
        waits_gone=not stays,
        rules=[BUCKET, *rules],
    )


class Lifecycle(Handler):
    """The API requires a filter in every rule: a rule without one gets an empty one."""

    def outgoing(self, values: Props) -> Props:
        return {**values, "rules": [{"filter": {}, **rule} for rule in values.get("rules", ())]}


def rule_ids(_case: Case, rules: list[Props]) -> str:
    ids = [rule.get("id") for rule in rules]
    return f"ids must differ, got {', '.join(map(str, ids))}" if len(set(ids)) < len(ids) else ""


def rule_acts(_case: Case, rules: list[Props]) -> str:
    """S3 refuses a rule that does nothing."""
    idle = [rule.get("id") for rule in rules if not {*rule} - {"id", "status", "filter", "prefix"}]
    return f"every rule needs an action such as expiration, got none in {', '.join(map(str, idle))}" if idle else ""


METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

TYPES = [
    setting(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "public_access_block",
        names={name: f"PublicAccessBlockConfiguration.{name[0].upper()}{name[1:]}" for name in BLOCKS},
        on=BLOCKS,
        defaults=dict.fromkeys(BLOCKS, False),
    ),
    setting(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "bucket_ownership_controls",
        names={"rule": "OwnershipControls.Rules"},
        on=["rule"],
        stays=True,
    ),
    setting(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "bucket_encryption",
        names={
            "rules": "ServerSideEncryptionConfiguration.Rules",
            "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId": "KMSMasterKeyID",
        },
        on=["rules"],
        stays=True,
    ),
    setting(
        "aws:s3/bucketVersioning:BucketVersioning",
        "bucket_versioning",
        # Reading answers the configuration's members alone: `item` puts them in their place.
        names={"versioningConfiguration.mfaDelete": "MFADelete"},
        on=["versioningConfiguration"],
        item="{VersioningConfiguration: @}",
        delete=Call(
            operation="put_bucket_versioning",
            args={"Bucket": "{id}", "VersioningConfiguration": {"Status": "Suspended"}},
        ),
        stays=True,
        rules=[OneOf("versioningConfiguration.status", ("Enabled", "Suspended", "Disabled"))],
    ),
    setting(
        "aws:s3/bucketPolicy:BucketPolicy",
        "bucket_policy",
        names={},
        on=["policy"],
        documents=["policy"],
        rules=[Document("policy", limit=20480)],
    ),
    setting(
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
        "bucket_cors",
        names={"corsRules": "CORSConfiguration.CORSRules"},
        on=["corsRules"],
        item="{CORSConfiguration: @}",
        rules=[
            OneOf("corsRules.allowedMethods", METHODS),
            Matches("corsRules.allowedOrigins", r"[^*]*\*?[^*]*", "an origin with one * at most"),
        ],
    ),
    setting(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "bucket_lifecycle_configuration",
        names={"rules": "LifecycleConfiguration.Rules", "rules.id": "ID"},
        on=["rules"],
        item="{LifecycleConfiguration: @, TransitionDefaultMinimumObjectSize: TransitionDefaultMinimumObjectSize}",
        delete=Call(operation="delete_bucket_lifecycle", args={"Bucket": "{id}"}),
        handler=Lifecycle,
        rules=[
            OneOf("rules.status", ("Enabled", "Disabled")),
            Says("rules", rule_ids),
            Says("rules", rule_acts),
        ],
    ),
]
