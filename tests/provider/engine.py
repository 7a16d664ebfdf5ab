"""What Pulumi's engine does with a provider, over gRPC, in a few lines: check, diff, create, refresh and so on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import grpc
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from localcloud.provider.values import Props, plain_map, property_map

SEED = b"the same for every test"


class RefusedError(Exception):
    """`check` found problems: property -> reasons."""

    def __init__(self, failures: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{name}: {reason}" for name, reason in failures))
        self.failures = failures


class CallError(Exception):
    """A call failed; `kept` is the resource that it left half made, if any."""

    def __init__(self, text: str, kept: "Resource | None" = None) -> None:
        super().__init__(text)
        self.kept = kept


@dataclass(frozen=True)
class Resource:
    """A resource as Pulumi's state holds it."""

    token: str
    name: str
    id: str
    inputs: Props
    state: Props
    secrets: frozenset[str] = frozenset()

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::test::{self.token}::{self.name}"


@dataclass(frozen=True)
class Diff:
    changes: bool
    replaces: set[str]
    paths: set[str] = field(default_factory=set)
    delete_first: bool = False


def struct(values: Mapping[str, Any], secrets: frozenset[str] = frozenset()) -> Any:
    return PropertyValue.marshal_map(property_map(values, secrets))


def values(message: Any) -> Props:
    return plain_map(PropertyValue.unmarshal_map(message))


def secrets_in(message: Any) -> frozenset[str]:
    return frozenset(name for name, value in PropertyValue.unmarshal_map(message).items() if value.contains_secret())


class Engine:
    """One connection to a provider."""

    def __init__(self, port: int) -> None:
        self.stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))

    def configure(self, **config: Any) -> None:
        self._call("Configure", provider_pb2.ConfigureRequest(args=struct(config), acceptSecrets=True))

    def check(
        self, token: str, name: str, inputs: Props, old: Props | None = None, secrets: frozenset[str] = frozenset()
    ) -> Props:
        """The checked inputs; raises RefusedError."""
        urn = Resource(token, name, "", {}, {}).urn
        request = provider_pb2.CheckRequest(
            urn=urn, olds=struct(old or {}), news=struct(inputs, secrets), randomSeed=SEED + urn.encode()
        )
        answer = self._call("Check", request)
        if answer.failures:
            raise RefusedError([(failure.property, failure.reason) for failure in answer.failures])
        return values(answer.inputs)

    def preview(self, token: str, name: str, inputs: Props) -> Props:
        checked = self.check(token, name, inputs)
        urn = Resource(token, name, "", {}, {}).urn
        request = provider_pb2.CreateRequest(urn=urn, properties=struct(checked), preview=True)
        return values(self._call("Create", request).properties)

    def create(self, token: str, name: str, inputs: Props, secrets: frozenset[str] = frozenset()) -> Resource:
        checked = self.check(token, name, inputs, secrets=secrets)
        resource = Resource(token, name, "", checked, {})
        request = provider_pb2.CreateRequest(urn=resource.urn, properties=struct(checked, secrets))
        try:
            answer = self._call("Create", request)
        except CallError as error:
            error.kept = half_made(error, resource)
            raise
        return replace(resource, id=answer.id, state=values(answer.properties), secrets=secrets_in(answer.properties))

    def diff(self, resource: Resource, inputs: Props) -> Diff:
        return self.diff_checked(resource, self.check(resource.token, resource.name, inputs, resource.inputs))

    def diff_checked(self, resource: Resource, inputs: Props) -> Diff:
        request = provider_pb2.DiffRequest(
            id=resource.id, urn=resource.urn, olds=struct(resource.state), news=struct(inputs),
            old_inputs=struct(resource.inputs),
        )  # fmt: skip
        answer = self._call("Diff", request)
        changes = answer.changes == provider_pb2.DiffResponse.DIFF_SOME
        return Diff(changes, set(answer.replaces), set(answer.detailedDiff), answer.deleteBeforeReplace)

    def update(self, resource: Resource, inputs: Props, *, preview: bool = False) -> Resource:
        checked = self.check(resource.token, resource.name, inputs, resource.inputs)
        request = provider_pb2.UpdateRequest(
            id=resource.id, urn=resource.urn, olds=struct(resource.state), news=struct(checked),
            old_inputs=struct(resource.inputs), preview=preview,
        )  # fmt: skip
        answer = self._call("Update", request)
        return replace(resource, inputs=checked, state=values(answer.properties))

    def refresh(self, resource: Resource) -> Resource | None:
        """The resource as it is now, or None when it is gone."""
        request = provider_pb2.ReadRequest(
            id=resource.id, urn=resource.urn, properties=struct(resource.state), inputs=struct(resource.inputs)
        )
        answer = self._call("Read", request)
        if not answer.id:
            return None
        return replace(resource, id=answer.id, state=values(answer.properties), inputs=values(answer.inputs))

    def adopt(self, token: str, name: str, resource_id: str) -> Resource | None:
        """`pulumi import`: reads with nothing but an id."""
        return self.refresh(Resource(token, name, resource_id, {}, {}))

    def delete(self, resource: Resource) -> None:
        request = provider_pb2.DeleteRequest(
            id=resource.id, urn=resource.urn, properties=struct(resource.state), old_inputs=struct(resource.inputs)
        )
        self._call("Delete", request)

    def invoke(self, token: str, **args: Any) -> Props:
        answer = self._call("Invoke", provider_pb2.InvokeRequest(tok=token, args=struct(args)))
        if answer.failures:
            raise RefusedError([(failure.property, failure.reason) for failure in answer.failures])
        return values(getattr(answer, "return"))

    def check_config(self, **config: Any) -> list[tuple[str, str]]:
        request = provider_pb2.CheckRequest(urn="urn:pulumi:test::test::pulumi:providers:aws::aws", news=struct(config))
        answer = self._call("CheckConfig", request)
        return [(failure.property, failure.reason) for failure in answer.failures]

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request, timeout=120)
        except grpc.RpcError as error:
            failed = CallError(str(error.details()))
            failed.__cause__ = error
            raise failed from error


def half_made(error: CallError, resource: Resource) -> Resource | None:
    """The resource of an ErrorResourceInitFailed."""
    from pulumi.runtime.proto import status_pb2

    for key, value in error.__cause__.trailing_metadata():  # type: ignore[union-attr]
        if key == "grpc-status-details-bin":
            details = provider_pb2.ErrorResourceInitFailed()
            status_pb2.Status.FromString(value).details[0].Unpack(details)
            return replace(resource, id=details.id, state=values(details.properties), inputs=values(details.inputs))
    return None
