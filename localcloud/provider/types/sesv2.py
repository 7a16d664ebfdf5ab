"""SES: identities that may send mail, and configuration sets."""

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, TagStyle, Update
from localcloud.provider.definition.rules import Case, Exists, Matches, Needed, OneOf, Says
from localcloud.provider.values import Props

ARN = "arn:{partition}:ses:{region}:{account}"


def tags(kind: str) -> TagStyle:
    arn = f"{ARN}:{kind}/{{id}}"
    return TagStyle(
        create="Tags",
        add=Call(operation="tag_resource", args={"ResourceArn": arn, "Tags": "{+tagsAll}"}),
        remove=Call(operation="untag_resource", args={"ResourceArn": arn, "TagKeys": "{-tagsAll}"}),
        read=Read(operation="list_tags_for_resource", args={"ResourceArn": arn}, optional=True),
    )


def unknown_to_ses(case: Case, name: str) -> str:
    """An identity exists once in an account and region, whoever made it."""
    if case.old.get("emailIdentity") == name:
        return ""
    try:
        case.context.client("sesv2").get_email_identity(EmailIdentity=name)
    except ClientError:
        return ""
    return f"must be new in the account and region, got {name!r}, which SES knows already; use it as an existing one"


DESTINATION = {"ConfigurationSetName": "{configurationSetName}", "EventDestinationName": "{eventDestinationName}"}
IN_A_KNOWN_SET = Exists(
    "configurationSetName", "a configuration set", "sesv2", "get_configuration_set", {"ConfigurationSetName": "{value}"}
)
MAIL_FROM = ("mailFromDomain", "behaviorOnMxFailure")


def one_destination(_case: Case, destination: Props) -> str:
    found = [name for name in destination if name.endswith("Destination")]
    return "" if len(found) == 1 else f"must name exactly one destination, got {', '.join(found) or 'none'}"


def below_identity(case: Case, domain: str) -> str:
    identity = str(case.inputs.get("emailIdentity", "")).rpartition("@")[2]  # empty while it is not known yet
    return (
        "" if not identity or domain.endswith(f".{identity}") else f"must be a domain below {identity}, got {domain!r}"
    )


