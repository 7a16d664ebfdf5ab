"""`make bootstrap` with the real Pulumi CLI, whose state is in the bucket that it makes."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from bootstrap.names import Names
from localcloud import stack
from localcloud.ports import port_is_free
from tests.e2e.checkout import Checkout, wait_until
from tests.ports import free_port

NAMES = Names(project="fastapi-react-aws", stack="local", account="000000000000", region="us-east-1")
ROLES = {NAMES.deploy_role, NAMES.preview_role}


@pytest.fixture(scope="module")
def prepared(checkout: Checkout) -> Iterator[Checkout]:
    """An account that `make bootstrap` prepared, without a stack."""
    checkout.start_cloud()
    told = checkout.ops("bootstrap")
    assert told.returncode == 1 and "bootstrap/github.yaml: repository: must be yours" in told.stderr
    (checkout.root / "bootstrap/github.yaml").write_text("repository: acme/shop\nids: {owner: 12, repository: 345}\n")
    told = checkout.ops("bootstrap")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"made   bucket {NAMES.bucket}" in told.stdout
    assert (
        f"gh variable set AWS_DEPLOY_ROLE --repo acme/shop --body '{NAMES.role_arn(NAMES.deploy_role)}'" in told.stdout
    )
    yield checkout


def roles(checkout: Checkout) -> dict[str, Any]:
    found = checkout.client("iam").list_roles()["Roles"]
    return {one["RoleName"]: one for one in found if one["RoleName"] in ROLES}


def objects(checkout: Checkout) -> list[str]:
    return [one["Key"] for one in checkout.client("s3").list_objects_v2(Bucket=NAMES.bucket)["Contents"]]


def test_the_bucket_keeps_versions_encrypted_and_is_closed(prepared: Checkout) -> None:
    s3, bucket = prepared.client("s3"), {"Bucket": NAMES.bucket}
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    (refused,) = json.loads(s3.get_bucket_policy(**bucket)["Policy"])["Statement"]
    assert (refused["Effect"], refused["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert ".pulumi/stacks/bootstrap/local.json" in objects(prepared)


def test_the_roles_are_for_the_tokens_of_this_repository(prepared: Checkout) -> None:
    found = roles(prepared)
    subjects = {
        name: one["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"][
            "token.actions.githubusercontent.com:sub"
        ]
        for name, one in found.items()
    }
    assert subjects == {
        NAMES.deploy_role: ["repo:acme@12/shop@345:environment:local"],
        NAMES.preview_role: ["repo:acme@12/shop@345:pull_request", "repo:acme@12/shop@345:ref:refs/heads/main"],
    }


def test_once_more_changes_nothing_and_mends_what_was_changed_by_hand(prepared: Checkout) -> None:
    prepared.client("s3").put_bucket_versioning(Bucket=NAMES.bucket, VersioningConfiguration={"Status": "Suspended"})
    told = prepared.ops("bootstrap")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"there  bucket {NAMES.bucket}" in told.stdout and "made " not in told.stdout
    assert re.search(r"Resources:\n    \d+ unchanged\n", told.stdout)
    assert prepared.client("s3").get_bucket_versioning(Bucket=NAMES.bucket)["Status"] == "Enabled"


def test_a_second_run_at_the_same_time_is_told_who_holds_the_lock(prepared: Checkout) -> None:
    lock = ".pulumi/locks/organization/bootstrap/local/one.json"
    held = {"pid": 1, "username": "ada", "hostname": "laptop", "timestamp": "2026-11-26T12:00:00Z"}
    s3 = prepared.client("s3")
    s3.put_object(Bucket=NAMES.bucket, Key=lock, Body=json.dumps(held))
    told = prepared.ops("bootstrap")
    s3.delete_object(Bucket=NAMES.bucket, Key=lock)
    assert told.returncode == 1
    assert "ada@laptop" in told.stdout + told.stderr


@contextmanager
def deployer(checkout: Checkout) -> Iterator[Callable[..., None]]:
    """Runs `pulumi` as on GitHub: with the state in the bucket, and as one who has the deploy role's policies alone.

    Nobody here has a token of GitHub's, so a user takes the place of the role. Provider and program ask with its keys.
    """
    iam, port = checkout.client("iam"), free_port()
    iam.create_user(UserName="deployer")
    for one in iam.list_attached_role_policies(RoleName=NAMES.deploy_role)["AttachedPolicies"]:
        iam.attach_user_policy(UserName="deployer", PolicyArn=one["PolicyArn"])
    # RDS deletes its secret by itself; here the provider does it.
    own = {
        "Effect": "Allow",
        "Action": "secretsmanager:DeleteSecret",
        "Resource": "arn:aws:secretsmanager:*:*:secret:rds!db-*",
    }
    iam.put_user_policy(UserName="deployer", PolicyName="rds", PolicyDocument=json.dumps({"Statement": own}))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    owner = {**stack.environment(checkout.place), "PULUMI_BACKEND_URL": f"{NAMES.backend}&use_path_style=true"}
    environment = {
        **owner,
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "PULUMI_DEBUG_PROVIDERS": f"aws:{port}",
    }

    def pulumi(*words: str, variables: Mapping[str, str] = environment) -> None:
        run = subprocess.run(
            ["pulumi", *words, "--stack", NAMES.stack, "--non-interactive"], cwd=checkout.root, env=variables,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr

    # A person does this once, as `make bootstrap` says.
    pulumi("stack", "init", "--secrets-provider", NAMES.secrets_provider, variables=owner)

    words = [sys.executable, "-m", "localcloud.provider", "--port", str(port), "--endpoint", checkout.place.endpoint]
    journal = checkout.place.folder / "deployer.json"
    with subprocess.Popen([*words, "--journal", str(journal)], cwd=checkout.root, env=environment) as provider:
        try:
            wait_until(lambda: not port_is_free(port))
            yield pulumi
        finally:
            provider.terminate()
            forget(iam, key["AccessKeyId"])


def forget(iam: Any, access_key_id: str) -> None:
    """The policies go with their role, and not while a user has them."""
    iam.delete_access_key(UserName="deployer", AccessKeyId=access_key_id)
    for one in iam.list_attached_user_policies(UserName="deployer")["AttachedPolicies"]:
        iam.detach_user_policy(UserName="deployer", PolicyArn=one["PolicyArn"])
    iam.delete_user_policy(UserName="deployer", PolicyName="rds")
    iam.delete_user(UserName="deployer")


def lose_state(checkout: Checkout) -> None:
    """And bring it back from the version before, as docs/ci-cd.md says."""
    s3, state = checkout.client("s3"), f".pulumi/stacks/{NAMES.project}/{NAMES.stack}.json"
    s3.delete_object(Bucket=NAMES.bucket, Key=state)
    assert state not in objects(checkout)
    found = s3.list_object_versions(Bucket=NAMES.bucket, Prefix=state)["Versions"]
    last = max(found, key=lambda one: one["LastModified"])["VersionId"]
    s3.copy_object(Bucket=NAMES.bucket, Key=state, CopySource=f"{NAMES.bucket}/{state}?versionId={last}")


def test_the_deploy_role_may_do_all_that_a_deployment_and_its_end_ask_for(prepared: Checkout) -> None:
    with deployer(prepared) as pulumi:
        pulumi("up", "--yes", "--skip-preview")
        lose_state(prepared)
        pulumi("preview", "--refresh", "--expect-no-changes")
        pulumi("destroy", "--yes", "--skip-preview")


def test_remove_takes_the_roles_and_leaves_what_holds_states(prepared: Checkout) -> None:
    told = prepared.ops("bootstrap", "--remove")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"the bucket {NAMES.bucket}" in told.stdout
    assert not roles(prepared)
    assert objects(prepared)
    aliases = [one["AliasName"] for one in prepared.client("kms").list_aliases()["Aliases"]]
    assert NAMES.key in aliases
    assert prepared.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
