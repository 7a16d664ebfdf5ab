"""The gRPC server: the SDK's, plus what it lacks (a diff's old inputs, readable errors, half-created resources)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime import proto
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2
from pulumi.runtime.rpc import _special_archive_sig, _special_asset_sig, _special_sig_key

from localcloud.provider.errors import InitError, ProviderError
from localcloud.provider.protocol.callers import Callers
from localcloud.provider.protocol.requests import OLD_INPUTS, AwsProvider
from localcloud.provider.values import property_map

# The version of the official provider whose schema this one follows.
VERSION = "7.51.1"
DETAILS = "grpc-status-details-bin"


class Status(NamedTuple):
    """What `abort_with_status` takes."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


class Servicer(ProviderServicer):
    """Errors that are complete for the user are sent as they are, others with their stack trace.

    Serves processes of this user only: what a provider is asked to make can be a program that runs as this user.
    """

    callers: Callers  # set when the port is known

    def __init__(self, provider: AwsProvider) -> None:
        super().__init__([], VERSION, provider, "")

    async def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        return proto.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    async def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802
        return Empty()


# The marks by which the protocol knows assets and archives, and an empty content for each.
_BARE: dict[str, tuple[str, str | dict[str, Any]]] = {
    _special_asset_sig: ("text", ""),
    _special_archive_sig: ("assets", {}),
}


def fill_bare_archives(properties: Struct) -> None:
    """Give archives and assets without content, as the engine sends those of old states, an empty one.

    The SDK refuses them otherwise. What they held is compared by the hash beside them.
    """
    mark = properties.fields[_special_sig_key].string_value if _special_sig_key in properties.fields else ""
    if mark in _BARE and len(properties.fields.keys() & {"text", "assets", "path", "uri"}) == 0:
        name, content = _BARE[mark]
        properties[name] = content
    for value in properties.fields.values():
        if value.HasField("struct_value"):
            fill_bare_archives(value.struct_value)


def _wrapped(name: str) -> Callable[[Any, Any, Any], Awaitable[Any]]:
    async def method(self: Any, request: Any, context: Any) -> Any:
        if not self.callers.are_own(context.peer()):
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "this provider serves the user who started it")
        for field, part in request.ListFields():
            if field.message_type is Struct.DESCRIPTOR:
                fill_bare_archives(part)
        if hasattr(request, "old_inputs"):
            OLD_INPUTS.set(PropertyValue.unmarshal_map(request.old_inputs))
        return await readable(getattr(super(Servicer, self), name), request, context)

    return method


for _name in (
    "CheckConfig",
    "DiffConfig",
    "Configure",
    "Invoke",
    "Check",
    "Diff",
    "Create",
    "Read",
    "Update",
    "Delete",
):
    setattr(Servicer, _name, _wrapped(_name))


async def readable(method: Any, request: Any, context: Any) -> Any:
    """Run a method; a ProviderError, whose text is complete, ends it without a stack trace."""
    try:
        return await method(request, context)
    except Exception as error:
        known = error.__context__ if isinstance(error.__context__, ProviderError) else error
        if isinstance(known, InitError):
            await context.abort_with_status(half_made(known))
        if isinstance(known, ProviderError):
            await context.abort(grpc.StatusCode.UNKNOWN, str(known))
        raise


def half_made(error: InitError) -> Status:
    """The error that makes Pulumi keep a resource whose creation failed half-way."""
    details = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id,
        properties=PropertyValue.marshal_map(property_map(error.state)),
        inputs=PropertyValue.marshal_map(property_map(error.inputs)),
        reasons=[str(error)],
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(details)
    return Status(grpc.StatusCode.UNKNOWN, str(error), ((DETAILS, status.SerializeToString()),))


async def serve(provider: AwsProvider, port: int, started: Callable[[int], None]) -> None:
    """Serve on loopback until the process ends; `started` is called with the port."""
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    servicer = Servicer(provider)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    servicer.callers = Callers(bound)
    await server.start()
    started(bound)
    try:
        await server.wait_for_termination()
    except asyncio.CancelledError:
        await server.stop(grace=5)
