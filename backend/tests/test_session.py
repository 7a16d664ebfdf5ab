"""Sign-in: only those who know the password can use the app."""

import asyncio
import threading
import time
from collections.abc import Callable
from unittest.mock import MagicMock

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from app.errors import Unavailable
from app.session import service
from app.session.cookie import AccessSecret
from app.session.service import SecretStore
from tests.backend import Backend
from tests.cloud import APP_PASSWORD, SIGNING_KEY, Cloud
from tests.test_problems import assert_problem

# The tests describe no stack to the back end.
NAMELESS = {"project": "", "stack": ""}
SECRET = AccessSecret.parse({"password": APP_PASSWORD, "signing_key": SIGNING_KEY})


def signed_in(backend: Backend, cookie: str, name: str = "session") -> bool:
    """Whether this cookie is accepted. Fails for any status other than 200 and 401."""
    response = httpx.get(f"{backend.url}/api/items", headers=[(b"Cookie", f"{name}={cookie}".encode())])
    if response.status_code != 200:
        assert assert_problem(response, 401)["type"] == "urn:problem:sign-in-required"
    return response.status_code == 200


def test_the_password_opens_the_app_until_one_signs_out(start: Callable[..., Backend]) -> None:
    backend = start()
    http = httpx.Client(base_url=f"{backend.url}/api")
    assert http.get("/session").json() == {"access": "password", "signed_in": False, **NAMELESS}
    assert http.get("/items").status_code == 401

    response = http.post("/session", json={"password": APP_PASSWORD})
    assert (response.status_code, response.content) == (204, b"")
    assert http.get("/session").json() == {"access": "password", "signed_in": True, **NAMELESS}
    assert http.get("/items").status_code == 200

    assert http.delete("/session").status_code == 204
    assert http.get("/session").json() == {"access": "password", "signed_in": False, **NAMELESS}
    assert http.get("/items").status_code == 401
    assert http.delete("/session").status_code == 204
    http.close()


def test_scripts_and_other_sites_do_not_get_the_cookie(start: Callable[..., Backend]) -> None:
    backend = start(SESSION_COOKIE_SECURE="true", SESSION_HOURS="2")
    cookie, *attributes = backend.sign_in().headers["Set-Cookie"].split("; ")
    assert cookie.startswith("__Host-session=")
    assert {attribute.lower() for attribute in attributes} == {
        "httponly",
        "secure",
        "samesite=strict",
        "path=/",
        "max-age=7200",
    }
    assert signed_in(backend, cookie.partition("=")[2], name="__Host-session")


def test_a_wrong_password_is_refused_and_not_logged(start: Callable[..., Backend]) -> None:
    backend = start()
    for password in ["mistyped", APP_PASSWORD + " ", APP_PASSWORD.upper(), "pässwörd", "\x00"]:
        response = httpx.post(f"{backend.url}/api/session", json={"password": password})
        assert assert_problem(response, 401)["type"] == "urn:problem:wrong-password"
        assert "Set-Cookie" not in response.headers
        assert password not in backend.log_text()


@pytest.mark.parametrize("body", [{"password": ""}, {"password": "x" * 201}, {}, {"password": 1}, {"passwort": "x"}])
def test_what_is_no_password_is_invalid(backend: Backend, body: dict[str, object]) -> None:
    assert_problem(backend.http.post("/api/session", json=body), 422)


def test_wrong_passwords_are_limited(start: Callable[..., Backend]) -> None:
    backend = start(TRUSTED_PROXIES="1")

    def sign_in(password: str, client: str) -> httpx.Response:
        return backend.http.post("/api/session", json={"password": password}, headers={"X-Forwarded-For": client})

    assert [sign_in("wrong", "192.0.2.1").status_code for _ in range(11)] == [401] * 10 + [429]
    limited = sign_in(APP_PASSWORD, "192.0.2.1")
    assert assert_problem(limited, 429)["type"] == "urn:problem:too-many-requests"
    assert 1 <= int(limited.headers["Retry-After"]) <= 60
    assert sign_in(APP_PASSWORD, "192.0.2.2").status_code == 204

    statuses = [sign_in("wrong", f"198.51.100.{number}").status_code for number in range(95)]
    assert statuses[:89] == [401] * 89
    assert statuses[-1] == 429, "all clients together have a limit too"
    assert sign_in(APP_PASSWORD, "203.0.113.1").status_code == 204, "which keeps nobody out who knows the password"


def test_the_networks_of_one_customer_are_counted_together(start: Callable[..., Backend]) -> None:
    """A provider gives a customer of IPv6 up to 65,536 networks, and each would be a client of its own."""
    backend = start(TRUSTED_PROXIES="1")

    def sign_in(password: str, client: str) -> int:
        headers = {"X-Forwarded-For": client}
        return backend.http.post("/api/session", json={"password": password}, headers=headers).status_code

    statuses = [sign_in("wrong", f"2001:db8:0:{number:x}::1") for number in range(31)]
    assert statuses == [401] * 30 + [429]
    assert sign_in(APP_PASSWORD, "2001:db8:0:ffff::1") == 429
    assert sign_in(APP_PASSWORD, "2001:db8:1::1") == 204


def test_right_passwords_are_not_counted(start: Callable[..., Backend]) -> None:
    backend = start()
    assert {backend.sign_in().status_code for _ in range(15)} == {204}


