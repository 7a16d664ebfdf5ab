"""AWS as a few functions: what each operation answers. Shapes and parameters are botocore's own."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from localcloud.provider.aws.context import Context
from localcloud.provider.aws.settings import Settings
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.protocol.requests import OPERATIONS
from localcloud.provider.types import TYPES

ENDPOINT = "http://127.0.0.1:9"  # nothing listens there
Answer = Callable[..., Any]


@cache
def models() -> Context:
    """A real context, for the models of its clients alone."""
    return Context(Settings(endpoint=ENDPOINT), OPERATIONS)


def refused(code: str, operation: str = "Operation") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as the test wants it"}}, operation)


class ScriptedCloud(Context):
    """Answers each operation by the function of its name, and notes the calls. What no function is for, fails."""

    def __init__(self, *, default_tags: dict[str, str] | None = None, **answers: Answer) -> None:
        super().__init__(Settings(endpoint=ENDPOINT, default_tags=default_tags or {}), OPERATIONS)
        self.answers: dict[str, Answer] = {"get_caller_identity": lambda: {"Account": "123456789012"}, **answers}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def client(self, service: str) -> Any:
        return ScriptedClient(self, service)

    def shape(self, service: str, operation: str) -> Any:
        return models().shape(service, operation)

    def named(self, operation: str) -> list[dict[str, Any]]:
        """The arguments of each call of an operation."""
        return [params for name, params in self.calls if name == operation]


class ScriptedClient:
    def __init__(self, cloud: ScriptedCloud, service: str) -> None:
        self._cloud = cloud
        self._service = service

    def __getattr__(self, operation: str) -> Answer:
        def call(**params: Any) -> Any:
            shape = self._cloud.shape(self._service, operation)
            if shape is not None:
                report = ParamValidator().validate(params, shape)
                assert not report.has_errors(), f"{operation}: {report.generate_report()}"
            self._cloud.calls.append((operation, params))
            return self._cloud.answers[operation](**params)

        return call

    def get_paginator(self, operation: str) -> Any:
        client = self

        class Pages:
            def paginate(self, **params: Any) -> Iterator[Any]:
                yield getattr(client, operation)(**params)

        return Pages()


def handler(token: str, cloud: Context) -> Handler:
    """The handler of a type, as the provider makes it."""
    kind = TYPES[token]
    made = (kind.handler or Handler)(kind, cloud, f"{token} test")
    assert isinstance(made, Handler)
    return made
