"""AWS clients of a local cloud."""

from typing import Any

import boto3

from localcloud.place import Place


def client(place: Place, service: str) -> Any:
    """A boto3 client that can reach nothing but this local cloud."""
    return boto3.client(  # type: ignore[call-overload] # stubs know the names of services, not a variable
        service,
        endpoint_url=place.endpoint,
        region_name=place.aws_environment["AWS_REGION"],
        aws_access_key_id=place.aws_environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=place.aws_environment["AWS_SECRET_ACCESS_KEY"],
    )
