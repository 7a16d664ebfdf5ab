"""The gateway answers who has its credentials, and lets no web page in where a browser has no business."""

import base64
import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.emulator.secret import derived
from localcloud.place import HEALTH_PATH, MAILBOX_PATH
from localcloud.signing import Credentials, signed
from tests.emulator.conftest import Client, running
from tests.engine.support import CREDENTIALS, Emulator, role

SITE = "http://site.example"
EVIL = "http://evil.example"
FUNCTION = {"FunctionName": "f", "Runtime": "python3.13", "Role": "arn:aws:iam::000000000000:role/r", "Handler": "h.h"}
TARGET = {"X-Amz-Target": "secretsmanager.ListSecrets", "Content-Type": "application/x-amz-json-1.1"}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One for all tests of this file, with a bucket that has a file."""
    with running(tmp_path_factory.mktemp("emulator")) as made:
        s3 = made.client("s3")
        s3.create_bucket(Bucket="files")
        s3.put_object(Bucket="files", Key="a", Body=b"content")
        rule = {"AllowedMethods": ["GET", "POST"], "AllowedOrigins": [SITE], "AllowedHeaders": ["*"]}
        s3.put_bucket_cors(Bucket="files", CORSConfiguration={"CORSRules": [rule]})
        s3.close()
        yield made


@pytest.fixture
def http(emulator: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=emulator.url) as client:
        yield client


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def page(origin: str, site: str = "cross-site") -> dict[str, str]:
    """What a browser adds to a request of a page's script."""
    return {"Origin": origin, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}


# Credentials.


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("secretsmanager", "list_secrets", "UnrecognizedClientException"),
        ("lambda", "list_functions", "UnrecognizedClientException"),
        ("rds", "describe_db_instances", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
    ],
)
def test_credentials_of_another_cloud_are_refused(aws: Client, service: str, operation: str, code: str) -> None:
    keys = {"aws_access_key_id": "AKIAOTHER", "aws_secret_access_key": "other"}
    assert refusal(getattr(aws(service, **keys), operation)) == code


@pytest.mark.parametrize("access_key", [CREDENTIALS["AWS_ACCESS_KEY_ID"], "test", "000000000000"])
@pytest.mark.parametrize("service", ["secretsmanager", "s3"])
def test_an_access_key_without_its_secret_is_refused(aws: Client, access_key: str, service: str) -> None:
    client = aws(service, aws_access_key_id=access_key, aws_secret_access_key="guessed")
    ask = client.list_buckets if service == "s3" else client.list_secrets
    assert refusal(ask) in ("SignatureDoesNotMatch", "InvalidSignatureException")


def test_a_request_without_a_signature_is_refused(http: httpx.Client) -> None:
    answers = [
        http.post("/", headers=TARGET, content="{}"),
        http.post("/2015-03-31/functions", json=FUNCTION),
        http.get("/files/a"),
        http.get("/"),
        http.post("/_ministack/reset"),
        http.post("/_ministack/config", json={}),
        http.get("/_ministack/ses/messages"),
        http.get("/latest/meta-data/iam/security-credentials/ministack-instance-role"),
        http.post("/files/a", headers={"X-Amz-Target": "secretsmanager.ListSecrets"}, content="{}"),
    ]
    assert [answer.status_code // 100 for answer in answers] == [4] * len(answers)
    assert {answer.status_code for answer in answers} <= {400, 403}


def test_a_signature_of_long_ago_or_of_another_body_is_refused(
    emulator: Emulator, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign() -> dict[str, str]:
        credentials = Credentials.of(CREDENTIALS)
        host = emulator.url.removeprefix("http://")
        return signed(credentials, host=host, body=b"{}", service="secretsmanager", region="us-east-1", headers=TARGET)

    headers, now = sign(), time.time()
    assert http.post("/", headers=headers, content=b"{}").status_code == 200
    assert "does not match" in http.post("/", headers=headers, content=b'{"MaxResults": 1}').text
    with monkeypatch.context() as clock:
        past = time.gmtime(now - 20 * 60)
        clock.setattr(time, "gmtime", lambda *_: past)
        headers = sign()
    assert "Signature expired" in http.post("/", headers=headers, content=b"{}").text


def test_the_credentials_of_a_task_are_for_who_has_its_token(
    http: httpx.Client, emulator: Emulator, aws: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
    role(aws("iam"), "web", ["s3:GetObject"], path="/apps/")
    path = "/v2/credentials/000000000000/apps/web/random"
    for given in ({}, {"Authorization": derived("/v2/credentials/000000000000/apps/admin/random")}):
        assert http.get(path, headers=given).status_code == 403
    keys = http.get(path, headers={"Authorization": derived(path)}).json()
    assert keys["RoleArn"] == "arn:aws:iam::000000000000:role/apps/web"
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["Token"], "us-east-1")
    task = session.client("s3", endpoint_url=emulator.url, config=Config(signature_version="s3v4"))
    assert task.get_object(Bucket="files", Key="a")["Body"].read() == b"content"
    assert httpx.get(signed_link(task)).content == b"content"
    task.close()
    stranger = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], "another token", "us-east-1")
    s3 = stranger.client("s3", endpoint_url=emulator.url)
    assert refusal(s3.list_buckets) == "InvalidToken"
    s3.close()


