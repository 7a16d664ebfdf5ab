"""An AMI that an instance type cannot start is told before anything is made."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from infra.steps import machine_image

THERE = {"ami-x86": "x86_64", "ami-arm": "arm64"}
ASK = "--name /aws/service/ecs/optimized-ami/amazon-linux-2023"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    def describe_images(**request: Any) -> Mapping[str, Any]:
        (one,) = request["Filters"][0]["Values"]
        assert request["IncludeDeprecated"] and request["Filters"][0]["Name"] == "image-id"
        return {"Images": [{"Architecture": THERE[one]}] if one in THERE else []}

    monkeypatch.setattr(machine_image, "aws_client", lambda *_: SimpleNamespace(describe_images=describe_images))


@pytest.mark.parametrize(
    ("image", "kind", "architecture", "told"),
    [
        ("ami-x86", "t3a.small", "x86_64", None),
        ("ami-arm", "t4g.small", "arm64", None),
        ("ami-x86", "t4g.small", "arm64", "for arm64, as t4g.small is, got ami-x86, which is of x86_64"),
        ("ami-arm", "t3a.small", "x86_64", "for x86_64, as t3a.small is, got ami-arm, which is of arm64"),
        ("ami-gone", "t3a.small", "x86_64", "got ami-gone, which is not to be had by this account in eu-west-1"),
    ],
)
def test_the_image_must_be_there_and_of_the_types_architecture(
    image: str, kind: str, architecture: str, told: str | None
) -> None:
    text = machine_image.misfit("eu-west-1", image, kind, architecture)
    assert text is None if told is None else text and told in text
    assert text is None or f"{ASK}/{'arm64/' if architecture == 'arm64' else ''}recommended/image_id" in text
