"""How to get into the deployed app: its password, from the local Secrets Manager."""

import json
from urllib.parse import quote

from localcloud import stack, supervision
from localcloud.place import Place


def password(place: Place) -> str | None:
    """None where nothing is deployed or running, or where the app is open to everyone."""
    arn = stack.outputs(place).get("access_secret")
    if not arn or not supervision.emulator_answers(place):
        return None
    import boto3  # here: the other commands must not wait for it

    credentials = place.aws_environment
    client = boto3.client(
        "secretsmanager",
        endpoint_url=place.endpoint,
        region_name=credentials["AWS_REGION"],
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
    )
    return str(json.loads(client.get_secret_value(SecretId=arn)["SecretString"])["password"])


def sign_in_link(place: Place) -> str | None:
    """Opens the site signed in. The password is in the fragment, which no browser sends and no server logs."""
    found = password(place)
    return f"{stack.outputs(place)['url']}/sign-in#password={quote(found)}" if found else None
