"""What a container runs, from the create call's body and the image's config."""

import os
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine import programs
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image
from localcloud.engine.paths import relocate
from localcloud.engine.postgres import arguments, is_database, quote
from localcloud.engine.programs import ImageProgram
from localcloud.engine.spec import Spec, signal_number

CONFIG: dict[str, Any] = {
    "Entrypoint": ["run"],
    "Cmd": ["a"],
    "WorkingDir": "/app",
    "Env": ["PATH=/app/bin:/usr/local/bin", "DATA=/app/data", "MODE=image"],
    "Labels": {"l": "image", "i": "1"},
    "ExposedPorts": {"80/tcp": {}, "81/udp": {}},
    "StopSignal": "SIGINT",
}


def spec(config: dict[str, Any] | None = None, **body: Any) -> Spec:
    image = Image(config=CONFIG if config is None else config, content="c", created="", path=["/venv/bin"])
    return Spec(name="web", image=image, image_name="web:1", body=body)


BARE = {"Entrypoint": None, "Cmd": None, "WorkingDir": "/"}


@pytest.mark.parametrize(
    ("body", "argv"),
    [
        ({}, ["run", "a"]),
        ({"Cmd": ["b"]}, ["run", "b"]),
        ({"Entrypoint": ["other"]}, ["other"]),
        ({"Entrypoint": ["other"], "Cmd": ["b"]}, ["other", "b"]),
        ({"Entrypoint": [], "Cmd": []}, ["run", "a"]),
    ],
)
def test_the_command_is_the_creator_s_or_the_image_s(body: dict[str, Any], argv: list[str]) -> None:
    assert spec(**body).argv == argv


def test_an_image_without_a_command_has_none() -> None:
    assert spec(BARE).argv == []


def test_the_creator_comes_first() -> None:
    one = spec(Env=["A=b=c", "EMPTY="], Labels={"l": "mine"}, ExposedPorts={"90/tcp": {}, "80/tcp": {}}, StopSignal="9")
    assert one.env == {"A": "b=c", "EMPTY": ""}
    assert one.labels == {"l": "mine", "i": "1"}
    assert one.ports == [90, 80, 81]
    assert (one.stop_signal, spec().stop_signal, spec(BARE).stop_signal) == (9, 2, 15)
    assert (spec(BARE).env, spec(BARE).labels, spec(BARE).ports) == ({}, {}, [])


def test_a_published_port_is_named_or_any_or_none() -> None:
    def published(bindings: Any) -> int | None:
        return spec(HostConfig={"PortBindings": {"80/tcp": bindings}}).published(80)

    assert published([{"HostPort": "8080"}]) == 8080
    assert (published([{"HostPort": ""}]), published([{}]), published([]), published(None)) == (0, 0, None, None)
    assert spec().published(80) is None


@pytest.mark.parametrize("name", ["SIGTERM", "TERM", "term", "15"])
def test_signals_have_many_names(name: str) -> None:
    assert signal_number(name) == 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/app", "/r/app"),
        ("/app/x", "/r/app/x"),
        ("/app2/x", "/app2/x"),
        ("/usr/bin:/app/bin", "/usr/bin:/r/app/bin"),
        ("--x=/app", "--x=/r/app"),
        (
            "cd /app && run '/app/x' http://host/app //app a/app",
            "cd /r/app && run '/r/app/x' http://host/app //app a/app",
        ),
    ],
)
def test_paths_of_the_working_folder_are_where_its_files_are(text: str, expected: str) -> None:
    assert relocate(text, "/app", Path("/r")) == expected
    assert relocate(text, "/", Path("/r")) == text


def test_paths_elsewhere_are_the_image_s_where_it_has_that_file(tmp_path: Path) -> None:
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr/start.sh").touch()
    told = relocate("/usr/start.sh /usr/other.sh", "/app", tmp_path)
    assert told == f"{tmp_path}/usr/start.sh /usr/other.sh"


@pytest.fixture
def program(tmp_path: Path) -> ImageProgram:
    (tmp_path / "files/etc").mkdir(parents=True)
    (tmp_path / "files/etc/key").touch()
    one = spec(Env=["MODE=mine", "URL=http://host.docker.internal:1/host.docker.internal"])
    return ImageProgram(spec=one, folder=tmp_path, root=Path("/r"))


def test_a_process_is_told_where_it_is(program: ImageProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "host_path", lambda: "/host")
    assert program.environment("127.1.2.3") == {
        "PATH": os.pathsep.join(["/venv/bin", "/r/app/bin", "/host"]),
        "DATA": "/r/app/data",
        "MODE": "mine",
        "URL": "http://127.0.0.1:1/127.0.0.1",
        "HOME": str(program.folder / "home"),
        "TMPDIR": str(program.folder / "tmp"),
        "HOSTNAME": program.folder.name[:12],
        "HOST": "127.1.2.3",
        "PORT": "80",
    }


def test_a_port_that_is_set_holds_and_without_ports_there_is_none(tmp_path: Path) -> None:
    one = ImageProgram(spec=spec(Env=["PORT=5"]), folder=tmp_path, root=Path("/r"))
    assert one.environment("127.0.0.1")["PORT"] == "5"
    assert "PORT" not in ImageProgram(spec=spec(BARE), folder=tmp_path, root=Path("/r")).environment("127.0.0.1")
    assert one.listening("127.1.2.3") == {"80/tcp": ("127.1.2.3", 80), "81/tcp": ("127.1.2.3", 81)}


def test_an_uploaded_file_is_found_where_it_was_put(program: ImageProgram) -> None:
    file = str(program.folder / "files/etc/key")
    assert program.uploaded("/etc/key") == file
    assert program.uploaded("ssl_key_file=/etc/key") == f"ssl_key_file={file}"
    assert [program.uploaded(text) for text in ("/etc/absent", "etc/key", "x")] == ["/etc/absent", "etc/key", "x"]


@pytest.mark.parametrize("name", ["postgres", "docker.io/postgres", "library/postgres", "docker.io/library/postgres"])
def test_a_database_has_many_names(name: str) -> None:
    assert [is_database(name, tag) for tag in ("latest", "18", "18-alpine", "18.1")] == [True] * 4
    for tag in ("17", "180", "9"):
        with pytest.raises(EngineError, match="has PostgreSQL 18 only") as caught:
            is_database(name, tag)
        assert caught.value.status == 404


def test_other_images_are_no_databases() -> None:
    assert not is_database("my/postgres", "18")


def test_settings_of_a_database_follow_its_program() -> None:
    assert arguments(["docker-entrypoint.sh", "postgres", "-c", "a=b"]) == ["-c", "a=b"]
    assert arguments(["sh"]) == []


def test_marks_in_names_and_passwords_are_doubled() -> None:
    assert quote("it's", "'") == "'it''s'"