def test_the_registry_asks_for_ecrs_password(http: httpx.Client, aws: Client) -> None:
    token = aws("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    assert base64.b64decode(token).startswith(b"AWS:")
    for wrong in ({}, {"Authorization": "Basic " + base64.b64encode(b"AWS:guessed").decode()}):
        answer = http.get("/v2/", headers=wrong)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="ECR"')
    right = {"Authorization": f"Basic {token}"}
    assert http.get("/v2/", headers=right).status_code == 200
    assert http.get("/v2/", headers=right | page(EVIL)).status_code == 401
    # The same password is none for the APIs beside it.
    assert http.get("/v2/email/identities", headers=right).status_code in (400, 403)


# Hosts and pages.


@pytest.mark.parametrize(
    "host", ["evil.example", "rebind.evil.example:80", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
def test_a_name_that_another_website_can_lead_here_is_refused(http: httpx.Client, host: str) -> None:
    for path in ("/", MAILBOX_PATH, HEALTH_PATH, "/_ministack/health", "/files/a"):
        answer = http.get(path, headers={"Host": host})
        assert (answer.status_code, "Host: must name this machine" in answer.text) == (421, True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:80", "any.localhost", "172.17.0.1"])
def test_names_of_this_machine_are_served(http: httpx.Client, host: str) -> None:
    assert http.get(MAILBOX_PATH, headers={"Host": host}).status_code == 200


def test_a_page_may_link_to_the_mailbox_and_load_nothing_of_it(http: httpx.Client) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    framed = {**followed, "Sec-Fetch-Dest": "iframe"}
    fetched = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}
    asked = [
        http.get(MAILBOX_PATH, headers=each).status_code for each in (followed, typed, framed, fetched, page(EVIL))
    ]
    assert asked == [200, 200, 403, 403, 403]


def signed_link(s3: Any) -> str:
    return str(s3.generate_presigned_url("get_object", Params={"Bucket": "files", "Key": "a"}))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin"])
def test_no_page_calls_an_api_even_if_it_has_the_credentials(emulator: Emulator, site: str) -> None:
    client = emulator.client("secretsmanager")
    client.meta.events.register("before-send", lambda request, **_: request.headers.__setitem__("Sec-Fetch-Site", site))
    with pytest.raises(ClientError) as caught:
        client.list_secrets()
    client.close()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_no_api_tells_a_browser_that_pages_may_read_it(http: httpx.Client) -> None:
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for path in ("/", "/2015-03-31/functions", "/absent-bucket/a", "/v2/", "/_ministack/health", MAILBOX_PATH):
        for origin in (EVIL, SITE, "null"):
            answers = [
                http.options(path, headers=page(origin) | preflight),
                http.post(path, headers=page(origin), content="{}"),
                http.get(path, headers=page(origin)),
            ]
            assert {answer.status_code for answer in answers} <= {400, 401, 403}
            assert not [name for answer in answers for name in answer.headers if name.startswith("access-control")]


def test_a_refused_request_leaves_its_connection_to_the_next_one(emulator: Emulator) -> None:
    """Its body comes late, as clients send it apart: who closes before it came breaks the request that follows."""
    connection = HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    connection.connect()
    opened = connection.sock
    for _ in range(2):
        connection.putrequest("POST", "/")
        for name, value in {**page(EVIL), "Content-Length": "2"}.items():
            connection.putheader(name, value)
        connection.endheaders()
        time.sleep(0.2)
        connection.send(b"{}")
        assert connection.getresponse().read() and connection.sock is opened
    connection.close()


def test_a_signed_link_to_s3_works_and_only_the_pages_that_the_bucket_names_may_read_it(
    http: httpx.Client, aws: Client
) -> None:
    link = signed_link(aws("s3"))
    of_site, of_evil = http.get(link, headers=page(SITE)), http.get(link, headers=page(EVIL))
    assert of_site.content == of_evil.content == b"content"
    assert of_site.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-origin" not in of_evil.headers
    preflight = {"Access-Control-Request-Method": "GET"}
    assert http.options("/files/a", headers=page(SITE) | preflight).headers["access-control-allow-origin"] == SITE
    assert http.options("/files/a", headers=page(EVIL) | preflight).status_code == 403


def test_a_signed_link_is_for_what_was_signed(http: httpx.Client, aws: Client) -> None:
    link = signed_link(aws("s3"))
    changed = [
        link.replace("/a?", "/b?"),
        link.replace("Signature=", "Signature=0"),
        link.replace("-Expires=3600", "-Expires=9999"),
    ]
    assert [http.get(each).status_code for each in changed] == [403] * 3
    assert http.delete(link).status_code == 403
    as_another_service = http.request("GET", link, headers=TARGET, content="{}")
    assert (as_another_service.status_code, "SecretList" in as_another_service.text) == (400, False)


def test_a_form_to_s3_is_taken_with_the_signature_of_its_policy(http: httpx.Client, aws: Client) -> None:
    post = aws("s3").generate_presigned_post("files", "up", Conditions=[["content-length-range", 1, 100]])
    file = {"file": ("up.txt", b"uploaded")}
    taken = http.post("/files", data=post["fields"], files=file, headers=page(SITE))
    assert (taken.status_code, taken.headers["access-control-allow-origin"]) == (204, SITE)
    assert aws("s3").get_object(Bucket="files", Key="up")["Body"].read() == b"uploaded"
    loose = base64.b64encode(json.dumps({"expiration": "2999-01-01T00:00:00Z", "conditions": []}).encode()).decode()
    wrong = [post["fields"] | {"policy": loose}, post["fields"] | {"x-amz-signature": "0" * 64}, {"key": "up"}]
    assert [http.post("/files", data=fields, files=file).status_code for fields in wrong] == [403] * 3
    # The form opens nothing but the bucket.
    assert http.post("/_ministack/reset", data=post["fields"], files=file).status_code == 403
    elsewhere = {"X-Amz-Target": TARGET["X-Amz-Target"]}
    assert http.post("/files", data=post["fields"], files=file, headers=elsewhere).status_code == 400


# Sites.


def test_a_distributions_name_leads_to_the_site_alone(http: httpx.Client, aws: Client) -> None:
    ports = {"HTTPPort": 9, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    config = {
        "CallerReference": "x",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "127.0.0.1", "CustomOriginConfig": ports}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        },
    }
    domain = aws("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["DomainName"]
    host = {"Host": domain.replace("cloudfront.net", "cloudfront.localhost")}
    for path in ("/", "/_ministack/health", "/v2/email/identities", "/_ministack/reset", MAILBOX_PATH, "/files/a"):
        # Nothing listens at the origin: whoever answers 502 is CloudFront.
        assert http.get(path, headers=host | page(EVIL)).status_code == 502
    unknown = {"Host": "dabsent.cloudfront.localhost"}
    assert http.post("/", headers=unknown | TARGET, content="{}").status_code in (400, 403)