def test_a_cookie_that_was_not_issued_is_no_session(backend: Backend) -> None:
    hour = int(time.time()) + 3600
    valid = SECRET.issue(hour)
    other_key = AccessSecret.parse({"password": APP_PASSWORD, "signing_key": "f0" * 32})
    other_password = AccessSecret.parse({"password": "other", "signing_key": SIGNING_KEY})
    assert signed_in(backend, valid)
    assert not signed_in(backend, SECRET.issue(int(time.time()) - 1))
    assert not signed_in(backend, other_key.issue(hour))
    assert not signed_in(backend, other_password.issue(hour))
    assert not signed_in(backend, valid.replace(str(hour), str(hour + 1)))
    assert not signed_in(backend, f"0{valid}")


@pytest.mark.parametrize(
    "cookie", ["", ".", "1.2", "x" * 77, "ü" * 10, f"{'9' * 400}.{'a' * 64}", f"١٢٣.{'a' * 64}", "-1.a", '"', "; ="]
)
def test_a_malformed_cookie_is_no_session(backend: Backend, cookie: str) -> None:
    assert not signed_in(backend, cookie)


def test_another_password_in_the_secret_ends_all_sessions(
    start: Callable[..., Backend], cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the tests' own process, so that the 30 seconds between two reads can be made short."""
    monkeypatch.setattr(service, "REFRESH_SECONDS", 0)
    passwords = iter(["first", "second"])
    clients = MagicMock()
    clients.secrets.get_secret_value.side_effect = lambda **_: {
        "SecretString": f'{{"password": "{next(passwords)}", "signing_key": "{SIGNING_KEY}"}}'
    }

    async def scenario() -> tuple[bool, bool]:
        store = SecretStore(clients, "arn")
        first = await store.get()
        cookie = first.issue(int(time.time()) + 60)
        return first.is_valid(cookie, time.time()), (await store.get()).is_valid(cookie, time.time())

    assert asyncio.run(scenario()) == (True, False)


def test_a_password_that_a_person_set_alone_opens_the_app(start: Callable[..., Backend], cloud: Cloud) -> None:
    """In two tasks, which must know each other's sessions."""
    arn = cloud.new_secret("access-by-hand", password="by hand")
    one, other = start(sign_in=False, ACCESS_SECRET_ARN=arn), start(sign_in=False, ACCESS_SECRET_ARN=arn)
    assert one.sign_in("by hand").status_code == 204
    (cookie,) = one.http.cookies.jar
    assert [signed_in(backend, str(cookie.value)) for backend in (one, other)] == [True, True]
    unlike = AccessSecret.parse({"password": "by hand, too"})
    assert not signed_in(one, unlike.issue(int(time.time()) + 60))


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(service, "time", clock)
    return clock


def test_the_secret_is_read_once_in_half_a_minute(clock: Clock) -> None:
    clients = MagicMock()
    read = clients.secrets.get_secret_value
    read.return_value = {"SecretString": f'{{"password": "p", "signing_key": "{SIGNING_KEY}"}}'}

    async def scenario() -> list[int]:
        store, counts = SecretStore(clients, "arn"), []
        for seconds in (0, 29, 1, 29, 1):
            clock.now += seconds
            await asyncio.gather(*(store.get() for _ in range(50)))
            counts.append(read.call_count)
        return counts

    assert asyncio.run(scenario()) == [1, 1, 2, 2, 3]


def test_while_the_secret_store_hangs_the_last_known_secret_serves(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE_SECONDS", 3600)
    clients, answers = MagicMock(), threading.Event()
    read = clients.secrets.get_secret_value
    read.return_value = {"SecretString": f'{{"password": "p", "signing_key": "{SIGNING_KEY}"}}'}

    def hangs(**_: object) -> None:
        answers.wait()
        raise EndpointConnectionError(endpoint_url="")

    async def scenario() -> None:
        store = SecretStore(clients, "arn")
        known = await store.get()
        read.side_effect = hangs
        clock.now += service.REFRESH_SECONDS
        first = asyncio.create_task(store.get())
        await asyncio.sleep(0)
        clock.now += service.PATIENCE_SECONDS
        # Would never return if each request waited for the whole patience again.
        assert [await store.get() for _ in range(5)] == [known] * 5
        assert not first.done()
        answers.set()
        assert await first == known
        assert read.call_count == 2

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "secret",
    [
        {"signing_key": SIGNING_KEY},
        {"password": "p", "signing_key": "short"},
        {"password": "p", "signing_key": "0f" * 31},
        {"password": "", "signing_key": SIGNING_KEY},
    ],
)
def test_a_secret_of_another_shape_lets_nobody_in(cloud: Cloud, secret: dict[str, str]) -> None:
    clients = MagicMock()
    clients.secrets = cloud.secrets
    arn = cloud.new_secret(f"access-{'-'.join(secret.values())}", **secret)
    with pytest.raises(Unavailable):
        asyncio.run(SecretStore(clients, arn).get())


def test_without_its_secret_the_app_is_closed_and_says_so(start: Callable[..., Backend]) -> None:
    backend = start(sign_in=False, ACCESS_SECRET_ARN="not-there")
    assert httpx.get(f"{backend.url}/api/session").json()["signed_in"] is False
    assert_problem(backend.sign_in(), 503)
    assert_problem(backend.http.get("/api/items", headers={"Cookie": "session=x"}), 503)
    assert_problem(backend.http.get("/api/items"), 401)


def test_an_open_app_has_no_sign_in(start: Callable[..., Backend]) -> None:
    backend = start(ACCESS="open", ACCESS_SECRET_ARN="")
    assert backend.http.get("/api/session").json() == {"access": "open", "signed_in": True, "project": "", "stack": ""}
    assert backend.http.get("/api/items").status_code == 200
    answer = backend.sign_in("anything")
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (204, False)
