"""docs/full-stack-template.md, done as it says: its blocks are one script, run with an app of the template's shape."""

import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import stack
from localcloud.place import MAILBOX_PATH
from tests.e2e.checkout import SOURCE, Checkout

DOCUMENT = SOURCE / "docs/full-stack-template.md"
BACKEND = Path(__file__).parent / "apps/template/backend"
FRONTEND = SOURCE / "tests/engine/apps/vite-nginx"
# A block of the document: `sh` is run, `sh fails` must fail, `yaml app.yaml` becomes that file.
BLOCK = re.compile(r"^( *)```(\w+)(?: (\S+))?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
NAME = "my-shop"
SECONDS = 400


def script() -> str:
    """The document's blocks in their order."""
    parts = ["set -euo pipefail"]
    for indent, kind, word, text in BLOCK.findall(DOCUMENT.read_text()):
        block = textwrap.dedent(text)
        assert text.startswith(indent) and kind in ("sh", "yaml"), text
        if kind == "yaml":
            block = f"cat > {word} <<'END'\n{block}END"
        elif word == "fails":
            block = f"if ({block}); then echo 'this had to fail'; exit 1; fi"
        parts.append(block)
    return "\n".join(parts)


@pytest.fixture(scope="module")
def followed(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Checkout, str]]:
    """A checkout in which somebody has followed the document, and what the commands printed."""
    checkout.own_packages()  # it gets another name, and so installs itself anew
    app = tmp_path_factory.mktemp("app")
    shutil.copytree(BACKEND, app / "backend")
    shutil.copytree(FRONTEND, app / "frontend")
    run = subprocess.run(
        ["bash", "-c", script()], cwd=checkout.root, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "PORT": str(checkout.port), "APP": str(app)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack, "project", lambda: NAME)  # the checkout's, which the document has renamed
        yield checkout, run.stdout


def test_each_step_does_what_the_document_says(followed: tuple[Checkout, str]) -> None:
    _, printed = followed
    for name in ("SECRET_KEY", "FIRST_SUPERUSER_PASSWORD"):
        assert f"{name}: has no value; store one with `make secret NAME={name} STACK=local`" in printed
    assert '{"message":"Test email sent"}' in printed


def test_the_mail_is_in_the_mailbox_and_its_link_leads_to_the_site(followed: tuple[Checkout, str]) -> None:
    checkout, _ = followed
    with checkout.stranger() as visitor:
        page = visitor.get(MAILBOX_PATH, headers={"Host": f"127.0.0.1:{checkout.port}"}).text
    assert "My shop - Test email" in page and "you@example.com" in page
    assert f"&lt;p&gt;From {checkout.url}&lt;/p&gt;" in page


def test_the_page_was_built_with_its_argument_and_answers_deep_links(followed: tuple[Checkout, str]) -> None:
    checkout, _ = followed
    with checkout.stranger() as visitor:
        page = visitor.get("/items/1").text
        assert page == visitor.get("/").text
        script = visitor.get(page.split('src="')[1].split('"')[0]).text
    assert "the API is at" in script and "/api" not in script


def test_no_password_is_in_the_state_the_task_definitions_or_the_output(followed: tuple[Checkout, str]) -> None:
    checkout, printed = followed
    manager, ecs = checkout.client("secretsmanager"), checkout.client("ecs")
    values = [
        manager.get_secret_value(SecretId=one["ARN"])["SecretString"] for one in manager.list_secrets()["SecretList"]
    ]
    passwords = [found for value in values for found in re.findall(r'"password": ?"([^"]+)"', value) or [value]]
    assert len(passwords) == 4  # two that were stored, the database's, and that for SMTP
    state = checkout.pulumi("stack", "export", "--stack", "local", "--show-secrets").output
    definitions = [
        ecs.describe_task_definition(taskDefinition=arn) for arn in ecs.list_task_definitions()["taskDefinitionArns"]
    ]
    assert '"aws:iam/user:User"' in state and "prestart" in state
    for password in passwords:
        assert password not in state + str(definitions) + printed


def test_a_new_password_for_smtp_starts_the_tasks_anew_and_ends_the_old_one(followed: tuple[Checkout, str]) -> None:
    """As docs/operations.md says."""
    checkout, _ = followed
    iam, ecs = checkout.client("iam"), checkout.client("ecs")

    def keys() -> set[str]:
        (user,) = iam.list_users()["Users"]
        return {key["AccessKeyId"] for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]}

    def definition() -> str:
        outputs = checkout.outputs
        (service,) = ecs.describe_services(
            cluster=outputs["cluster"], services=[outputs["services"]["backend"]["service"]]
        )["services"]
        return str(service["taskDefinition"])

    key, before = keys(), definition()
    command = re.search(r"    pulumi (up --replace .*)", (SOURCE / "docs/operations.md").read_text())
    assert command and len(key) == 1
    run = checkout.pulumi(*command[1].replace("'", "").split(), "--stack", "local", "--yes", "--skip-preview")
    assert run.code == 0, run.output
    assert len(keys()) == 1 and not keys() & key
    assert definition() != before
