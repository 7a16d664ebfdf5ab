"""Images: a build happens only where ECR lacks the tag."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from docker.errors import ImageNotFound
from pulumi.output import UNKNOWN

from infra.pure.image_tag import image_tag
from infra.steps import builder, image_build
from infra.steps.build_output import Output
from infra.steps.common import StepError, fail
from infra.steps.image_build import ImageBuild
from tests.unit.steps.aws_fakes import refusal

IMAGES = Path(__file__).parent / "images"  # an app of a project may have any name
PROPS = {
    "region": "us-east-1",
    "repository": "backend-image",
    "repositoryUrl": "123456789012.dkr.ecr.us-east-1.amazonaws.com/backend-image",
    "context": "backend",
    "tag": image_tag(IMAGES / "backend"),
}
BEFORE = {**PROPS, "tag": "0123456789abcdef"}


class FakeRegistry:
    """ECR and the engine that pushes to it."""

    def __init__(self, tags: set[str]) -> None:
        self.tags = tags
        self.built: list[dict[str, Any]] = []
        self.login: dict[str, str] = {}
        self.build_stream: list[dict[str, Any]] = [{"stream": "Step 1/2 : FROM scratch\n"}]
        self.loses_pushes = False
        self.answers_empty = False
        self.pulled: list[str] = []
        self.api = self.images = self

    def describe_images(self, **arguments: Any) -> dict[str, Any]:
        (wanted,) = arguments["imageIds"]
        if wanted["imageTag"] not in self.tags:
            if self.answers_empty:
                return {"imageDetails": []}
            raise refusal("ImageNotFoundException")
        return {"imageDetails": [{"imageTags": [wanted["imageTag"]]}]}

    def get_authorization_token(self) -> dict[str, Any]:
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:token").decode()}]}

    def version(self) -> dict[str, Any]:
        return {"Version": "1", "ApiVersion": "1.41"}

    def get(self, name: str) -> None:
        raise ImageNotFound(name)

    def pull(self, url: str, tag: str, auth_config: dict[str, str], platform: str) -> None:
        assert (auth_config, platform) == ({"username": "AWS", "password": "token"}, "linux/amd64")
        self.pulled.append(f"{url}:{tag}")

    def build(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        self.built.append({**arguments, "tag of the context": image_tag(Path(arguments["path"]))})
        yield from self.build_stream

    def push(self, repository: str, tag: str, auth_config: dict[str, str], **_: Any) -> Iterator[dict[str, Any]]:
        self.login = auth_config
        yield {"status": "Pushing", "id": "layer", "progress": "[=>  ]"}
        if not self.loses_pushes:
            self.tags.add(tag)

    def close(self) -> None:
        pass


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    fake = FakeRegistry(set())
    monkeypatch.setattr(boto3, "client", lambda name, **_: fake)
    monkeypatch.setattr(builder, "connect", lambda: fake)
    monkeypatch.setattr(image_build, "image_folder", lambda context: IMAGES / context)
    return fake


def test_a_missing_tag_is_built_for_the_instances_and_pushed(registry: FakeRegistry) -> None:
    result = ImageBuild().create({**PROPS})
    assert result.outs is not None
    assert result.outs["uri"] == f"{PROPS['repositoryUrl']}:{PROPS['tag']}"
    (build,) = registry.built
    assert build["platform"] == "linux/amd64"
    assert build["tag of the context"] == PROPS["tag"]
    assert not Path(build["path"]).exists()
    assert registry.login == {"username": "AWS", "password": "token"}
    assert registry.tags == {PROPS["tag"]}


def test_a_build_gets_its_arguments(registry: FakeRegistry) -> None:
    arguments = {"VITE_API_URL": ""}
    tag = image_tag(IMAGES / "backend", arguments)
    ImageBuild().create({**PROPS, "buildArgs": arguments, "tag": tag})
    assert [build["buildargs"] for build in registry.built] == [arguments]
    assert registry.tags == {tag} != {PROPS["tag"]}


def test_a_tag_that_ecr_has_is_not_built(registry: FakeRegistry) -> None:
    registry.tags.add(PROPS["tag"])
    ImageBuild().update("id", BEFORE, {**PROPS})
    assert registry.built == []


def test_a_new_version_is_built_upon_the_one_before(registry: FakeRegistry) -> None:
    ImageBuild().update("id", BEFORE, {**PROPS})
    assert registry.pulled == [f"{PROPS['repositoryUrl']}:{BEFORE['tag']}"]
    assert registry.tags == {PROPS["tag"]}


def test_files_that_change_while_up_runs_do_not_get_another_contents_tag(registry: FakeRegistry) -> None:
    with pytest.raises(StepError, match="backend: its files changed after `up` began; run it again"):
        ImageBuild().create(BEFORE)
    assert registry.built == []


def test_a_failing_build_shows_its_last_lines(registry: FakeRegistry) -> None:
    registry.build_stream = [*({"stream": f"line {i}\n"} for i in range(100)), {"error": "returned a non-zero code: 1"}]
    with pytest.raises(StepError) as caught:
        ImageBuild().create({**PROPS})
    assert str(caught.value).startswith("backend: returned a non-zero code: 1\n")
    assert "line 99" in str(caught.value)
    assert "line 9\n" not in str(caught.value)


def test_a_kept_version_is_taken_from_ecr_and_never_built_of_the_present_folder(registry: FakeRegistry) -> None:
    kept = {**PROPS, "tag": "00000000000000aa", "kept": True}
    with pytest.raises(StepError, match="backend: version 00000000000000aa is not in ECR; `make rollback` lists"):
        ImageBuild().update("id", BEFORE, kept)
    (failure,) = ImageBuild().check(BEFORE, kept).failures
    assert failure.reason.startswith("backend: version 00000000000000aa is not in ECR")
    registry.tags.add("00000000000000aa")
    assert ImageBuild().check(BEFORE, kept).failures == []
    result = ImageBuild().update("id", BEFORE, kept)
    assert result.outs and result.outs["uri"].endswith(":00000000000000aa")
    assert registry.built == []


def test_a_push_that_did_not_arrive_is_noticed(registry: FakeRegistry) -> None:
    registry.loses_pushes = True
    with pytest.raises(StepError, match="yet ECR does not have it; run `up` again"):
        ImageBuild().create({**PROPS})


@pytest.mark.parametrize(
    ("olds", "news", "refused"),
    [
        ({}, {**PROPS, "repository": UNKNOWN}, True),
        (BEFORE, PROPS, True),
        (PROPS, PROPS, False),
        (BEFORE, {**PROPS, "tag": "in-ecr"}, False),
    ],
    ids=["new stack", "new version", "same version", "built elsewhere"],
)
def test_a_preview_says_what_is_missing_for_a_build_that_will_be_needed(
    registry: FakeRegistry,
    monkeypatch: pytest.MonkeyPatch,
    olds: dict[str, Any],
    news: dict[str, Any],
    refused: bool,
) -> None:
    registry.tags.add("in-ecr")
    monkeypatch.setattr(builder, "connect", lambda: fail("image: needs a Docker engine"))
    found = ImageBuild().check(olds, news)
    assert found.inputs == news
    assert [failure.reason for failure in found.failures] == ["image: needs a Docker engine"] * refused


@pytest.mark.parametrize("answers_empty", [False, True])
def test_a_refresh_sees_that_ecr_lost_the_image(registry: FakeRegistry, answers_empty: bool) -> None:
    registry.answers_empty = answers_empty
    assert ImageBuild().read("id", {**PROPS}).id == ""
    registry.tags.add(PROPS["tag"])
    assert ImageBuild().read("id", {**PROPS}).id == "id"


def test_only_another_tag_or_repository_is_a_change() -> None:
    provider = ImageBuild()
    assert provider.diff("id", PROPS, {**PROPS, "context": "moved"}).changes is False
    assert provider.diff("id", PROPS, {**PROPS, "tag": "other"}).changes is True
    assert provider.diff("id", PROPS, {**PROPS, "repository": "other"}).replaces == ["repository"]


def test_progress_bars_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Output(IMAGES / "backend").follow([{"status": "Pushing", "id": "a"}, {"status": "latest: digest"}])
    assert capsys.readouterr().out == "backend: latest: digest\n"
