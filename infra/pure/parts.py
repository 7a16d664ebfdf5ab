"""The parts of a stack that a service may use, and the names of what each tells: known before any of them is made."""

from dataclasses import dataclass

# Values that a person stores with `make secret`; a service has them by reference, and need not list them in `uses`.
SECRETS = "secrets"
QUEUES = "queues"
# What runs beside it and is private; a service has its URL by reference, too.
SERVICES = "services"


@dataclass(frozen=True, kw_only=True)
class PartNames:
    """`values`: plain texts, anywhere in a variable. `secrets`: handed to the container by ECS, never in a state."""

    values: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


PARTS = {
    "access": PartNames(),
    "bucket": PartNames(values=("name",)),
    "cache": PartNames(values=("host", "port", "url")),
    "database": PartNames(values=("host", "port", "name"), secrets=("username", "password")),
    "mail": PartNames(values=("address", "smtpHost", "smtpPort"), secrets=("smtpUser", "smtpPassword")),
    "site": PartNames(values=("url", "apiPrefix")),
    "stack": PartNames(),
}
QUEUE = PartNames(values=("url",))
# Who names this one answers below what it says, and is asked for its health there.
PREFIX = "site.apiPrefix"
# Who names one of these sends mail by SMTP, with a user and a password that are made for that.
SMTP = tuple(f"mail.{name}" for name in ("smtpHost", "smtpPort", "smtpUser", "smtpPassword"))


def part_of(reference: str) -> str:
    """The part that a reference belongs to: `database` of `database.host`, `queues.work` of `queues.work.url`."""
    return reference.rpartition(".")[0]
