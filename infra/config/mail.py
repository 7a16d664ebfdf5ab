"""Who mail is sent as, and to."""

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from infra.config.section import Section
from infra.config.values import Domain, Email, MailboxPath, Problem

# Reserved for examples and tests: https://www.rfc-editor.org/rfc/rfc2606
DOMAINS_OF_NOBODY = ("example.com", "example.net", "example.org", "example", "test", "invalid", "localhost")


def is_of_nobody(address: str) -> bool:
    return is_below(address, *DOMAINS_OF_NOBODY)


def is_below(address: str, *domains: str) -> bool:
    """Whether a mail address is of one of the domains, or of a longer one that ends with it."""
    return f".{address.rpartition('@')[2].lower()}".endswith(tuple(f".{domain}" for domain in domains))


class MailConfig(Section):
    address: Email = Field(
        description="The address that mail is sent from, and to where `to` names no other. SES sends it a link to"
        " confirm, where there is no `domain`.",
        examples=["me@example.com"],
    )
    to: Email | None = Field(
        None,
        description="The one address that the app's page writes to. Default: `address`.",
        examples=["me@example.com"],
    )
    domain: Domain | None = Field(
        None,
        description="A domain of which every address may send mail, `no-reply@` too: SES signs it, and records in its"
        " DNS tell receivers to believe that. Default: the one `address` alone.",
        examples=["example.com"],
    )
    zone: Literal["existing", "none"] = Field(
        "existing",
        description="Where the DNS of `mail.domain` is. `existing`: in a Route 53 zone of this account, in which its"
        " records are made; that of `domain` too, where the stack makes it. `none`: elsewhere, and the output"
        " `dns_records` has what to set there.",
    )
    dmarc: Literal["none", "quarantine", "reject", "existing"] = Field(
        "none",
        description="What receivers shall do with mail that claims to be of `mail.domain` and is not signed: `none`,"
        " nothing; `quarantine` or `reject` it, when nobody else sends mail of the domain. `existing`: the domain has a"
        " record `_dmarc` already, which is left as it is.",
    )
    identity: Literal["create", "existing"] = Field(
        "create",
        description="SES knows an address or a domain once in an account and region. `create`: this stack makes it"
        " known, and forgets it when it is destroyed. `existing`: another stack or a person did and keeps it; this"
        " stack only sends mail with it. Of several stacks with one address, one creates it.",
    )
    mailbox_path: MailboxPath | None = Field(
        None,
        description="Path below AWS's endpoint where sent mail can be read; only an emulator has one. The page links to"
        " it.",
    )

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self._readable(), self._of_domain(), self._about_domain())

    def _readable(self) -> Iterator[Problem]:
        written = {"address": self.address} | ({"to": self.to} if self.to else {})
        for key, address in written.items():
            if self.mailbox_path is None and is_of_nobody(address):
                yield Problem(
                    key=key,
                    rule=f"must be an address at which you can read mail, got {address!r}",
                    remedy="write your own: SES sends it a link to confirm",
                )

    def _of_domain(self) -> Iterator[Problem]:
        if self.domain and not is_below(self.address, self.domain):
            yield Problem(
                key="address",
                rule=f"must be of mail.domain, {self.domain}, got {self.address!r}",
                remedy=f"write for example no-reply@{self.domain}",
            )

    def _about_domain(self) -> Iterator[Problem]:
        for key in ("zone", "dmarc"):
            if self.domain is None and key in self.model_fields_set:
                yield Problem(
                    key=key,
                    rule="is about mail.domain, which is not there",
                    remedy=f"write domain: {self.address.rsplit('@', 1)[1]}, or take {key} out",
                )

    @property
    def recipient(self) -> str:
        return self.to or self.address

    @property
    def makes_records(self) -> bool:
        """Whether the stack tells DNS of a domain."""
        return self.domain is not None and self.identity == "create" and self.zone == "existing"
