"""Items: what the page does with them."""

from uuid import uuid4

import httpx
import pytest

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


def test_an_index_serves_the_list(api: httpx.Client, postgres: Postgres) -> None:
    postgres.sql(
        "INSERT INTO items (title, description) SELECT 'x', '' FROM generate_series(1, 5000); ANALYZE items",
        database=DATABASE,
    )
    plan = postgres.sql("EXPLAIN SELECT * FROM items ORDER BY id DESC LIMIT 20", database=DATABASE)
    assert "Index Scan Backward using pk_items" in plan
    assert "Sort" not in plan


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
    "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=99999999999999999999", "page=2"]
)
def test_a_page_out_of_bounds_is_refused(api: httpx.Client, query: str) -> None:
    assert api.get(f"/items?{query}").status_code == 422


def test_text_that_no_database_can_keep_is_refused(api: httpx.Client) -> None:
    """A lone surrogate is valid in JSON, but in no encoding of text."""
    response = api.post("/items", content=rb'{"title": "\ud800"}', headers={"Content-Type": "application/json"})
    assert response.status_code == 422
