"""S3 buckets. What is set on a bucket by resources of its own is in `s3_settings.py`."""

import re
from typing import Any

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle
from localcloud.provider.definition.rules import Case, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

PAGE = 1000


class Bucket(Handler):
    """With `forceDestroy` it is emptied, all versions, before it is deleted. Its tags are set as a whole."""

    operations = (
        "list_object_versions",
        "delete_objects",
        "list_multipart_uploads",
        "abort_multipart_upload",
        "put_bucket_tagging",
        "delete_bucket_tagging",
    )

    def outgoing(self, values: Props) -> Props:
        region = self.context.region
        place = {} if region == "us-east-1" else {"createBucketConfiguration": {"locationConstraint": region}}
        return {**values, **place}

    def update_tags(self, resource_id: str, old: Props, new: Props, state: Props | None = None) -> None:
        if (old.get("tagsAll") or {}) == (new.get("tagsAll") or {}):
            return
        rows = [{"Key": key, "Value": value} for key, value in (new.get("tagsAll") or {}).items()]
        if rows:
            self.operate("put_bucket_tagging", {"Bucket": resource_id, "Tagging": {"TagSet": rows}})
        else:
            self.operate("delete_bucket_tagging", {"Bucket": resource_id})

    def incoming(self, item: Props) -> Props:
        return {**item, "tags": item.get("TagSet", [])}

    def delete(self, resource_id: str, state: Props) -> None:
        if state.get("forceDestroy") and self.fetch(resource_id, state) is not None:
            self.empty(resource_id)
        super().delete(resource_id, state)

    def empty(self, bucket: str) -> None:
        while True:
            answer = self.operate("list_object_versions", {"Bucket": bucket, "MaxKeys": PAGE})
            rows: list[dict[str, Any]] = [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]
            if not rows:
                break
            objects = [{"Key": row["Key"], "VersionId": row["VersionId"]} for row in rows]
            failed = self.operate("delete_objects", {"Bucket": bucket, "Delete": {"Objects": objects, "Quiet": True}})
            if failed.get("Errors"):
                self.fail(f"could not empty the bucket {bucket}: {failed['Errors'][0]}")
        for upload in self.operate("list_multipart_uploads", {"Bucket": bucket}).get("Uploads", ()):
            key = {"Bucket": bucket, "Key": upload["Key"], "UploadId": upload["UploadId"]}
            self.operate("abort_multipart_upload", key)


def name(case: Case, value: str) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value) or ".." in value:
        return f"must be 3 to 63 of lower-case letters, digits, dots and hyphens, got {value!r}"
    if re.fullmatch(r"\d+(\.\d+){3}", value):
        return f"must not look like an IP address, got {value!r}"
    if value.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or value.endswith(("-s3alias", "--ol-s3", ".mrap")):
        return f"must not begin or end with what AWS keeps for itself, got {value!r}"
    if case.old.get("bucket") == value:
        return ""
    names = [row["Name"] for row in case.context.client("s3").list_buckets()["Buckets"]]
    return f"must be new, got {value!r}, which exists" if value in names else ""


TYPES = [
    ResourceType(
        token="aws:s3/bucket:Bucket",
        holds_data=True,
        service="s3",
        handler=Bucket,
        create=Call(operation="create_bucket", sends=["bucket", "createBucketConfiguration"]),
        id="{bucket}",
        reads=[
            Read(operation="head_bucket", args={"Bucket": "{id}"}),
            Read(operation="get_bucket_tagging", args={"Bucket": "{id}"}, optional=True),
        ],
        delete=Call(operation="delete_bucket", args={"Bucket": "{id}"}),
        outputs={
            "bucket": "{id}",
            "arn": "arn:{partition}:s3:::{id}",
            "bucketDomainName": "{id}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{id}.s3.{region}.amazonaws.com",
            "bucketRegion": "{region}",
        },
        auto_name=AutoName(name="bucket", limit=63, lower=True),
        defaults={"forceDestroy": False},
        local=["forceDestroy"],
        replaces=["bucket", "bucketPrefix", "objectLockEnabled"],
        gone=["NoSuchBucket"],
        tags=TagStyle(
            add=Call(operation="put_bucket_tagging"),
            remove=Call(operation="delete_bucket_tagging"),
        ),
        rules=[Says("bucket", name, ("list_buckets",))],
    )
]
