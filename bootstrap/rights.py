"""Who may take the roles of workflows, and what these may do, as pure data."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bootstrap.actions import BY_NAME, OWN_ONLY, PUBLIC, is_reading
from bootstrap.names import AUDIENCE, ISSUER, Names
from infra.pure.policies import Document, allow, document

# Made by bootstrap/calls.py.
ACTIONS: Mapping[str, Sequence[str]] = json.loads((Path(__file__).parent / "actions.json").read_text())
# Of a managed policy, without white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LIMIT = 6144
# Whose own role AWS makes at the first use in an account.
OWN_ROLES = (
    "autoscaling", "cloudfront", "ecs", "ecs.application-autoscaling", "elasticache", "elasticloadbalancing", "rds",
    "vpcorigin.cloudfront",
)  # fmt: skip
# To which services the stack hands a role.
TAKES_ROLES = ("ec2", "ecs-tasks", "events", "lambda", "scheduler")
# Actions on roles, users and profiles, which are below the stack's own path.
ON_IDENTITIES = ("Role", "User", "InstanceProfile", "AccessKey")


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
    """The stack's own state: read, or also written. Its old versions are not theirs: these bring a lost one back."""
    bucket, own = f"arn:aws:s3:::{names.bucket}", [f"{names.project}/{stack}" for stack in names.stacks]
    # Below stacks/, history/, backups/ and locks/organization/.
    files = [f"{bucket}/.pulumi/*/{one}{rest}" for one in own for rest in (".*", "/*")]
    meta = f"{bucket}/.pulumi/meta.yaml"
    return [
        allow(["s3:ListBucket"], [bucket]),
        allow(["s3:GetObject"], [meta, *files]),
        *([allow(["s3:DeleteObject", "s3:PutObject"], files)] if changes else []),
        allow(["kms:Decrypt", *(["kms:Encrypt"] if changes else [])], [key_arn]),
    ]


def deploy(names: Names, key_arn: str) -> list[Document]:
    """What a deployment asks for. Whatever is tagged as another stack's is refused, whatever else allows it."""
    found = dict(ACTIONS)
    statements = [*identities(names, found.pop("iam")), *logs(names, found.pop("logs"))]
    bucket = f"arn:aws:s3:::{names.bucket}"
    # Nothing but its own state of what holds states.
    beside = {"s3": [bucket, f"{bucket}/*"], "kms": [key_arn]}
    for service, all_ in found.items():
        statements += by_tag(names, service, all_, but=beside.get(service, []))
    return [*strangers(names), *statements]


def preview(names: Names) -> list[Document]:
    """What a look at the stack asks for: what reads, but for secrets, files and logs."""
    reading = {service: [one for one in all_ if is_reading(f"{service}:{one}")] for service, all_ in ACTIONS.items()}
    return [one for service, all_ in reading.items() for one in by_tag(names, service, all_)]


def by_tag(names: Names, service: str, actions: Sequence[str], but: Sequence[str] = ()) -> Iterator[Document]:
    """`but`: resources on which the actions are not allowed."""
    full = [f"{service}:{one}" for one in actions]
    own = [one for one in full if one in OWN_ONLY]
    free = [one for one in full if one not in own and one not in PUBLIC]
    if free:
        where = {"NotResource": list(but)} if but else {"Resource": ["*"]}
        yield {"Effect": "Allow", "Action": free, **where}
    yield from (allow([one], [PUBLIC[one]]) for one in full if one in PUBLIC)
    if own:
        tags = {"aws:ResourceTag/project": names.project, "aws:ResourceTag/stack": names.stacks}
        yield allow(own, ["*"], Condition={"StringLike": tags})
    region = f"arn:aws:{service}:{names.region}:{names.account}"
    yield from (allow([one], [f"{region}:{name}" for name in BY_NAME[one]]) for one in own if one in BY_NAME)


def strangers(names: Names) -> Iterator[Document]:
    """Resources with the tags of another project or stack. Those without such tags are not protected by this."""
    # Zones, mail identities and certificates may be another stack's, and used by this one.
    shared = ["acm:*", "route53:*", "ses:*"]
    for key, own in (("project", [names.project]), ("stack", names.stacks)):
        tag = f"aws:ResourceTag/{key}"
        condition = {"StringNotLike": {tag: own}, "Null": {tag: "false"}}
        yield {"Effect": "Deny", "NotAction": shared, "Resource": "*", "Condition": condition}


def identities(names: Names, actions: Sequence[str]) -> Iterator[Document]:
    """Roles and users below the stack's path: another role would give its tasks what a deployment may not do.

    Any may be looked at: one that is gone has no path, and a deployment must see that it is gone.
    """
    account = f"arn:aws:iam::{names.account}"
    paths = [f"{names.project}/{stack}/*" for stack in names.stacks]
    roles = [f"{account}:role/{path}" for path in paths]
    own = [*roles, *(f"{account}:{kind}/{path}" for kind in ("user", "instance-profile") for path in paths)]
    special = {"CreateServiceLinkedRole", "PassRole"}
    changes = [one for one in actions if one not in special and not is_reading(f"iam:{one}")]
    named = [one for one in changes if any(word in one for word in ON_IDENTITIES)]
    yield allow([f"iam:{one}" for one in named], own)
    yield allow([f"iam:{one}" for one in actions if one not in special and one not in named], ["*"])
    to = {"StringEquals": {"iam:PassedToService": [f"{one}.amazonaws.com" for one in TAKES_ROLES]}}
    yield allow(["iam:PassRole"], roles, Condition=to)
    by = {"StringEquals": {"iam:AWSServiceName": [f"{one}.amazonaws.com" for one in OWN_ROLES]}}
    yield allow(["iam:CreateServiceLinkedRole"], [f"{account}:role/aws-service-role/*"], Condition=by)


def logs(names: Names, actions: Sequence[str]) -> Iterator[Document]:
    """Groups by name. Lists, and the policies of the account's logs, are of no group."""
    group = f"arn:aws:logs:{names.region}:{names.account}:log-group:"
    prefixes = [f"{root}/{names.project}/{stack}/" for root in ("", "/aws/events") for stack in names.stacks]
    everywhere = [one for one in actions if one.startswith("Describe") or "ResourcePolicy" in one]
    yield allow(
        [f"logs:{one}" for one in actions if one not in everywhere], [f"{group}{prefix}*" for prefix in prefixes]
    )
    yield allow([f"logs:{one}" for one in everywhere], ["*"])


def length(policy: Document) -> int:
    return len(json.dumps(policy, separators=(",", ":")))


def packed(statements: Iterable[Document]) -> list[Document]:
    """As few managed policies as hold the statements, each within IAM's limit."""
    documents = [document()]
    for statement in statements:
        fuller = document(*documents[-1]["Statement"], statement)
        if length(fuller) <= LIMIT:
            documents[-1] = fuller
        else:
            documents.append(document(statement))
    return documents
