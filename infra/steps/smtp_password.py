"""Makes the user name and the password of SES's SMTP endpoint, in Secrets Manager and nowhere else.

The user name is the id of an access key of an IAM user, the password follows from its secret half and from the region.
Pulumi's own resource for access keys would have both in its state, encrypted; this one has the id.
https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pulumi.dynamic import CreateResult, ReadResult

from infra.steps.common import Props, StepProvider, aws_client, progress

if TYPE_CHECKING:
    from types_boto3_iam.client import IAMClient
    from types_boto3_secretsmanager.client import SecretsManagerClient

VERSION = b"\x04"
# The steps by which a key is bound to what it may be used for; the date is a fixed one.
SCOPE = ("11111111", "{region}", "ses", "aws4_request", "SendRawEmail")
MOST_KEYS = 2  # of one user: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
GONE = ("NoSuchEntity", "ResourceNotFoundException")


def smtp_password(secret_key: str, region: str) -> str:
    """The password for one region that belongs to the secret half of an access key."""
    signature = f"AWS4{secret_key}".encode()
    for part in SCOPE:
        signature = hmac.digest(signature, part.format(region=region).encode(), hashlib.sha256)
    return base64.b64encode(VERSION + signature).decode()


def keys_of(iam: "IAMClient", user: str) -> list[str]:
    """The ids of the user's access keys, the oldest first."""
    found = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    return [key["AccessKeyId"] for key in sorted(found, key=lambda key: key["CreateDate"])]


def current_key(manager: "SecretsManagerClient", secret_arn: str) -> str | None:
    """The id of the key that new tasks are given; None before there is one."""
    try:
        value = manager.get_secret_value(SecretId=secret_arn).get("SecretString")
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return None
        raise
    return str(json.loads(value)["username"]) if value else None


def make_room(iam: "IAMClient", user: str, in_use: str | None) -> None:
    """Delete what an interrupted run has left: a key that no task was ever given."""
    keys = keys_of(iam, user)
    for key in [key for key in keys if key != in_use][: max(0, len(keys) - MOST_KEYS + 1)]:
        iam.delete_access_key(UserName=user, AccessKeyId=key)


class SmtpPassword(StepProvider):
    """Inputs: region, user (of IAM), secretArn, version (None). Output: version, of the secret's value.

    Created, the secret has the user name and the password of a new access key. Replaced, both keys work until the tasks
    have the new one: Pulumi deletes the old one in the end.
    """

    replaces = ("region", "user", "secretArn")

    def create(self, props: Props) -> CreateResult:
        iam, manager = aws_client("iam", props["region"]), aws_client("secretsmanager", props["region"])
        make_room(iam, props["user"], current_key(manager, props["secretArn"]))
        key = iam.create_access_key(UserName=props["user"])["AccessKey"]
        password = smtp_password(key["SecretAccessKey"], props["region"])
        value = json.dumps({"username": key["AccessKeyId"], "password": password})
        version = manager.put_secret_value(SecretId=props["secretArn"], SecretString=value)["VersionId"]
        progress("mail", "made the password for SMTP")
        return CreateResult(key["AccessKeyId"], {**props, "version": version})

    def read(self, id_: str, props: Props) -> ReadResult:
        """Gone when the key or the secret's value is, so that the next `up` makes new ones."""
        iam, manager = aws_client("iam", props["region"]), aws_client("secretsmanager", props["region"])
        try:
            there = id_ in keys_of(iam, props["user"]) and id_ == current_key(manager, props["secretArn"])
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
            there = False
        return ReadResult(id_, props) if there else ReadResult("", {})

    def delete(self, _id: str, _props: Props) -> None:
        iam = aws_client("iam", _props["region"])
        try:
            iam.delete_access_key(UserName=_props["user"], AccessKeyId=_id)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
