"""The settings: the only module that reads environment variables. All are checked before anything starts."""

import json
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.health.description import Description

MEBIBYTE = 1024 * 1024
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")


def email(value: str) -> str:
    if not EMAIL.fullmatch(value):
        raise ValueError("must be one e-mail address like name@example.com")
    return value


def path(value: str) -> str:
    if not PATH.fullmatch(value):
        raise ValueError("must be a path like /api/health, without a slash at its end")
    return value


def split(value: Any) -> Any:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def content_types(values: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [value for value in values if not CONTENT_TYPE.fullmatch(value)]:
        raise ValueError(f"must be media types like image/png, separated by commas; {wrong[0]!r} is none")
    return values


def empty_is_unset(value: Any) -> Any:
    return None if value == "" else value


def from_json(value: Any) -> Any:
    if not isinstance(value, str) or value == "":
        return value or None
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("must be JSON") from None


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class InvalidSettings(Exception):
    """Environment variables are missing or wrong; the message has one line for each problem."""


class Settings(BaseSettings):
    """One field for each environment variable, whose name is in upper case. None of them is a secret."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="")

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    api_prefix: Annotated[str, AfterValidator(lambda value: value and path(value))] = Field(
        "/api", description="Path before every endpoint; empty where the API has a domain of its own."
    )
    former_prefix: Annotated[str, AfterValidator(lambda value: value and path(value))] = Field(
        "", description="Path that is taken off requests that begin with it: where pages find the API at another name."
    )
    page_origin: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None,
        pattern=r"^https?://[a-z0-9.:-]+$",
        description="Origin whose pages may use the API from another name of the same site; unset: its own alone.",
    )
    health_path: Annotated[str, AfterValidator(path)] = Field(
        "/api/health", description="Path before /live and /ready; the API prefix is not added."
    )
    access: Literal["password", "open"] = Field(
        "password",
        description="Who may use the app: `password`, whoever signs in with the access secret's; `open`, everyone.",
    )
    access_secret_arn: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None,
        validate_default=True,
        description="Secret with `password` and `signing_key` (32 bytes in hexadecimal digits) as JSON, read anew every"
        " 30 s; another password or key ends all sessions.",
    )
    session_cookie_secure: bool = Field(
        True, description="Whether browsers keep the session's cookie over HTTPS alone; false only where there is none."
    )
    session_hours: int = Field(168, ge=1, le=8760, description="Hours until one must sign in again.")
    requests_per_minute: int = Field(
        600, ge=1, le=1_000_000_000, description="Most requests a minute of one client to one process, without health."
    )
    trusted_proxies: int = Field(
        2,
        ge=0,
        le=10,
        description="How many proxies stand before the process and append to X-Forwarded-For (CloudFront and the load"
        " balancer: 2); 0 counts requests by the connection's address.",
    )
    database_host: str = Field(min_length=1, description="Host of PostgreSQL.")
    database_port: int = Field(5432, ge=1, le=65535, description="Port of PostgreSQL.")
    database_name: str = Field(min_length=1, description="Name of the database.")
    database_secret_arn: str = Field(
        min_length=1, description="Secret with `username` and `password` as JSON, read anew when they are refused."
    )
    database_sslmode: Literal["disable", "require", "verify-full"] = Field(
        "verify-full",
        description="`require` encrypts; `verify-full` also checks the server's certificate and name; `disable` is for"
        " a database on this machine alone.",
    )
    database_ssl_root_cert: Annotated[Path | None, BeforeValidator(empty_is_unset)] = Field(
        None, validate_default=True, description="File of the authorities that verify-full trusts."
    )
    database_pool_size: int = Field(10, ge=1, le=100, description="Most connections to the database at one time.")
    database_timeout_seconds: float = Field(
        5, gt=0, le=60, description="Longest wait for a connection, and for a statement; then the answer is 503."
    )
    s3_bucket: str = Field(min_length=3, max_length=63, description="Bucket of the files.")
    upload_max_bytes: int = Field(200 * MEBIBYTE, ge=1, le=5 * 1024 * MEBIBYTE, description="Largest file, in bytes.")
    upload_content_types: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(content_types)
    ] = Field(
        (
            "application/pdf",
            "application/zip",
            "image/gif",
            "image/jpeg",
            "image/png",
            "image/webp",
            "text/csv",
            "text/markdown",
            "text/plain",
        ),
        min_length=1,
        description="Media types that may be uploaded, separated by commas.",
    )
    mail_from: Annotated[str, AfterValidator(email)] = Field(description="Sender of every mail.")
    mail_to: Annotated[str, AfterValidator(email)] = Field(description="Only recipient of every mail.")
    mail_identity: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None, description="What SES verifies: the domain of MAIL_FROM, or MAIL_FROM itself, which is the default."
    )
    mail_per_minute: int = Field(20, ge=1, le=10_000, description="Most mails a minute that one process sends.")
    ses_configuration_set: str = Field(min_length=1, description="SES configuration set of every mail.")
    mail_events_queue_url: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None, pattern=r"^https?://", description="SQS queue of what SES tells of mails; unset shows them as sent only."
    )
    mail_events_seconds: float = Field(
        20,
        gt=0,
        le=3600,
        description="Seconds between two looks into that queue; each process makes 130,000 requests to SQS a month with"
        " 20, of which the first million of an account are free.",
    )
    mailbox_path: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None,
        pattern=r"^/",
        description="Path at AWS_ENDPOINT_URL under which an emulator shows sent mail; unset where there is none.",
    )
    distribution_id: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None, description="CloudFront distribution whose last reset the overview shows; unset shows none."
    )
    stack_description: Annotated[Description | None, NoDecode, BeforeValidator(from_json)] = Field(
        None, description="What the stack runs, as JSON, for the overview; unset shows only what the app itself uses."
    )
    aws_region: str = Field(min_length=1, description="Region of the bucket, the secrets and SES.")
    aws_endpoint_url: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None, pattern=r"^https?://", description="Where AWS answers; unset for AWS itself."
    )
    ecs_container_metadata_uri_v4: Annotated[str | None, BeforeValidator(empty_is_unset)] = Field(
        None, pattern=r"^http://", description="Where ECS tells the task's id and zone; ECS itself sets it."
    )
    app_version: str = Field("unknown", min_length=1, description="What runs, shown by the overview.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")

    @field_validator("access_secret_arn")
    @classmethod
    def a_password_needs_its_secret(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("access") == "password":
            raise ValueError("must be the secret with the password, because ACCESS is password")
        return value

    @field_validator("database_sslmode")
    @classmethod
    def plain_text_stays_on_this_machine(cls, value: str, info: ValidationInfo) -> str:
        if value == "disable" and not is_loopback(str(info.data.get("database_host"))):
            raise ValueError("must be require or verify-full, because DATABASE_HOST is not this machine")
        return value

    @field_validator("database_ssl_root_cert")
    @classmethod
    def verification_needs_authorities(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if info.data.get("database_sslmode") == "verify-full" and not (value and value.is_file()):
            raise ValueError("must be the file of the authorities to trust, because DATABASE_SSLMODE is verify-full")
        return value

    @property
    def mailbox_url(self) -> str | None:
        """The URL at which sent mail can be read; None without an emulator that keeps it."""
        if self.aws_endpoint_url is None or self.mailbox_path is None:
            return None
        return self.aws_endpoint_url.rstrip("/") + self.mailbox_path

    @classmethod
    def load(cls) -> Self:
        """Read the environment variables; raises InvalidSettings, which lists everything that is missing or wrong."""
        try:
            return cls()
        except ValidationError as error:
            raise InvalidSettings(
                "\n".join(["The environment is not usable:", *map(explain, error.errors())])
            ) from None


def explain(error: Any) -> str:
    """One line: the variable, the rule, and the value that was given."""
    name = str(error["loc"][0]).upper()
    if error["type"] == "missing":
        field = Settings.model_fields[name.lower()]
        return f"  {name}: must be set. {field.description}"
    rule = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"  {name}: {rule}, got {error['input']!r}"
