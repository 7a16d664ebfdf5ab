"""Kinds of text and numbers that the configuration knows: each with its rule, and with an example of what to write."""

import re
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from infra.pure.capacity import is_arm

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)


def broken(rule: str, remedy: str) -> PydanticCustomError:
    """A broken rule and what to write instead; the value is added when the problem is reported."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "remedy": remedy})


def matching(pattern: str, rule: str, example: str) -> AfterValidator:
    """A validator that a text matches `pattern` as a whole."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise broken(rule, f"write for example {example}")
        return value

    return AfterValidator(check)


def vpc_range(value: str) -> str:
    try:
        network = IPv4Network(value)
    except ValueError:
        raise broken("must be an IPv4 range without host bits", "write for example 10.0.0.0/16") from None
    if not network.is_private or not 16 <= network.prefixlen <= 24:
        raise broken("must be a private range of /16 to /24", "write for example 10.0.0.0/16")
    return value


def x86_type(value: str) -> str:
    if is_arm(value):
        raise broken("must be an x86 type, because images are built for linux/amd64", "write for example t3a.small")
    return value


def retention(value: int) -> int:
    if value not in RETENTION_DAYS:
        raise broken("must be a number of days that CloudWatch Logs knows", f"write one of {RETENTION_DAYS}")
    return value


Region = Annotated[str, matching(r"[a-z]{2}(-[a-z]+)+-\d", "must be the name of an AWS region", "us-east-1")]
AccountId = Annotated[str, matching(r"\d{12}", "must have 12 digits", '"123456789012"')]
Zone = Annotated[str, matching(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "must be the name of a zone", "us-east-1a")]
AmiId = Annotated[
    str, matching(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", "must be the id of an image", "ami-0123456789abcdef0")
]
InstanceType = Annotated[
    str, matching(r"[a-z0-9-]+\.[a-z0-9]+", "must be an EC2 instance type", "t3a.small"), AfterValidator(x86_type)
]
InstanceClass = Annotated[str, matching(r"db\.[a-z0-9]+\.[a-z0-9]+", "must be an RDS instance class", "db.t4g.micro")]
PublicKey = Annotated[
    str,
    matching(
        r"(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]{60,}={0,2}( .*)?",
        "must be an OpenSSH public key",
        "ssh-ed25519 AAAA… name",
    ),
]
Email = Annotated[str, matching(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+", "must be one mail address", "me@example.com")]
MailboxPath = Annotated[
    str,
    matching(
        r"(/[A-Za-z0-9._-]+)+", "must be a path that begins with a slash and does not end with one", "/_local/mailbox"
    ),
]
Origin = Annotated[
    str, matching(r"https?://[a-z0-9.*-]+(:(\d+|\*))?", "must be an origin without a path", "http://127.0.0.1:*")
]
