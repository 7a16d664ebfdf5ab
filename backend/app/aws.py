"""AWS clients. boto3 blocks, so every call runs in a thread; its errors are turned into API errors here."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.errors import Refused, Unavailable
from app.settings import Settings

if TYPE_CHECKING:
    from botocore.config import _RetryDict
    from types_boto3_cloudfront import CloudFrontClient
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sesv2 import SESV2Client

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

# A request must not wait for a slow AWS service longer than a person would: at most about 15 s, with one retry.
CONNECT_SECONDS = 2
READ_SECONDS = 5
THREADS = 32
RETRIES: "_RetryDict" = {"mode": "standard", "total_max_attempts": 2}


class Aws:
    """The clients. They are safe to use from several threads at the same time."""

    def __init__(self, settings: Settings) -> None:
        self._session = boto3.Session(region_name=settings.aws_region)
        self._endpoint = settings.aws_endpoint_url
        # Without s3v4, presigned URLs work in the oldest regions only. An emulator has one host name for all buckets,
        # so the bucket must be in the path there.
        style = "path" if self._endpoint else "virtual"
        self.s3: S3Client = self._client("s3", signature_version="s3v4", s3={"addressing_style": style})
        self.ses: SESV2Client = self._client("sesv2")
        self.secrets: SecretsManagerClient = self._client("secretsmanager")
        self.cloudfront: CloudFrontClient = self._client("cloudfront")
        # Only where the overview needs them: the description of ECS alone takes some MB.
        self.ecs: Any = self._client("ecs") if settings.stack_description else None
        self.logs: Any = self._client("logs") if settings.stack_description else None

        self.sqs: Any = self._client("sqs") if settings.mail_events_queue_url else None

    def _client(self, service: str, **options: Any) -> Any:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries=RETRIES,
            max_pool_connections=THREADS,
            **options,
        )
        return self._session.client(service, endpoint_url=self._endpoint, config=config)  # type: ignore[call-overload]


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


async def call(what: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a client's method in a thread. `what` names the service in the error.

    Raises Unavailable when the service does not answer or throttles the call, Refused when it rejects the call.
    """
    try:
        return await asyncio.to_thread(function, *args, **kwargs)
    except ClientError as error:
        log.warning("AWS refused a call", extra={"service": what, "code": code(error)})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if status >= 500 or status == 429 or "Throttl" in code(error):
            raise Unavailable(f"The {what} does not answer.") from error
        raise Refused(f"The {what} refused the request.") from error
    except BotoCoreError as error:
        log.warning("AWS did not answer", extra={"service": what, "reason": type(error).__name__})
        raise Unavailable(f"The {what} does not answer.") from error
