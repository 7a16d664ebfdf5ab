"""Requests to the emulator's gateway."""

import socket
import threading

import pytest

from localcloud import gateway
from localcloud.gateway import ApiError, GatewayError, Saving
from localcloud.place import Place
from tests.commands.fake_emulator import FakeEmulator


def test_a_port_where_nothing_or_something_else_listens_is_no_emulator(place: Place) -> None:
    assert not gateway.answers(place.port)
    with socket.create_server(("127.0.0.1", place.port)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        assert not gateway.answers(place.port)
        thread.join()


def test_an_emulator_answers(place: Place, emulator: FakeEmulator) -> None:
    assert gateway.answers(place.port)


def test_a_refusal_of_an_api_keeps_its_name(place: Place, emulator: FakeEmulator) -> None:
    with pytest.raises(ApiError, match=r"^ResourceNotFoundException: not here") as caught:
        gateway.call(place, "secretsmanager.GetSecretValue", SecretId="none")
    assert caught.value.code == "ResourceNotFoundException"


def test_an_api_that_cannot_be_reached_is_a_problem_in_words(place: Place) -> None:
    with pytest.raises(GatewayError, match=rf"does not answer on port {place.port} \(.*refused\)"):
        gateway.call(place, "secretsmanager.GetSecretValue", SecretId="none")


def test_an_answer_in_another_form_is_a_problem_in_words(
    place: Place, emulator: FakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "post", lambda *_: (200, "not an object"))
    with pytest.raises(GatewayError, match="the emulator answered 200 without a JSON object"):
        gateway.call(place, "secretsmanager.GetSecretValue")


def test_an_emulator_that_saves_tells_when_it_last_did(place: Place, emulator: FakeEmulator) -> None:
    emulator.health = {"status": "ok", "saved_seconds_ago": 1.5, "error": None}
    assert gateway.saving(place) == Saving(saved_seconds_ago=1.5, error=None)


def test_an_emulator_that_cannot_save_tells_why(place: Place, emulator: FakeEmulator) -> None:
    emulator.health = {"status": "failing", "saved_seconds_ago": 90, "error": "No space left on device"}
    assert gateway.saving(place) == Saving(saved_seconds_ago=90, error="No space left on device")
    emulator.health["error"] = None
    assert gateway.saving(place) == Saving(saved_seconds_ago=90, error="it does not say why")


def test_nothing_is_told_where_nothing_answers_or_in_other_words(place: Place, emulator: FakeEmulator) -> None:
    assert gateway.saving(place) is None
    emulator.health = {"state": "fine"}
    assert gateway.saving(place) is None


def test_nothing_is_told_of_a_cloud_that_does_not_run(place: Place) -> None:
    assert gateway.saving(place) is None
