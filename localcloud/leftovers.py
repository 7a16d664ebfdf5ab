"""What killed runs made and no state knows, which ends with the stack: the provider deletes it, by its journal."""

import json

from localcloud.errors import LocalCloudError
from localcloud.place import CLEAR_FUNCTION, Place

CLEAR_SECONDS = 300.0


def clear(place: Place) -> None:
    """After the stack was refreshed and destroyed: what the journal still has is in nobody's state."""
    try:
        entries = json.loads(place.journal.read_text() or "{}")
    except FileNotFoundError:
        return
    if not any(urn.startswith(f"urn:pulumi:{place.stack}::") for urn in entries):
        return
    import grpc  # here: it is slow to import, and a run is killed once in a while
    from google.protobuf.struct_pb2 import Struct
    from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

    arguments = Struct()
    arguments.update({"stack": place.stack})
    with grpc.insecure_channel(f"127.0.0.1:{place.provider_port}") as channel:
        provider = provider_pb2_grpc.ResourceProviderStub(channel)
        try:
            provider.Invoke(provider_pb2.InvokeRequest(tok=CLEAR_FUNCTION, args=arguments), timeout=CLEAR_SECONDS)
        except grpc.RpcError as error:
            raise LocalCloudError(
                f"the stack is destroyed, but something that a killed run left is not: {error.details()}; `make up`"
                " takes it over, and `make down` then deletes it"
            ) from None
