"""What a page of somebody else reaches when a developer opens it in a real browser, beside the local cloud."""

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from localcloud.place import MAILBOX_PATH
from tests.e2e.browser import EVIL
from tests.e2e.checkout import Checkout
from tests.e2e.site.conftest import OpenPage

FUNCTION = json.dumps({"FunctionName": "evil", "Runtime": "python3.13", "Role": "r", "Handler": "h.h", "Code": {}})
FUNCTIONS = "/2015-03-31/functions"


class Website(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Kittens</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def website() -> Iterator[str]:
    """Its address; it is on this machine too, so that no rule about networks comes between."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Website) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://kittens.{EVIL}:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def foreign(open_page: OpenPage, website: str) -> Page:
    page = open_page()
    page.goto(website)
    return page


def functions(running: Checkout) -> set[str]:
    client = running.client("lambda")
    names = {function["FunctionName"] for function in client.list_functions()["Functions"]}
    client.close()
    return names


def fetched(page: Page, url: str, options: Mapping[str, object]) -> str:
    """The kind of the answer, as the page's script sees it: `cors` if it may read it."""
    script = "([url, options]) => fetch(url, options).then(a => a.type, e => `failed: ${e}`)"
    return str(page.evaluate(script, [url, options]))


def test_a_form_of_a_foreign_page_makes_no_function(running: Checkout, foreign: Page) -> None:
    before = functions(running)
    script = """([action, text]) => {
        const form = Object.assign(document.createElement("form"), {action, method: "post", enctype: "text/plain"});
        const [name, value] = [text.slice(0, -2) + ',"x":"', '"}'];
        form.append(Object.assign(document.createElement("input"), {name, value}));
        document.body.append(form);
        form.submit();
    }"""
    with foreign.expect_response(running.place.endpoint + FUNCTIONS) as answer:
        foreign.evaluate(script, [running.place.endpoint + FUNCTIONS, FUNCTION])
    assert answer.value.status == 403
    assert functions(running) == before


def test_a_script_of_a_foreign_page_makes_and_reads_nothing(running: Checkout, foreign: Page) -> None:
    before, endpoint = functions(running), running.place.endpoint
    simple = {"method": "POST", "headers": {"Content-Type": "text/plain"}, "body": FUNCTION}
    with foreign.expect_response(endpoint + FUNCTIONS) as answer:
        assert fetched(foreign, endpoint + FUNCTIONS, {**simple, "mode": "no-cors"}) == "opaque"
    assert answer.value.status == 403
    for path in (FUNCTIONS, MAILBOX_PATH, "/_ministack/health", "/"):
        assert fetched(foreign, endpoint + path, simple).startswith("failed: TypeError")
        assert fetched(foreign, endpoint + path, {}).startswith("failed: TypeError")
    assert functions(running) == before


def test_a_name_that_was_made_to_lead_here_shows_nothing(running: Checkout, open_page: OpenPage) -> None:
    page = open_page()
    rebound = f"http://rebound.{EVIL}:{running.port}"
    for path in (MAILBOX_PATH, "/", FUNCTIONS):
        answer = page.goto(rebound + path)
        assert answer is not None and answer.status == 421
    script = "([url, options]) => fetch(url, options).then(a => a.status)"
    assert page.evaluate(script, [FUNCTIONS, {"method": "POST", "body": FUNCTION}]) == 421


def test_a_link_leads_to_the_mailbox_which_no_page_can_frame(running: Checkout, foreign: Page) -> None:
    mailbox = running.place.endpoint + MAILBOX_PATH
    foreign.evaluate("url => document.body.insertAdjacentHTML('beforeend', `<a href=${url}>mails</a>`)", mailbox)
    with foreign.expect_response(mailbox) as answer:
        foreign.get_by_text("mails").click()
    assert answer.value.status == 200
    foreign.go_back()
    with foreign.expect_response(mailbox) as answer:
        foreign.evaluate("url => document.body.insertAdjacentHTML('beforeend', `<iframe src=${url}>`)", mailbox)
    assert answer.value.status == 403
