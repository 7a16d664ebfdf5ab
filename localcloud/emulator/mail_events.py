"""Tells of mails as SES does, which MiniStack leaves out: the topics of the configuration set that they were sent with.

A mail is delivered at once. One to SES's mailbox simulator bounces or is complained of, and so does any other when a
person says so in the mailbox.
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import json
import logging
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ses, ses_v2, sns

from localcloud.emulator import suppression

logger = logging.getLogger(__name__)

Mail = dict[str, Any]

# What SES tells a topic when a destination is made of it.
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."
SIMULATOR = f"@{ses._SIMULATOR_DOMAIN}"
SIMULATED = {"bounce": ("Bounce",), "complaint": ("Delivery", "Complaint"), "suppressionlist": ("Suppressed",)}
# The event type of what a destination may ask for.
ASKED = {"Bounce": "BOUNCE", "Complaint": "COMPLAINT", "Delivery": "DELIVERY"}
LISTED = {"Bounce": "BOUNCE", "Complaint": "COMPLAINT"}
# In the mailbox, before the recipient.
WORDS = {"Delivery": "Delivered to", "Bounce": "Bounced from", "Complaint": "Marked as spam by"}


def tell_of_mails() -> None:
    """Before the first request."""
    handle, handle_v2, put = ses.handle_request, ses_v2.handle_request, ses_v2._put_event_destination

    async def complete(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        before = len(ses._sent_emails_list())
        answer = await handle(method, path, headers, body, query)
        for mail in ses._sent_emails_list()[before:]:
            sent(mail, mail.get("ConfigurationSetName"))
        return answer

    async def complete_v2(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        asked = json.loads(body or b"{}") if method in ("POST", "PUT") else {}
        if path.startswith(suppression.PATH):
            return suppression.answer(method, path, asked)
        before = len(ses._sent_emails_list())
        answer = await handle_v2(method, path, headers, body, query)
        for mail in ses._sent_emails_list()[before:]:
            sent(mail, asked.get("ConfigurationSetName"))
        return answer

    def put_destination(name: str, destination: str, definition: Any, *, create: bool) -> Any:
        topic = ((definition or {}).get("SnsDestination") or {}).get("TopicArn")
        if topic and name in ses_v2._config_sets and not may_publish(topic, name):
            return suppression.refused("BadRequestException", f"Could not publish to SNS topic <{topic}>.")
        refused = put(name, destination, definition, create=create)
        if topic and refused is None:
            sns.publish_internal(topic, GREETING)
        return refused

    ses.handle_request, ses_v2.handle_request = complete, complete_v2
    ses_v2._put_event_destination = put_destination


def may_publish(topic_arn: str, configuration_set: str) -> bool:
    """Whether the topic is there, and its policy lets SES tell it of this configuration set."""
    topic = sns._topic_by_arn_any_scope(topic_arn)
    policy = (topic or {}).get("attributes", {}).get("Policy")
    if not policy:
        return False
    source = {
        "aws:sourcearn": ses_v2._resource_arn("configuration-set", configuration_set),
        "aws:sourceaccount": get_account_id(),
        "aws:sourceowner": get_account_id(),
    }
    context = EvalContext(
        principal_arn="*", principal_type="Service", principal_account="", action="sns:Publish",
        resource_arn=topic_arn, region=parse_arn(topic_arn).region, service_context=source,
    )  # fmt: skip
    return bool(evaluate_resource_policy(policy, context, service="ses.amazonaws.com").decision == "Allow")


def sent(mail: Mail, configuration_set: str | None) -> None:
    """What becomes of a mail at once. Mails that the wrapper around both APIs sees again have their events already."""
    if "Events" in mail:
        return
    mail["Scope"] = (get_account_id(), get_region())
    mail["Events"] = []
    mail["ConfigurationSetName"] = configuration_set or default_set(mail["Source"])
    for recipient in recipients(mail):
        name, _, domain = recipient.lower().partition("@")
        if f"@{domain}" == SIMULATOR:
            kinds = SIMULATED.get(name.split("+")[0], ("Delivery",))
        else:
            kinds = ("Suppressed",) if suppression.reason_of(recipient) in suppressed_reasons(mail) else ("Delivery",)
        for kind in kinds:
            tell(mail, kind, recipient)


def happened(message_id: str, kind: str) -> bool:
    """A person says in the mailbox that a mail came back (`Bounce`) or is spam (`Complaint`)."""
    mails = [mail for key, mails in ses._sent_emails.to_dict().items() if key[-1] == "entries" for mail in mails]
    for mail in mails:
        if mail["MessageId"] == message_id and kind in LISTED and "Scope" in mail:
            with request_scope(*mail["Scope"]):
                for recipient in recipients(mail):
                    tell(mail, kind, recipient)
                    if LISTED[kind] in suppressed_reasons(mail):
                        suppression.put(recipient, LISTED[kind], MessageId=message_id)
            return True
    return False


def recipients(mail: Mail) -> list[str]:
    everyone = [*mail.get("To", []), *mail.get("CC", []), *mail.get("BCC", [])]
    return [address for address in (parseaddr(one)[1] for one in everyone) if address]


def default_set(source: str) -> str | None:
    """Of the identity: the address's, or else its domain's."""
    address = parseaddr(source)[1]
    for name in (address, *ses._domain_and_parents(address.rpartition("@")[2].lower())):
        if name in ses_v2._identities:
            found: str | None = ses_v2._identities[name].get("ConfigurationSetName")
            return found
    return None


def suppressed_reasons(mail: Mail) -> list[str]:
    """Those of the configuration set, or else of a new account: both."""
    options = ses_v2._config_sets.get(mail["ConfigurationSetName"] or "", {}).get("SuppressionOptions", {})
    return list(options.get("SuppressedReasons", suppression.REASONS))


def tell(mail: Mail, kind: str, recipient: str) -> None:
    """The event to all destinations that ask for its type, and to the mailbox."""
    subtype = "OnAccountSuppressionList" if kind == "Suppressed" else None
    kind = "Bounce" if subtype else kind
    listed = f"Not sent to {recipient}, which is on the suppression list"
    mail["Events"].append(listed if subtype else f"{WORDS[kind]} {recipient}")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    detail = ses._notification_detail(kind, recipient, now, "Suppressed" if subtype else None)
    if subtype:
        detail["bounce"]["bounceSubType"] = subtype
    text = json.dumps({"eventType": kind, "mail": description(mail), **detail})
    stored = ses_v2._config_sets.get(mail["ConfigurationSetName"] or "", {})
    for destination in stored.get("EventDestinations", {}).values():
        topic = destination.get("SnsDestination", {}).get("TopicArn")
        if topic and destination["Enabled"] and ASKED[kind] in destination["MatchingEventTypes"]:
            sns.publish_internal(topic, text)


def description(mail: Mail) -> dict[str, Any]:
    sent_at = datetime.fromtimestamp(mail["Timestamp"], UTC).isoformat(timespec="milliseconds")
    subject = mail.get("RenderedSubject") or mail.get("Subject") or ""
    return {
        "timestamp": sent_at.replace("+00:00", "Z"),
        "source": parseaddr(mail["Source"])[1],
        "sendingAccountId": get_account_id(),
        "messageId": mail["MessageId"],
        "destination": recipients(mail),
        "commonHeaders": {"from": [mail["Source"]], "to": mail.get("To", []), "subject": subject},
        "tags": {"ses:configuration-set": [mail["ConfigurationSetName"]]},
    }
