"""Who gets in: nobody without the password, and nobody by trying."""

import json

import httpx
from playwright.sync_api import expect

from localcloud import access
from tests.e2e.checkout import Checkout, wait_until
from tests.e2e.site.conftest import OpenPage

ATTEMPTS = 40


def test_a_stranger_sees_that_the_site_is_up_and_nothing_else(running: Checkout) -> None:
    with running.stranger() as stranger:
        assert stranger.get("/").status_code == 200
        assert stranger.get("/api/health/ready").json() == {"status": "ok"}
        for method, path in (
            ("GET", "/api/overview"),
            ("GET", "/api/items"),
            ("POST", "/api/items"),
            ("GET", "/api/files"),
            ("POST", "/api/files"),
            ("GET", "/api/mail"),
            ("POST", "/api/mail"),
            ("GET", "/api/openapi.json"),
        ):
            answer = stranger.request(method, path)
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), path


def test_signing_in_leads_to_where_one_wanted_to_go_and_out_again(running: Checkout, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/mail")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This is not the password")).to_be_visible()

    page.get_by_label("Password").fill(access.password(running.place) or "")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Mail", exact=True)).to_be_visible()
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.evaluate("fetch('/api/items').then(answer => answer.status)") == 401


def test_the_printed_link_signs_in_and_leaves_no_password_behind(running: Checkout, open_page: OpenPage) -> None:
    page = open_page()
    link = access.sign_in_link(running.place)
    assert link is not None
    page.goto(link)
    expect(page.get_by_role("article", name="Database", exact=True)).to_be_visible()
    assert "password" not in page.url
    page.goto("/items")
    page.go_back()
    expect(page.get_by_role("article", name="Database", exact=True)).to_be_visible()
    assert "password" not in page.url


def try_passwords(visitor: httpx.Client) -> list[int]:
    """Each attempt claims to come from elsewhere, as an attacker's would."""
    return [
        visitor.post(
            "/api/session", json={"password": f"guess {n}"}, headers={"X-Forwarded-For": f"198.51.100.{n}"}
        ).status_code
        for n in range(ATTEMPTS)
    ]


def test_a_new_password_ends_the_sessions_and_guessing_is_slowed(running: Checkout) -> None:
    """Last of the module: afterwards this address has used up its attempts for a minute."""
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
        statuses = try_passwords(visitor)
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
