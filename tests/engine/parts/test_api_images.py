"""The Docker API's calls for images and builds, as a client sees them."""

import base64
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine import recipes
from localcloud.engine.emulator import Emulator
from localcloud.engine.errors import EngineError
from localcloud.engine.images import ARCHITECTURE, MANIFEST_TYPE, Image
from localcloud.signing import Credentials
from tests.engine.parts.api import CREATED, IMAGE, Api, run

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web"
DOCKERFILE = 'FROM scratch\nARG COLOR=red\nENV COLOR=$COLOR\nWORKDIR /app\nCOPY a.txt .\nCMD ["cat", "a.txt"]\n'


class Registry(Emulator):
    """Notes what is pushed, or refuses it."""

    def __init__(self, refusal: str = "") -> None:
        super().__init__("http://127.0.0.1:9", Credentials(access_key="", secret_key=""))
        self.pushed: list[tuple[str, str]] = []
        self.logins: list[Mapping[str, str]] = []
        self.refusal = refusal

    async def push(self, image: Image, name: str, login: Mapping[str, str]) -> str:
        if self.refusal:
            raise EngineError(500, self.refusal)
        self.pushed.append((image.id, name))
        self.logins.append(login)
        return image.digest


SHOWN = {
    "Id": IMAGE.id, "Architecture": "amd64", "Os": "linux", "Size": len(IMAGE.layer[1]), "Config": IMAGE.config,
    "RootFS": {"Type": "layers"}, "Labels": {"of": "image"},
}  # fmt: skip


