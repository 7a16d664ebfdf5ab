"""The calls to S3: permissions to upload and download, what it holds of a file, its deletion, and its older versions.

A key consists of a fixed prefix and the file's id. It never contains text from a client.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

from botocore.exceptions import ClientError

from app import aws
from app.aws import Aws
from app.files.schemas import Disposition, Version

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CopySourceTypeDef, HeadObjectRequestTypeDef

PREFIX = "files/"
UPLOAD_SECONDS = 15 * 60
DOWNLOAD_SECONDS = 5 * 60
SERVICE = "file storage"
SVG = "image/svg+xml"
PLAIN_TEXT = "text/plain; charset=utf-8"
# Most versions of a file that are listed, newest first.
MOST_VERSIONS = 100
# What S3 answers for an object, or a version, that is not there: also 400 for what cannot be a version, and 405 for the
# mark of a deletion. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
NOT_THERE = ("404", "NoSuchKey", "NotFound", "NoSuchVersion", "400", "InvalidArgument", "405", "MethodNotAllowed")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What S3 holds of a file: one version of its bytes."""

    version: str
    size: int
    content_type: str


def key(file_id: UUID) -> str:
    return f"{PREFIX}{file_id}"


def content_disposition(disposition: Disposition, name: str) -> str:
    """The header with the file's name: in ASCII for old browsers, and complete for all others (RFC 6266)."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    return f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def is_shown_safely(content_type: str) -> bool:
    """Whether a browser may show it: images that cannot contain scripts, and text, which is sent as plain text."""
    return content_type.startswith("text/") or (content_type.startswith("image/") and content_type != SVG)


def shown_type(content_type: str, disposition: Disposition) -> str:
    """The media type to send. Every kind of text is shown as plain text, so a browser never runs it as a page."""
    return PLAIN_TEXT if disposition == "inline" and content_type.startswith("text/") else content_type


class Storage:
    def __init__(self, clients: Aws, bucket: str) -> None:
        self._s3 = clients.s3
        self._bucket = bucket

    async def permit_upload(self, file_id: UUID, content_type: str, size: int) -> dict[str, Any]:
        """`url` and `fields` of a form with which S3 accepts this key, this type and exactly `size` bytes."""
        return await aws.call(
            SERVICE,
            self._s3.generate_presigned_post,
            Bucket=self._bucket,
            Key=key(file_id),
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", size, size]],
            ExpiresIn=UPLOAD_SECONDS,
        )

    async def permit_download(
        self, file_id: UUID, name: str, content_type: str, disposition: Disposition, version: str | None = None
    ) -> str:
        """A download URL that is valid for DOWNLOAD_SECONDS."""
        parameters = {
            "Bucket": self._bucket,
            "Key": key(file_id),
            "ResponseContentDisposition": content_disposition(disposition, name),
            "ResponseContentType": shown_type(content_type, disposition),
            **({"VersionId": version} if version else {}),
        }
        return await aws.call(
            SERVICE, self._s3.generate_presigned_url, "get_object", Params=parameters, ExpiresIn=DOWNLOAD_SECONDS
        )

    async def stored(self, file_id: UUID, version: str | None = None) -> Stored | None:
        """The newest version, or a certain one; None when it is not there, or was deleted."""
        return await aws.call(SERVICE, self._stored, key(file_id), version)

    def _stored(self, name: str, version: str | None) -> Stored | None:
        wanted: HeadObjectRequestTypeDef = {"Bucket": self._bucket, "Key": name}
        if version:
            wanted["VersionId"] = version
        try:
            head = self._s3.head_object(**wanted)
        except ClientError as error:
            if aws.code(error) in NOT_THERE:
                return None
            raise
        # A bucket that keeps no versions names none.
        found = head.get("VersionId", "null")
        return Stored(version=found, size=head["ContentLength"], content_type=head["ContentType"])

    async def versions(self, file_id: UUID) -> list[Version]:
        """Newest first."""
        listed = await aws.call(
            SERVICE,
            self._s3.list_object_versions,
            Bucket=self._bucket,
            Prefix=key(file_id),
            MaxKeys=MOST_VERSIONS,
        )
        return [
            Version(id=one["VersionId"], size=one["Size"], uploaded_at=one["LastModified"], is_current=one["IsLatest"])
            for one in listed.get("Versions", [])
        ]

    async def bring_back(self, file_id: UUID, version: str) -> Stored | None:
        """Makes an older version the newest one, by a copy of it; None when it is no longer there."""
        return await aws.call(SERVICE, self._bring_back, key(file_id), version)

    def _bring_back(self, name: str, version: str) -> Stored | None:
        source: CopySourceTypeDef = {"Bucket": self._bucket, "Key": name, "VersionId": version}
        try:
            self._s3.copy_object(Bucket=self._bucket, Key=name, CopySource=source)
        except ClientError as error:
            if aws.code(error) in NOT_THERE:
                return None
            raise
        return self._stored(name, None)

    async def delete(self, file_id: UUID) -> None:
        """Succeeds also when the object does not exist. Its versions stay for as long as the bucket keeps them."""
        await aws.call(SERVICE, self._s3.delete_object, Bucket=self._bucket, Key=key(file_id))
