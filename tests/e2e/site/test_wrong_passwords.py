"""Guessing is slowed."""

import json

import httpx

from localcloud import access
from tests.e2e.checkout import Checkout, wait_until

ATTEMPTS = 40


def try_passwords(visitor: httpx.Client) -> list[int]:
    """Each attempt claims to come from elsewhere, as an attacker's would."""
    return [
        visitor.post(
            "/api/session", json={"password": f"guess {n}"}, headers={"X-Forwarded-For": f"198.51.100.{n}"}
        ).status_code
        for n in range(ATTEMPTS)
    ]


def can_sign_in(running: Checkout) -> bool:
    with running.stranger() as visitor:
        return visitor.post("/api/session", json={"password": access.password(running.place)}).is_success


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
        try:
            statuses = try_passwords(visitor)
        finally:
            # The tests that follow sign in from the same address, which is refused until its minute is over.
            wait_until(lambda: can_sign_in(running), seconds=90)
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
