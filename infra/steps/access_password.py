"""Makes the password that opens the site, in Secrets Manager and nowhere else."""

import json
import secrets
import string
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pulumi.dynamic import CreateResult, ReadResult

from infra.steps.common import Props, StepProvider, aws_client, progress

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient

PASSWORD_CHARACTERS = 24  # of 62 kinds: 142 bits
SIGNING_KEY_BYTES = 32


def new_value() -> str:
    """`password` is what a person types; `signing_key` (hexadecimal) signs the session cookies together with it."""
    alphabet = string.ascii_letters + string.digits
    password = "".join(secrets.choice(alphabet) for _ in range(PASSWORD_CHARACTERS))
    return json.dumps({"password": password, "signing_key": secrets.token_hex(SIGNING_KEY_BYTES)})


def has_value(client: "SecretsManagerClient", secret_arn: str) -> bool:
    """Asked of the value itself: emulators give a secret without one a version, too."""
    try:
        return bool(client.get_secret_value(SecretId=secret_arn).get("SecretString"))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise


class AccessPassword(StepProvider):
    """Inputs: region, secretArn.

    Created, it guarantees that the secret has a value; one that is there stays, so a person may set another. Deleting
    does nothing: the value goes with the secret.
    """

    replaces = ("region", "secretArn")

    def create(self, props: Props) -> CreateResult:
        client = aws_client("secretsmanager", props["region"])
        if not has_value(client, props["secretArn"]):
            client.put_secret_value(SecretId=props["secretArn"], SecretString=new_value())
            progress("access", "made the password")
        return CreateResult("access-password", props)

    def read(self, id_: str, props: Props) -> ReadResult:
        """Gone when the secret has no value, so that the next `up` makes one."""
        client = aws_client("secretsmanager", props["region"])
        return ReadResult(id_, props) if has_value(client, props["secretArn"]) else ReadResult("", {})
