"""An emulator of AWS, with the resources that the back end needs."""

import json
from typing import Any
from uuid import uuid4

import boto3
import httpx
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from moto.ses.models import ses_backends

from tests.ports import free_port
from tests.postgres import PASSWORD, USER

REGION = "eu-central-1"
BUCKET = "files-of-the-test"
SENDER = "app@example.com"
RECIPIENT = "owner@example.com"
CONFIGURATION_SET = "mail-of-the-test"
APP_PASSWORD = "password-of-the-app"
SIGNING_KEY = "0f" * 32
ORIGIN = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}


class Cloud:
    def __init__(self) -> None:
        port = free_port()
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
        self._server.start()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.s3 = self._client("s3")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.sqs = self._client("sqs")
        self.secrets = self._client("secretsmanager")
        self.secret_arn = self.new_secret("database", username=USER, password=PASSWORD)
        self._cloudfront = self._client("cloudfront")
        self.access_secret_arn = self.new_secret("access", password=APP_PASSWORD, signing_key=SIGNING_KEY)
        mail = self._client("sesv2")
        mail.create_email_identity(EmailIdentity=SENDER)
        # As if the owner had opened the link that AWS sent; the emulator's API cannot do this.
        ses_backends[DEFAULT_ACCOUNT_ID][REGION].email_identities[SENDER].verified_for_sending_status = True
        mail.create_configuration_set(ConfigurationSetName=CONFIGURATION_SET)

    def _client(self, service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def new_secret(self, name: str, **values: str) -> str:
        return str(self.secrets.create_secret(Name=name, SecretString=json.dumps(values))["ARN"])

    def new_distribution(self) -> str:
        origin = {"Id": "site", "DomainName": "site.example.com", "CustomOriginConfig": ORIGIN}
        config = {
            "CallerReference": uuid4().hex,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https"},
            "Comment": "",
            "Enabled": True,
        }
        return str(self._cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"])

    def reset_cache(self, distribution: str) -> None:
        paths = {"Quantity": 1, "Items": ["/*"]}
        batch = {"CallerReference": uuid4().hex, "Paths": paths}
        self._cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)

    def rotate_secret(self, arn: str, password: str) -> None:
        self.secrets.put_secret_value(SecretId=arn, SecretString=json.dumps({"username": USER, "password": password}))

    def sent_mail(self) -> list[dict[str, Any]]:
        """All mail that SES was asked to send, oldest first."""
        accounts = httpx.get(f"{self.endpoint}/moto-api/data.json").json()["ses"]
        return list(accounts.get("Message", accounts.get("messages", [])))

    def stop(self) -> None:
        self._server.stop()
