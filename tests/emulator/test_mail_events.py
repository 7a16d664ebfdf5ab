"""What SES tells of mails: to the queue behind a configuration set, in the mailbox, and on its suppression list."""

import json
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from infra.components.distribution import ALL_VIEWER, ALL_VIEWER_EXCEPT_HOST_HEADER, CACHING_DISABLED
from localcloud.place import MAILBOX_PATH
from tests.emulator.conftest import Client
from tests.engine.support import Emulator

ME, YOU = "me@example.com", "you@example.com"
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


@pytest.fixture
def queue(aws: Client, request: pytest.FixtureRequest) -> str:
    """That of a configuration set named after the test."""
    name = request.node.name.replace("[", "-").replace("]", "")[:60]
    sqs, sns, ses = aws("sqs"), aws("sns"), aws("sesv2")
    if ME not in [one["IdentityName"] for one in ses.list_email_identities()["EmailIdentities"]]:
        ses.create_email_identity(EmailIdentity=ME)
    url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name=name)["TopicArn"]
    lets = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": lets})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    ses.create_configuration_set(ConfigurationSetName=name)
    kinds = ["BOUNCE", "COMPLAINT", "DELIVERY"]
    destination = {"Enabled": True, "SnsDestination": {"TopicArn": topic}, "MatchingEventTypes": kinds}
    ses.create_configuration_set_event_destination(
        ConfigurationSetName=name, EventDestinationName="all", EventDestination=destination
    )
    assert bodies(aws, url) == [GREETING]
    return url


def bodies(aws: Client, url: str) -> list[str]:
    """What is in the queue, which is empty then: nothing here takes time."""
    found, sqs = [], aws("sqs")
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def events(aws: Client, url: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in bodies(aws, url)]


def send(aws: Client, url: str, to: str) -> str:
    content = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "x"}}}}
    answer = aws("sesv2").send_email(
        FromEmailAddress=ME,
        Destination={"ToAddresses": [to]},
        ConfigurationSetName=url.rpartition("/")[2],
        Content=content,
    )
    return str(answer["MessageId"])


def press(emulator: Emulator, message_id: str, kind: str, **headers: str) -> int:
    form = {"message_id": message_id, "kind": kind}
    return httpx.post(emulator.url + MAILBOX_PATH, data=form, headers=headers).status_code


def test_a_mail_is_delivered_and_comes_back_when_the_mailbox_says_so(
    emulator: Emulator, aws: Client, queue: str
) -> None:
    sent = send(aws, queue, YOU)
    (delivered,) = events(aws, queue)
    assert (delivered["eventType"], delivered["mail"]["messageId"]) == ("Delivery", sent)
    assert delivered["mail"]["commonHeaders"]["subject"] == "Hello"
    assert press(emulator, sent, "Bounce") == 303  # back to the mailbox
    (bounced,) = events(aws, queue)
    assert (bounced["eventType"], bounced["bounce"]["bounceType"]) == ("Bounce", "Permanent")
    assert f"Delivered to {YOU}; Bounced from {YOU}" in httpx.get(emulator.url + MAILBOX_PATH).text
    ses = aws("sesv2")
    assert ses.get_suppressed_destination(EmailAddress=YOU)["SuppressedDestination"]["Reason"] == "BOUNCE"
    send(aws, queue, YOU)
    (suppressed,) = events(aws, queue)
    assert suppressed["bounce"]["bounceSubType"] == "OnAccountSuppressionList"
    ses.delete_suppressed_destination(EmailAddress=YOU)
    with pytest.raises(ClientError, match="NotFoundException"):
        ses.get_suppressed_destination(EmailAddress=YOU)
    send(aws, queue, YOU)
    assert [event["eventType"] for event in events(aws, queue)] == ["Delivery"]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("success", ["Delivery"]),
        ("bounce+label", ["Bounce"]),
        ("complaint", ["Delivery", "Complaint"]),
        ("suppressionlist", ["Bounce"]),
    ],
)
def test_the_mailbox_simulator_answers_as_on_aws(aws: Client, queue: str, name: str, kinds: list[str]) -> None:
    send(aws, queue, f"{name}@simulator.amazonses.com")
    assert [event["eventType"] for event in events(aws, queue)] == kinds
    assert aws("sesv2").list_suppressed_destinations()["SuppressedDestinationSummaries"] == []


def test_a_destination_gets_what_it_asks_for_alone(aws: Client, queue: str) -> None:
    name, ses = queue.rpartition("/")[2], aws("sesv2")
    (known,) = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    change = {"Enabled": True, "SnsDestination": known["SnsDestination"], "MatchingEventTypes": ["COMPLAINT"]}
    ses.update_configuration_set_event_destination(
        ConfigurationSetName=name, EventDestinationName="all", EventDestination=change
    )
    assert bodies(aws, queue) == [GREETING]
    send(aws, queue, "complaint@simulator.amazonses.com")
    assert [event["eventType"] for event in events(aws, queue)] == ["Complaint"]


