"""The emulator's ECS on the engine: services, deployments, tasks."""

import json
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engine.support import APPS, Emulator, Engine, eventually, get

Client = Callable[[str], Any]


@dataclass(kw_only=True)
class Site:
    """A service of two tasks behind a load balancer."""

    engine: Engine
    emulator: Emulator
    aws: Client
    repository: str
    target_group: str
    host: str

    @classmethod
    def create(cls, cloud: tuple[Engine, Emulator], aws: Client, target_type: str) -> "Site":
        engine, emulator = cloud
        aws("ecs").create_cluster(clusterName="c")
        aws("logs").create_log_group(logGroupName="/web")
        repository = aws("ecr").create_repository(repositoryName="app/web")["repository"]["repositoryUri"]
        elb = aws("elbv2")
        group = elb.create_target_group(Name="web", Protocol="HTTP", Port=8000, VpcId="v", TargetType=target_type)
        arn = group["TargetGroups"][0]["TargetGroupArn"]
        balancer = elb.create_load_balancer(Name="lb", Subnets=["a", "b"])["LoadBalancers"][0]
        action = {"Type": "forward", "TargetGroupArn": arn}
        elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[action]
        )
        host = balancer["DNSName"]
        return cls(engine=engine, emulator=emulator, aws=aws, repository=repository, target_group=arn, host=host)

    def image(self, context: Path, tag: str) -> str:
        self.engine.build(context, f"{self.repository}:{tag}")
        self.push(tag)
        return f"{self.repository}:{tag}"

    def variant(self, folder: Path, tag: str, **replacements: str) -> str:
        self.engine.build_variant(folder, f"{self.repository}:{tag}", **replacements)
        self.push(tag)
        return f"{self.repository}:{tag}"

    def push(self, tag: str) -> None:
        lines = list(self.engine.client.images.push(self.repository, tag=tag, stream=True, decode=True))
        assert not [line for line in lines if "error" in line]

    def register(self, image: str, **changes: Any) -> str:
        options = {"awslogs-group": "/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}
        container = {
            "name": "web",
            "image": image,
            "memory": 128,
            "essential": True,
            "portMappings": [{"containerPort": 8000, "hostPort": 0}],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **changes,
        }
        answer = self.aws("ecs").register_task_definition(
            family="web", networkMode="bridge", requiresCompatibilities=["EC2"], containerDefinitions=[container]
        )
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def serve(self, task_definition: str) -> None:
        self.aws("ecs").create_service(
            cluster="c",
            serviceName="web",
            taskDefinition=task_definition,
            desiredCount=2,
            launchType="EC2",
            loadBalancers=[{"targetGroupArn": self.target_group, "containerName": "web", "containerPort": 8000}],
            deploymentConfiguration={
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
        )
        eventually(self.is_steady)

    def update(self, task_definition: str) -> None:
        self.aws("ecs").update_service(cluster="c", service="web", taskDefinition=task_definition)

    def service(self) -> Any:
        return self.aws("ecs").describe_services(cluster="c", services=["web"])["services"][0]

    def is_steady(self) -> bool:
        service = self.service()
        # A failed deployment stays listed, before or after the one that serves.
        states = [one["rolloutState"] for one in service["deployments"] if one["rolloutState"] != "FAILED"]
        return states == ["COMPLETED"] and service["runningCount"] == 2

    def version(self) -> str:
        version: str = json.loads(get(f"{self.emulator.url}/", self.host))["version"]
        return version

    def logged(self) -> list[str]:
        return [event["message"] for event in self.aws("logs").filter_log_events(logGroupName="/web")["events"]]


@dataclass
class Load:
    """Requests without a pause, from several clients, until the end of the `with` block."""

    site: Site
    clients: int = 4
    answers: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> "Load":
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def _ask(self) -> None:
        while not self._over.is_set():
            try:
                self.answers[self.site.version()] += 1
            except urllib.error.HTTPError as error:
                self.answers[f"{error.code} {error.read().decode()}"] += 1
            except OSError as error:
                self.answers[repr(error)] += 1

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def site(cloud: tuple[Engine, Emulator], aws: Client) -> Site:
    """Version v1 serves."""
    made = Site.create(cloud, aws, "instance")
    made.serve(made.register(made.image(APPS / "web", "1")))
    return made


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
    assert "repository name not known" in str(engine.client.images.push(name, tag="1"))


@pytest.mark.parametrize("target_type", ["instance", "ip"])
def test_a_service_serves_through_the_load_balancer(
    cloud: tuple[Engine, Emulator], aws: Client, target_type: str
) -> None:
    site = Site.create(cloud, aws, target_type)
    site.serve(site.register(site.image(APPS / "web", "1"), environment=[{"name": "GREETING", "value": "hello"}]))
    facts = json.loads(get(f"{site.emulator.url}/", site.host))
    assert facts["environment"]["GREETING"] == "hello"
    assert facts["environment"]["AWS_ENDPOINT_URL"] == site.emulator.url
    targets = aws("elbv2").describe_target_health(TargetGroupArn=site.target_group)["TargetHealthDescriptions"]
    assert len({target["Target"]["Id"] for target in targets}) == 2
    assert site.logged() == ["v1 listens"] * 2


def test_a_rolling_update_loses_no_request(site: Site, tmp_path: Path) -> None:
    update = site.register(site.variant(tmp_path, "2", v1="v2"))
    with Load(site) as load:
        time.sleep(1)
        site.update(update)
        eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == update)
        time.sleep(1)
    assert set(load.answers) == {"v1", "v2"}
    assert load.answers.total() > 200
    assert "stopped gracefully" in site.logged()


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("crash", "configuration is broken"), ("unhealthy", "never got healthy within 3 s")],
)
def test_a_version_that_cannot_serve_is_rolled_back(site: Site, tmp_path: Path, mode: str, reason: str) -> None:
    before = site.service()["taskDefinition"]
    image = site.variant(tmp_path, "2", v1="v2", **{"MODE=serve": f"MODE={mode}", "start-period=6s": "start-period=3s"})
    with Load(site) as load:
        site.update(site.register(image))
        eventually(lambda: any(one["rolloutState"] == "FAILED" for one in site.service()["deployments"]), 60)
        eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == before)
    assert set(load.answers) == {"v1"}
    assert any(reason in line for line in site.logged())


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
    assert "migrated" in eventually(lambda: [line for line in site.logged() if line == "migrated"])


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
