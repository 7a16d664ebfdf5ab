"""Mail from and to one address."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, ResourceOptions
from pulumi.dynamic import Resource

from infra.components.link import Link, Secret
from infra.components.mail_domain import MailDomain, MailDomainArgs
from infra.components.mail_events import VARIABLE, MailEvents, MailEventsArgs
from infra.components.smtp import Smtp, SmtpArgs
from infra.config.load import SmtpEndpoint
from infra.config.mail import MailConfig
from infra.pure import policies
from infra.pure.domains import Record
from infra.pure.naming import unique_name
from infra.pure.recipe import Recipe
from infra.pure.tags import Tags, component_tag
from infra.steps.sending import SendingAccount

CONFIGURATION_SET_LIMIT = 64  # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html


@dataclass(frozen=True, kw_only=True)
class MailArgs:
    """`smtp`: where services hand mail in by SMTP; None where none does.

    `zone_id`: where the records of a domain are made; None where others set them.
    """

    settings: MailConfig
    smtp: SmtpEndpoint | None
    zone_id: pulumi.Input[str] | None
    region: str
    account_id: pulumi.Input[str]
    recipe: Recipe
    tags: Tags


@dataclass(frozen=True, kw_only=True)
class Identity:
    """An address or a domain, as SES knows it. `others_set`: the default configuration set of one of others.

    `records`: what the owner of a domain has to set in its DNS.
    """

    arn: pulumi.Output[str]
    others_set: pulumi.Output[str] | None = None
    records: pulumi.Output[list[Record]] | None = None


class Account(Resource, module="infra", name="SendingAccount"):
    status: pulumi.Output[str]


class Mail(pulumi.ComponentResource):
    """One address, from which SES sends after its owner has followed the link in a mail, or a whole domain.

    It belongs to the account and its region: one stack makes it known to SES, others use it.
    Its configuration set counts bounces and complaints, tells of them, sends over TLS alone, and never again to who
    complained or does not exist. With `smtp`, an app that knows no AWS sends mail, too.
    A month: 0.10 USD per 1,000 mails.
    """

    address: str
    identity: str
    status: pulumi.Output[str]
    records: pulumi.Output[list[Record]] | None
    link: Link

    def __init__(self, name: str, args: MailArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Mail", name, None, opts)
        child = ResourceOptions(parent=self)
        tags = component_tag(name)
        self.address = args.settings.address
        self.identity = args.settings.domain or self.address

        configuration = aws.sesv2.ConfigurationSet(
            f"{name}-configuration",
            configuration_set_name=unique_name(args.tags.project, args.tags.stack, limit=CONFIGURATION_SET_LIMIT),
            reputation_options=aws.sesv2.ConfigurationSetReputationOptionsArgs(reputation_metrics_enabled=True),
            delivery_options=aws.sesv2.ConfigurationSetDeliveryOptionsArgs(tls_policy="REQUIRE"),
            # Whatever the account does: who reported a mail as spam, or does not exist, gets none again.
            suppression_options=aws.sesv2.ConfigurationSetSuppressionOptionsArgs(
                suppressed_reasons=["BOUNCE", "COMPLAINT"]
            ),
            tags=tags,
            opts=child,
        )
        events = self._events(name, args, configuration)
        environment: dict[str, pulumi.Input[str]] = {
            "MAIL_FROM": self.address,
            "MAIL_TO": args.settings.recipient,
            "MAIL_IDENTITY": self.identity,
            "SES_CONFIGURATION_SET": configuration.configuration_set_name,
            VARIABLE: events.queue.url,
        }
        if args.settings.mailbox_path is not None:
            environment["MAILBOX_PATH"] = args.settings.mailbox_path
        identity = self._identity(name, args, configuration.configuration_set_name)
        self.records = identity.records
        account = {"region": args.region, "status": None}
        self.status = Account(SendingAccount(), f"{name}-account", account, child).status
        values: dict[str, pulumi.Input[str]] = {"address": self.address}
        secrets: dict[str, Secret] = {}
        if args.smtp:
            values |= {"smtpHost": args.smtp.host, "smtpPort": args.smtp.port}
            secrets = self._smtp_secrets(name, args, identity, configuration.arn)
        self.link = Link(
            environment=environment,
            rights=pulumi.Output.all(identity.arn, configuration.arn, events.queue.arn).apply(
                lambda arns: policies.use_mail(*arns)
            ),
            values=values,
            secrets=secrets,
        )
        self.register_outputs({})

    def _events(self, name: str, args: MailArgs, configuration: aws.sesv2.ConfigurationSet) -> MailEvents:
        told = MailEventsArgs(
            configuration_set=configuration.configuration_set_name,
            configuration_set_arn=configuration.arn,
            account_id=args.account_id,
        )
        return MailEvents(f"{name}-events", told, ResourceOptions(parent=self))

    def _smtp_secrets(
        self, name: str, args: MailArgs, identity: Identity, configuration_arn: pulumi.Output[str]
    ) -> dict[str, Secret]:
        arns = pulumi.Output.all(identity.arn, configuration_arn, identity.others_set).apply(
            lambda known: policies.smtp_resources(*known)
        )
        smtp = Smtp(
            f"{name}-smtp",
            SmtpArgs(
                address=self.address,
                domain=args.settings.domain,
                resource_arns=arns,
                region=args.region,
                recipe=args.recipe,
            ),
            ResourceOptions(parent=self),
        )
        return {"smtpUser": smtp.user, "smtpPassword": smtp.password}

    def _identity(self, name: str, args: MailArgs, configuration_set: pulumi.Output[str]) -> Identity:
        """SES must know it before mail is sent with it. One that is missing stops the preview."""
        if args.settings.identity == "existing":
            found = aws.sesv2.get_email_identity_output(self.identity, opts=InvokeOptions(parent=self))
            return Identity(arn=found.arn, others_set=found.configuration_set_name)
        if args.settings.domain:
            wanted = MailDomainArgs(
                domain=args.settings.domain,
                settings=args.settings,
                configuration_set=configuration_set,
                region=args.region,
                zone_id=args.zone_id,
            )
            domain = MailDomain(f"{name}-domain", wanted, ResourceOptions(parent=self))
            return Identity(arn=domain.arn, records=domain.records if args.zone_id is None else None)
        made = aws.sesv2.EmailIdentity(
            f"{name}-identity",
            email_identity=self.address,
            configuration_set_name=configuration_set,
            tags=component_tag(name),
            opts=ResourceOptions(parent=self),
        )
        return Identity(arn=made.arn)
