"""The containers of an engine: names, filters, and the addresses that they get."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine import addresses as module
from localcloud.engine.addresses import Addresses
from localcloud.engine.container import Container
from localcloud.engine.containers import Containers, matches, parse_filters
from localcloud.engine.databases import Databases
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image, ImageStore
from localcloud.engine.postgres import Installation
from localcloud.engine.recipes import Cache


@pytest.fixture
def containers(tmp_path: Path) -> Containers:
    images = ImageStore(tmp_path / "images")
    built = tmp_path / "images/.building-x"
    (built / "root").mkdir(parents=True)
    config = {"Entrypoint": None, "Cmd": ["true"], "WorkingDir": "/"}
    image = Image(config=config, content="c", created="")
    images.add(image, built)
    images.tag(image, "web", "1")
    databases = Databases(tmp_path / "postgres", None)
    return Containers(tmp_path, images, databases, Installation(Cache(tmp_path / "cache", "poetry")))


def create(containers: Containers, name: str | None = None, **body: Any) -> Any:
    return containers.create(name, {"Image": "web:1", **body})


def test_a_container_is_found_by_name_id_or_the_start_of_its_id(containers: Containers) -> None:
    one, other = create(containers, "one"), create(containers)
    assert other.spec.name == f"container-{other.id[:12]}"
    assert [containers.get(name) for name in ("one", "/one", one.id, one.id[:12])] == [one] * 4
    for name in ("absent", ""):  # two begin with nothing
        with pytest.raises(EngineError, match=f"No such container: {name}") as caught:
            containers.get(name)
        assert caught.value.status == 404
    assert list(containers) == [one, other]


def test_names_are_unique(containers: Containers) -> None:
    one = create(containers, "one")
    with pytest.raises(EngineError, match=f'The container name "/one" is already in use by {one.id}') as caught:
        create(containers, "one")
    assert caught.value.status == 409


def test_a_container_needs_something_to_run(containers: Containers) -> None:
    (image,) = containers.images
    image.config["Cmd"] = None
    with pytest.raises(EngineError, match="No command specified") as caught:
        create(containers)
    assert caught.value.status == 400


def test_a_running_container_is_removed_by_force_only(containers: Containers) -> None:
    async def live() -> None:
        one = create(containers, "one", Cmd=["sleep", "60"])
        await one.start()
        with pytest.raises(EngineError, match="cannot remove container one: it is running") as caught:
            await containers.remove(one, force=False, volumes=False)
        assert caught.value.status == 409
        await containers.remove(one, force=True, volumes=True)
        assert (list(containers), one.status, one.folder.exists()) == ([], "exited", False)
        await containers.remove(one, force=True, volumes=True)  # a second time is no error

    asyncio.run(asyncio.wait_for(live(), 120))


def test_a_database_is_stopped_when_the_programs_that_may_use_it_have_ended(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []

    async def stop(self: Container, grace_seconds: float) -> bool:
        told.append((self.spec.name, "is asked"))
        await asyncio.sleep(0)
        told.append((self.spec.name, "has ended"))
        return True

    monkeypatch.setattr(Container, "stop", stop)
    for name, image in (("db", "postgres:18"), ("one", "web:1"), ("two", "web:1")):
        create(containers, name, Image=image)
    asyncio.run(containers.stop_all())
    assert told == [
        *(("one", "is asked"), ("two", "is asked"), ("one", "has ended"), ("two", "has ended")),
        *(("db", "is asked"), ("db", "has ended")),
    ]
    assert list(containers.folder.iterdir()) == []


def test_what_a_killed_engine_left_is_removed(containers: Containers) -> None:
    containers.folder.mkdir()
    (containers.folder / "old/tmp").mkdir(parents=True)
    (containers.folder / "file").touch()
    containers.clean_up()
    assert [path.name for path in containers.folder.iterdir()] == ["file"]


def test_both_forms_of_filters_are_understood() -> None:
    assert parse_filters('{"label": ["a=b"], "name": {"x": true}}') == {"label": ["a=b"], "name": ["x"]}
    assert (parse_filters(None), parse_filters("")) == ({}, {})


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, True),
        ({"label": ["a"]}, True),
        ({"label": ["a=1", "b"]}, True),
        ({"label": ["a=2"]}, False),
        ({"label": ["a", "c"]}, False),
        ({"name": ["^/on"]}, True),
        ({"name": ["two"]}, False),
        ({"name": ["two", "one"]}, True),
        ({"status": ["created"]}, True),
        ({"status": ["running"]}, False),
        ({"id": ["0-no-id"]}, False),
        ({"label": ["a"], "name": ["two"]}, False),
    ],
)
def test_every_filter_must_match(containers: Containers, filters: dict[str, list[str]], found: bool) -> None:
    one = create(containers, "one", Labels={"a": "1", "b": ""})
    assert matches(one, filters, show_all=True) == found
    assert matches(one, {"id": [one.id[:5]]}, show_all=True)


def test_without_a_filter_by_status_only_running_ones_are_listed(containers: Containers) -> None:
    one = create(containers, "one")
    assert not matches(one, {}, show_all=False)
    assert matches(one, {"status": ["created"]}, show_all=False)
    one.status = "running"
    assert matches(one, {}, show_all=False)


def test_an_address_rests_as_long_as_possible() -> None:
    addresses = Addresses("seed")
    first, second = addresses.take(None), addresses.take(None)
    assert first.startswith(addresses.network + ".") and first != second
    addresses.release(first)
    assert first not in [addresses.take(None) for _ in range(10)]
    assert addresses.network == Addresses("seed").network
    assert addresses.network != Addresses("another").network


def test_an_address_that_somebody_uses_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str]] = []

    def is_free(port: int, address: str) -> bool:
        asked.append((port, address))
        return address.endswith(".3")

    monkeypatch.setattr(module, "port_is_free", is_free)
    monkeypatch.setattr(module, "first_port", lambda: 80)
    addresses = Addresses("seed")
    network = addresses.network
    assert addresses.take(80) == f"{network}.3"
    assert asked == [(80, f"{network}.1"), (80, f"{network}.2"), (80, f"{network}.3")]
    with pytest.raises(
        EngineError, match=rf"port 80 is taken at every address of {network}\.0/24: .* another port"
    ) as caught:
        addresses.take(80)
    assert caught.value.status == 500
    assert asked[-1] == (80, f"{network}.2") and len(asked) == 3 + 254 - 1
    addresses.release(f"{network}.3")
    assert addresses.take(None) == f"{network}.3"
    assert asked[-1] == (0, f"{network}.3"), "any port will do"


def test_no_engine_has_the_addresses_that_other_programs_of_a_machine_like() -> None:
    networks = [tuple(map(int, Addresses(str(number)).network.split("."))) for number in range(5000)]
    assert {first for first, _, _ in networks} == {127}
    assert {second for _, second, _ in networks} == {*range(16, 240)}
    assert {third for _, _, third in networks} == {*range(256)}


def test_a_port_that_only_root_may_use_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "first_port", lambda: 1024)
    assert Addresses("seed").take(1024)
    with pytest.raises(EngineError, match=r"port 1023: .* only root .* sysctl .*start=1023"):
        Addresses("seed").take(1023)
