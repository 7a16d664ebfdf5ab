"""Who gets in: nobody without the password, and nobody by trying."""

from playwright.sync_api import expect

from localcloud import access
from tests.e2e.checkout import Checkout
from tests.e2e.site.conftest import OpenPage


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
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("That’s not the right password")).to_be_visible()

    page.get_by_label("Password", exact=True).fill(access.password(running.place) or "")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Mail", exact=True)).to_be_visible()
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    assert page.evaluate("fetch('/api/items').then(answer => answer.status)") == 401


def test_the_printed_link_signs_in_and_leaves_no_password_behind(running: Checkout, open_page: OpenPage) -> None:
    page = open_page()
    link = access.sign_in_link(running.place, running.url)
    assert link is not None
    page.goto(link)
    expect(page.get_by_role("article", name="Database", exact=True)).to_be_visible()
    assert "password" not in page.url
    page.goto("/items")
    page.go_back()
    expect(page.get_by_role("article", name="Database", exact=True)).to_be_visible()
    assert "password" not in page.url
