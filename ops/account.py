"""What an account must have before a stack's state is kept in it. Each is made by a call, where it is not there.

Not by Pulumi: a stack cannot keep its state in what it makes itself, and no destroy shall reach these.
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from bootstrap.names import AUDIENCE, ISSUER, Names
from infra.pure.policies import tls_only
from ops.errors import OperationError
from ops.target import Target

# How long an overwritten state can be had back.
OLD_STATES_DAYS = 90


def state_bucket(target: Target, names: Names) -> str:
    """Its settings are set again each time, since somebody may have changed them."""
    s3, name = target.client("s3"), names.bucket
    made = make_bucket(s3, names)
    owner = {"Bucket": name, "ExpectedBucketOwner": names.account}
    s3.put_public_access_block(
        **owner,
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        ),
    )
    s3.put_bucket_versioning(**owner, VersioningConfiguration={"Status": "Enabled"})
    by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(**owner, ServerSideEncryptionConfiguration={"Rules": [by_default]})
    s3.put_bucket_lifecycle_configuration(**owner, LifecycleConfiguration={"Rules": [old_states()]})
    s3.put_bucket_policy(**owner, Policy=json.dumps(tls_only(f"arn:aws:s3:::{name}")))
    return told(made, f"bucket {name}")


def make_bucket(s3: Any, names: Names) -> bool:
    try:
        s3.head_bucket(Bucket=names.bucket, ExpectedBucketOwner=names.account)
        return False
    except ClientError as error:
        code = error.response["Error"]["Code"]
    if code in ("403", "AccessDenied", "Forbidden"):
        raise OperationError(
            f"the bucket {names.bucket}: is another account's, or is closed to you; nothing was changed in it."
            f" Ask who owns it, or log in with rights on it in the account {names.account}"
        )
    # us-east-1 is the one region that S3 does not let a request name.
    where = {} if names.region == "us-east-1" else {"LocationConstraint": names.region}
    s3.create_bucket(Bucket=names.bucket, **({"CreateBucketConfiguration": where} if where else {}))
    return True


def old_states() -> dict[str, Any]:
    return {
        "ID": "old-states",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_STATES_DAYS},
    }


def secrets_key(target: Target, names: Names) -> tuple[str, str]:
    """The ARN of the key that encrypts secrets in states, and what was done."""
    kms = target.client("kms")
    try:
        return kms.describe_key(KeyId=names.key)["KeyMetadata"]["Arn"], told(False, f"key {names.key}")
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
    key = kms.create_key(Description=f"Secrets in the Pulumi states of {names.project}")["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    kms.create_alias(AliasName=names.key, TargetKeyId=key["KeyId"])
    return key["Arn"], told(True, f"key {names.key}")


def issuer(target: Target, names: Names) -> str:
    """GitHub as an identity provider, of which an account can have one only: other projects may use it too."""
    iam = target.client("iam")
    there = {one["Arn"] for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]}
    if names.issuer_arn not in there:
        iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=[AUDIENCE])
        return told(True, f"identity provider {ISSUER}")
    known = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=names.issuer_arn)["ClientIDList"]
    if AUDIENCE not in known:
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=names.issuer_arn, ClientID=AUDIENCE)
    return told(False, f"identity provider {ISSUER}")


def told(made: bool, what: str) -> str:
    return f"  {'made ' if made else 'there'}  {what}"
