"""`make doctor`: each judgement over what AWS answers, and what refusals of AWS mean."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, SSOTokenLoadError

from ops import doctor, judgements, trouble
from ops.errors import OperationError
from ops.target import Target

TODAY = datetime(2026, 11, 26, tzinfo=UTC)
GROUP = {"GroupId": "sg-1", "IpPermissions": [{"FromPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]}
OPEN = {"FromPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
OPEN_6 = {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
BLOCK = dict.fromkeys(judgements.CLOSED, True)
LIFECYCLES = [
    {"LifecycleSupportName": "open-source-rds-extended-support", "LifecycleSupportEndDate": TODAY},
    {"LifecycleSupportName": "open-source-rds-standard-support", "LifecycleSupportEndDate": TODAY + timedelta(179)},
]
CERTIFICATE = {"Status": "ISSUED", "DomainName": "shop.com", "NotAfter": TODAY + timedelta(31)}
IMAGE = {"imageTags": ["v1"], "imageSizeInBytes": 6 * judgements.GIB}


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            judgements.open_groups([GROUP]),
            judgements.open_groups([{**GROUP, "IpPermissions": [OPEN]}]),
            "sg-1 lets the whole internet in at port 22",
        ),
        (
            judgements.open_groups([]),
            judgements.open_groups([{**GROUP, "IpPermissions": [OPEN_6]}]),
            "sg-1 lets the whole internet in at port any",
        ),
        (
            judgements.public_database({"PubliclyAccessible": False}),
            judgements.public_database({"PubliclyAccessible": True, "DBInstanceIdentifier": "db"}),
            "db has a public address",
        ),
        (
            judgements.open_bucket("b", BLOCK),
            judgements.open_bucket("b", {**BLOCK, "BlockPublicPolicy": False}),
            "the bucket b may be made public (BlockPublicPolicy is off)",
        ),
        (
            judgements.old_engine("18", LIFECYCLES, TODAY - timedelta(2)),
            judgements.old_engine("18", LIFECYCLES, TODAY),
            "standard support of PostgreSQL 18 ends on 2027-05-24",
        ),
        (
            judgements.old_ami(TODAY - timedelta(60), "al2023-new", "", TODAY),
            judgements.old_ami(TODAY - timedelta(61), "al2023-new", " STACK=prod", TODAY),
            "AMI is 61 days old, the newest is al2023-new; `make upgrade-hosts STACK=prod` renews them",
        ),
        (
            judgements.old_ami(TODAY, "al2023-new", "", TODAY),
            judgements.old_ami(None, "al2023-new", "", TODAY),
            "was withdrawn by AWS: no new instance starts from it",
        ),
        (
            judgements.certificate(CERTIFICATE, TODAY),
            judgements.certificate(CERTIFICATE, TODAY + timedelta(2)),
            "the certificate of shop.com ends on 2026-12-27, its renewal is not begun",
        ),
        (
            judgements.certificate(CERTIFICATE, TODAY),
            judgements.certificate({**CERTIFICATE, "Status": "FAILED"}, TODAY),
            "the certificate of shop.com is FAILED",
        ),
        (
            judgements.sandbox({"ProductionAccessEnabled": True}, ""),
            judgements.sandbox({"ProductionAccessEnabled": False}, " --stack prod"),
            "`pulumi stack output mail_status --stack prod` has the command",
        ),
        (
            judgements.vcpus(8, 8, "all tasks", service="fargate", code="L-1"),
            judgements.vcpus(5, 7.5, "all tasks", service="fargate", code="L-1"),
            "may run 5 vCPUs of this kind, and all tasks may come to 7.5; ask for more: `aws service-quotas"
            " request-service-quota-increase --service-code fargate --quota-code L-1 --desired-value 7.5`",
        ),
        (
            judgements.many_images("api", [IMAGE, IMAGE], "v1"),
            judgements.many_images("api", [IMAGE, IMAGE], "v2"),
            "2 images in api that do not run take 12 GiB (1.20 USD a month)",
        ),
    ],
)
def test_what_is_right_is_passed_over_and_what_is_wrong_is_told(
    right: Iterable[str], wrong: Iterable[str], told: str
) -> None:
    assert list(right) == []
    (problem,) = wrong
    assert told in problem and ("; " in problem or ": " in problem)


def refused(code: str, operation: str = "DescribeImages") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not authorized to perform it"}}, operation)


def stack(account: str = "222222222222", error: Exception | None = None) -> Target:
    def identity() -> dict[str, str]:
        if error:
            raise error
        return {"Account": account}

    target = Target(base="prod", place=None)
    vars(target).update(
        config={"accountId": "222222222222"}, client=lambda _: SimpleNamespace(get_caller_identity=identity)
    )
    return target


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoCredentialsError(), "Unable to locate credentials; log in, for example with `aws sso login`"),
        (SSOTokenLoadError(error_msg="expired"), "the session has ended"),
        (refused("ExpiredToken"), "the session has ended or its keys are not known (ExpiredToken); log in"),
        (refused("AccessDeniedException"), "AWS does not allow DescribeImages to you: not authorized to perform it"),
        (refused("ThrottlingException"), "AWS refused DescribeImages"),
    ],
)
def test_refusals_say_what_to_do(error: BotoCoreError | ClientError, told: str) -> None:
    assert told in trouble.in_words(error, stack())


def test_what_is_missing_in_another_account_is_told_by_the_account() -> None:
    told = trouble.in_words(refused("ClusterNotFoundException"), stack("111111111111"))
    assert told.startswith(
        "AWS: the credentials are of the account 111111111111, and Pulumi.prod.yaml is for 222222222222"
    )
    assert "AWS refused" in trouble.in_words(refused("ClusterNotFoundException"), stack(error=refused("AccessDenied")))
    assert list(doctor.account(stack("111111111111"))) and not list(doctor.account(stack()))


def test_a_check_that_may_not_ask_says_so_and_the_others_go_on() -> None:
    def fail(error: Exception) -> Any:
        def check(_: Target) -> Any:
            raise error
            yield

        return check

    (told,) = doctor.found(fail(refused("AccessDenied")), stack())
    assert told == "could not be looked at: AWS does not allow DescribeImages to you: not authorized to perform it"
    with pytest.raises(ClientError):
        doctor.found(fail(refused("ThrottlingException")), stack())


def test_drift_is_what_pulumi_calls_changes_and_no_other_failure() -> None:
    target = stack()

    def answer(error: str | None) -> Any:
        def pulumi(*_: str) -> str:
            if error:
                raise OperationError(error)
            return ""

        return pulumi

    vars(target)["pulumi"] = answer(None)
    assert list(doctor.drift(target)) == []
    vars(target)["pulumi"] = answer("error: no changes were expected but changes were proposed")
    assert "the stack is not as the program says" in next(doctor.drift(target))
    vars(target)["pulumi"] = answer("error: no stack named 'prod' found")
    with pytest.raises(OperationError, match="no stack named"):
        next(doctor.drift(target))
