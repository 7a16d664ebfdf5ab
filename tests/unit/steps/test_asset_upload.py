"""A page's files are in the bucket before its tasks start: what is new is put there, what was replaced will expire."""

import base64
import io
import posixpath
import tarfile
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from docker.errors import ImageNotFound, NotFound

from infra.steps import builder
from infra.steps.asset_upload import AssetUpload
from infra.steps.common import StepError, fail
from tests.unit.steps.aws_fakes import refusal

URL = "123456789012.dkr.ecr.us-east-1.amazonaws.com/frontend-image"
PROPS: dict[str, Any] = {
    "region": "us-east-1", "bucket": "assets", "name": "frontend", "image": f"{URL}:one", "tag": "one",
    "places": {"/assets": ["dist/assets", "/srv/assets"]},
}  # fmt: skip
SECOND: dict[str, Any] = {**PROPS, "image": f"{URL}:two", "tag": "two"}
HASHED, YEAR = "assets/a-1a2b3c4d.js", "public, max-age=31536000, immutable"


class FakeBucket:
    """S3, and ECR's login."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str]] = []

    def put_object(self, **arguments: Any) -> None:
        assert arguments.pop("Bucket") == "assets"
        key, body = arguments.pop("Key"), arguments.pop("Body")
        self.objects[key] = {"Body": body.read(), "Tagging": "", **arguments}
        self.calls.append(("put", key))

    def copy_object(self, **arguments: Any) -> None:
        key = arguments.pop("Key")
        assert arguments.pop("CopySource") == {"Bucket": arguments.pop("Bucket"), "Key": key}
        assert arguments.pop("MetadataDirective") == arguments.pop("TaggingDirective") == "REPLACE"
        if key not in self.objects:
            raise refusal("NoSuchKey")
        self.objects[key] = {"Body": self.objects[key]["Body"], **arguments}
        self.calls.append(("retire", key))

    def get_paginator(self, name: str) -> "FakeBucket":
        assert name == "list_objects_v2"
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key}]} for key in self.objects] or [{}]

    def get_authorization_token(self) -> dict[str, Any]:
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:token").decode()}]}


class FakeEngine:
    """Images by name, each with its files."""

    def __init__(self) -> None:
        self.here: dict[str, Mapping[str, str]] = {}
        self.in_ecr: dict[str, Mapping[str, str]] = {}
        self.containers, self.images, self.attrs = self, self, {"Config": {"WorkingDir": "/app"}}
        self.open: Mapping[str, str] | None = None

    def get(self, name: str) -> "FakeEngine":
        if name not in self.here:
            raise ImageNotFound(name)
        return self

    def pull(self, url: str, *, tag: str, auth_config: Any, platform: str) -> "FakeEngine":
        assert (auth_config, platform) == ({"username": "AWS", "password": "token"}, "linux/amd64")
        self.here[f"{url}:{tag}"] = self.in_ecr[f"{url}:{tag}"]
        return self

    def create(self, image: str, command: list[str]) -> "FakeEngine":
        assert command
        self.open = self.here[image]
        return self

    def remove(self) -> None:
        self.open = None

    def get_archive(self, path: str) -> tuple[list[bytes], None]:
        assert self.open is not None
        found = {name: text for name, text in self.open.items() if name == path or name.startswith(f"{path}/")}
        if not found:
            raise NotFound(path)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            if path not in found:
                folder = tarfile.TarInfo(posixpath.basename(path))
                folder.type = tarfile.DIRTYPE
                archive.addfile(folder)
            for name, text in found.items():
                entry = tarfile.TarInfo(posixpath.relpath(name, posixpath.dirname(path)))
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        data = packed.getvalue()
        return [data[:700], data[700:]], None

    def close(self) -> None:
        assert self.open is None, "the container is still there"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> FakeBucket:
    fake = FakeBucket()
    monkeypatch.setattr(boto3, "client", lambda name, **_: fake)
    return fake


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(builder, "connect", lambda: fake)
    fake.here[PROPS["image"]] = {
        "/app/dist/index.html": "page", "/app/dist/assets/a-1a2b3c4d.js": "a", "/app/dist/assets/img/logo.svg": "old",
    }  # fmt: skip
    fake.here[SECOND["image"]] = {
        "/app/dist/index.html": "next", "/app/dist/assets/b-5e6f7a8b.js": "b", "/app/dist/assets/img/logo.svg": "new",
    }  # fmt: skip
    return fake


def first(s3: FakeBucket) -> dict[str, Any]:
    made = AssetUpload().create({**PROPS}).outs
    assert made is not None
    s3.calls.clear()
    return made


def second(s3: FakeBucket, **changes: Any) -> dict[str, Any]:
    made = AssetUpload().update("assets", first(s3), {**SECOND, **changes}).outs
    assert made is not None
    return made


def test_of_a_stack_that_sleeps_the_page_says_so(s3: FakeBucket, engine: FakeEngine) -> None:
    AssetUpload().create({**PROPS, "sleep": "from 20:00 to 07:00 <UTC>"})
    said = s3.objects["index.html"]["Body"].decode()
    assert "<p>It sleeps from 20:00 to 07:00 &lt;UTC&gt;.</p>" in said
    assert HASHED in s3.objects


def test_all_files_of_the_first_version_are_put_where_their_paths_are(s3: FakeBucket, engine: FakeEngine) -> None:
    made = AssetUpload().create({**PROPS})
    assert made.outs is not None and set(made.outs["files"]) == {HASHED, "assets/img/logo.svg", "index.html"}
    script = {"Body": b"a", "Tagging": "", "ContentType": "text/javascript; charset=utf-8", "CacheControl": YEAR}
    picture = {"Body": b"old", "Tagging": "", "ContentType": "image/svg+xml", "CacheControl": "no-cache"}
    page = {"Body": b"page", "Tagging": "", "ContentType": "text/html; charset=utf-8", "CacheControl": "no-cache"}
    assert s3.objects == {HASHED: script, "assets/img/logo.svg": picture, "index.html": page}


def test_a_new_version_puts_what_is_new_and_marks_what_it_lacks(s3: FakeBucket, engine: FakeEngine) -> None:
    second(s3)
    assert sorted(s3.calls) == [
        ("put", "assets/b-5e6f7a8b.js"), ("put", "assets/img/logo.svg"), ("put", "index.html"), ("retire", HASHED),
    ]  # fmt: skip
    assert s3.objects["assets/img/logo.svg"]["Body"] == b"new"
    assert s3.objects[HASHED] == {
        "Body": b"a", "Tagging": "replaced=true", "ContentType": "text/javascript; charset=utf-8", "CacheControl": YEAR,
    }  # fmt: skip


def test_what_is_new_is_there_before_anything_is_marked(s3: FakeBucket, engine: FakeEngine) -> None:
    second(s3)
    assert [what for what, _ in s3.calls] == ["put", "put", "put", "retire"]


def test_the_same_files_in_another_image_are_not_put_again(s3: FakeBucket, engine: FakeEngine) -> None:
    engine.here[SECOND["image"]] = engine.here[PROPS["image"]]
    second(s3)
    assert s3.calls == []


def test_a_version_that_is_returned_to_has_its_files_without_a_mark(s3: FakeBucket, engine: FakeEngine) -> None:
    AssetUpload().update("assets", second(s3), {**PROPS})
    assert {key: one["Tagging"] for key, one in s3.objects.items()} == {
        HASHED: "", "assets/img/logo.svg": "", "index.html": "", "assets/b-5e6f7a8b.js": "replaced=true",
    }  # fmt: skip


def test_a_replaced_file_that_has_expired_already_is_no_error(s3: FakeBucket, engine: FakeEngine) -> None:
    made = first(s3)
    del s3.objects[HASHED]
    AssetUpload().update("assets", made, {**SECOND})
    assert HASHED not in s3.objects


def test_an_image_that_was_built_elsewhere_is_pulled(s3: FakeBucket, engine: FakeEngine) -> None:
    engine.in_ecr[PROPS["image"]] = engine.here.pop(PROPS["image"])
    AssetUpload().create({**PROPS})
    assert HASHED in s3.objects


def test_the_first_place_that_exists_counts(s3: FakeBucket, engine: FakeEngine) -> None:
    engine.here[PROPS["image"]] = {"/srv/assets/c.js": "c"}
    AssetUpload().create({**PROPS})
    assert sorted(s3.objects) == ["assets/c.js", "index.html"]
    assert b"isn\xe2\x80\x99t available right now" in s3.objects["index.html"]["Body"], "the image has no page"


def test_a_page_without_a_usual_place_is_told_so_and_deployed(
    s3: FakeBucket, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.here[PROPS["image"]] = {"/app/index.html": ""}
    made = AssetUpload().create({**PROPS})
    assert made.outs is not None and list(made.outs["files"]) == ["index.html"]
    assert "frontend: the image has no folder for /assets at a usual place" in capsys.readouterr().out


def test_a_place_that_the_description_names_must_be_there(s3: FakeBucket, engine: FakeEngine) -> None:
    with pytest.raises(StepError, match="frontend: the image has no folder /app/www, which assets names for /js"):
        AssetUpload().create({**PROPS, "places": {"/js": ["www"]}})
    assert engine.open is None


def test_a_refresh_sees_that_the_bucket_lost_a_file(s3: FakeBucket, engine: FakeEngine) -> None:
    made = first(s3)
    s3.objects["assets/older.js"] = {}
    assert AssetUpload().read("assets", made).id == "assets"
    del s3.objects[HASHED]
    assert AssetUpload().read("assets", made).id == ""


@pytest.mark.parametrize(("olds", "refused"), [({}, True), (SECOND, True), (PROPS, False)])
def test_a_preview_says_that_an_engine_will_be_needed(
    monkeypatch: pytest.MonkeyPatch, olds: dict[str, Any], refused: bool
) -> None:
    monkeypatch.setattr(builder, "connect", lambda: fail("image: needs a Docker engine"))
    found = AssetUpload().check(olds, {**PROPS})
    assert [failure.reason for failure in found.failures] == ["image: needs a Docker engine"] * refused
