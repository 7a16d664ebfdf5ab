"""One configuration at work: the clients of AWS's services, each made when first used."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config

from localcloud.provider.aws.lean_models import LeanLoader
from localcloud.provider.aws.memory import give_back
from localcloud.provider.aws.settings import Settings

# The emulator may be restarting: a refused connection is retried for some seconds.
ATTEMPTS = 6
# What the requests of this thread have beside AWS's headers.
MARKS: ContextVar[Mapping[str, str] | None] = ContextVar("MARKS", default=None)


@contextmanager
def marked(headers: Mapping[str, str]) -> Iterator[None]:
    before = MARKS.set(headers)
    try:
        yield
    finally:
        MARKS.reset(before)


def mark(params: dict[str, Any], **_: Any) -> None:
    params["headers"].update(MARKS.get() or {})


class Context:
    """One configuration at work. Its clients know the named operations alone, as boto3 names them."""

    def __init__(self, settings: Settings, operations: Iterable[str]) -> None:
        self.settings = settings
        self.region = settings.region
        self._session = botocore.session.Session()
        self._session.register_component("data_loader", LeanLoader(operations))
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    @property
    def port(self) -> int:
        return urlsplit(self.settings.endpoint).port or 80

    @cached_property
    def account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    @property
    def partition(self) -> str:
        return "aws"

    def scope(self) -> dict[str, str]:
        """What every template may name."""
        return {"region": self.region, "account": self.account, "partition": self.partition, "port": str(self.port)}

    def client(self, service: str) -> Any:
        """The boto client of a service. Clients may be shared between threads; making one may not."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.create_client(
                    service,
                    region_name=self.region,
                    endpoint_url=self.settings.endpoints.get(service, self.settings.endpoint),
                    aws_access_key_id=self.settings.access_key,
                    aws_secret_access_key=self.settings.secret_key,
                    config=Config(
                        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                        s3={"addressing_style": "path"},
                        signature_version="s3v4" if service == "s3" else None,
                        proxies={},
                        max_pool_connections=32,
                        inject_host_prefix=False,
                        read_timeout=900 if service == "lambda" else 60,
                    ),
                )
                self._clients[service].meta.events.register("before-call", mark)
                give_back()
            return self._clients[service]

    def shape(self, service: str, operation: str) -> Any:
        """The input shape of an operation named as boto3 names it."""
        client = self.client(service)
        name = client.meta.method_to_api_mapping[operation]
        return client.meta.service_model.operation_model(name).input_shape

    def lock(self, name: str) -> threading.Lock:
        """One lock per thing that parallel creations must not both take."""
        with self._lock:
            return self._locks.setdefault(name, threading.Lock())
