"""What `make bootstrap` runs with Pulumi: the roles of a stack's workflows. What holds state is not made here."""

import infra.lazy_aws  # noqa: F401, I001  # before pulumi_aws

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from bootstrap import rights
from bootstrap.github import github
from bootstrap.names import Names
from infra.config.stack_file import own_settings, project
from infra.pure.policies import Document

HOUR = 3600


def role(names: Names, what: str, name: str, subjects: list[str], hours: int, opts: ResourceOptions) -> aws.iam.Role:
    return aws.iam.Role(
        what,
        name=name,
        description=f"Workflows of GitHub that {what} the stack {names.stack} of {names.project}",
        assume_role_policy=pulumi.Output.json_dumps(rights.trust(names.issuer_arn, subjects)),
        max_session_duration=hours * HOUR,
        force_detach_policies=True,
        opts=opts,
    )


def may(what: str, role: aws.iam.Role, statements: list[Document], opts: ResourceOptions) -> None:
    """As managed policies: those of a role itself have too little room."""
    for number, policy in enumerate(rights.packed(statements), start=1):
        name = f"{what}-{number}"
        made = aws.iam.Policy(
            name, description=f"What a workflow may to {what}", policy=pulumi.Output.json_dumps(policy), opts=opts
        )
        aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=made.arn, opts=opts)


def build(names: Names, key_arn: str, opts: ResourceOptions) -> None:
    allowed = github()
    # A first `up` may take more than half an hour, and a role that is taken by a token is not renewed.
    deploy = role(names, "deploy", names.deploy_role, allowed.deploying(names.stack), 2, opts)
    preview = role(names, "preview", names.preview_role, allowed.reading(), 1, opts)
    may("deploy", deploy, [*rights.state(names, key_arn, changes=True), *rights.deploy(names, key_arn)], opts)
    may("preview", preview, [*rights.state(names, key_arn, changes=False), *rights.preview(names)], opts)


def main() -> None:
    """`make bootstrap` knows the account and the key, and gives them."""
    given, stack = pulumi.Config(), pulumi.get_stack()
    account, region = given.require("account"), own_settings(stack)["region"]
    names = Names(project=project(), stack=stack, account=account, region=region)
    provider = aws.Provider("aws", region=region, allowed_account_ids=[account])
    build(names, given.require("key"), ResourceOptions(provider=provider))


main()
