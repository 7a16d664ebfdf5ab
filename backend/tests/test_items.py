"""Items: all that the page can do with them."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from app.items.schemas import Item, ItemPage, Sort
from app.items.service import page_statement
from tests.postgres import DATABASE, Postgres


def create(api: httpx.Client, title: str, description: str = "") -> dict[str, str]:
    response = api.post("/items", json={"title": title, "description": description})
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_a_created_item_is_found_where_the_answer_says(api: httpx.Client) -> None:
    response = api.post("/items", json={"title": "  Grüße 🎉 ", "description": "two\nlines"})
    assert response.status_code == 201
    item = response.json()
    assert item["title"] == "Grüße 🎉"
    assert item["description"] == "two\nlines"
    assert response.headers["Location"] == f"/api/items/{item['id']}"
    assert api.get(f"/items/{item['id']}").json() == item


def test_the_list_is_newest_first_in_pages_with_the_total(api: httpx.Client) -> None:
    for number in range(5):
        create(api, f"item {number}")
    first = api.get("/items", params={"limit": 2}).json()
    second = api.get("/items", params={"limit": 2, "offset": 2}).json()
    assert [item["title"] for item in first["items"]] == ["item 4", "item 3"]
    assert [item["title"] for item in second["items"]] == ["item 2", "item 1"]
    assert first["total"] == second["total"] == 5
    assert api.get("/items", params={"offset": 5}).json() == {"items": [], "total": 5}


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("newest", ["Zebra", "apple", "Banana"]),
        ("oldest", ["Banana", "apple", "Zebra"]),
        ("title", ["apple", "Banana", "Zebra"]),
        ("title_descending", ["Zebra", "Banana", "apple"]),
        ("updated", ["apple", "Zebra", "Banana"]),
    ],
)
def test_the_list_is_sorted_as_asked_for(api: httpx.Client, sort: str, titles: list[str]) -> None:
    ids = {title: create(api, title)["id"] for title in ("Banana", "apple", "Zebra")}
    api.patch(f"/items/{ids['apple']}", json={"description": "changed"})
    pages = [api.get("/items", params={"sort": sort, "limit": 2, "offset": offset}).json() for offset in (0, 2)]
    assert [item["title"] for page in pages for item in page["items"]] == titles
    assert {page["total"] for page in pages} == {3}


@pytest.mark.parametrize(
    ("sort", "order"), [("title", [0, 1, 2, 3]), ("title_descending", [3, 2, 1, 0]), ("updated", [3, 2, 1, 0])]
)
def test_items_that_are_equal_in_the_order_are_in_the_same_order_on_every_page(
    api: httpx.Client, postgres: Postgres, sort: str, order: list[int]
) -> None:
    ids = [create(api, title)["id"] for title in ("Same", "same", "SAME", "same")]
    # Each update writes its row to the end of the table, so the rows are no longer stored in the order of creation.
    for number in (2, 0, 3, 1):
        update = f"UPDATE items SET updated_at = '2026-01-01' WHERE id = '{ids[number]}'"  # noqa: S608
        postgres.sql(update, database=DATABASE)
    postgres.sql("ANALYZE items", database=DATABASE)  # then PostgreSQL sorts so few rows, and uses no index for it
    pages = [api.get("/items", params={"sort": sort, "limit": 2, "offset": offset}).json() for offset in (0, 2)]
    assert [item["id"] for page in pages for item in page["items"]] == [ids[number] for number in order]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("grüße", ["100% Grüße"]),
        ("GRÜSSE", []),
        ("GRÜ", ["100% Grüße"]),
        ("%", ["100% Grüße"]),
        ("_", ["under_score"]),
        ("\\", ["back\\slash"]),
        ("second line", ["under_score"]),
        ("e first", []),
        ("s", ["back\\slash", "under_score"]),
        ("'; DROP TABLE items; --", []),
        ("", ["back\\slash", "under_score", "100% Grüße"]),
    ],
)
def test_a_search_finds_a_part_of_title_or_description(api: httpx.Client, q: str, found: list[str]) -> None:
    create(api, "100% Grüße")
    create(api, "under_score", "first line\nSecond LINE")
    create(api, "back\\slash")
    page = api.get("/items", params={"q": q}).json()
    assert [item["title"] for item in page["items"]] == found
    assert page["total"] == len(found)
    assert api.get("/items", params={"q": q, "offset": 10}).json() == {"items": [], "total": len(found)}


def test_a_changed_item_is_found_by_its_new_words_alone(api: httpx.Client) -> None:
    item = create(api, "before")
    api.patch(f"/items/{item['id']}", json={"title": "after"})
    assert [api.get("/items", params={"q": q}).json()["total"] for q in ("before", "after")] == [0, 1]


def test_the_answers_are_what_the_document_says(api: httpx.Client) -> None:
    """PostgreSQL writes them, so no model has validated them."""
    item = Item.model_validate_json(api.post("/items", json={"title": "x"}).content, strict=True)
    assert item.created_at.utcoffset() == timedelta(0)
    page = ItemPage.model_validate_json(api.get("/items").content, strict=True)
    assert page == ItemPage(items=[item], total=1)
    assert set(api.get("/items").json()["items"][0]) == set(Item.model_fields)


@pytest.fixture
def many(api: httpx.Client, postgres: Postgres) -> Iterator[Postgres]:
    """Ten thousand items, after VACUUM has run."""
    words = "SELECT 'Item ' || n, repeat('some words ', 10) || n FROM generate_series(1, 10000) AS n"
    postgres.sql(f"INSERT INTO items (title, description) {words}", database=DATABASE)
    postgres.sql("VACUUM ANALYZE items", database=DATABASE)
    yield postgres
    postgres.sql("TRUNCATE items", database=DATABASE)


def plan(postgres: Postgres, sort: Sort) -> str:
    """The query plan of the statement that the service sends."""
    statement = page_statement(sort, searched=False).replace("$1", "20").replace("$2", "0")
    return postgres.sql(f"EXPLAIN {statement}", database=DATABASE)


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("newest", "Scan Backward using pk_items"),
        ("oldest", "Scan using pk_items"),
        ("title", "Scan using ix_items_title"),
        ("title_descending", "Scan Backward using ix_items_title"),
        ("updated", "Scan Backward using ix_items_updated"),
    ],
)
def test_an_index_serves_every_order_and_the_total(many: Postgres, sort: Sort, index: str) -> None:
    planned = plan(many, sort)
    assert index in planned
    assert "Index Only Scan" in planned
    assert "Sort" not in planned


@pytest.mark.parametrize("q", ["words 9", "nowhere"])
def test_ten_thousand_items_are_searched_in_a_moment(api: httpx.Client, many: Postgres, q: str) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        assert api.get("/items", params={"q": q, "limit": 100}).status_code == 200
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.3


def test_an_update_changes_what_it_names_and_nothing_else(api: httpx.Client) -> None:
    item = create(api, "before", "text")
    changed = api.patch(f"/items/{item['id']}", json={"title": "after"})
    assert changed.status_code == 200
    assert {**item, "title": "after", "updated_at": changed.json()["updated_at"]} == changed.json()
    assert changed.json()["updated_at"] > item["updated_at"]
    assert api.get(f"/items/{item['id']}").json() == changed.json()


def test_a_deleted_item_is_gone(api: httpx.Client) -> None:
    item, other = create(api, "one"), create(api, "other")
    deleted = api.delete(f"/items/{item['id']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get(f"/items/{item['id']}").status_code == 404
    assert [left["id"] for left in api.get("/items").json()["items"]] == [other["id"]]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_item_is_not_found(api: httpx.Client, method: str) -> None:
    unknown = uuid4()
    response = api.request(method, f"/items/{unknown}", json={} if method == "PATCH" else None)
    assert response.status_code == 404
    assert str(unknown) in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"description": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "x", "description": "nul \x00"}, "description"),
        ({"title": "x", "description": "x" * 10_001}, "description"),
        ({"title": "x", "descripton": "misspelt"}, "descripton"),
        ({"title": 7}, "title"),
    ],
)
def test_invalid_values_are_refused_by_name(api: httpx.Client, body: dict[str, object], field: str) -> None:
    response = api.post("/items", json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert api.get("/items").json()["total"] == 0


def test_an_update_refuses_null(api: httpx.Client) -> None:
    item = create(api, "kept")
    assert api.patch(f"/items/{item['id']}", json={"title": None}).status_code == 422
    assert api.get(f"/items/{item['id']}").json() == item


@pytest.mark.parametrize(
    "query",
    [
        "q=a%00b",
        "q=a%0Ab",
        "q=" + "x" * 101,
        "sort=size",
        "sort=",
        "limit=0",
        "limit=101",
        "limit=x",
        "offset=-1",
        "offset=99999999999999999999",
        "page=2",
    ],
)
def test_a_page_out_of_bounds_is_refused(api: httpx.Client, query: str) -> None:
    assert api.get(f"/items?{query}").status_code == 422


def test_text_that_no_database_can_keep_is_refused(api: httpx.Client) -> None:
    """A lone surrogate is valid in JSON, but cannot be encoded as text."""
    response = api.post("/items", content=rb'{"title": "\ud800"}', headers={"Content-Type": "application/json"})
    assert response.status_code == 422
