"""Builds an image and pushes it to ECR, unless ECR has its tag."""

import base64
import os
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from infra.pure.paths import image_folder
from infra.steps.common import Props, StepProvider, aws_client, fail, progress

if TYPE_CHECKING:
    from docker import DockerClient
    from types_boto3_ecr.client import ECRClient

PLATFORM = "linux/amd64"
# Longest silence of the engine: a build step may compile for minutes without a word.
SILENCE_SECONDS = 1800
LAST_LINES = 40


def ecr_has(ecr: "ECRClient", repository: str, tag: str) -> bool:
    try:
        found = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return False
        raise
    return bool(found["imageDetails"])


def connect() -> "DockerClient":
    import docker  # here: the program declares the resource, and only a build needs an engine
    from docker.errors import DockerException

    try:
        return docker.from_env(timeout=SILENCE_SECONDS)
    except DockerException as error:
        host = os.environ.get("DOCKER_HOST", "the default socket")
        fail(f"image: needs a Docker engine to build, none answers at {host} ({error}); start one or set DOCKER_HOST")


def follow(subject: str, stream: Iterable[Mapping[str, Any]]) -> None:
    """Print a build's or push's lines; an error in the stream ends the step with the last of them."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    for message in stream:
        if error := message.get("error"):
            fail("\n  ".join([f"{subject}: {error}", *last]))
        # Progress bars of layers come with an id, dozens a second: left out.
        text = message.get("stream") or ("" if message.get("id") else message.get("status")) or ""
        for line in filter(None, map(str.rstrip, text.splitlines())):
            last.append(line)
            progress(subject, line)


def registry_login(ecr: "ECRClient") -> dict[str, str]:
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    username, password = base64.b64decode(token).decode().split(":", 1)
    return {"username": username, "password": password}


def build_and_push(props: Props) -> None:
    """Build `context` and push it as `repositoryUrl:tag`."""
    ecr = aws_client("ecr", props["region"])
    name, tag = props["context"], props["tag"]
    if ecr_has(ecr, props["repository"], tag):
        progress(name, f"image {tag} is in ECR already")
        return
    from docker.errors import APIError

    engine = connect()
    url = props["repositoryUrl"]
    try:
        progress(name, f"building image {tag}")
        follow(
            name,
            engine.api.build(
                path=str(image_folder(name)), tag=f"{url}:{tag}", platform=PLATFORM, rm=True, forcerm=True, decode=True
            ),
        )
        progress(name, f"pushing image {tag}")
        follow(name, engine.api.push(url, tag=tag, auth_config=registry_login(ecr), stream=True, decode=True))
    except APIError as error:
        fail(f"{name}: the Docker engine refused: {error.explanation or error}")
    finally:
        engine.close()
    if not ecr_has(ecr, props["repository"], tag):
        fail(f"{name}: the push of {url}:{tag} ended without an error, yet ECR does not have it; run `up` again")


def outputs(props: Props) -> Props:
    return {**props, "uri": f"{props['repositoryUrl']}:{props['tag']}"}


class ImageBuild(StepProvider):
    """Inputs: region, repository, repositoryUrl, context (folder below the project's root), tag. Output: uri.

    Deleting does nothing: the repository's lifecycle policy, or its own deletion, removes images.
    """

    updates = ("tag",)
    replaces = ("region", "repository")

    def create(self, props: Props) -> CreateResult:
        build_and_push(props)
        return CreateResult(f"{props['repository']}/{props['context']}", outputs(props))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        build_and_push(_news)
        return UpdateResult(outputs(_news))

    def read(self, id_: str, props: Props) -> ReadResult:
        """Gone when ECR lost the tag, so that the next `up` builds it again."""
        ecr = aws_client("ecr", props["region"])
        return ReadResult(id_, props) if ecr_has(ecr, props["repository"], props["tag"]) else ReadResult("", {})
