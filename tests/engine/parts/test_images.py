"""Images and their names: what is stored, found and removed."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine.errors import EngineError
from localcloud.engine.images import (
    CONFIG_TYPE,
    LAYER_TYPE,
    MANIFEST_TYPE,
    Image,
    ImageStore,
    postgres_image,
    sha256,
    split,
)


def image(content: str = "c", **config: Any) -> Image:
    return Image(config={"Cmd": ["run"], **config}, content=content, created="2026-01-01T00:00:00Z")


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "state/images")


def add(store: ImageStore, one: Image, *tags: str) -> Image:
    built = store.folder / ".building-x"
    (built / "root").mkdir(parents=True)
    (built / "root/file").write_text(one.content)
    store.add(one, built)
    for tag in tags:
        store.tag(one, *split(tag))
    return one


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("a", ("a", "latest")),
        ("a:1", ("a", "1")),
        ("host:5000/a", ("host:5000/a", "latest")),
        ("host:5000/a:1", ("host:5000/a", "1")),
        ("a@sha256:x", ("a", "sha256:x")),
        ("host:5000/a:1@sha256:x", ("host:5000/a", "sha256:x")),
        ("host:5000/a@sha256:x", ("host:5000/a", "sha256:x")),
    ],
)
def test_names_have_a_repository_and_a_tag_or_digest(reference: str, parts: tuple[str, str]) -> None:
    assert split(reference) == parts


def test_an_image_is_what_a_registry_checks() -> None:
    one = image()
    manifest, blob = json.loads(one.manifest), json.loads(one.blob)
    assert (one.id, one.digest) == (sha256(one.blob), sha256(one.manifest))
    assert one.id.startswith("sha256:") and len(one.id) == 71
    assert (manifest["schemaVersion"], manifest["mediaType"]) == (2, MANIFEST_TYPE)
    assert manifest["config"] == {"mediaType": CONFIG_TYPE, "size": len(one.blob), "digest": one.id}
    plain, layer = one.layer
    assert manifest["layers"] == [{"mediaType": LAYER_TYPE, "size": len(layer), "digest": sha256(layer)}]
    assert blob["rootfs"] == {"type": "layers", "diff_ids": [sha256(plain)]}
    assert (blob["config"], blob["os"]) == (one.config, "linux")
    assert blob["architecture"] in ("amd64", "arm64")


def test_the_same_content_and_config_is_the_same_image_whenever_it_was_built() -> None:
    later = Image(config={"Cmd": ["run"]}, content="c", created="2027-01-01T00:00:00Z", path=["/x"])
    assert later.id == image().id
    assert len({image().id, image("d").id, image(Cmd=["other"]).id}) == 3


def test_an_image_is_found_by_all_its_names(store: ImageStore) -> None:
    one, other = add(store, image(), "web:1", "web:2"), add(store, image("d"), "web")
    names = ["web:1", "web:2", one.id, one.id.removeprefix("sha256:")[:12], f"web@{one.digest}"]
    assert [store.find(name) for name in names] == [one] * 5
    assert store.find("web") is other
    assert (store.names(one), store.names(other)) == (["web:1", "web:2"], ["web:latest"])
    assert (store.known(one.id), store.known("sha256:0"), list(store)) == (one, None, [one, other])
    with pytest.raises(EngineError, match="No such image: absent; it was never built here") as caught:
        store.find("absent")
    assert caught.value.status == 404


def test_files_are_taken_over(store: ImageStore) -> None:
    one = add(store, image())
    assert (store.root(one) / "file").read_text() == "c"
    assert [path.name for path in store.folder.iterdir()] == [one.id.removeprefix("sha256:")]


def test_a_tag_moves(store: ImageStore) -> None:
    one, other = add(store, image(), "web:1"), add(store, image("d"), "web:1")
    assert (store.find("web:1"), store.names(one)) == (other, [])


def test_everything_is_there_after_a_restart_but_what_was_unfinished(store: ImageStore) -> None:
    one = add(store, image(), "web:1")
    (store.folder / ".building-y").mkdir()
    tags = store.folder / "tags.json"
    tags.write_text(json.dumps({**json.loads(tags.read_text()), "gone:1": "sha256:0"}))
    again = ImageStore(store.folder)
    assert again.find("web:1") == one
    assert again.tags == {"web:1": one.id}
    assert sorted(path.name for path in store.folder.iterdir()) == sorted([one.id[7:], "tags.json"])


def test_the_last_tag_takes_the_image_along(store: ImageStore) -> None:
    one = add(store, image(), "web:1", "web:2")
    assert store.remove("web:1", in_use=False) == [{"Untagged": "web:1"}]
    assert store.root(one).exists()
    assert store.remove("web:2", in_use=False) == [{"Untagged": "web:2"}, {"Deleted": one.id}]
    assert (list(store), store.root(one).parent.exists()) == ([], False)
    assert ImageStore(store.folder).tags == {}


def test_by_its_id_an_image_goes_with_all_its_tags(store: ImageStore) -> None:
    one = add(store, image(), "web:1", "web:2")
    done = store.remove(one.id, in_use=False)
    assert done == [{"Untagged": "web:1"}, {"Untagged": "web:2"}, {"Deleted": one.id}]


def test_an_image_in_use_keeps_its_last_tag(store: ImageStore) -> None:
    one = add(store, image(), "web:1", "web:2")
    store.remove("web:1", in_use=True)
    for name in ("web:2", one.id):
        with pytest.raises(EngineError, match=f"unable to remove {name}: a running container uses it") as caught:
            store.remove(name, in_use=True)
        assert caught.value.status == 409
    assert store.names(one) == ["web:2"]
    assert store.root(one).exists()


def test_a_database_is_an_image_of_which_nothing_is_stored(store: ImageStore) -> None:
    one = store.find("postgres:18-alpine")
    assert one.postgres and one == postgres_image()
    assert (one.config["Entrypoint"], one.config["Cmd"]) == (["docker-entrypoint.sh"], ["postgres"])
    assert (one.config["ExposedPorts"], one.config["StopSignal"]) == ({"5432/tcp": {}}, "SIGINT")
    store.tag(one, "mine", "1")
    assert store.tags == {}
    assert store.remove("postgres:18", in_use=False) == []


@pytest.mark.parametrize("killed", [False, True], ids=["at once", "after a kill half-way"])
@pytest.mark.parametrize(("workdir", "file"), [("/app", "app/file"), ("/", "file")])
def test_an_image_of_before_gets_the_folders_around_its_files_once(
    store: ImageStore, workdir: str, file: str, killed: bool
) -> None:
    one = add(store, image(WorkingDir=workdir))
    record = store.root(one).parent / "image.json"
    values = json.loads(record.read_text())
    record.write_text(json.dumps({key: value for key, value in values.items() if key != "env"}))
    if killed and workdir != "/":
        store.root(one).rename(store.root(one).with_name("files"))
    for _ in range(2):
        again = ImageStore(store.folder)
        assert [path.relative_to(again.root(one)) for path in again.root(one).rglob("file")] == [Path(file)]
    assert json.loads(record.read_text()) == values
