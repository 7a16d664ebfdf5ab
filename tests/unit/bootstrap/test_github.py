"""Whose tokens the roles accept."""

from pathlib import Path

import pytest

from bootstrap.github import FILE, Github, GithubError, github
from bootstrap.names import Names
from bootstrap.rights import trust

OLD = Github.model_validate({"repository": "acme/shop"})
NEW = Github.model_validate({"repository": "acme/shop", "ids": {"owner": 12, "repository": 345}})
NAMES = Names(project="shop", stack="prod", account="123456789012", region="eu-central-1")


@pytest.mark.parametrize(
    ("whose", "sent"),
    [(OLD, "repo:acme/shop:environment:prod"), (NEW, "repo:acme@12/shop@345:environment:prod")],
)
def test_the_one_form_of_the_subject_that_the_repository_sends_is_accepted(whose: Github, sent: str) -> None:
    assert whose.deploying("prod") == [sent]


@pytest.mark.parametrize(
    "other",
    [
        "repo:acme/shop:environment:prod",  # of whoever registers the name after the owner lost it
        "repo:acme@12/shop@999:environment:prod",  # a repository made anew under the name
        "repo:acme@12/shop@345:environment:staging",
        "repo:acme@12/shop@345:ref:refs/heads/main",  # a job without the environment's protection
        "repo:acme@12/shop@345:pull_request",
        "repo:acme@12/shop@345:environment:prod:extra",
    ],
)
def test_no_other_subject_may_deploy(other: str) -> None:
    condition = trust(NAMES.issuer_arn, NEW.deploying("prod"))["Statement"][0]["Condition"]
    assert list(condition) == ["StringEquals"]  # letter by letter: `*` is no wildcard in it
    assert other not in condition["StringEquals"]["token.actions.githubusercontent.com:sub"]


def test_pull_requests_and_main_may_read_and_not_deploy() -> None:
    assert NEW.reading() == ["repo:acme@12/shop@345:pull_request", "repo:acme@12/shop@345:ref:refs/heads/main"]
    assert not set(NEW.reading()) & set(NEW.deploying("prod"))


def test_a_token_must_be_made_for_aws_and_come_from_github() -> None:
    statement = trust(NAMES.issuer_arn, OLD.reading())["Statement"][0]
    assert statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    assert statement["Principal"] == {
        "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("repository: shop", "repository: "),
        ("repository: acme/*", "repository: "),
        ("repository: acme/shop\nids: {owner: 1}", "ids.repository: "),
        ("repository: acme/shop\nids: {owner: 0, repository: 1}", "ids.owner: "),
        ("repository: acme/shop\nid: 1", "id: "),
        ("repository: [", "the file: "),
        ("", "the file: "),
    ],
)
def test_a_mistake_is_answered_with_its_field_and_an_example(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "github.yaml"
    file.write_text(text)
    with pytest.raises(GithubError) as told:
        github(file)
    assert problem in str(told.value)
    assert "`ids: {owner: 123456, repository: 456789}`" in str(told.value)


def test_the_shipped_file_lets_nobody_deploy_before_it_names_a_repository() -> None:
    with pytest.raises(GithubError, match="must be yours"):
        github(FILE)


def test_names_follow_from_the_stack_and_are_such_as_aws_takes() -> None:
    assert NAMES.bucket == "shop-state-123456789012-eu-central-1"
    assert NAMES.deploy_role == "shop-prod-deploy"
    assert NAMES.preview_role == "shop-prod-preview"
    odd = Names(project="My_Shop." * 12, stack="prod", account="123456789012", region="ap-southeast-1")
    assert len(odd.bucket) <= 63 and odd.bucket == odd.bucket.lower() and "_" not in odd.bucket
    assert len(odd.deploy_role) <= 64
    assert odd.deploy_role != odd.preview_role
