"""How to get into the deployed app: its password, from the local Secrets Manager."""

import json
from http.client import HTTPConnection
from urllib.parse import quote

from localcloud import stack, supervision
from localcloud.errors import LocalCloudError
from localcloud.place import Place


def password(place: Place) -> str | None:
    """None where nothing is deployed or running, or where the app is open to everyone."""
    arn = stack.outputs(place).get("access_secret")
    if not arn or not supervision.emulator_answers(place.port):
        return None
    try:
        return str(json.loads(secret(place, arn))["password"])
    except (ValueError, KeyError, TypeError):
        raise LocalCloudError(
            f"{arn}: must be JSON with `password` and `signing_key`, and is not; put such a value, or delete the secret"
            " and run `make up`"
        ) from None


def secret(place: Place, arn: str) -> str:
    """The secret's text, by the API's own request: to import an SDK for it would take longer than all the rest."""
    connection = HTTPConnection("127.0.0.1", place.port, timeout=5)
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"}
    connection.request("POST", "/", json.dumps({"SecretId": arn}), headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["SecretString"])


def sign_in_link(place: Place) -> str | None:
    """Opens the site signed in. The password is in the fragment, which no browser sends and no server logs."""
    found = password(place)
    return f"{stack.outputs(place)['url']}/sign-in#password={quote(found, safe='')}" if found else None