def test_an_image_is_told_in_docker_s_words(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        names = {
            "RepoTags": ["other:latest", "web:1"],
            "RepoDigests": [f"{n}@{IMAGE.digest}" for n in ("other", "web")],
        }
        assert await api.status("POST", "/images/web:1/tag?repo=other") == 201
        assert await api.get("/images/web:1/json") == {**SHOWN, **names, "Created": IMAGE.created}
        row = {**SHOWN, **names, "Created": CREATED, "ParentId": "", "Containers": -1}
        assert await api.get("/images/json") == [row]
        for wanted, count in (("web", 1), ("other:latest", 1), ("web:2", 0), ("we", 0)):
            found = await api.get(f"/images/json?filters={json.dumps({'reference': [wanted]})}")
            assert len(found) == count
        assert await api.get("/distribution/web:1/json") == {
            "Descriptor": {"mediaType": MANIFEST_TYPE, "digest": IMAGE.digest, "size": len(IMAGE.manifest)},
            "Platforms": [{"architecture": "amd64", "os": "linux"}],
        }
        assert await api.status("GET", "/images/none/json") == 404

    run(tmp_path, work)


def test_a_tag_has_a_name_of_its_own(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        assert await api.status("POST", f"/images/web:1/tag?repo={ECR}&tag=abc") == 201
        assert api.images.find(f"{ECR}:abc").id == IMAGE.id
        assert await api.answer("DELETE", f"/images/{ECR}:abc") == (200, [{"Untagged": f"{ECR}:abc"}])
        await api.create("one")
        await api.status("POST", "/containers/one/start")
        assert await api.status("DELETE", "/images/web:1") == 409
        await api.status("POST", "/containers/one/stop")
        assert await api.answer("DELETE", "/images/web:1") == (200, [{"Untagged": "web:1"}, {"Deleted": IMAGE.id}])

    run(tmp_path, work)


def test_a_pull_succeeds_for_what_is_here_and_downloads_nothing(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        lines = [{"status": f"Digest: {IMAGE.digest}"}, {"status": "Status: Image is up to date for web"}]
        assert await api.lines("/images/create?fromImage=web&tag=1") == lines
        assert await api.lines(f"/images/create?fromImage=web&tag={IMAGE.digest}") == lines
        assert (await api.lines("/images/create?fromImage=web:1"))[0] == lines[0]
        assert await api.status("POST", "/images/create?fromImage=web&tag=2") == 404
        for nothing in ("", "sha256:"):
            assert await api.status("POST", f"/images/create?fromImage={nothing}") == 404
            assert await api.status("POST", "/containers/create", json={"Image": nothing}) == 404

    run(tmp_path, work)


def test_a_push_ends_with_the_digest_by_which_aws_lists_the_image(tmp_path: Path) -> None:
    registry = Registry()

    async def work(api: Api) -> None:
        for tag in ("abc", "latest"):
            api.images.tag(IMAGE, ECR, tag)
        size = len(IMAGE.manifest)
        assert await api.lines(f"/images/{ECR}/push?tag=abc") == [
            {"status": f"abc: digest: {IMAGE.digest} size: {size}"},
            {"progressDetail": {}, "aux": {"Tag": "abc", "Digest": IMAGE.digest, "Size": size}},
        ]
        given = base64.urlsafe_b64encode(b'{"username": "AWS", "password": "p"}').decode()
        lines = await api.lines(f"/images/{ECR}/push", headers={"X-Registry-Auth": given})
        assert lines[1]["aux"]["Tag"] == "latest"

    run(tmp_path, work, registry)
    assert registry.pushed == [(IMAGE.id, f"{ECR}:abc"), (IMAGE.id, ECR)]
    assert registry.logins == [{}, {"Authorization": f"Basic {base64.b64encode(b'AWS:p').decode()}"}]


@pytest.mark.parametrize(
    ("registry", "reason"),
    [
        (None, "push: this engine was started without --emulator, so it knows no registry"),
        (Registry("no"), "no"),
    ],
)
def test_a_push_that_fails_tells_why_in_the_stream(tmp_path: Path, registry: Registry | None, reason: str) -> None:
    lines = run(tmp_path, lambda api: api.lines("/images/web/push?tag=1"), registry)
    assert lines == [{"errorDetail": {"message": reason}, "error": reason}]


def context(**files: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name.replace("_", "."))
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return data.getvalue()


def test_a_build_tells_its_progress_its_tags_and_the_image_s_id(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        data = context(Dockerfile=DOCKERFILE, a_txt="hello")
        lines = await api.lines("/build?t=app:1&t=app:2", data=data)
        image = api.images.find("app:1")
        short = image.id.removeprefix("sha256:")[:12]
        assert lines[-4:] == [
            {"stream": "Successfully tagged app:1\n"},
            {"stream": "Successfully tagged app:2\n"},
            {"aux": {"ID": image.id}},
            {"stream": f"Successfully built {short}\n"},
        ]
        assert api.images.names(image) == ["app:1", "app:2"]
        assert (api.images.root(image) / "app/a.txt").read_text() == "hello"
        again = await api.lines("/build?t=app:1", data=data)
        assert again[0] == {"stream": "Using the image that this content was built to before\n"}
        assert again[-2:] == lines[-2:]

        await api.lines('/build?t=blue:1&buildargs={"COLOR":"blue"}', data=data)
        assert (api.images.find("app:1").config["Env"], api.images.find("blue:1").config["Env"]) == (
            ["COLOR=red"],
            ["COLOR=blue"],
        )
        await api.lines("/build?t=named:1&dockerfile=Other", data=context(Other=DOCKERFILE, a_txt="x"))
        assert api.images.find("named:1")

    run(tmp_path, work)


def test_a_build_that_fails_tells_why_in_the_stream_and_tags_nothing(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        for data in (context(Dockerfile="BANANA\n"), context(a_txt="no Dockerfile"), b"no archive"):
            lines = await api.lines("/build?t=app:1", data=data)
            assert [*lines[-1]] == ["errorDetail", "error"]
            assert lines[-1]["errorDetail"] == {"message": lines[-1]["error"]} and lines[-1]["error"]
        assert await api.status("GET", "/images/app:1/json") == 404

    run(tmp_path, work)


def test_a_prune_removes_what_no_image_needs_and_nobody_used_for_a_month_or_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def collect(self: recipes.Cache, used: list[str], days: float) -> list[str]:
        asked.append((used, days))
        return ["gone"]

    monkeypatch.setattr(recipes.Cache, "collect_garbage", collect)

    async def work(api: Api) -> None:
        built = api.images.folder / ".building-y"
        (built / "root").mkdir(parents=True)
        api.images.add(Image(config={}, content="d", created="", caches=["/env"]), built)
        for query in ("", "?all=1"):
            assert await api.answer("POST", f"/build/prune{query}") == (
                200,
                {"CachesDeleted": ["gone"], "SpaceReclaimed": 0},
            )

    run(tmp_path, work)
    assert asked == [(["/env"], 30.0), (["/env"], 0.0)]


def test_the_architecture_in_the_registry_is_this_machine_s() -> None:
    assert json.loads(IMAGE.blob)["architecture"] == ARCHITECTURE
