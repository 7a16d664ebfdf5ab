"""The calls to S3: permissions to upload and download, the size of an object, and its deletion.

A key consists of a fixed prefix and the file's id. It never contains text from a client.
"""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from botocore.exceptions import ClientError

from app import aws
from app.aws import Aws
from app.files.schemas import Disposition

PREFIX = "files/"
UPLOAD_SECONDS = 15 * 60
DOWNLOAD_SECONDS = 5 * 60
SERVICE = "file storage"
SVG = "image/svg+xml"
PLAIN_TEXT = "text/plain; charset=utf-8"


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

    async def permit_download(self, file_id: UUID, name: str, content_type: str, disposition: Disposition) -> str:
        """A download URL that is valid for DOWNLOAD_SECONDS."""
        parameters = {
            "Bucket": self._bucket,
            "Key": key(file_id),
            "ResponseContentDisposition": content_disposition(disposition, name),
            "ResponseContentType": shown_type(content_type, disposition),
        }
        return await aws.call(
            SERVICE, self._s3.generate_presigned_url, "get_object", Params=parameters, ExpiresIn=DOWNLOAD_SECONDS
        )

    async def size(self, file_id: UUID) -> int | None:
        """Size of the object in bytes; None when it does not exist."""
        return await aws.call(SERVICE, self._size, key(file_id))

    def _size(self, name: str) -> int | None:
        try:
            return self._s3.head_object(Bucket=self._bucket, Key=name)["ContentLength"]
        except ClientError as error:
            if aws.code(error) in ("404", "NoSuchKey", "NotFound"):
                return None
            raise

    async def delete(self, file_id: UUID) -> None:
        """Succeeds also when the object does not exist."""
        await aws.call(SERVICE, self._s3.delete_object, Bucket=self._bucket, Key=key(file_id))
