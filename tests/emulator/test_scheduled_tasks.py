"""Schedules and rules run ECS tasks. Without an engine a task counts as running at once."""

import datetime
import json
import subprocess
from typing import Any

import pytest

from tests.emulator.conftest import Client, soon
from tests.engine.support import EMULATOR_PYTHON, ROOT, Emulator, eventually, role

RIGHTS = ["ecs:RunTask", "sqs:CreateQueue"]
OVERRIDES = {"containerOverrides": [{"name": "app", "command": ["report"]}]}
# What ECS is asked to run.
ASKED = """
import json, sys
from localcloud.emulator.scheduled_tasks import ecs, run

ecs._run_task = lambda asked: (200, {}, json.dumps(print(json.dumps(asked)) or {}))
assert run(json.loads(sys.argv[1]), "a name of more than thirty-six characters", None) == ""
"""
# Three looks of an hour each, at a clock of its own; says who is run at which.
LOOKS = """
from datetime import datetime, timezone
from localcloud.emulator.schedules import Look, times_of_rule, times_of_schedule

now = start = datetime(2026, 1, 5, 5, 30, tzinfo=timezone.utc).timestamp()  # a Monday, 06:30 in Berlin
rows = {
    ("0", "us-east-1", str(number)): {
        "Name": f"{expression} {zone} {state}", "ScheduleExpression": expression, "State": state,
        "ScheduleExpressionTimezone": zone, "CreationDate": start - 10, "CreationTime": start - 10,
    }
    for number, (expression, zone, state) in enumerate([
        ("cron(0 7 ? * MON-FRI *)", "Europe/Berlin", "ENABLED"), ("cron(0 7 ? * MON-FRI *)", "UTC", "ENABLED"),
        ("cron(0 7 ? * SUN *)", "UTC", "ENABLED"), ("rate(1 hour)", "UTC", "ENABLED"),
        ("rate(1 hour)", "UTC", "DISABLED"), ("", "UTC", "ENABLED"), ("cron(0 7 ? * MON-FRI *)", "Nowhere", "ENABLED"),
    ])
}
for times in (times_of_schedule, times_of_rule):
    now = start
    look = Look(lambda: rows, times, lambda row, moment: print(int(moment - start) // 3600, row["Name"]), lambda: now)
    for _ in range(3):
        now += 3600
        look()
    print("-")
"""


@pytest.fixture
def target(aws: Client) -> dict[str, Any]:
    cluster = aws("ecs").create_cluster(clusterName="c")["cluster"]["clusterArn"]
    container = {"name": "app", "image": "app:1", "memory": 64}
    made = aws("ecs").register_task_definition(family="app", containerDefinitions=[container])
    task = {"TaskDefinitionArn": made["taskDefinition"]["taskDefinitionArn"], "TaskCount": 2, "Group": "reports"}
    return {
        "Arn": cluster,
        "RoleArn": role(aws("iam"), "scheduler", RIGHTS),
        "EcsParameters": task,
        "Input": json.dumps(OVERRIDES),
    }


def tasks(aws: Client, started_by: str) -> list[dict[str, Any]]:
    arns = aws("ecs").list_tasks(cluster="c", startedBy=started_by)["taskArns"]
    return list(aws("ecs").describe_tasks(cluster="c", tasks=arns)["tasks"]) if arns else []


