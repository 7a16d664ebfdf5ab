"""The provider: Pulumi's requests answered from the table, in threads."""

import asyncio
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pulumi.provider.experimental import provider as sdk

from localcloud.place import CLEAR_FUNCTION
from localcloud.provider.aws import functions
from localcloud.provider.aws.context import Context
from localcloud.provider.aws.settings import Settings, refuse_remote
from localcloud.provider.errors import ProviderError, describe
from localcloud.provider.facts import schema
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.lifecycle.inputs import Naming
from localcloud.provider.lifecycle.paths import top
from localcloud.provider.protocol.configuration import refuse_stacks_of_aws, settings_of
from localcloud.provider.protocol.creations import Creations
from localcloud.provider.protocol.journal import Journal
from localcloud.provider.protocol.promises import Promises
from localcloud.provider.types import TYPES, operations
from localcloud.provider.values import DEFAULTS, PropertyMap, Props, plain_map, property_map, secret_names

T = TypeVar("T")
# The old inputs of the request at hand: the SDK's requests leave them out.
OLD_INPUTS: ContextVar[PropertyMap] = ContextVar("OLD_INPUTS")
THREADS = 32
OPERATIONS = operations() | {*functions.OPERATIONS}


class AwsProvider(sdk.Provider):
    """Works on one endpoint; serves any number of runs, one configuration after the other."""

    def __init__(self, endpoint: str, journal: Journal | None = None) -> None:
        refuse_remote("--endpoint", endpoint)
        self.endpoint = endpoint
        self.journal = journal or Journal()
        self._creations = Creations(self.journal)
        self._promises = Promises()
        self.context = Context(Settings(endpoint=endpoint), OPERATIONS)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="aws")

    async def _run(self, subject: str, work: Callable[[], T]) -> T:
        """Do blocking work in a thread; errors of AWS become messages."""

        def guarded() -> T:
            try:
                return work()
            except StopIteration as error:  # a future cannot carry it
                raise RuntimeError(f"{subject}: StopIteration") from error

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, guarded)
        except (ClientError, BotoCoreError) as error:
            raise ProviderError(describe(subject, error)) from error

    # Configuration.

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        self._promises.begin(request.urn)
        failures = []
        try:
            self._settings(request.new_inputs)
        except ProviderError as error:
            name, _, reason = str(error).partition(": ")
            failures.append(sdk.CheckFailure(name, reason))
        return sdk.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def diff_config(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        changed = plain_map(request.old_state).get("region") != plain_map(request.new_inputs).get("region")
        return sdk.DiffResponse(replaces=["region"] if changed else [], diffs=["region"] if changed else [])

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        settings = self._settings(request.args)
        if settings != self.context.settings:
            self.context = Context(settings, OPERATIONS)
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True, accept_resources=False)

    def _settings(self, args: PropertyMap) -> Settings:
        settings = settings_of(self.endpoint, plain_map(args), os.environ)
        refuse_stacks_of_aws(settings)
        return settings

    # Resources.

    def handler(self, request: Any) -> Handler:
        return self._handler(request.type, request.name)

    def handler_of(self, urn: str) -> Handler:
        """`urn:pulumi:<stack>::<project>::<type>::<name>`"""
        _, _, kind, name = urn.split("::", 3)
        return self._handler(kind, name)

    def _handler(self, types: str, name: str) -> Handler:
        token = types.rsplit("$", 1)[-1]  # after the types of its parents
        kind = TYPES.get(token)
        if kind is None:
            raise ProviderError(
                f"{token}: the laptop's provider does not know this type; add an entry to the module of its"
                " service in localcloud/provider/types/ (`__init__.py` there says how)"
            )
        return (kind.handler or Handler)(kind, self.context, f"{token} {name}")

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        handler = self.handler(request)
        given, old = plain_map(request.new_inputs), plain_map(request.old_inputs)
        entry = None if old else self.journal.find(request.urn)
        # With the name that a killed run gave it, so that it is taken over. A database may be restored beside one that
        # the state no longer has.
        if entry and not handler.kind.holds_data:
            old = {**entry.inputs, DEFAULTS: sorted(entry.inputs.keys() - given.keys())}

        naming = Naming(request.name, request.random_seed)
        work = functools.partial(handler.check, given, old, naming, self._promises.of(request.urn))
        inputs, problems = await self._run(handler.subject, work)
        new = {name: value for name, value in inputs.items() if name not in given or name == "tagsAll"}
        secret = {"tagsAll"} if "tags" in secret_names(request.new_inputs) else set()
        return sdk.CheckResponse(
            inputs={**request.new_inputs, **property_map(new, secret)},
            failures=[sdk.CheckFailure(path, reason) for path, reason in problems],
        )

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        handler = self.handler(request)
        self.journal.seen(request.urn, request.resource_id)
        found = handler.difference(plain_map(OLD_INPUTS.get()), plain_map(request.new_inputs))
        return sdk.DiffResponse(
            changes=bool(found.paths),
            replaces=list(found.replaces),
            delete_before_replace=found.delete_first,
            diffs=sorted({top(path) for path in found.paths}),
            detailed_diff={path: kind_of_diff(pair, path in found.replaces) for path, pair in found.paths.items()},
        )

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        handler = self.handler(request)
        inputs = without_note(plain_map(request.properties))
        secret = secret_names(request.properties) | handler.schema.secrets
        if request.preview:
            return sdk.CreateResponse("", property_map(self._previewed(request, handler, inputs, {}), secret))
        work = functools.partial(self._creations.create, handler, request.urn, inputs)
        resource_id, state = await self._run(handler.subject, work)
        return sdk.CreateResponse(resource_id, property_map(state, secret))

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        handler = self.handler(request)
        self.journal.seen(request.urn, request.resource_id)
        old_state, old_inputs = plain_map(request.properties), plain_map(request.inputs)

        def work() -> tuple[Props, Props] | None:
            state = handler.read(request.resource_id, old_state)
            return None if state is None else (state, handler.current_inputs(old_inputs, state))

        found = await self._run(handler.subject, work)
        if found is None:
            return sdk.ReadResponse()
        secret = secret_names(request.properties, request.inputs) | handler.schema.secrets
        return sdk.ReadResponse(
            handler.current_id(request.resource_id, found[0]),
            property_map(found[0], secret),
            property_map(found[1], secret),
        )

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        handler = self.handler(request)
        self.journal.seen(request.urn, request.resource_id)
        new, state = without_note(plain_map(request.news)), plain_map(request.olds)
        old = without_note(plain_map(OLD_INPUTS.get()))
        secret = secret_names(request.olds, request.news) | handler.schema.secrets
        if request.preview:
            return sdk.UpdateResponse(property_map(self._previewed(request, handler, new, state), secret))
        work = functools.partial(handler.update, request.resource_id, old, state, new)
        return sdk.UpdateResponse(property_map(await self._run(handler.subject, work), secret))

    def _previewed(self, request: Any, handler: Handler, inputs: Props, state: Props) -> Props:
        announced = handler.preview(inputs, state)
        self._promises.add(request.urn, announced)
        return announced

    async def delete(self, request: sdk.DeleteRequest) -> None:
        handler = self.handler(request)

        def work() -> None:
            try:
                handler.delete(request.resource_id, plain_map(request.properties))
            except (ProviderError, ClientError):
                if not self._creations.clear_on(request.resource_id, self.handler_of):
                    raise
                handler.delete(request.resource_id, plain_map(request.properties))

        await self._run(handler.subject, work)
        self.journal.seen(request.urn, request.resource_id)

    # Functions.

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        if request.tok == CLEAR_FUNCTION:
            stack = str(plain_map(request.args)["stack"])
            await self._run(stack, functools.partial(self._creations.clear_stack, stack, self.handler_of))
            return sdk.InvokeResponse({})
        function = functions.FUNCTIONS.get(request.tok)
        if function is None:
            raise ProviderError(
                f"{request.tok}: the laptop's provider does not know this function; add it to FUNCTIONS in"
                " localcloud/provider/aws/functions.py"
            )
        args = plain_map(request.args)
        known = schema.of(request.tok).inputs
        failures = [sdk.CheckFailure(name, "is no argument here; remove it") for name in args if name not in known]
        if failures:
            return sdk.InvokeResponse(failures=failures)
        answer = await self._run(request.tok, functools.partial(function, self.context, args))
        return sdk.InvokeResponse(property_map({"region": self.context.region, **answer}))


def without_note(inputs: Props) -> Props:
    return {name: value for name, value in inputs.items() if name != DEFAULTS}


def kind_of_diff(pair: tuple[Any, Any], replaces: bool) -> sdk.PropertyDiff:
    kinds = sdk.PropertyDiffKind
    old, new = pair
    if old is None:
        kind = kinds.ADD_REPLACE if replaces else kinds.ADD
    elif new is None:
        kind = kinds.DELETE_REPLACE if replaces else kinds.DELETE
    else:
        kind = kinds.UPDATE_REPLACE if replaces else kinds.UPDATE
    return sdk.PropertyDiff(kind, True)
