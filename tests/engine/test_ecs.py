"""The emulator's ECS on the engine: services, deployments, tasks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine.site import Client, Load, Site, login
from tests.engine.support import APPS, Emulator, Engine, eventually, get, role


def test_a_pushed_image_is_what_ecr_lists(cloud: tuple[Engine, Emulator], aws: Client) -> None:
    site = Site.create(cloud, aws, "instance")
    name = site.image(APPS / "web", "1")
    (image,) = aws("ecr").describe_images(repositoryName="app/web", imageIds=[{"imageTag": "1"}])["imageDetails"]
    assert site.engine.client.images.get(name).attrs["RepoDigests"] == [f"{site.repository}@{image['imageDigest']}"]
    assert site.engine.client.images.get_registry_data(name).id == image["imageDigest"]


def test_a_push_to_an_absent_repository_fails(cloud: tuple[Engine, Emulator], aws: Client) -> None:
    engine, _ = cloud
    name = "000000000000.dkr.ecr.us-east-1.amazonaws.com/absent"
    engine.build(APPS / "web", f"{name}:1")
    assert "repository name not known" in str(engine.client.images.push(name, tag="1", auth_config=login(aws)))


@pytest.mark.parametrize("password", [None, "guessed"])
def test_a_push_without_ecrs_password_fails(cloud: tuple[Engine, Emulator], aws: Client, password: str | None) -> None:
    site = Site.create(cloud, aws, "instance")
    site.engine.build(APPS / "web", f"{site.repository}:1")
    given = {"username": "AWS", "password": password} if password else None
    assert "the registry answered 401" in str(site.engine.client.images.push(site.repository, "1", auth_config=given))
    assert aws("ecr").describe_images(repositoryName="app/web")["imageDetails"] == []


@pytest.mark.parametrize("target_type", ["instance", "ip"])
def test_a_service_serves_through_the_load_balancer(
    cloud: tuple[Engine, Emulator], aws: Client, target_type: str
) -> None:
    site = Site.create(cloud, aws, target_type)
    site.serve(site.register(site.image(APPS / "web", "1"), environment=[{"name": "GREETING", "value": "hello"}]))
    facts = json.loads(get(f"{site.emulator.url}/", site.host))
    assert facts["environment"]["GREETING"] == "hello"
    assert facts["environment"]["AWS_ENDPOINT_URL"] == site.emulator.url
    assert who_am_i(facts["environment"]) == "arn:aws:sts::000000000000:assumed-role/web/task"
    targets = aws("elbv2").describe_target_health(TargetGroupArn=site.target_group)["TargetHealthDescriptions"]
    assert len({target["Target"]["Id"] for target in targets}) == 2
    eventually(lambda: site.logged() == ["v1 listens"] * 2)


def who_am_i(environment: dict[str, str]) -> str:
    """What AWS calls a task, by the credentials that an SDK finds in its environment."""
    finds = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, env=finds | {"AWS_DEFAULT_REGION": "us-east-1"}, stdout=subprocess.PIPE, check=True)
    return run.stdout.decode().strip()


def test_a_rolling_update_loses_no_request(site: Site, tmp_path: Path) -> None:
    update = site.register(site.variant(tmp_path, "2", v1="v2"))
    with Load(site) as load:
        eventually(lambda: load.answers["v1"] > 50)
        site.update(update)
        eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == update)
        eventually(lambda: load.answers["v2"] > 50)
    assert set(load.answers) == {"v1", "v2"}
    eventually(lambda: site.logged().count("stopped gracefully") == 2)


def test_a_version_that_ends_at_once_is_rolled_back(site: Site, tmp_path: Path) -> None:
    before = site.service()["taskDefinition"]
    image = site.variant(tmp_path, "2", v1="v2", **{"MODE=serve": "MODE=crash"})
    with Load(site) as load:
        site.update(site.register(image))
        eventually(site.has_failed)
        eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == before)
    assert set(load.answers) == {"v1"}
    eventually(lambda: "configuration is broken" in site.logged())


def test_a_dead_task_is_replaced(site: Site) -> None:
    first = site.engine.client.containers.list(filters={"label": "com.amazonaws.ecs.container-name=web"})
    first[0].kill()
    eventually(
        lambda: {one.id for one in site.engine.client.containers.list()} - {one.id for one in first}
        and site.is_steady()
    )
    assert site.version() == "v1"


def test_a_task_gives_its_exit_code_and_log(site: Site) -> None:
    task = site.register(f"{site.repository}:1", command=["python", "-c", "print('migrated'); raise SystemExit(7)"])
    arn = site.aws("ecs").run_task(cluster="c", taskDefinition=task, launchType="EC2")["tasks"][0]["taskArn"]
    site.aws("ecs").get_waiter("tasks_stopped").wait(cluster="c", tasks=[arn], WaiterConfig={"Delay": 1})
    (stopped,) = site.aws("ecs").describe_tasks(cluster="c", tasks=[arn])["tasks"]
    assert (stopped["stopCode"], stopped["containers"][0]["exitCode"]) == ("EssentialContainerExited", 7)
    eventually(lambda: "migrated" in site.logged())


def test_a_schedule_runs_a_task_with_its_own_command(site: Site) -> None:
    program = "import os; print(os.environ['KIND'], 'report'); raise SystemExit(3)"
    override = {
        "name": "web",
        "command": ["python", "-c", program],
        "environment": [{"name": "KIND", "value": "daily"}],
    }
    parameters = {"TaskDefinitionArn": site.register(f"{site.repository}:1"), "LaunchType": "EC2"}
    cluster = site.aws("ecs").describe_clusters(clusters=["c"])["clusters"][0]["clusterArn"]
    target = {
        "Arn": cluster,
        "RoleArn": role(site.aws("iam"), "scheduler", ["ecs:RunTask", "iam:PassRole"]),
        "EcsParameters": parameters,
    }
    site.aws("scheduler").create_schedule(
        Name="daily", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={**target, "Input": json.dumps({"containerOverrides": [override]})},
    )  # fmt: skip
    eventually(lambda: "daily report" in site.logged())
    stopped = {"cluster": "c", "startedBy": "schedule/daily", "desiredStatus": "STOPPED"}
    arns = eventually(lambda: site.aws("ecs").list_tasks(**stopped)["taskArns"])
    (task,) = site.aws("ecs").describe_tasks(cluster="c", tasks=arns)["tasks"]
    assert task["containers"][0]["exitCode"] == 3


PULL = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        ([], "CannotPullContainerError: AccessDeniedException: {0}ecr:GetAuthorizationToken on resource: *"),
        (
            PULL[:2],
            "CannotPullContainerError: AccessDeniedException: {0}ecr:GetDownloadUrlForLayer on resource: {1}app/web",
        ),
        (
            PULL,
            "retrieval failed: AccessDeniedException: {0}secretsmanager:GetSecretValue on resource: arn",
        ),
        ([*PULL, "secretsmanager:GetSecretValue"], "Essential container exited"),
    ],
)
def test_a_task_starts_where_its_execution_role_may_pull_and_read(site: Site, actions: list[str], reason: str) -> None:
    name, ecs = f"execution-{len(actions)}", site.aws("ecs")
    secret = site.aws("secretsmanager").create_secret(Name=name, SecretString="hidden")["ARN"]
    known = ecs.describe_task_definition(taskDefinition=site.register(f"{site.repository}:1"))["taskDefinition"]
    (container,) = known["containerDefinitions"]
    containers = [{**container, "command": ["true"], "secrets": [{"name": "SECRET", "valueFrom": secret}]}]
    executing = role(site.aws("iam"), name, actions)
    made = ecs.register_task_definition(family=name, containerDefinitions=containers, executionRoleArn=executing)
    definition = made["taskDefinition"]["taskDefinitionArn"]
    (task,) = ecs.run_task(cluster="c", taskDefinition=definition, launchType="EC2")["tasks"]
    eventually(lambda: seen(site, task["taskArn"])["lastStatus"] == "STOPPED")
    session = f"User: arn:aws:sts::000000000000:assumed-role/{name}/ecs-execution is not authorized to perform: "
    told = reason.format(session, "arn:aws:ecr:us-east-1:000000000000:repository/")
    assert told in seen(site, task["taskArn"])["stoppedReason"]


def seen(site: Site, task: str) -> dict[str, Any]:
    return dict(site.aws("ecs").describe_tasks(cluster="c", tasks=[task])["tasks"][0])


def test_services_come_back_after_everything_was_killed(site: Site) -> None:
    site.emulator.wait_until_saved()
    site.emulator.kill()
    site.engine.kill()
    site.engine.start()
    site.emulator.start()

    def serves() -> bool:
        try:
            return site.version() == "v1"
        except OSError:
            return False

    eventually(serves)
    eventually(site.is_steady)
    assert len(site.engine.client.containers.list()) == 2
