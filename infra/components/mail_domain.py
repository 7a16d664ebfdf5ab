"""A domain, any address of which may send mail."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from infra.config.mail import MailConfig
from infra.pure import mail_domain
from infra.pure.domains import Record
from infra.pure.tags import component_tag
from infra.steps.sending import SigningKeys

TTL_SECONDS = 300
KEYS = 3  # of Easy DKIM, of which SES uses one and changes to another


@dataclass(frozen=True, kw_only=True)
class MailDomainArgs:
    """`zone_id`: where its records are made; None where the owner sets them."""

    domain: str
    settings: MailConfig
    configuration_set: pulumi.Output[str]
    region: str
    zone_id: pulumi.Input[str] | None


class FoundKeys(Resource, module="infra", name="SigningKeys"):
    tokens: pulumi.Output[list[str]]
    zone: pulumi.Output[str]


class MailDomain(pulumi.ComponentResource):
    """SES signs its mail, has what comes back, and receivers are told what to think of mail that others send for it.

    It sends from the moment that SES has seen the records. A month: free, with the zone as it is.
    """

    arn: pulumi.Output[str]
    records: pulumi.Output[list[Record]]

    def __init__(self, name: str, args: MailDomainArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:MailDomain", name, None, opts)
        self._child = ResourceOptions(parent=self)
        identity = aws.sesv2.EmailIdentity(
            f"{name}-identity",
            email_identity=args.domain,
            configuration_set_name=args.configuration_set,
            tags=component_tag(name),
            opts=self._child,
        )
        self.arn = identity.arn
        aws.sesv2.EmailIdentityMailFromAttributes(
            f"{name}-return",
            email_identity=identity.email_identity,
            mail_from_domain=mail_domain.return_domain(args.domain),
            # Where the record is not there yet, mail goes out by SES's own domain.
            behavior_on_mx_failure="USE_DEFAULT_VALUE",
            opts=self._child,
        )
        keys = FoundKeys(
            SigningKeys(),
            f"{name}-keys",
            {"region": args.region, "domain": identity.email_identity, "tokens": None, "zone": None},
            self._child,
        )
        found = pulumi.Output.all(keys.tokens, keys.zone)
        signatures = found.apply(lambda known: mail_domain.signatures(args.domain, *known))
        known = self._known(args)
        self.records = signatures.apply(lambda made: [*made, *known])
        if args.zone_id is not None:
            for number in range(KEYS):
                self._record(name, args.zone_id, f"dkim-{number + 1}", signatures[number])
            for one in known:
                self._record(name, args.zone_id, one.key, pulumi.Output.from_input(one))
        self.register_outputs({})

    def _known(self, args: MailDomainArgs) -> list[Record]:
        """The records that need no answer of SES."""
        settings = args.settings
        policy = mail_domain.policy(args.domain, settings.dmarc, settings.recipient)
        return [*mail_domain.sender(args.domain, args.region), *policy]

    def _record(self, name: str, zone_id: pulumi.Input[str], key: str, record: pulumi.Output[Record]) -> None:
        aws.route53.Record(
            f"{name}-{key}",
            zone_id=zone_id,
            name=record.apply(lambda one: one.name),
            type=record.apply(lambda one: one.type),
            records=[record.apply(lambda one: one.value)],
            ttl=TTL_SECONDS,
            opts=self._child,
        )
