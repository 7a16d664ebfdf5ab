"""The provider's configuration as Pulumi sends it, made into `Settings`."""

import json
from collections.abc import Mapping
from typing import Any

from localcloud.provider.aws.settings import Settings, refuse_remote
from localcloud.provider.errors import ProviderError
from localcloud.provider.values import UNKNOWN, Props

ACCOUNT = "000000000000"  # MiniStack's own; no account of AWS has it


def settings_of(endpoint: str, args: Props, environment: Mapping[str, str]) -> Settings:
    """The settings; a ProviderError where one of them, or the environment, names an endpoint on another machine."""
    refuse_remote_environment(environment)
    values = {name: decoded(value) for name, value in args.items() if value is not UNKNOWN}
    return Settings(
        endpoint=endpoint,
        region=values.get("region") or environment.get("AWS_REGION") or "us-east-1",
        access_key=values.get("accessKey") or environment.get("AWS_ACCESS_KEY_ID", Settings.access_key),
        secret_key=values.get("secretKey") or environment.get("AWS_SECRET_ACCESS_KEY", Settings.secret_key),
        default_tags=default_tags(values),
        allowed_accounts=tuple(values.get("allowedAccountIds") or ()),
        endpoints=service_endpoints(values),
    )


def refuse_remote_environment(environment: Mapping[str, str]) -> None:
    """boto3 would follow these variables, such as AWS_ENDPOINT_URL_S3."""
    for name, url in environment.items():
        if name.startswith("AWS_ENDPOINT_URL") and url:
            refuse_remote(name, url)


def refuse_stacks_of_aws(settings: Settings) -> None:
    """A stack is made here only if it names the local cloud's account: others came by the shell's variables."""
    if ACCOUNT not in settings.allowed_accounts:
        given = f"got {', '.join(settings.allowed_accounts)}" if settings.allowed_accounts else "and it is not set"
        raise ProviderError(
            f'allowedAccountIds: a stack on the local cloud has accountId: "{ACCOUNT}" in its Pulumi.<stack>.yaml,'
            f" {given}. Nothing was made. This shell leads to the local cloud (make env): to deploy to AWS, leave it"
            " with `localcloud_off`, or take another shell"
        )


def default_tags(values: Props) -> dict[str, str]:
    tags = (values.get("defaultTags") or {}).get("tags") or {}
    return {} if tags is UNKNOWN else dict(tags)


def service_endpoints(values: Props) -> dict[str, str]:
    """The endpoint of each service that has its own: the program gives a list of maps."""
    parts = [part for part in values.get("endpoints") or () if isinstance(part, Mapping)]
    return {service: url for part in parts for service, url in part.items() if url}


def decoded(value: Any) -> Any:
    """Nested configuration comes as JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
