"""The configuration file of supervisord."""

import shlex
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from supervisor.options import UnhosedConfigParser

from localcloud.place import Place
from localcloud.programs import programs, word

PATHS = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs", "Zl", "Zp", "Cc"]), min_size=1)


@given(PATHS)
def test_a_word_is_read_as_it_was_meant(text: str) -> None:
    parser = UnhosedConfigParser()
    parser.read_string(f"[program:x]\ncommand = python {word(text)} last\n")
    assert shlex.split(parser.saneget("program:x", "command")) == ["python", text, "last"]


def test_each_program_is_told_the_ports_and_folders_of_its_place(tmp_path: Path) -> None:
    place = Place.of(5000, tmp_path)
    engine, emulator, provider = programs(place)
    assert engine.command[engine.command.index("--socket") + 1] == str(place.engine_socket)
    assert engine.command[engine.command.index("--emulator") + 1] == "http://127.0.0.1:5000"
    assert provider.command[provider.command.index("--port") + 1] == "5001"
    assert emulator.environment["GATEWAY_PORT"] == "5000"
    assert emulator.environment["RDS_BASE_PORT"] == "5002"
    assert emulator.environment["SMTP_PORT"] == "5008"
    assert emulator.environment["ELASTICACHE_BASE_PORT"] == "5010"
    assert emulator.environment["DOCKER_HOST"] == place.docker_host == f"unix://{place.engine_socket}"
    folders = (emulator.environment["STATE_DIR"], emulator.environment["S3_DATA_DIR"])
    assert all(Path(folder).parent == place.folder for folder in folders)


def test_the_emulator_serves_this_machine_alone_and_keeps_what_it_knows(tmp_path: Path) -> None:
    emulator = programs(Place.of(5000, tmp_path))[1]
    assert emulator.environment["BIND_HOST"] == "127.0.0.1"
    kept = ("PERSIST_STATE", "S3_PERSIST", "RDS_PERSIST")
    assert [emulator.environment[name] for name in kept] == ["1", "1", "1"]
    assert [emulator.environment[name] for name in ("SFTP_ENABLED", "IOT_MTLS_ENABLED")] == ["0", "0"]
