"""The deployments of a service are told after they were replaced."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Client
from tests.engine.support import Emulator, eventually


def test_those_that_were_replaced_are_told_with_how_they_ended(aws: Client, emulator: Emulator) -> None:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 64}])
    ecs.create_service(cluster="c", serviceName="web", taskDefinition="web", desiredCount=1)

    def told(**more: Any) -> list[Any]:
        answer = ecs.list_service_deployments(cluster="c", service="web", **more)
        return list(answer["serviceDeployments"])

    def states() -> list[str]:
        return [one["status"] for one in told()]

    eventually(lambda: states() == ["SUCCESSFUL"])
    ecs.update_service(cluster="c", service="web", desiredCount=2)  # no deployment
    ecs.update_service(cluster="c", service="web", forceNewDeployment=True)
    eventually(lambda: states() == ["SUCCESSFUL", "SUCCESSFUL"])
    newest, first = told()
    assert newest["startedAt"] > first["startedAt"] and newest["serviceArn"].endswith(":service/c/web")
    assert ":service-deployment/c/web/" in first["serviceDeploymentArn"]

    def to_run() -> set[str]:
        return set(ecs.list_tasks(cluster="c", desiredStatus="RUNNING")["taskArns"])

    eventually(lambda: len(to_run()) == 2)
    ended = to_run()
    emulator.stop()
    emulator.start()
    eventually(lambda: len(to_run()) == 2)  # and not those that ended with the emulator
    assert not to_run() & ended
    assert told() == [newest, first]
    assert told(maxResults=1) == [newest] and told(status=["STOPPED"]) == []
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert told(createdAt={"after": tomorrow}) == [] and len(told(createdAt={"before": tomorrow})) == 2
    with pytest.raises(ClientError, match="Service not found"):
        ecs.list_service_deployments(cluster="c", service="other")
