"""The stand-in for nginx: which configurations it follows, and what a browser gets from it."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.engine.nginx import Page, caching
from localcloud.engine.nginx_conf import ConfigurationError, parse, port_of, read, without_effect

HTML = "/usr/share/nginx/html"
FILES = ("index.html", "50x.html", "assets/app.js", "docs/index.html", "empty/x/y.txt", "a.svg")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        file = tmp_path / HTML.lstrip("/") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def configure(root: Path, text: str, name: str = "conf.d/default.conf") -> None:
    file = root / "etc/nginx" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def ask(root: Path, *paths: str, method: str = "GET", **headers: str) -> list[tuple[int, str, Any]]:
    """Status, text and headers of the answers."""

    async def work() -> list[tuple[int, str, Any]]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", Page(read(root, {}, unprivileged=False)[0], root).answer)
        async with TestClient(TestServer(app)) as client:
            found = []
            for path in paths:
                async with client.request(method, path, allow_redirects=False, headers=headers) as answer:
                    found.append((answer.status, (await answer.text()).strip(), answer.headers))
            return found

    return asyncio.run(asyncio.wait_for(work(), 20))


def short(root: Path, *paths: str) -> list[tuple[int, str]]:
    return [(status, text.partition("\n")[0]) for status, text, _ in ask(root, *paths)]


def test_without_a_configuration_files_are_served_as_nginx_does_by_default(root: Path) -> None:
    assert short(root, "/", "/index.html", "/assets/app.js", "/docs/", "/docs", "/empty/", "/absent", "/../../x") == [
        (200, "index.html"),
        (200, "index.html"),
        (200, "assets/app.js"),
        (200, "docs/index.html"),
        (301, ""),
        (403, "<html>"),
        (404, "<html>"),
        (404, "<html>"),
    ]
    ((_, _, moved),) = ask(root, "/docs")
    assert moved["Location"] == "/docs/"
    assert [status for status, _, _ in ask(root, "/", method="POST")] == [405]


def test_an_answer_says_what_it_is_and_is_sent_once(root: Path) -> None:
    (first, second) = ask(root, "/assets/app.js", "/a.svg")
    assert (first[2]["Content-Type"], second[2]["Content-Type"]) == ("text/javascript", "image/svg+xml")
    ((status, text, _),) = ask(root, "/assets/app.js", **{"If-None-Match": first[2]["ETag"]})
    assert (status, text) == (304, "")
    ((status, text, _),) = ask(root, "/assets/app.js", Range="bytes=0-5")
    assert (status, text) == (206, "assets")


def test_deep_links_get_the_page_and_missing_assets_get_404(root: Path) -> None:
    configure(
        root,
        """
        server {
          listen 80;
          root /usr/share/nginx/html;   # where the build is
          location / { try_files $uri $uri/ /index.html; }
          location /assets/ { try_files $uri =404; expires 1y; add_header Cache-Control "public"; }
          location ~* \\.svg$ { expires 30d; }
          location = /healthz { access_log off; return 200 "ok\\n"; }
          location /old/ { return 301 https://$host/new$request_uri; }
          location ^~ /api { return 404; }
          error_page 404 =200 /50x.html;
        }
        """,
    )
    assert short(root, "/", "/a/deep/link", "/docs/", "/assets/app.js", "/healthz") == [
        (200, "index.html"),
        (200, "index.html"),
        (200, "docs/index.html"),
        (200, "assets/app.js"),
        (200, "ok"),
    ]
    assert short(root, "/assets/old.js", "/api/x.svg") == [(200, "50x.html"), (404, "<html>")]
    asset, picture, moved = ask(root, "/assets/app.js", "/a.svg", "/old/x?y=1")
    assert asset[2]["Cache-Control"] == "public"
    assert picture[2]["Cache-Control"] == "max-age=2592000"
    assert moved[2]["Location"] == "https://127.0.0.1/new/old/x?y=1"


def test_an_error_page_keeps_the_status(root: Path) -> None:
    configure(root, f"server {{ root {HTML}; error_page 404 /50x.html; location /f/ {{ alias {HTML}/docs/; }} }}")
    assert short(root, "/absent", "/f/index.html") == [(404, "50x.html"), (200, "docs/index.html")]


@pytest.mark.parametrize(
    ("expires", "headers"),
    [
        ("max", "max-age=315360000"),
        ("-1", "no-cache"),
        ("epoch", "no-cache"),
        ("1d12h", "max-age=129600"),
        ("off", None),
    ],
)
def test_times_of_caching(expires: str, headers: str) -> None:
    assert caching(expires) == ({"Cache-Control": headers} if headers else {})


def test_a_whole_configuration_with_includes_and_templates(root: Path) -> None:
    configure(
        root,
        """
        user nginx; worker_processes auto;
        events { worker_connections 1024; }
        http { include /etc/nginx/mime.types; sendfile on; gzip on; include /etc/nginx/conf.d/*.conf; }
        """,
        "nginx.conf",
    )
    configure(root, "server { listen ${PORT}; include extra/*; }", "templates/site.conf.template")
    configure(root, "location /api { return 404; }", "extra/api")
    (server,) = read(root, {"PORT": "3000"}, unprivileged=False)
    assert (port_of(server), server.first("location") is not None) == (3000, True)
    assert port_of(read(root / "none", {}, unprivileged=True)[0]) == 8080


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "server {\n location /api {\n  proxy_pass http://x;\n }\n}",
            r"conf:3: proxy_pass: .*routes lead to it",
        ),
        ("server { rewrite ^/a /b; }", "default.conf:1: rewrite: .*do without it, or use ENGINE=docker"),
        ("server { if ($a) { return 404; } }", "default.conf:1: if: "),
        ("server { location / { location /b { } } }", "location: one inside of another"),
        ("server { auth_basic x;\n rewrite a b; }", "(?s):1: auth_basic.*:2: rewrite"),
        ("server {\n listen 80\n}", 'default.conf:3: unexpected "}"'),
        ("server { listen 80;", "default.conf:1: unexpected end of file"),
    ],
)
def test_what_goes_beyond_it_is_refused_with_file_and_line(root: Path, text: str, problem: str) -> None:
    configure(root, text)
    with pytest.raises(ConfigurationError, match=problem):
        read(root, {}, unprivileged=False)


def test_what_has_no_effect_is_named(root: Path) -> None:
    assert without_effect(parse("server { gzip on; location / { access_log off; } root /x; }", "f")) == [
        "access_log",
        "gzip",
    ]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.getLogger("aiohttp.access").setLevel(logging.ERROR)
    yield
    logging.getLogger("aiohttp.access").setLevel(logging.NOTSET)
