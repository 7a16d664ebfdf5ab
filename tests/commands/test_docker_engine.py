"""The choice of the engine, and what is asked of a real one, with a `docker` command that notes what it is told."""

from pathlib import Path

import pytest

from localcloud import docker_engine, supervision
from localcloud.errors import LocalCloudError
from localcloud.place import Place
from localcloud.programs import programs


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which a `docker` on a PATH of its own notes its arguments; `answers/<words>` are its answers."""
    folder, notes, answers = tmp_path / "bin", tmp_path / "notes", tmp_path / "answers"
    folder.mkdir()
    answers.mkdir()
    notes.touch()
    script = f'#!/bin/sh\necho "$DOCKER_HOST $*" >> {notes}\n/bin/cat {answers}/$1-$2 2>/dev/null || exit 0\n'
    (folder / "docker").write_text(script)
    (folder / "docker").chmod(0o755)
    (answers / "version---format").write_text("linux 28.0.0\n")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/some.sock")
    monkeypatch.setattr(docker_engine, "TASK_GATEWAY", "127.0.0.1")
    return notes


def test_without_a_wish_the_process_engine_is_used_and_docker_is_not_asked(place: Place, docker: Path) -> None:
    docker_engine.choose(place, None, is_in_use=False)
    assert place.docker_host == f"unix://{place.engine_socket}"
    assert [program.name for program in programs(place)] == ["engine", "emulator", "provider"]
    assert docker.read_text() == ""


def test_the_chosen_engine_is_kept_for_the_next_commands(place: Place, docker: Path) -> None:
    docker_engine.choose(place, "docker", is_in_use=False)
    later = Place.of(place.port, place.folder)
    docker_engine.choose(later, None, is_in_use=True)
    assert later.docker_host == later.pulumi_environment["DOCKER_HOST"] == "unix:///run/some.sock"
    emulator, provider = programs(later)
    assert emulator.environment["DOCKER_HOST"] == "unix:///run/some.sock"
    assert emulator.environment["TASK_GATEWAY"] == "169.254.170.2"
    assert provider.name == "provider"


def test_the_address_comes_from_the_docker_context_where_docker_host_is_not_set(
    place: Place, docker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST")
    context = '[{"Endpoints": {"docker": {"Host": "unix:///home/me/.rd/docker.sock"}}}]'
    (docker.parent / "answers/context-inspect").write_text(context)
    docker_engine.choose(place, "docker", is_in_use=False)
    assert place.docker_engine == "unix:///home/me/.rd/docker.sock"


def test_a_cloud_that_is_in_use_stays_on_its_engine(place: Place, docker: Path) -> None:
    with pytest.raises(LocalCloudError, match=r"runs on the engine `process`, got `docker`; run `make down` first"):
        docker_engine.choose(place, "docker", is_in_use=True)
    docker_engine.choose(place, "docker", is_in_use=False)
    with pytest.raises(LocalCloudError, match=r"runs on the engine `docker`, got `process`"):
        docker_engine.choose(place, "process", is_in_use=True)


@pytest.mark.parametrize("host", ["tcp://10.0.0.1:2375", "ssh://me@elsewhere"])
def test_an_engine_on_another_machine_is_refused(
    place: Place, docker: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(LocalCloudError, match=rf"needs an engine on this machine, by a unix socket, got {host}"):
        docker_engine.choose(place, "docker", is_in_use=False)
    assert not place.engine_file.exists()


def test_an_engine_that_does_not_answer_is_told_with_its_reason(place: Place, docker: Path) -> None:
    (docker.parent / "bin/docker").write_text("#!/bin/sh\necho 'Cannot connect to the daemon' >&2; exit 1\n")
    with pytest.raises(LocalCloudError, match=r"`docker version .*` failed: Cannot connect to the daemon"):
        docker_engine.choose(place, "docker", is_in_use=False)


def test_an_engine_for_windows_containers_is_refused(place: Place, docker: Path) -> None:
    (docker.parent / "answers/version---format").write_text("windows 28.0.0\n")
    with pytest.raises(LocalCloudError, match=r"needs an engine for Linux containers, got windows 28\.0\.0"):
        docker_engine.choose(place, "docker", is_in_use=False)


@pytest.mark.parametrize(("present", "left"), [("bridge\n", False), ("bridge\nlocalcloud\n", True)])
def test_an_engine_in_a_virtual_machine_is_refused_and_keeps_no_network_of_ours(
    place: Place, docker: Path, monkeypatch: pytest.MonkeyPatch, present: str, left: bool
) -> None:
    monkeypatch.setattr(docker_engine, "TASK_GATEWAY", "192.0.2.1")
    (docker.parent / "answers/network-ls").write_text(present)
    with pytest.raises(LocalCloudError, match=r"one at unix:///run/some.sock are elsewhere, as Docker Desktop's are"):
        docker_engine.choose(place, "docker", is_in_use=False)
    assert not place.engine_file.exists()
    assert ("network rm localcloud\n" in docker.read_text()) != left


def test_the_network_is_made_once_with_the_address_that_sdks_accept(place: Place, docker: Path) -> None:
    docker_engine.prepare("unix:///run/some.sock")
    options = "--driver bridge --subnet 169.254.170.0/24 --gateway 127.0.0.1"
    assert docker.read_text().splitlines()[-1] == f"unix:///run/some.sock network create {options} localcloud"
    (docker.parent / "answers/network-ls").write_text("localcloud\n")
    docker_engine.prepare("unix:///run/some.sock")
    assert docker.read_text().count("network create") == 1


def test_the_version_of_an_engine_is_told_and_its_silence_too(place: Place, docker: Path) -> None:
    assert docker_engine.version("unix:///run/some.sock") == "linux 28.0.0"
    (docker.parent / "bin/docker").write_text("#!/bin/sh\nexit 1\n")
    assert docker_engine.version("unix:///run/some.sock") is None


def test_a_machine_without_docker_is_told_so(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalCloudError, match=r"needs the `docker` command, and it is not on PATH"):
        docker_engine.choose(place, "docker", is_in_use=False)


def test_stopping_sweeps_only_the_containers_of_this_cloud(place: Place, docker: Path) -> None:
    docker_engine.choose(place, "docker", is_in_use=False)
    (docker.parent / "answers/ps---all").write_text("abc\ndef\n")
    supervision.stop(place)
    asked, stopped, removed = docker.read_text().splitlines()[-3:]
    assert f"--filter label=ministack.instance=localcloud:{place.port}" in asked
    assert stopped.endswith("stop --time 10 abc def")
    assert removed.endswith("rm --force abc def")


def test_what_is_removed_at_the_end_is_this_clouds_and_the_network_only_when_nobody_uses_it(
    place: Place, docker: Path
) -> None:
    docker_engine.choose(place, "docker", is_in_use=False)
    answers = docker.parent / "answers"
    (answers / "volume-ls").write_text("data\n")
    (answers / "image-ls").write_text("sha1\nsha1\nsha2\n")
    (answers / "network-ls").write_text("id\n")
    (answers / "ps---all").write_text("another clouds container\n")
    docker_engine.remove_all(place, "unix:///run/some.sock")
    told = docker.read_text()
    assert "volume rm data\n" in told
    assert f"reference=127.0.0.1:{place.port}/*" in told and "image rm --force sha1 sha2\n" in told
    assert "network rm" not in told
    assert place.docker_engine is None
    docker_engine.choose(place, "docker", is_in_use=False)
    (answers / "ps---all").write_text("")
    docker_engine.remove_all(place, "unix:///run/some.sock")
    assert docker.read_text().endswith("network rm localcloud\n")
