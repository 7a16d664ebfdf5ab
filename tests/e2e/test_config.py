"""Wrong configuration: one readable list, nothing created."""

import json
import re

from localcloud import stack
from tests.e2e.checkout import Checkout
from tests.unit.stack_files import PROJECT

WRONG = f"""\
config:
  pulumi:disable-default-providers: [aws]
  {PROJECT}:region: mars-north
  {PROJECT}:recipe: maybe
  {PROJECT}:colour: blue
  {PROJECT}:network:
    cidr: 10.0.0.1/8
    zones: [us-east-1a]
  {PROJECT}:cluster:
    amiId: latest
    instanceTyp: t3.small
  {PROJECT}:mail:
    address: nobody
"""
PROBLEMS = ("region", "recipe", "colour", "network.cidr", "network.zones", "amiId", "instanceTyp", "mail.address")


def planned(output: str) -> dict[str, int]:
    """What a preview as JSON says it would do, as `last_changes` tells what was done."""
    changes: dict[str, int] = json.loads(output[output.index("{") :])["changeSummary"]
    return {operation: count for operation, count in changes.items() if operation != "same"}


def test_every_problem_is_listed_and_nothing_created(checkout: Checkout) -> None:
    config = checkout.root / "Pulumi.local.yaml"
    right = config.read_text()
    config.write_text(WRONG)
    run = checkout.run("up")
    assert run.code != 0
    missing = [problem for problem in PROBLEMS if problem not in run.output]
    assert missing == [], run.output
    assert "Traceback" not in run.output and "unhandled" not in run.output
    assert run.output.count("must be 'disposable', 'protected' or 'released'") == 1, run.output
    assert "what was created is kept" not in run.output
    assert stack.resource_count(checkout.place) == 0
    assert checkout.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"] == []

    config.write_text(right)


def test_a_stack_of_aws_is_not_made_here_by_mistake(checkout: Checkout) -> None:
    """As in a shell with `make env`, where somebody deploys another stack."""
    checkout.start_cloud()
    local = (checkout.root / "Pulumi.local.yaml").read_text()
    (checkout.root / "Pulumi.dev.yaml").write_text(re.sub("(?m)^.*accountId.*\n", "", local))
    assert checkout.pulumi("stack", "init", "dev").code == 0
    run = checkout.pulumi("up", "--stack", "dev", "--yes", "--skip-preview")
    assert run.code != 0
    assert "to deploy to AWS, leave it with `localcloud_off`" in run.output and "Traceback" not in run.output
    assert checkout.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"] == []
    assert checkout.pulumi("stack", "rm", "dev", "--yes", "--force", "--preserve-config").code == 0


def test_a_preview_of_a_fresh_stack_works_and_an_up_does_what_its_own_preview_said(checkout: Checkout) -> None:
    """As people call it; `make up` skips the preview."""
    checkout.start_cloud()
    stack.ensure(checkout.place)
    previewed = checkout.pulumi("preview", "--stack", "local", "--json")
    assert previewed.code == 0, previewed.output
    assert stack.resource_count(checkout.place) == 0

    done = checkout.pulumi("up", "--stack", "local", "--yes")
    assert done.code == 0, done.output
    assert checkout.last_changes() == planned(previewed.output)


def test_a_preview_of_a_live_stack_shows_what_is_new(checkout: Checkout) -> None:
    network = f"  {PROJECT}:network:"
    checkout.edit("Pulumi.local.yaml", network, f"  {PROJECT}:accessLogs: {{days: 7}}\n{network}")
    previewed = checkout.pulumi("preview", "--stack", "local", "--json")
    assert previewed.code == 0, previewed.output
    assert planned(previewed.output) == {"create": 7, "update": 2}

    checkout.up()
    assert checkout.last_changes() == {"create": 7, "update": 2}
    distribution = checkout.client("cloudfront").get_distribution_config(Id=checkout.outputs["distribution"])
    assert distribution["DistributionConfig"]["Logging"]["Enabled"]
    checkout.edit("Pulumi.local.yaml", f"  {PROJECT}:accessLogs.*\n", "")
    checkout.up()
    assert checkout.last_changes() == {"delete": 7, "update": 2}


def test_what_the_provider_refuses_reaches_no_service(checkout: Checkout) -> None:
    """A value that only AWS would refuse, and the emulator accepts."""
    checkout.edit("infra/components/storage.py", "force_destroy=", 'bucket="Not_A_Bucket", force_destroy=')
    run = checkout.run("up")
    assert run.code != 0
    assert "Not_A_Bucket" in run.output
    names = [bucket["Name"] for bucket in checkout.client("s3").list_buckets()["Buckets"]]
    assert "Not_A_Bucket" not in names
