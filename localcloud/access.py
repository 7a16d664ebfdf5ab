"""How to get into the deployed app: its password, from the local Secrets Manager."""

import json
from urllib.parse import quote

from localcloud import stack, supervision
from localcloud.clients import client
from localcloud.place import Place


def password(place: Place) -> str | None:
    """None where nothing is deployed or running, or where the app is open to everyone."""
    arn = stack.outputs(place).get("access_secret")
    if not arn or not supervision.emulator_answers(place):
        return None
    secret = client(place, "secretsmanager").get_secret_value(SecretId=arn)
    return str(json.loads(secret["SecretString"])["password"])


def sign_in_link(place: Place) -> str | None:
    """Opens the site signed in. The password is in the fragment, which no browser sends and no server logs."""
    found = password(place)
    return f"{stack.outputs(place)['url']}/sign-in#password={quote(found)}" if found else None
