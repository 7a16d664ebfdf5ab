"""The API at a name of its own: its paths have no prefix there, and the site's pages may ask from theirs."""

from collections.abc import Callable

import pytest

from tests.backend import Backend

PAGE = "https://shop.example.com"


@pytest.fixture
def named(start: Callable[..., Backend]) -> Backend:
    return start(API_PREFIX="", HEALTH_PATH="/health", FORMER_PREFIX="/api", PAGE_ORIGIN=PAGE)


def test_paths_have_no_prefix_and_those_of_pages_that_were_open_before_still_work(named: Backend) -> None:
    for prefix in ("", "/api"):
        assert named.http.get(f"{prefix}/health/live").status_code == 200
        assert named.http.post(f"{prefix}/items", json={"title": "x"}).status_code == 201
    assert named.http.get("/apiary").status_code == 404


def test_the_site_s_page_may_ask_with_its_cookie_and_read_the_answer_even_of_errors(named: Backend) -> None:
    for path, status in (("/items", 200), ("/items/none", 404)):
        answer = named.http.get(path, headers={"Origin": PAGE})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.headers["access-control-allow-credentials"] == "true"


def test_a_browser_asks_before_a_change_once_in_two_hours_and_needs_no_session_for_that(named: Backend) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "content-type"}
    answer = named.http.options("/items/1", headers={**asked, "Cookie": ""})
    assert (answer.status_code, answer.headers["access-control-max-age"]) == (200, "7200")


def test_pages_of_other_origins_are_allowed_nothing(named: Backend) -> None:
    for origin in ("https://evil.shop.example.com", "https://evil.example", "null"):
        answer = named.http.get("/items", headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers
