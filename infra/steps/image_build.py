"""Builds an image and pushes it to ECR, unless ECR has its tag."""

import base64
from contextlib import closing
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, ReadResult, UpdateResult

from infra.pure.build_context import DOCKERFILE
from infra.pure.image_tag import USUAL_PLATFORM
from infra.pure.paths import image_folder
from infra.steps import builder
from infra.steps.build_output import Output
from infra.steps.common import Props, StepError, StepProvider, aws_client, fail, progress

if TYPE_CHECKING:
    from docker import DockerClient
    from types_boto3_ecr.client import ECRClient


def platform_of(props: Props) -> str:
    return str(props.get("platform", USUAL_PLATFORM))


def ecr_has(ecr: "ECRClient", repository: str, tag: str) -> bool:
    try:
        found = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return False
        raise
    return bool(found["imageDetails"])


def is_built(props: Props) -> bool:
    """Whether ECR has it. In the preview of a new stack the repository has no name yet, so it has nothing."""
    if not isinstance(props["repository"], str):
        return False
    return ecr_has(aws_client("ecr", props["region"]), props["repository"], props["tag"])


def refuse_lost(props: Props) -> None:
    """A version that ECR lacks can only be built from the folder as it was."""
    if props.get("kept"):
        fail(
            f"{props['context']}: version {props['tag']} is not in ECR; `make rollback` lists those that are, and takes"
            " services.<name>.version out of the stack's file with VERSION=present"
        )


def registry_login(ecr: "ECRClient") -> dict[str, str]:
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    username, password = base64.b64decode(token).decode().split(":", 1)
    return {"username": username, "password": password}


def build_and_push(props: Props, before: str | None) -> None:
    """Build `context` and push it as `repositoryUrl:tag`. `before`: the tag that was built last."""
    ecr = aws_client("ecr", props["region"])
    name, tag = props["context"], props["tag"]
    if ecr_has(ecr, props["repository"], tag):
        progress(name, f"image {tag} is in ECR already")
        return
    refuse_lost(props)
    from docker.errors import APIError

    folder, url = image_folder(name), props["repositoryUrl"]
    with closing(builder.connect()) as engine:
        try:
            progress(name, f"building image {tag}")
            login = registry_login(ecr)
            cache = layers_of(engine, url, before, login, platform_of(props)) if before else None
            dockerfile = props.get("dockerfile", DOCKERFILE)
            builder.build(engine, folder, url, tag, platform_of(props), cache, props.get("buildArgs"), dockerfile)
            progress(name, f"pushing image {tag}")
            Output(folder).follow(engine.api.push(url, tag=tag, auth_config=login, stream=True, decode=True))
        except APIError as error:
            fail(f"{name}: the Docker engine refused: {error.explanation or error}")
    if not ecr_has(ecr, props["repository"], tag):
        fail(f"{name}: the push of {url}:{tag} ended without an error, yet ECR does not have it; run `up` again")


def layers_of(engine: "DockerClient", url: str, tag: str, login: dict[str, str], platform: str) -> str | None:
    """The image of that tag, fetched if this engine does not have it: a machine of CI has no layers of its own."""
    from docker.errors import APIError, ImageNotFound

    try:
        engine.images.get(f"{url}:{tag}")
    except ImageNotFound:
        try:
            engine.images.pull(url, tag=tag, auth_config=login, platform=platform)
        except APIError:
            return None  # gone by the repository's lifecycle policy: everything is built anew
    return f"{url}:{tag}"


def outputs(props: Props) -> Props:
    return {**props, "uri": f"{props['repositoryUrl']}:{props['tag']}"}


class ImageBuild(StepProvider):
    """Inputs: region, repository, repositoryUrl, context (folder below the project's root), tag, buildArgs if any,
    dockerfile (in the context) and platform where they are not the usual ones, and kept: true where the tag is of a
    version that was deployed before, which the folder no longer holds.

    Output: uri.

    Deleting does nothing: the repository's lifecycle policy, or its own deletion, removes images.
    """

    updates = ("tag",)
    replaces = ("region", "repository")

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """In a preview already: whether this machine can build, if it will have to."""
        failures = []
        if _olds.get("tag") != news["tag"] and not is_built(news):
            try:
                refuse_lost(news)
                builder.check()
            except StepError as error:
                failures.append(CheckFailure("context", str(error)))
        return CheckResult(news, failures)

    def create(self, props: Props) -> CreateResult:
        build_and_push(props, None)
        return CreateResult(f"{props['repository']}/{props['context']}", outputs(props))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        build_and_push(_news, _olds["tag"])
        return UpdateResult(outputs(_news))

    def read(self, id_: str, props: Props) -> ReadResult:
        """Gone when ECR lost the tag, so that the next `up` builds it again."""
        ecr = aws_client("ecr", props["region"])
        return ReadResult(id_, props) if ecr_has(ecr, props["repository"], props["tag"]) else ReadResult("", {})
