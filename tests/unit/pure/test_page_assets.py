"""Which files of a page outlive its tasks, and how they are served."""

import json
from pathlib import Path

import pytest

from infra.pure.page_assets import cache_control, content_type, default_prefixes, places, served


@pytest.mark.parametrize(
    ("packages", "wanted"),
    [
        ({"devDependencies": {"vite": "8"}}, ("/assets",)),
        ({"dependencies": {"react-scripts": "5"}}, ("/static",)),
        ({"dependencies": {"next": "16", "react": "19"}}, ("/_next/static",)),
        ({"devDependencies": {"@sveltejs/kit": "3", "vite": "8"}}, ("/_app/immutable",)),
        ({"devDependencies": {"@11ty/eleventy": "3"}}, ()),
    ],
)
def test_the_build_tool_tells_the_path(tmp_path: Path, packages: dict[str, object], wanted: tuple[str, ...]) -> None:
    (tmp_path / "package.json").write_text(json.dumps(packages))
    assert default_prefixes(tmp_path) == wanted


@pytest.mark.parametrize("text", [None, "{", "[]", '{"dependencies": 1}'])
def test_a_page_of_an_unknown_tool_is_taken_for_one_of_most(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "package.json").write_text(text)
    assert default_prefixes(tmp_path) == ("/assets",)


def test_a_page_of_vite_is_found_where_dockerfiles_put_it(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"devDependencies": {"vite": "8"}}')
    ((prefix, folders),) = places(tmp_path, None).items()
    assert (prefix, folders[0]) == ("/assets", "dist/assets")
    assert "/usr/share/nginx/html/assets" in folders


def test_a_server_of_next_has_its_files_elsewhere_than_at_their_path(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"next": "16"}}')
    assert places(tmp_path, None)["/_next/static"][:2] == (".next/static", "dist/_next/static")


def test_the_description_wins(tmp_path: Path) -> None:
    assert places(tmp_path, {"/js": "/srv/js"}) == {"/js": ("/srv/js",)}
    assert places(tmp_path, {}) == {}


@pytest.mark.parametrize(
    "name",
    [
        "assets/index-BWFRzlhA.js", "assets/index---1a7qdU.js", "assets/a-b_cdeFgh.css",
        "static/js/main.1a2b3c4d.chunk.js",
        "static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg", "_next/static/chunks/framework-64ad27b21261a9ce.js",
        "_next/static/Jx2b9sYyQ1/_buildManifest.js", "_app/immutable/chunks/B7xLk2pQ.js",
    ],
)  # fmt: skip
def test_a_name_with_a_hash_is_kept_for_a_year(name: str) -> None:
    assert cache_control(name) == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name",
    ["assets/logo.svg", "assets/my-background.png", "assets/Football.png", "assets/de.json", "assets/x-Football.png"],
)  # fmt: skip
def test_a_name_without_a_hash_is_asked_for_each_time(name: str) -> None:
    assert cache_control(name) == "no-cache"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.js", "text/javascript; charset=utf-8"), ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"), ("a.svg", "image/svg+xml"), ("a.woff2", "font/woff2"),
        ("a.WASM", "application/wasm"), ("a.js.map", "application/json"), ("a.png", "image/png"),
        ("a.unknown", "application/octet-stream"), ("a", "application/octet-stream"),
    ],
)  # fmt: skip
def test_the_name_tells_the_type(name: str, wanted: str) -> None:
    assert content_type(name) == wanted


def test_compressed_copies_are_for_the_pages_own_server(tmp_path: Path) -> None:
    for name in ("js/a.js", "js/a.js.br", "js/a.js.gz", "data.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert [name for name, _ in served(tmp_path)] == ["data.gz", "js/a.js"]
