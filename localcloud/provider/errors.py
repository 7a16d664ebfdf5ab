"""Errors that a user reads: one message, no stack trace."""

from typing import Any

from botocore.exceptions import ClientError


class ProviderError(Exception):
    """A problem that its text describes completely: no stack trace is needed."""


class InitError(ProviderError):
    """The resource exists but a later step of its creation failed: Pulumi keeps it and updates it next time."""

    def __init__(self, text: str, resource_id: str, state: dict[str, Any], inputs: dict[str, Any]) -> None:
        super().__init__(text)
        self.resource_id = resource_id
        self.state = state
        self.inputs = inputs


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def describe(subject: str, error: Exception) -> str:
    """`aws:ec2/vpc:Vpc main: CreateVpc refused: InvalidVpc.Range: …`"""
    if isinstance(error, ProviderError):
        return str(error)
    if not isinstance(error, ClientError):
        return f"{subject}: {error}"
    details = error.response.get("Error", {})
    text = str(details.get("Message") or "").strip() or "no message"
    return f"{subject}: {error.operation_name} refused: {details.get('Code', 'no code')}: {text}"
