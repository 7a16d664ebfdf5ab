"""What the emulator does beyond MiniStack, at private names of it; these tests fail when one of them is gone."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.exceptions import ClientError

from localcloud.place import MAILBOX_PATH, ROOT
from tests.emulator.conftest import Client
from tests.engine.support import Emulator

COMPRESSED_CACHE_POLICY = "658327ea-f89d-4fab-a63d-7e88639e58f6"  # CachingOptimized
UNCOMPRESSED_CACHE_POLICY = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled


def test_the_mailbox_shows_what_was_sent_and_runs_nothing_of_it(emulator: Emulator, aws: Client) -> None:
    aws("sesv2").create_email_identity(EmailIdentity="me@example.com")
    body = {"Html": {"Data": "<script>alert(1)</script>"}, "Text": {"Data": "1 < 2"}}
    aws("sesv2").send_email(
        FromEmailAddress="me@example.com",
        Destination={"ToAddresses": ["you@example.com"]},
        Content={"Simple": {"Subject": {"Data": "Hello & welcome"}, "Body": body}},
    )
    with urllib.request.urlopen(emulator.url + MAILBOX_PATH) as answer:  # noqa: S310 # loopback
        policy, page = answer.headers["content-security-policy"], answer.read().decode()
    assert "1 email, newest first" in page
    assert "<h2>Hello &amp; welcome</h2>" in page
    assert "<pre>1 &lt; 2</pre>" in page
    assert 'iframe sandbox title="The email in HTML" srcdoc="&lt;script&gt;' in page
    assert "default-src 'none'" in policy
    assert emulator.health()["status"] == "ok"


def test_the_newest_ami_for_ecs_is_told_and_is_the_one_of_the_laptops_stack(aws: Client) -> None:
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
    told, alone = (aws("ssm").get_parameter(Name=one)["Parameter"]["Value"] for one in (name, f"{name}/image_id"))
    assert json.loads(told)["image_id"] == alone
    assert f"amiId: {alone}" in (ROOT / "Pulumi.local.yaml").read_text()


@pytest.mark.parametrize(("kind", "architecture"), [("", "x86_64"), ("arm64/", "arm64")])
def test_the_newest_amis_are_images_of_their_architecture(aws: Client, kind: str, architecture: str) -> None:
    name = f"/aws/service/ecs/optimized-ami/amazon-linux-2023/{kind}recommended/image_id"
    wanted = [{"Name": "image-id", "Values": [aws("ssm").get_parameter(Name=name)["Parameter"]["Value"]]}]
    (found,) = aws("ec2").describe_images(Filters=wanted, IncludeDeprecated=True)["Images"]
    assert found["Architecture"] == architecture


@pytest.mark.parametrize(("version", "newer"), [("18", ["18.3"]), ("18.3", []), ("17.1", []), ("17.5", [])])
def test_a_database_can_be_upgraded_to_newer_minor_versions_alone(aws: Client, version: str, newer: list[str]) -> None:
    told = aws("rds").describe_db_engine_versions(Engine="postgres", EngineVersion=version)["DBEngineVersions"]
    assert [one["EngineVersion"] for row in told for one in row["ValidUpgradeTarget"]] == newer


def test_the_password_of_a_database_that_does_not_run_is_not_rotated(aws: Client) -> None:
    """Without an engine the database never starts; tests/engine rotates that of a real one."""
    keeper, rds = aws("secretsmanager"), aws("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="one", DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="app", MasterUserPassword="the first",
    )  # fmt: skip
    arn = rds.describe_db_instances(DBInstanceIdentifier="one")["DBInstances"][0]["DBInstanceArn"]
    value = '{"username": "app", "password": "the first"}'
    owner = {"Key": "aws:rds:primaryDBInstanceArn", "Value": arn}
    with pytest.raises(ClientError, match="does not manage the password"):
        rds.modify_db_instance(DBInstanceIdentifier="one", RotateMasterUserPassword=True, ApplyImmediately=True)
    keeper.create_secret(Name="rds!db-1", SecretString=value, Tags=[owner])
    with pytest.raises(ClientError, match="does not answer, so its password was not rotated"):
        keeper.rotate_secret(SecretId="rds!db-1")
    with pytest.raises(ClientError, match="does not answer, so its password was not rotated"):
        rds.modify_db_instance(DBInstanceIdentifier="one", RotateMasterUserPassword=True, ApplyImmediately=True)
    with pytest.raises(ClientError, match="You must apply the change immediately"):
        rds.modify_db_instance(DBInstanceIdentifier="one", RotateMasterUserPassword=True)
    with pytest.raises(ClientError, match="You can't specify MasterUserPassword"):
        rds.modify_db_instance(DBInstanceIdentifier="one", MasterUserPassword="another one")
    (version,) = keeper.describe_secret(SecretId="rds!db-1")["VersionIdsToStages"]
    for change in (
        partial(keeper.put_secret_value, SecretString="{}"),
        partial(keeper.update_secret, SecretString="{}"),
        partial(keeper.update_secret, Description="mine"),
        partial(keeper.update_secret_version_stage, VersionStage="AWSCURRENT", RemoveFromVersionId=version),
    ):
        with pytest.raises(ClientError, match="managed by another service, and you must use that service to update it"):
            change(SecretId="rds!db-1")
    assert keeper.get_secret_value(SecretId="rds!db-1")["SecretString"] == value


def test_other_secrets_and_passwords_change_as_before(aws: Client) -> None:
    keeper, rds = aws("secretsmanager"), aws("rds")
    keeper.create_secret(Name="other", SecretString="{}")
    keeper.rotate_secret(SecretId="other", RotationLambdaARN="arn:aws:lambda:us-east-1:000000000000:function:f")
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        rds.modify_db_instance(DBInstanceIdentifier="any", MasterUserPassword="x" * 8)
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        rds.modify_db_instance(DBInstanceIdentifier="any", RotateMasterUserPassword=True, ApplyImmediately=True)


class Origin(BaseHTTPRequestHandler):
    """Answers with what it is asked to encode the answer in."""

    def do_GET(self) -> None:
        body = self.headers.get("Accept-Encoding", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def origin() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Origin) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("policy", "asked"), [(COMPRESSED_CACHE_POLICY, b"br, gzip"), (UNCOMPRESSED_CACHE_POLICY, b"")]
)
def test_cloudfront_asks_for_compressed_answers_where_the_policy_says_so(
    emulator: Emulator, aws: Client, origin: int, policy: str, asked: bytes
) -> None:
    ports = {"HTTPPort": origin, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    behavior = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": policy}
    config = {
        "CallerReference": policy,
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "127.0.0.1", "CustomOriginConfig": ports}]},
        "DefaultCacheBehavior": behavior,
    }
    host = aws("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["DomainName"]
    request = urllib.request.Request(emulator.url, headers={"Host": host, "Accept-Encoding": "br, gzip"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert answer.read() == asked


def test_an_address_that_ses_knows_is_refused_and_stays_as_it_is(emulator: Emulator, aws: Client) -> None:
    first = [{"Key": "stack", "Value": "first"}]
    aws("sesv2").create_email_identity(EmailIdentity="once@example.com", Tags=first)
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        aws("sesv2").create_email_identity(EmailIdentity="once@example.com")
    assert aws("sesv2").get_email_identity(EmailIdentity="once@example.com")["Tags"] == first
    aws("sesv2").delete_email_identity(EmailIdentity="once@example.com")
    aws("sesv2").create_email_identity(EmailIdentity="once@example.com")


def test_a_version_of_an_object_comes_with_the_headers_that_were_asked_for(emulator: Emulator, aws: Client) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket="versions", Key="a", Body=b"old")["VersionId"]
    s3.put_object(Bucket="versions", Key="a", Body=b"new")
    asked = {"ResponseContentDisposition": "attachment", "ResponseContentType": "text/plain"}
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "versions", "Key": "a", "VersionId": old, **asked})
    with urllib.request.urlopen(url) as answer:  # noqa: S310 # loopback
        assert answer.read() == b"old"
        headers = answer.headers
    assert (headers["content-disposition"], headers["content-type"]) == ("attachment", "text/plain")