def test_a_schedule_runs_its_task_when_it_is_time(aws: Client, target: dict[str, Any]) -> None:
    aws("scheduler").create_schedule(
        Name="nightly", ScheduleExpression=f"at({soon()})", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    found = eventually(lambda: tasks(aws, "schedule/nightly"))
    assert [task["group"] for task in found] == ["reports"] * 2
    assert found[0]["overrides"]["containerOverrides"] == OVERRIDES["containerOverrides"]


def test_a_rule_runs_its_task_and_what_cannot_run_is_in_the_log(
    emulator: Emulator, aws: Client, target: dict[str, Any]
) -> None:
    events = aws("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    broken = {**target["EcsParameters"], "TaskDefinitionArn": "arn:aws:ecs:us-east-1:000000000000:task-definition/no:1"}
    rows = [{**target, "Id": "good"}, {**target, "Id": "broken", "EcsParameters": broken}]
    events.put_targets(Rule="orders", Targets=rows)
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    assert len(eventually(lambda: tasks(aws, "schedule/orders"))) == 2
    assert eventually(lambda: "orders: its task was not run: " in emulator.log.read_text())


def test_a_schedule_calls_the_api_and_what_is_refused_is_in_the_log(
    emulator: Emulator, aws: Client, target: dict[str, Any]
) -> None:
    """With Scheduler's names, which are those of another SDK."""
    queues = {"made": "aws-sdk:sqs:createQueue", "refused": "aws-sdk:ecs:updateService"}
    for name, api in queues.items():
        given = {"QueueName": "by-schedule"} if name == "made" else {"Cluster": "c", "Service": "no", "DesiredCount": 0}
        called = {"Arn": f"arn:aws:scheduler:::{api}", "RoleArn": target["RoleArn"], "Input": json.dumps(given)}
        aws("scheduler").create_schedule(
            Name=name, ScheduleExpression=f"at({soon()})", FlexibleTimeWindow={"Mode": "OFF"}, Target=called
        )
    assert eventually(lambda: aws("sqs").list_queues(QueueNamePrefix="by-schedule").get("QueueUrls"))
    assert eventually(lambda: "aws-sdk:ecs:updateService was not called: " in emulator.log.read_text())


def test_a_rate_begins_at_once_and_goes_with_its_last_time(aws: Client, target: dict[str, Any]) -> None:
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    aws("scheduler").create_schedule(
        Name="daily", ScheduleExpression="rate(1 day)", EndDate=when, ActionAfterCompletion="DELETE",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}, Target=target,
    )  # fmt: skip
    assert len(eventually(lambda: tasks(aws, "schedule/daily"))) == 2
    eventually(lambda: "daily" not in [row["Name"] for row in aws("scheduler").list_schedules()["Schedules"]])


def run_in_emulator(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """In the emulator's Python, with MiniStack and without a server."""
    command = [EMULATOR_PYTHON, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)


def test_what_a_schedule_says_of_its_task_reaches_ecs_in_its_own_words() -> None:
    network = {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"], "AssignPublicIp": "ENABLED"}
    strategy = [{"capacityProvider": "c", "base": 1, "weight": 2}]
    parameters = {
        "TaskDefinitionArn": "app:1", "NetworkConfiguration": {"awsvpcConfiguration": network},
        "CapacityProviderStrategy": strategy, "EnableECSManagedTags": True, "Tags": [{"Key": "a", "Value": "b"}],
    }  # fmt: skip
    asked = json.loads(run_in_emulator(ASKED, json.dumps({"Arn": "cluster/c", "EcsParameters": parameters})).stdout)
    assert asked == {
        "cluster": "cluster/c", "taskDefinition": "app:1", "count": 1, "capacityProviderStrategy": strategy,
        "startedBy": "schedule/a name of more than thirty-", "enableECSManagedTags": True,
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"],
                                                         "assignPublicIp": "ENABLED"}},
        "tags": [{"key": "a", "value": "b"}],
    }  # fmt: skip


def test_a_task_that_cannot_run_is_told_to_the_dead_letter_queue(
    emulator: Emulator, aws: Client, target: dict[str, Any]
) -> None:
    queue = aws("sqs").create_queue(QueueName="dead")["QueueUrl"]
    broken = {**target["EcsParameters"], "TaskDefinitionArn": "arn:aws:ecs:us-east-1:000000000000:task-definition/no:1"}
    letters = {"Arn": "arn:aws:sqs:us-east-1:000000000000:dead"}
    aws("scheduler").create_schedule(
        Name="broken", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={**target, "EcsParameters": broken, "DeadLetterConfig": letters},
    )  # fmt: skip
    wanted = {"QueueUrl": queue, "WaitTimeSeconds": 5, "MessageAttributeNames": ["All"]}
    (letter,) = eventually(lambda: aws("sqs").receive_message(**wanted).get("Messages"))
    assert json.loads(letter["Body"]) == OVERRIDES
    told = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert told["SCHEDULE_ARN"].endswith(":schedule/default/broken")
    assert "no:1" in told["ERROR_MESSAGE"]
    assert "broken: its task was not run: " in emulator.log.read_text()


def test_a_task_is_run_only_where_the_schedules_role_may_run_it_and_give_it_its_own(
    emulator: Emulator, aws: Client, target: dict[str, Any]
) -> None:
    container = {"name": "app", "image": "app:1", "memory": 64}
    made = aws("ecs").register_task_definition(
        family="app", containerDefinitions=[container], taskRoleArn=role(aws("iam"), "task")
    )
    task = {**target["EcsParameters"], "TaskDefinitionArn": made["taskDefinition"]["taskDefinitionArn"]}
    roles = {"nobody": role(aws("iam"), "nobody"), "runner": role(aws("iam"), "runner", ["ecs:RunTask"])}
    for name, arn in roles.items():
        aws("scheduler").create_schedule(
            Name=name, ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
            Target={**target, "RoleArn": arn, "EcsParameters": task},
        )  # fmt: skip
    session = "User: arn:aws:sts::000000000000:assumed-role"
    refused = (
        f"nobody: its task was not run: {session}/nobody/scheduler is not authorized to perform: ecs:RunTask on",
        f"runner: its task was not run: {session}/runner/scheduler is not authorized to perform: iam:PassRole on",
    )
    assert eventually(lambda: all(words in emulator.log.read_text() for words in refused))


def test_a_rule_may_make_the_overrides_of_what_happened(aws: Client, target: dict[str, Any]) -> None:
    events = aws("events")
    events.put_rule(Name="uploads", EventPattern=json.dumps({"source": ["files"]}))
    template = '{"containerOverrides": [{"name": "app", "command": ["read", <key>]}]}'
    transformer = {"InputPathsMap": {"key": "$.detail.key"}, "InputTemplate": template}
    made = {key: value for key, value in target.items() if key != "Input"}
    events.put_targets(Rule="uploads", Targets=[{**made, "Id": "one", "InputTransformer": transformer}])
    events.put_events(Entries=[{"Source": "files", "DetailType": "made", "Detail": json.dumps({"key": "a.txt"})}])
    found = eventually(lambda: tasks(aws, "schedule/uploads"))
    assert found[0]["overrides"]["containerOverrides"] == [{"name": "app", "command": ["read", "a.txt"]}]


def test_a_look_runs_what_became_due_since_the_one_before() -> None:
    run = run_in_emulator(LOOKS)
    berlin, utc = "cron(0 7 ? * MON-FRI *) Europe/Berlin ENABLED", "cron(0 7 ? * MON-FRI *) UTC ENABLED"
    hourly = "rate(1 hour) UTC ENABLED"
    schedules, rules, _ = run.stdout.split("-\n")
    assert schedules.splitlines() == [f"1 {berlin}", f"1 {hourly}", f"2 {utc}", f"2 {hourly}", f"3 {hourly}"]
    # A rule has no zone: its times are in UTC.
    assert set(rules.splitlines()) >= {f"2 {berlin}", f"2 {utc}", f"1 {hourly}"} and f"1 {berlin}" not in rules
    assert "6: it is not run" in run.stderr


def test_the_end_of_a_task_is_told_to_rules_and_written_to_a_log_group(aws: Client, target: dict[str, Any]) -> None:
    ecs, events, logs = aws("ecs"), aws("events"), aws("logs")
    logs.create_log_group(logGroupName="/aws/events/jobs")
    pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"], "detail": {
        "clusterArn": [target["Arn"]], "lastStatus": ["STOPPED"], "group": [{"prefix": "job:"}]}}  # fmt: skip
    events.put_rule(Name="ended", EventPattern=json.dumps(pattern))
    group = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/jobs"
    events.put_targets(Rule="ended", Targets=[{"Id": "log", "Arn": group}])
    definition = target["EcsParameters"]["TaskDefinitionArn"]
    for name in ("job:nightly", "service:web"):
        (task,) = ecs.run_task(cluster="c", taskDefinition=definition, group=name)["tasks"]
        ecs.stop_task(cluster="c", task=task["taskArn"], reason=f"enough of {name}")
    wanted = {"logGroupName": "/aws/events/jobs", "filterPattern": '{ $.detail.group = "job:nightly" }'}
    (event,) = eventually(lambda: logs.filter_log_events(**wanted)["events"])
    told = json.loads(event["message"])["detail"]
    assert (told["stoppedReason"], told["containers"][0]["exitCode"]) == ("enough of job:nightly", 0)
    assert told["startedAt"] and told["stoppedAt"]
    assert len(logs.filter_log_events(logGroupName="/aws/events/jobs")["events"]) == 1
