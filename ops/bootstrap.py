"""Prepares an account for workflows of GitHub: what holds Pulumi's state, and the roles that the workflows take."""

import os
import subprocess
from collections.abc import Iterator

from bootstrap.github import Github, GithubError, github
from bootstrap.names import Names
from infra.pure.paths import ROOT
from localcloud import stack
from ops import account
from ops.errors import NO_PULUMI, OperationError
from ops.target import Target

FOLDER = ROOT / "bootstrap"


def names_of(target: Target) -> Names:
    caller = target.client("sts").get_caller_identity()["Account"]
    wanted = target.config.get("accountId")
    if wanted and str(wanted) != caller:
        raise OperationError(
            f"AWS: the credentials are of the account {caller}, and Pulumi.{target.name}.yaml is for {wanted}; set"
            " AWS_PROFILE to a profile of that account"
        )
    return Names(project=target.project, stack=target.name, account=caller, region=target.config["region"])


def pulumi(target: Target, names: Names, *words: str) -> None:
    """Run it on the roles, whose state is in the bucket too. That state has no secret, and so no passphrase."""
    own = stack.environment(target.place) if target.place else {**os.environ, "PYTHONPATH": str(ROOT)}
    # Names of buckets are parts of host names on AWS alone.
    path_style = "&use_path_style=true" if target.place else ""
    environment = {**own, "PULUMI_BACKEND_URL": names.backend + path_style, "PULUMI_CONFIG_PASSPHRASE": ""}
    try:
        run = subprocess.run(["pulumi", *words], cwd=FOLDER, env=environment, check=False)
    except FileNotFoundError:
        raise OperationError(NO_PULUMI) from None
    if run.returncode:
        raise OperationError(f"pulumi {words[0]}: failed with the message above; run the same command again after that")


def prepare(target: Target) -> Iterator[str]:
    """Make what the account lacks, then the roles; run it again after a change of them: it changes what differs."""
    whose, names = read(), names_of(target)
    yield f"Account {names.account}, region {names.region}:"
    yield account.state_bucket(target, names)
    key, said = account.secrets_key(target, names)
    yield said
    yield account.issuer(target, names)
    yield f"  roles  for workflows of {whose.repository}:"
    pulumi(target, names, "stack", "select", "--stack", names.stack, "--create", "--secrets-provider", "passphrase")
    given = ("--config", f"account={names.account}", "--config", f"key={key}")
    pulumi(target, names, "up", "--stack", names.stack, "--yes", "--skip-preview", *given)
    yield from what_next(names, whose)


def read() -> Github:
    try:
        return github()
    except GithubError as error:
        raise OperationError(str(error)) from None


def what_next(names: Names, whose: Github) -> Iterator[str]:
    """The lines that a person runs once."""
    variables = {
        "AWS_REGION": names.region,
        "AWS_DEPLOY_ROLE": names.role_arn(names.deploy_role),
        "AWS_PREVIEW_ROLE": names.role_arn(names.preview_role),
        "PULUMI_BACKEND_URL": names.backend,
    }
    yield f"\nOnce, for the workflows of {whose.repository} (no value is a secret):\n"
    yield f"    gh api --method PUT repos/{whose.repository}/environments/{names.stack}"
    for name, value in variables.items():
        yield f"    gh variable set {name} --repo {whose.repository} --body '{value}'"
    yield "\nOnce, for the stack's state; for one that has a state elsewhere, docs/ci-cd.md tells how it moves:\n"
    yield f"    pulumi login '{names.backend}'"
    yield f"    pulumi stack init {names.stack} --secrets-provider '{names.secrets_provider}'"


def remove(target: Target) -> Iterator[str]:
    """Delete the roles, and tell what stays."""
    names = names_of(target)
    pulumi(target, names, "destroy", "--stack", names.stack, "--yes", "--skip-preview")
    yield "The roles are gone: workflows can no longer read or deploy this stack. What stays, since states are in it:"
    yield f"  the bucket {names.bucket} with all versions of the states of {names.project}"
    yield f"  the key {names.key}, without which no secret in them can be read: 1 USD a month"
    yield "  GitHub as the account's identity provider, which other projects may use"
    yield "When no stack is left: empty and delete the bucket, then schedule the key's deletion, in the AWS console"
