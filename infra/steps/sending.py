"""What SES says of the account and of a domain, and `pulumi_aws` does not."""

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from infra.pure.mail_status import told
from infra.steps.common import Props, StepProvider, aws_client, fail

if TYPE_CHECKING:
    from types_boto3_sesv2.client import SESV2Client


class SendingAccount(StepProvider):
    """Input: region. Output: status, whether the account is in the sandbox, its quota, and what to do.

    Another answer of SES is a change of this resource, so every `up` shows it.
    """

    replaces = ("region",)

    def create(self, props: Props) -> CreateResult:
        return CreateResult("sending-account", {**props, "status": status(props["region"])})

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        moved = super().diff(_id, _olds, _news)
        return moved if moved.replaces else DiffResult(_olds.get("status") != status(_news["region"]), replaces=[])

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult({**_news, "status": status(_news["region"])})

    def read(self, id_: str, props: Props) -> ReadResult:
        return ReadResult(id_, {**props, "status": status(props["region"])})


class SigningKeys(StepProvider):
    """Inputs: region, domain. Outputs: tokens, and zone, of the names at which SES publishes the keys of signatures.

    The zone is not the same in all regions, and `pulumi_aws` does not tell it.
    """

    replaces = ("region", "domain")

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["domain"], {**props, **keys(props)})

    def read(self, id_: str, props: Props) -> ReadResult:
        return ReadResult(id_, {**props, **keys(props)})


def status(region: str) -> str:
    ses: SESV2Client = aws_client("sesv2", region)
    account: Any = ses.get_account()
    review = account.get("Details", {}).get("ReviewDetails", {}).get("Status")
    quota = int(account["SendQuota"]["Max24HourSend"])
    return told(region, sandbox=not account["ProductionAccessEnabled"], daily_quota=quota, review=review)


def keys(props: Props) -> Props:
    ses: SESV2Client = aws_client("sesv2", props["region"])
    found: Any = ses.get_email_identity(EmailIdentity=props["domain"])["DkimAttributes"]
    if not found.get("Tokens") or not found.get("SigningHostedZone"):
        fail(f"mail.domain: SES has no signing keys of its own for {props['domain']}; write `identity: existing`")
    return {"tokens": found["Tokens"], "zone": found["SigningHostedZone"]}


def is_verified(region: str, domain: str) -> bool:
    """Whether SES has seen the records of a domain; not one that it does not know yet."""
    ses: SESV2Client = aws_client("sesv2", region)
    try:
        return bool(ses.get_email_identity(EmailIdentity=domain)["VerifiedForSendingStatus"])
    except ses.exceptions.NotFoundException:
        return False
