"""The password of the deployed app."""

import json

import pytest

from localcloud import access, stack
from localcloud.errors import LocalCloudError
from localcloud.place import Place
from tests.commands.fake_emulator import FakeEmulator

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:access"


def deploy(place: Place, **outputs: str) -> None:
    state = stack.state_file(place)
    state.parent.mkdir(parents=True)
    row = {"type": "pulumi:pulumi:Stack", "outputs": outputs}
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": [row]}}}))


def test_the_password_comes_from_the_secret_of_the_stack(place: Place, emulator: FakeEmulator) -> None:
    deploy(place, access_secret=ARN, url="http://site")
    emulator.secrets[ARN] = json.dumps({"password": "p/?#", "signing_key": "k"})
    assert access.password(place) == "p/?#"
    assert access.sign_in_link(place, "http://site") == "http://site/sign-in#password=p%2F%3F%23"


@pytest.mark.parametrize("outputs", [{}, {"url": "http://site"}])
def test_an_open_or_missing_site_has_no_password(place: Place, emulator: FakeEmulator, outputs: dict[str, str]) -> None:
    deploy(place, **outputs)
    assert access.password(place) is None and access.sign_in_link(place, "http://site") is None


def test_a_stopped_cloud_tells_no_password(place: Place) -> None:
    deploy(place, access_secret=ARN, url="http://site")
    assert access.password(place) is None


@pytest.mark.parametrize("text", ["", "secret", '"secret"', "[]", '{"pass": "x"}'])
def test_a_secret_in_another_form_is_named_with_the_way_out(place: Place, emulator: FakeEmulator, text: str) -> None:
    deploy(place, access_secret=ARN)
    emulator.secrets[ARN] = text
    with pytest.raises(LocalCloudError, match=rf"^{ARN}: must be JSON with `password`.*`make new-password`"):
        access.password(place)


def test_a_secret_that_is_gone_is_said_in_words(place: Place, emulator: FakeEmulator) -> None:
    deploy(place, access_secret=ARN)
    with pytest.raises(LocalCloudError, match="ResourceNotFoundException"):
        access.password(place)


def test_a_secret_that_was_deleted_by_hand_is_noticed(place: Place, emulator: FakeEmulator) -> None:
    assert not access.is_gone(place)  # nothing is deployed
    deploy(place, access_secret=ARN)
    assert access.is_gone(place)
    emulator.secrets[ARN] = json.dumps({"password": "p", "signing_key": "k"})
    assert not access.is_gone(place)
    emulator.deleted = True  # and kept for its recovery window
    assert access.is_gone(place)


def test_a_new_password_is_random_and_repairs_a_secret(place: Place, emulator: FakeEmulator) -> None:
    deploy(place, access_secret=ARN)
    made = set()
    for broken in ('{"password": "by hand"}', "no JSON"):
        emulator.secrets[ARN] = broken
        access.renew(place)
        made.add(access.password(place))
        assert len(bytes.fromhex(json.loads(emulator.secrets[ARN])["signing_key"])) == 32
    assert len(made) == 2 and all(len(password or "") >= 24 for password in made)


def test_there_is_no_new_password_for_an_open_site(place: Place, emulator: FakeEmulator) -> None:
    deploy(place, url="http://site")
    with pytest.raises(LocalCloudError, match=r"^new-password: the stack is not deployed, or is open to everyone"):
        access.renew(place)
