"""Guessing is slowed, for the address that guesses."""

import json

import httpx

from tests.e2e.checkout import Checkout, wait_until

ATTEMPTS = 40
# Loopback too, and not where the other tests sign in from: this one is refused for a minute afterwards.
GUESSER = "127.0.0.9"


def try_passwords(visitor: httpx.Client) -> list[int]:
    """Each attempt claims to come from elsewhere, as an attacker's would."""
    return [
        visitor.post(
            "/api/session", json={"password": f"guess {n}"}, headers={"X-Forwarded-For": f"198.51.100.{n}"}
        ).status_code
        for n in range(ATTEMPTS)
    ]


def test_a_new_password_ends_the_sessions_and_guessing_is_slowed(running: Checkout) -> None:
    secrets, arn = running.client("secretsmanager"), running.outputs["access_secret"]
    before = secrets.get_secret_value(SecretId=arn)["SecretString"]
    with running.site() as visitor:
        assert visitor.get("/api/items").status_code == 200
        try:
            secrets.put_secret_value(
                SecretId=arn, SecretString=json.dumps({**json.loads(before), "password": "a new one, by hand"})
            )
            wait_until(lambda: visitor.get("/api/items").status_code == 401)
        finally:
            secrets.put_secret_value(SecretId=arn, SecretString=before)
        wait_until(lambda: visitor.get("/api/items").status_code == 200)
    with running.stranger(address=GUESSER) as guesser:
        statuses = try_passwords(guesser)
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
    with running.site() as visitor:
        assert visitor.get("/api/items").status_code == 200