TYPES = [
    ResourceType(
        token="aws:sesv2/emailIdentity:EmailIdentity",
        service="sesv2",
        create=Call(operation="create_email_identity", sends=Send.ALL),
        id="{emailIdentity}",
        reads=[Read(operation="get_email_identity", args={"EmailIdentity": "{id}"})],
        updates=[
            Update(
                on=["configurationSetName"],
                call=Call(
                    operation="put_email_identity_configuration_set_attributes",
                    sends=["configurationSetName"],
                    args={"EmailIdentity": "{id}"},
                ),
            )
        ],
        delete=Call(operation="delete_email_identity", args={"EmailIdentity": "{id}"}),
        names={"verifiedForSendingStatus": "VerifiedForSendingStatus"},
        outputs={"arn": f"{ARN}:identity/{{id}}", "emailIdentity": "{id}"},
        replaces=["emailIdentity"],
        tags=tags("identity"),
        rules=[
            Says("emailIdentity", unknown_to_ses, ("get_email_identity",)),
            Matches("emailIdentity", r"([^@\s]+@)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "an address or a domain"),
            IN_A_KNOWN_SET,
        ],
    ),
    ResourceType(
        token="aws:sesv2/configurationSet:ConfigurationSet",
        service="sesv2",
        create=Call(operation="create_configuration_set", sends=Send.ALL),
        id="{configurationSetName}",
        reads=[Read(operation="get_configuration_set", args={"ConfigurationSetName": "{id}"})],
        updates=[
            Update(
                on=[name],
                call=Call(operation=operation, args={"ConfigurationSetName": "{id}", **args}),
            )
            for name, operation, args in (
                (
                    "deliveryOptions",
                    "put_configuration_set_delivery_options",
                    {
                        "TlsPolicy": "{deliveryOptions.tlsPolicy}",
                        "SendingPoolName": "{deliveryOptions.sendingPoolName}",
                    },
                ),
                (
                    "reputationOptions",
                    "put_configuration_set_reputation_options",
                    {"ReputationMetricsEnabled": "{reputationOptions.reputationMetricsEnabled}"},
                ),
                (
                    "sendingOptions",
                    "put_configuration_set_sending_options",
                    {"SendingEnabled": "{sendingOptions.sendingEnabled}"},
                ),
                (
                    "suppressionOptions",
                    "put_configuration_set_suppression_options",
                    {"SuppressedReasons": "{suppressionOptions.suppressedReasons}"},
                ),
            )
        ],
        delete=Call(operation="delete_configuration_set", args={"ConfigurationSetName": "{id}"}),
        outputs={"arn": f"{ARN}:configuration-set/{{id}}", "configurationSetName": "{id}"},
        auto_name=AutoName(name="configurationSetName", limit=64),
        replaces=["configurationSetName"],
        tags=tags("configuration-set"),
        rules=[
            Matches("configurationSetName", r"[A-Za-z0-9_-]{1,64}", "1 to 64 of letters, digits, _ and -"),
            OneOf("deliveryOptions.tlsPolicy", ("REQUIRE", "OPTIONAL")),
        ],
    ),
    ResourceType(
        token="aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
        service="sesv2",
        create=Call(
            operation="create_configuration_set_event_destination", sends=["eventDestination"], args=DESTINATION
        ),
        id="{configurationSetName}|{eventDestinationName}",
        import_id=r"(?P<configurationSetName>[^|]+)\|(?P<eventDestinationName>.+)",
        reads=[
            Read(
                operation="get_configuration_set_event_destinations",
                args={"ConfigurationSetName": "{configurationSetName}"},
                item="EventDestinations[?Name=='{eventDestinationName}'] | [0] | {eventDestination: @}",
            )
        ],
        updates=[
            Update(
                on=["eventDestination"],
                call=Call(
                    operation="update_configuration_set_event_destination", sends=["eventDestination"], args=DESTINATION
                ),
            )
        ],
        delete=Call(operation="delete_configuration_set_event_destination", args=DESTINATION),
        auto_name=AutoName(name="eventDestinationName", limit=64),
        local=["configurationSetName", "eventDestinationName"],
        replaces=["configurationSetName", "eventDestinationName"],
        rules=[
            Matches("eventDestinationName", r"[A-Za-z0-9_-]{1,64}", "1 to 64 of letters, digits, _ and -"),
            Says("eventDestination", one_destination),
            IN_A_KNOWN_SET,
        ],
    ),
    ResourceType(
        token="aws:sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes",
        service="sesv2",
        create=Call(
            operation="put_email_identity_mail_from_attributes",
            sends=MAIL_FROM,
            args={"EmailIdentity": "{emailIdentity}"},
        ),
        id="{emailIdentity}",
        reads=[
            Read(
                operation="get_email_identity",
                args={"EmailIdentity": "{id}"},
                item="MailFromAttributes.MailFromDomain && MailFromAttributes",
            )
        ],
        updates=[
            Update(
                on=MAIL_FROM,
                call=Call(
                    operation="put_email_identity_mail_from_attributes", sends=MAIL_FROM, args={"EmailIdentity": "{id}"}
                ),
            )
        ],
        delete=Call(operation="put_email_identity_mail_from_attributes", args={"EmailIdentity": "{id}"}),
        outputs={"emailIdentity": "{id}"},
        defaults={"behaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        replaces=["emailIdentity"],
        rules=[
            Needed("mailFromDomain"),
            Says("mailFromDomain", below_identity),
            Exists(
                "emailIdentity",
                "an identity",
                "sesv2",
                "get_email_identity",
                {"EmailIdentity": "{value}"},
                "IdentityType",
            ),
        ],
    ),
]
