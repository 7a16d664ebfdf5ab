"""What the dynamic resources share: clients, progress, errors without a stack trace, and a small base class."""

import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

from pulumi.dynamic import ConfigureRequest, DiffResult, ResourceProvider

from infra.pure.build_context import ContextError
from infra.steps import step

Props = dict[str, Any]


# Standard mode waits ever longer between two attempts, at last about 10 s: 17 waits are well over a minute, so that a
# deployment of 20 minutes does not fail because the network was away for one.
# https://docs.aws.amazon.com/boto3/latest/guide/retries.html
ATTEMPTS = 18
CONNECT_SECONDS = 10


class StepError(Exception):
    """A step of the deployment failed, and the text gives the full reason."""


def aws_client(service: str, region: str) -> Any:
    """A boto3 client with the caller's credentials. Its retries bridge a minute without network."""
    import boto3  # here: the program declares the resources, and only their host's process calls AWS
    from botocore.config import Config

    retries = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS}, connect_timeout=CONNECT_SECONDS)
    return boto3.client(service, region_name=region, config=retries)  # type: ignore[call-overload] # no literal name


def fail(text: str) -> NoReturn:
    """End the step with `text`, which a reader understands without the code."""
    raise StepError(text)


def hide_stack_of_step_errors() -> None:
    """Pulumi's host of dynamic providers reports `traceback.format_exc()`: only the error's text, where that is enough.

    `tests/unit/steps/test_host.py` runs Pulumi's host and notices when it reports errors in another way.
    """
    original = traceback.format_exc

    def format_exc(limit: int | None = None, chain: bool = True) -> str:
        return in_words(sys.exc_info()[1]) or original(limit, chain)

    traceback.format_exc = format_exc


def in_words(error: BaseException | None) -> str | None:
    """The message for errors whose stack trace would not help; None for all others."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, NoCredentialsError

    if isinstance(error, StepError | ContextError):
        return str(error)
    if isinstance(error, ConnectionError | HTTPClientError):
        return f"AWS did not answer in {ATTEMPTS} attempts ({error}); check the network, then run `pulumi up` again"
    if isinstance(error, NoCredentialsError):
        return f"AWS: {error}; log in, for example with `aws sso login`, then run `pulumi up` again"
    if isinstance(error, ClientError):
        return f"AWS refused {error.operation_name}: {error.response['Error'].get('Message') or error}"
    return None


def progress(subject: str, text: str) -> None:
    """A line in the output of `up`, at once."""
    print(f"{subject}: {text}", flush=True)


def changed(olds: Mapping[str, Any], news: Mapping[str, Any], keys: tuple[str, ...]) -> list[str]:
    return [key for key in keys if olds.get(key) != news.get(key)]


class StepProvider(ResourceProvider):
    """A dynamic provider that updates when one of `updates` changed and is replaced when one of `replaces` did.

    Other inputs, such as a timeout, make no difference.
    """

    serialize_as_secret_always = False  # it holds a class name, nothing to hide
    updates: ClassVar[tuple[str, ...]] = ()
    replaces: ClassVar[tuple[str, ...]] = ()

    def __reduce__(self) -> tuple[Callable[[str], "StepProvider"], tuple[str]]:
        """What Pulumi's state holds of a step: its name."""
        return step, (type(self).__name__,)

    def configure(self, req: ConfigureRequest) -> None:
        hide_stack_of_step_errors()  # only in the host's process, where Pulumi configures the provider once

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, self.replaces)
        return DiffResult(changes=bool(replaces or changed(_olds, _news, self.updates)), replaces=replaces)
