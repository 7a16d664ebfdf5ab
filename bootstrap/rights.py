"""Who may take the roles of workflows, and what these may do, as pure data."""

from collections.abc import Sequence

from bootstrap.names import AUDIENCE, ISSUER, Names
from infra.pure.policies import Document, allow, document


def trust(issuer_arn: str, subjects: Sequence[str]) -> Document:
    """Tokens that GitHub made for AWS, with one of the subjects, letter by letter."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": issuer_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": list(subjects)}},
        }
    )


def state(names: Names, key_arn: str, *, changes: bool) -> list[Document]:
    """Pulumi's state in the bucket: read, or also written. Old versions are not theirs: these bring a lost one back."""
    bucket = f"arn:aws:s3:::{names.bucket}"
    files = ["s3:GetObject", *(["s3:PutObject", "s3:DeleteObject"] if changes else [])]
    return [
        allow(["s3:ListBucket"], [bucket]),
        allow(files, [f"{bucket}/*"]),
        allow(["kms:Decrypt", *(["kms:Encrypt"] if changes else [])], [key_arn]),
    ]
