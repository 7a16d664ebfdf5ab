"""Services whose number of tasks follows their work."""

import json
from typing import Any

import pytest

from infra import program
from infra.config.load import APP_FILE, ConfigError, app_settings, parse
from infra.config.stack import StackConfig
from infra.planning.report import report
from tests.unit.program.recorder import Recorded, record
from tests.unit.stack_files import PROJECT, filled_in

SCALING = {"maxCount": 4, "cpuPercent": 60, "memoryPercent": 75, "requestsPerMinute": 1200}


def config(backend: dict[str, Any], **cluster: Any) -> StackConfig:
    own = {f"{PROJECT}:services": json.dumps({"backend": backend})}
    if cluster:
        known = json.loads(filled_in("dev")[f"{PROJECT}:cluster"])
        own[f"{PROJECT}:cluster"] = json.dumps({**known, **cluster})
    return parse({**filled_in("dev"), **own}, namespace=PROJECT, app=app_settings(APP_FILE))


@pytest.fixture(scope="module")
def scaled() -> Recorded:
    found = config({"scaling": SCALING}, maxInstances=4)
    return record(lambda: program.build(found), stack="dev")


def test_a_service_scales_between_its_count_and_the_most_by_each_metric(scaled: Recorded) -> None:
    target = scaled.one("backend-scaling-target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (1, 4)
    assert target["resourceId"] == "service/cluster-ecs-1a2b3c4/backend-service-1a2b3c4"
    found = {}
    for policy in scaled.of("aws:appautoscaling/policy:Policy"):
        tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
        metric = tracking["predefinedMetricSpecification"]
        found[metric["predefinedMetricType"]] = (tracking["targetValue"], metric.get("resourceLabel"))
    assert found == {
        "ECSServiceAverageCPUUtilization": (60, None),
        "ECSServiceAverageMemoryUtilization": (75, None),
        "ALBRequestCountPerTarget": (1200, "app/balancer/1a2b3c4/targetgroup/backend-group/1a2b3c4"),
    }


def test_what_scaling_made_of_the_count_is_no_difference_and_no_deployment_sets_it_back(scaled: Recorded) -> None:
    assert scaled.one("backend-service").options["ignoreChanges"] == "['desiredCount']"
    assert "desiredCount" not in scaled.one("backend-deployment").inputs
    assert "ignoreChanges" not in scaled.one("frontend-service").options
    assert scaled.one("frontend-deployment").inputs["desiredCount"] == 1


def test_the_plan_has_room_for_the_most_tasks() -> None:
    line = next(report(config({"scaling": {"maxCount": 3, "cpuPercent": 60}}, maxInstances=4)))
    assert "4 tasks" in line
    with pytest.raises(ConfigError, match=r"cluster: must have room for all tasks"):
        config({"memoryMib": 900, "scaling": {"maxCount": 4, "cpuPercent": 60}}, maxInstances=2)
