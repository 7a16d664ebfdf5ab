"""What is deployed, as Pulumi's outputs and ECS tell it: the services, and what their tasks get."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.dev.site import CloudFront, Site, behaviors
from localcloud.emulator.secret import role_variables
from localcloud.engine.programs import HOST_NAME, LOOPBACK
from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, Place

# `arn:aws:secretsmanager:<region>:<account>:secret:<name>`, before the key in the secret's JSON.
ARN_PARTS = 7


@dataclass(frozen=True, kw_only=True)
class Service:
    """`folder` is that of its Dockerfile, or of a page that has none.

    `command` is what the task runs in place of its image's own; `environment` what the task gets, secrets included.

    `private_url` is where other services reach it, and nobody else; `port` is None for one that nothing reaches.
    """

    name: str
    folder: Path
    dockerfile: str
    routes: Sequence[str]
    private_url: str | None
    port: int | None
    command: Sequence[str]
    migrate: Sequence[str]
    dev: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Host:
    """A name that one service has for itself: where it is deployed, and what answers there."""

    url: str
    site: Site


def hosts(outputs: Mapping[str, Any], cloudfront: CloudFront) -> dict[str, Host]:
    """By what stands before the domain."""
    return {
        host: Host(
            url=facts["url"],
            site=Site(
                routes={"/": facts["service"]},
                behaviors=behaviors(cloudfront, facts["distribution"]),
                tells_name=True,
            ),
        )
        for host, facts in outputs.get("hosts", {}).items()
    }


def read(place: Place, outputs: Mapping[str, Any], client: Any) -> list[Service]:
    """`client` makes a client of an AWS service, as `boto3.client` does."""
    ecs, secrets = client("ecs"), client("secretsmanager")
    return [
        service(place, name, facts, outputs["cluster"], ecs, secrets) for name, facts in outputs["services"].items()
    ]


def service(place: Place, name: str, facts: Mapping[str, Any], cluster: str, ecs: Any, secrets: Any) -> Service:
    if "source" not in facts:
        raise LocalCloudError("dev: what is deployed is of an earlier version of this program; run `make up`")
    (found,) = ecs.describe_services(cluster=cluster, services=[facts["service"]])["services"]
    task = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    container = task["containerDefinitions"][0]
    dockerfile = ROOT / facts["source"] / facts.get("dockerfile", "Dockerfile")
    ports = [mapping["containerPort"] for mapping in container.get("portMappings", [])]
    return Service(
        name=name,
        folder=dockerfile.parent,
        dockerfile=dockerfile.name,
        routes=facts["routes"],
        private_url=facts.get("private_url"),
        port=next(iter(ports), None),
        command=container.get("command", []),
        migrate=facts["migrate"],
        dev=facts["dev"],
        # A page's own server reads when it starts what its image has been built with.
        environment={**facts.get("build_args", {}), **environment(place, task, secrets)},
    )


def environment(place: Place, task: Mapping[str, Any], secrets: Any) -> dict[str, str]:
    """What ECS gives to the task: its variables, its secrets, and the credentials of its role."""
    container = task["containerDefinitions"][0]
    own = {row["name"]: row["value"].replace(HOST_NAME, LOOPBACK) for row in container.get("environment", [])}
    hidden = {row["name"]: secret(row["valueFrom"], secrets) for row in container.get("secrets", [])}
    role = role_variables(task["taskRoleArn"], place.endpoint) if task.get("taskRoleArn") else {}
    return {**own, **hidden, **role, "AWS_ENDPOINT_URL": place.endpoint}


def secret(source: str, secrets: Any) -> str:
    """The value that `valueFrom` names: a secret, or one key of a secret that is JSON.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    parts = source.split(":")
    text: str = secrets.get_secret_value(SecretId=":".join(parts[:ARN_PARTS]))["SecretString"]
    key = parts[ARN_PARTS] if len(parts) > ARN_PARTS else ""
    return str(json.loads(text)[key]) if key else text
