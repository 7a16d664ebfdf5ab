"""A service of two tasks behind a load balancer, and requests to it."""

import base64
import json
import threading
import urllib.error
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.engine.support import Emulator, Engine, eventually, get, role

Client = Callable[[str], Any]


def login(aws: Client) -> dict[str, str]:
    """To ECR's registry, as `docker login` does it."""
    token = aws("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    return {"username": user, "password": password}


@dataclass(kw_only=True)
class Site:
    """A service of two tasks behind a load balancer."""

    engine: Engine
    emulator: Emulator
    aws: Client
    repository: str
    target_group: str
    host: str
    port: int = 8000

    @classmethod
    def create(cls, cloud: tuple[Engine, Emulator], aws: Client, target_type: str = "instance") -> "Site":
        engine, emulator = cloud
        aws("ecs").create_cluster(clusterName="c")
        aws("logs").create_log_group(logGroupName="/web")
        repository = aws("ecr").create_repository(repositoryName="app/web")["repository"]["repositoryUri"]
        elb = aws("elbv2")
        check = {"HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2}
        group = elb.create_target_group(
            Name="web", Protocol="HTTP", Port=8000, VpcId="v", TargetType=target_type, **check
        )
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
        replacements = {"EXPOSE 8000": f"EXPOSE {self.port}", **replacements}
        self.engine.build_variant(folder, f"{self.repository}:{tag}", **replacements)
        self.push(tag)
        return f"{self.repository}:{tag}"

    def push(self, tag: str) -> None:
        lines = list(
            self.engine.client.images.push(
                self.repository, tag=tag, auth_config=login(self.aws), stream=True, decode=True
            )
        )
        assert not [line for line in lines if "error" in line]

    def register(self, image: str, **changes: Any) -> str:
        options = {"awslogs-group": "/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}
        container = {
            "name": "web",
            "image": image,
            "memory": 128,
            "essential": True,
            "portMappings": [{"containerPort": self.port, "hostPort": 0}],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **changes,
        }
        answer = self.aws("ecs").register_task_definition(
            family="web",
            networkMode="bridge",
            requiresCompatibilities=["EC2"],
            containerDefinitions=[container],
            taskRoleArn=role(self.aws("iam"), "web", path="/apps/"),
        )
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def serve(
        self,
        task_definition: str,
        until: Callable[[], bool] | None = None,
        grace_seconds: int = 60,
        alarms: tuple[str, ...] = (),
    ) -> None:
        self.aws("ecs").create_service(
            cluster="c",
            serviceName="web",
            taskDefinition=task_definition,
            desiredCount=2,
            healthCheckGracePeriodSeconds=grace_seconds,
            launchType="EC2",
            loadBalancers=[{"targetGroupArn": self.target_group, "containerName": "web", "containerPort": self.port}],
            deploymentConfiguration={
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                **({"alarms": {"alarmNames": [*alarms], "enable": True, "rollback": True}} if alarms else {}),
            },
        )
        eventually(until or self.is_steady)

    def update(self, task_definition: str, **changes: Any) -> None:
        self.aws("ecs").update_service(cluster="c", service="web", taskDefinition=task_definition, **changes)

    def service(self) -> Any:
        return self.aws("ecs").describe_services(cluster="c", services=["web"])["services"][0]

    def is_steady(self) -> bool:
        service = self.service()
        # A failed deployment stays listed, before or after the one that serves.
        states = [one["rolloutState"] for one in service["deployments"] if one["rolloutState"] != "FAILED"]
        return states == ["COMPLETED"] and service["runningCount"] == 2

    def has_failed(self) -> bool:
        return any(one["rolloutState"] == "FAILED" for one in self.service()["deployments"])

    def events(self) -> str:
        return "\n".join(event["message"] for event in self.service()["events"])

    def targets(self) -> dict[str, Any]:
        """The health of each target, by its address."""
        described = self.aws("elbv2").describe_target_health(TargetGroupArn=self.target_group)
        return {one["Target"]["Id"]: one["TargetHealth"] for one in described["TargetHealthDescriptions"]}

    def stop_reasons(self) -> set[str]:
        ecs = self.aws("ecs")
        arns = ecs.list_tasks(cluster="c", serviceName="web", desiredStatus="STOPPED")["taskArns"]
        return {task["stoppedReason"] for task in ecs.describe_tasks(cluster="c", tasks=arns)["tasks"]}

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
