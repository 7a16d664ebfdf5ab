"""How to get into the deployed app: its password, from the local Secrets Manager."""

import json
import secrets
from urllib.parse import quote

from localcloud import gateway, stack
from localcloud.errors import LocalCloudError
from localcloud.place import Place


def password(place: Place) -> str | None:
    """None where nothing is deployed or running, or where the app is open to everyone."""
    arn = stack.outputs(place).get("access_secret")
    if not arn or not gateway.answers(place.port):
        return None
    try:
        secret = gateway.call(place, "secretsmanager.GetSecretValue", SecretId=arn)["SecretString"]
        return str(json.loads(secret)["password"])
    except (ValueError, KeyError, TypeError):
        raise LocalCloudError(
            f"{arn}: must be JSON with `password`, and is not; `make new-password` puts a new one there"
        ) from None


def is_gone(place: Place) -> bool:
    """Whether the deployed password's secret was deleted by hand, of which Pulumi's state knows nothing."""
    arn = stack.outputs(place).get("access_secret")
    if not arn or not gateway.answers(place.port):
        return False
    try:
        return "DeletedDate" in gateway.call(place, "secretsmanager.DescribeSecret", SecretId=arn)
    except gateway.ApiError as error:
        return error.code == "ResourceNotFoundException"


def renew(place: Place) -> None:
    """Put a new random password into the secret; it ends all sessions."""
    arn = stack.outputs(place).get("access_secret")
    if not arn:
        raise LocalCloudError("new-password: the stack is not deployed, or is open to everyone; run `make up`")
    value = json.dumps({"password": secrets.token_urlsafe(18), "signing_key": secrets.token_hex(32)})
    gateway.call(place, "secretsmanager.PutSecretValue", SecretId=arn, SecretString=value)


def sign_in_link(place: Place, site: str) -> str | None:
    """Opens the site, signed in. The password is in the fragment, which no browser sends and no server logs."""
    found = password(place)
    return f"{site}/sign-in#password={quote(found, safe='')}" if found else None
