"""`make upgrade-hosts` on AWS: which AMI is written, what is replaced, and how its end is waited for."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops import upgrade_hosts
from ops.errors import OperationError
from ops.target import Target

AMI = {"image_id": "ami-new", "image_name": "al2023-ami-ecs-new"}
GROUP = "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:id:autoScalingGroupName/group"
# A Pulumi that, told to deploy, does what Auto Scaling would begin then.


class Cloud:
    """`known`: the states of earlier refreshes; `begun`: those of the one that `up` begins, or the command itself, a
    state for each look."""

    def __init__(
        self, notes: Path, running: Sequence[str], known: Sequence[str], begun: Sequence[str], *, by_up: bool = True
    ) -> None:
        self.by_up = by_up
        self.notes, self.running = notes, list(running)
        self.known, self.begun = list(known), list(begun)
        self.started: list[Mapping[str, Any]] = []
        self.parameters: list[str] = []

    def client(self, service: str) -> Any:
        return {
            "ssm": SimpleNamespace(get_parameter=self.get_parameter),
            "ecs": SimpleNamespace(
                describe_clusters=lambda clusters: {"clusters": [{"capacityProviders": [f"{clusters[0]}-capacity"]}]},
                describe_capacity_providers=lambda capacityProviders: {  # noqa: N803 # AWS's
                    "capacityProviders": [{"autoScalingGroupProvider": {"autoScalingGroupArn": GROUP}}]
                },
            ),
            "autoscaling": self,
            "ec2": SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=self.machines)),
        }[service]

    def get_parameter(self, Name: str) -> Any:  # noqa: N803 # AWS's
        self.parameters.append(Name)
        return {"Parameter": {"Value": json.dumps(AMI)}}

    def describe_auto_scaling_groups(self, **asked: Any) -> Any:
        assert asked == {"AutoScalingGroupNames": ["group"]}
        instances = [{"InstanceId": f"i-{n}", "LifecycleState": "InService"} for n, _ in enumerate(self.running)]
        return {"AutoScalingGroups": [{"Instances": [*instances, {"InstanceId": "x", "LifecycleState": "Pending"}]}]}

    def machines(self, **asked: Any) -> Any:
        assert asked == {"InstanceIds": [f"i-{n}" for n, _ in enumerate(self.running)]}
        found = [{"InstanceId": f"i-{n}", "ImageId": image} for n, image in enumerate(self.running)]
        return iter([{"Reservations": [{"Instances": found}]}])

    def describe_instance_refreshes(self, **asked: Any) -> Any:
        """The newest goes on by one state each time that it is asked for."""
        assert asked == {"AutoScalingGroupName": "group"}
        newest = []
        if self.begun and (self.started or self.deployed):
            state = self.begun.pop(0) if len(self.begun) > 1 else self.begun[0]
            if state == "Successful":
                self.running = ["ami-new"] * len(self.running)
            newest = [{"InstanceRefreshId": "new", "Status": state, "StatusReason": "no room"}]
        known = [{"InstanceRefreshId": f"r{n}", "Status": state} for n, state in enumerate(self.known)]
        return {"InstanceRefreshes": [*newest, *known]}

    def start_instance_refresh(self, **asked: Any) -> None:
        self.started.append(asked)

    @property
    def deployed(self) -> bool:
        return self.by_up and self.notes.exists() and '["up"' in self.notes.read_text()


@pytest.fixture
def notes(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """And a stack's file, and no waiting."""
    # As Pulumi leaves it: the new id beside the comment about the old one.
    (tmp_path / "Pulumi.prod.yaml").write_text("a: 1 # stays\n    amiId: ami-new # al2023-ami-ecs-old in us-east-1\n")
    monkeypatch.setattr(upgrade_hosts, "file_of", lambda name: tmp_path / f"Pulumi.{name}.yaml")
    monkeypatch.setattr(upgrade_hosts, "POLL_SECONDS", 0)
    return notes


def stack(cloud: Cloud, ami: str, kind: str = "t3a.small") -> Target:
    made = Target(base="prod", place=None)
    config = {"region": "us-east-1", "cluster": {"amiId": ami, "instanceType": kind}}
    vars(made).update(project="shop", outputs={"cluster": "c", "services": {}}, config=config, client=cloud.client)
    return made


def test_the_newest_ami_is_written_deployed_and_followed_until_all_instances_have_it(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = Cloud(notes, ["ami-old", "ami-old"], ["Successful"], ["Pending", "InProgress", "InProgress", "Successful"])
    assert upgrade_hosts.upgrade_hosts(stack(cloud, "ami-old")) == 0
    assert [json.loads(line) for line in notes.read_text().splitlines()] == [
        ["config", "set", "--path", "shop:cluster.amiId", "ami-new", "--stack", "prod"],
        ["up", "--stack", "prod"],
    ]
    written = (notes.parent / "Pulumi.prod.yaml").read_text()
    assert written == "a: 1 # stays\n    amiId: ami-new # al2023-ami-ecs-new in us-east-1\n"
    told = capsys.readouterr().out
    assert told.startswith("ami-old → ami-new (al2023-ami-ecs-new), in Pulumi.prod.yaml. A new instance comes up")
    assert told.count("InProgress, 0 % done") == 1 and "All instances have ami-new; commit" in told
    assert not cloud.started


def test_nothing_is_done_where_all_instances_have_the_newest(notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud = Cloud(notes, ["ami-new"], [], [])
    assert upgrade_hosts.upgrade_hosts(stack(cloud, "ami-new", "t4g.small")) == 0
    assert "All instances have the newest AMI, ami-new" in capsys.readouterr().out
    assert cloud.parameters == ["/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended"]
    assert not cloud.started and not notes.exists()


def test_instances_that_an_earlier_run_left_are_replaced_without_a_deployment(notes: Path) -> None:
    cloud = Cloud(notes, ["ami-new", "ami-old"], ["Failed"], ["InProgress", "Successful"])
    assert upgrade_hosts.upgrade_hosts(stack(cloud, "ami-new")) == 0
    (asked,) = cloud.started
    assert asked["AutoScalingGroupName"] == "group"
    assert asked["Preferences"] == {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}
    assert not notes.exists()


def test_a_stack_on_fargate_is_refused_and_nothing_is_asked_or_written(notes: Path) -> None:
    cloud = Cloud(notes, [], [], [])
    target = stack(cloud, "ami-old")
    target.outputs["machine"] = {}
    with pytest.raises(OperationError, match=r"the stack runs on Fargate \(cluster.launchType\): it has no instances"):
        upgrade_hosts.upgrade_hosts(target)
    assert not cloud.parameters and not notes.exists()


def test_a_refresh_that_failed_is_told_with_its_reason(notes: Path) -> None:
    cloud = Cloud(notes, ["ami-old"], [], ["InProgress", "Failed"])
    with pytest.raises(OperationError, match="ended as Failed: no room; the tasks run on"):
        upgrade_hosts.upgrade_hosts(stack(cloud, "ami-old"))


@pytest.mark.parametrize(("image", "replaced"), [("ami-old", 1), ("ami-new", 0)])
def test_an_up_that_found_nothing_to_do_leaves_what_is_old_to_the_command(
    notes: Path, image: str, replaced: int
) -> None:
    """The stack's file was behind what is deployed."""
    cloud = Cloud(notes, [image], ["Successful"], ["InProgress", "Successful"], by_up=False)
    assert upgrade_hosts.upgrade_hosts(stack(cloud, "ami-old")) == 0
    assert len(cloud.started) == replaced