def test_a_topic_that_does_not_let_ses_publish_is_refused(aws: Client, queue: str) -> None:
    sns, ses, name = aws("sns"), aws("sesv2"), queue.rpartition("/")[2]
    topic = sns.create_topic(Name="closed")["TopicArn"]
    nobody = {"Version": "2012-10-17", "Statement": []}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(nobody))
    for arn in (topic, f"{topic}-that-is-not-there"):
        destination = {"Enabled": True, "SnsDestination": {"TopicArn": arn}, "MatchingEventTypes": ["BOUNCE"]}
        with pytest.raises(ClientError, match="Could not publish to SNS topic"):
            ses.create_configuration_set_event_destination(
                ConfigurationSetName=name, EventDestinationName="closed", EventDestination=destination
            )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://example.com"}, 403),
    ],
)
def test_no_other_page_presses_the_buttons(
    emulator: Emulator, aws: Client, queue: str, headers: dict[str, str], status: int
) -> None:
    sent = send(aws, queue, "one@example.com")
    assert press(emulator, sent, "Complaint", **headers) == status
    kinds = [event["eventType"] for event in events(aws, queue)]
    assert kinds == ["Delivery", "Complaint"][: 2 if status == 303 else 1]
    if status == 303:
        assert press(emulator, "unknown", "Bounce", **headers) == 404
        assert press(emulator, sent, "Open", **headers) == 404
        aws("sesv2").delete_suppressed_destination(EmailAddress="one@example.com")


def record(name: str, kind: str, value: str) -> dict[str, Any]:
    row = {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    return {"Action": "CREATE", "ResourceRecordSet": row}


def test_a_domain_sends_when_its_records_are_in_its_zone_and_the_mailbox_shows_what_receivers_see(
    emulator: Emulator, aws: Client
) -> None:
    ses, dns = aws("sesv2"), aws("route53")
    zone = dns.create_hosted_zone(Name="shop.example", CallerReference="1")["HostedZone"]["Id"]
    ses.create_email_identity(EmailIdentity="shop.example")
    ses.put_email_identity_mail_from_attributes(EmailIdentity="shop.example", MailFromDomain="bounce.shop.example")
    content = {"Simple": {"Subject": {"Data": "Of a domain"}, "Body": {"Text": {"Data": "x"}}}}
    mail = {"FromEmailAddress": "no-reply@shop.example", "Destination": {"ToAddresses": [YOU]}, "Content": content}
    with pytest.raises(ClientError, match="Email address is not verified"):
        ses.send_email(**mail)
    keys = ses.get_email_identity(EmailIdentity="shop.example")["DkimAttributes"]
    assert keys["Status"] == "PENDING"
    changes = [
        record(f"{token}._domainkey.shop.example", "CNAME", f"{token}.{keys['SigningHostedZone']}")
        for token in keys["Tokens"]
    ]
    changes.append(record("bounce.shop.example", "MX", "10 feedback-smtp.us-east-1.amazonses.com"))
    changes.append(record("_dmarc.shop.example", "TXT", '"v=DMARC1; p=none"'))
    dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    ses.send_email(**mail)
    found = ses.get_email_identity(EmailIdentity="shop.example")
    assert (found["DkimAttributes"]["Status"], found["VerifiedForSendingStatus"]) == ("SUCCESS", True)
    page = httpx.get(emulator.url + MAILBOX_PATH).text
    assert "<dd>signed by shop.example</dd>" in page
    assert "<dd>sent by bounce.shop.example</dd>" in page
    assert "<dd>pass, for shop.example, whose policy is v=DMARC1; p=none</dd>" in page


def test_mail_of_one_address_shows_that_nothing_signs_for_its_domain(
    emulator: Emulator, aws: Client, queue: str
) -> None:
    send(aws, queue, YOU)
    page = httpx.get(emulator.url + MAILBOX_PATH).text
    assert "<dd>signed by amazonses.com</dd>" in page
    assert "<dd>fail: neither of them is for example.com</dd>" in page


def test_the_mailbox_finds_mails_by_what_they_hold(emulator: Emulator, aws: Client, queue: str) -> None:
    for to, subject in ((YOU, "Tea & <rice>"), ("other@example.com", "Nothing of it")):
        aws("sesv2").send_email(
            FromEmailAddress=ME, Destination={"ToAddresses": [to]},
            Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "A text."}}}},
        )  # fmt: skip
    page = f"{emulator.url}{MAILBOX_PATH}"
    found = httpx.get(page, params={"q": "tea & <RICE>"}).text
    assert found.count("<article>") == 1 and "Tea &amp; &lt;rice&gt;" in found
    assert 'value="tea &amp; &lt;RICE&gt;"' in found and "1 of " in found
    none = httpx.get(page, params={"q": "no such mail"}).text
    assert none.count("<article>") == 0 and "No emails match “no such mail”" in none
    assert httpx.get(page).text.count("<article>") >= 2


def test_the_mailbox_leads_back_to_the_site_and_not_to_a_service_with_a_name_of_its_own(
    emulator: Emulator, aws: Client
) -> None:
    assert "Back to the site" not in httpx.get(emulator.url + MAILBOX_PATH).text
    service, site = (distribution(aws, policy) for policy in (ALL_VIEWER, ALL_VIEWER_EXCEPT_HOST_HEADER))
    page = httpx.get(emulator.url + MAILBOX_PATH).text
    assert page.count("Back to the site") == 1
    assert f"//{site}.cloudfront.localhost" in page and service not in page


def distribution(aws: Client, request_policy: str) -> str:
    """The label of a new one."""
    http = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    origin = {"Id": "one", "DomainName": "origin.example", "CustomOriginConfig": http}
    behavior = {"TargetOriginId": "one", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": CACHING_DISABLED}
    config = {
        "CallerReference": request_policy, "Comment": "", "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {**behavior, "OriginRequestPolicyId": request_policy},
    }  # fmt: skip
    made = aws("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]
    return str(made["DomainName"]).partition(".")[0]
