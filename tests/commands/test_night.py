"""`make sleep` and `make wake`: the calls of the schedules, in their order."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ops import night
from ops.errors import OperationError
from tests.commands.test_status import Paginator

SDK = "arn:aws:scheduler:::aws-sdk:"
CALLS = {
    "stop-web": ("ecs:updateService", {"Cluster": "c", "Service": "s", "DesiredCount": 0}),
    "stop-scaling": ("applicationautoscaling:registerScalableTarget", {"ResourceId": "r", "MinCapacity": 0}),
    "stop-database": ("rds:stopDBInstance", {"DbInstanceIdentifier": "d"}),
    "start-database": ("rds:startDBInstance", {"DbInstanceIdentifier": "d"}),
    "start-web": ("ecs:updateService", {"Cluster": "c", "Service": "s", "DesiredCount": 1}),
}
OUTPUTS = {
    "cluster": "c", "database": "host", "services": {"web": {"service": "s"}},
    "sleep": {
        "told": "from 20:00 to 07:00 (UTC)",
        "sleep": ["stop-web", "stop-scaling", "stop-database"], "wake": ["start-database", "start-web"],
    },
}  # fmt: skip
# The names of boto3, as its own models have them.
API = {
    "ecs": ("update_service", "UpdateService", ("cluster", "service", "desiredCount")),
    "application-autoscaling": ("register_scalable_target", "RegisterScalableTarget", ("ResourceId", "MinCapacity")),
    "rds": ("stop_db_instance start_db_instance", "StopDBInstance StartDBInstance", ("DBInstanceIdentifier",)),
}


class Cloud:
    """A database in these states, one at each look; the calls that were made, with boto3's names."""

    def __init__(self, *states: str, outputs: dict[str, Any] | None = None) -> None:
        self.states, self.made = list(states), list[Any]()
        self.target: Any = SimpleNamespace(
            name="dev", outputs=OUTPUTS if outputs is None else outputs, option=" STACK=dev", up="pulumi up -s dev",
            client=self.client,
        )  # fmt: skip

    def client(self, service: str) -> Any:
        if service == "scheduler":
            return SimpleNamespace(get_schedule=self.schedule)
        methods, operations, members = API[service]
        model = SimpleNamespace(operation_model=lambda _: SimpleNamespace(input_shape=SimpleNamespace(members=members)))
        meta = SimpleNamespace(
            method_to_api_mapping=dict(zip(methods.split(), operations.split(), strict=True)), service_model=model
        )
        calls = {name: (lambda _name=name, **given: self.made.append((_name, given))) for name in methods.split()}
        return SimpleNamespace(meta=meta, get_paginator=lambda _: Paginator(self.page()), **calls)

    def schedule(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        api, given = CALLS[Name]
        return {"Target": {"Arn": f"{SDK}{api}", "Input": json.dumps(given)}}

    def page(self) -> dict[str, Any]:
        state = self.states.pop(0)
        return {"DBInstances": [{"Endpoint": {"Address": "host"}, "DBInstanceStatus": state}]}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_tasks_end_before_the_database_does() -> None:
    cloud = Cloud("backing-up", "available")
    assert [line.partition(" ")[0] for line in night.sleep(cloud.target)][:3] == [
        "ecs:updateService",
        "applicationautoscaling:registerScalableTarget",
        "rds:stopDBInstance",
    ]
    assert cloud.made == [
        ("update_service", {"cluster": "c", "service": "s", "desiredCount": 0}),
        ("register_scalable_target", {"ResourceId": "r", "MinCapacity": 0}),
        ("stop_db_instance", {"DBInstanceIdentifier": "d"}),
    ]


def test_tasks_start_when_the_database_answers() -> None:
    cloud = Cloud("stopping", "stopped", "starting", "available")
    list(night.wake(cloud.target))
    assert [name for name, _ in cloud.made] == ["start_db_instance", "update_service"]
    assert cloud.states == []


def test_a_database_that_runs_is_not_started() -> None:
    cloud = Cloud("available")
    list(night.wake(cloud.target))
    assert [name for name, _ in cloud.made] == ["update_service"]


def test_a_stack_that_is_always_awake_is_told_how_to_sleep() -> None:
    with pytest.raises(OperationError, match="always awake; write sleep into its file"):
        list(night.wake(Cloud(outputs={}).target))
