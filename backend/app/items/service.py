"""Operations on items. Every function raises Unavailable (or asyncpg's errors) when the database is down.

PostgreSQL writes the JSON of the responses, and this process sends it unchanged: to build a hundred objects from rows
and serialize them again would cost more than the rest of the request.
"""

from uuid import UUID

from app.database import Database
from app.errors import NotFound
from app.items.schemas import ItemCreate, ItemQuery, ItemUpdate, Sort

COLUMNS = "id, title, description, created_at, updated_at"
ITEM = f"(SELECT row_to_json(item) FROM (SELECT {COLUMNS}) AS item)"
ORDER: dict[Sort, str] = {
    "newest": "id DESC",
    "oldest": "id",
    "title": "lower(title), id",
    "title_descending": "lower(title) DESC, id DESC",
    "updated": "updated_at DESC, id DESC",
}

CREATE = f"INSERT INTO items (title, description) VALUES ($1, $2) RETURNING id, {ITEM} AS json"
GET = f"SELECT {ITEM} FROM items WHERE id = $1"
CHANGE = (
    "UPDATE items SET title = coalesce($2, title), description = coalesce($3, description), updated_at = now()"
    f" WHERE id = $1 RETURNING {ITEM}"
)
REMOVE = "DELETE FROM items WHERE id = $1 RETURNING id"


def page_statement(sort: Sort, *, searched: bool) -> str:
    # Without a search there is no condition, so that PostgreSQL can count with an index-only scan.
    where = "WHERE strpos(search, lower($3)) > 0" if searched else ""
    return f"""
        SELECT json_build_object(
            'items', coalesce((
                SELECT json_agg(item) FROM (
                    SELECT {COLUMNS} FROM items {where} ORDER BY {ORDER[sort]} LIMIT $1 OFFSET $2
                ) AS item
            ), '[]'),
            'total', (SELECT count(*) FROM items {where})
        )"""


def missing(item_id: UUID) -> NotFound:
    return NotFound(f"There is no item {item_id}.")


async def create(database: Database, draft: ItemCreate) -> tuple[UUID, str]:
    """The new item's id, and the new item as JSON."""
    async with database.connection() as connection:
        (row,) = await connection.fetch(CREATE, draft.title, draft.description)
    return row["id"], row["json"]


async def page(database: Database, wanted: ItemQuery) -> str:
    """An ItemPage as JSON."""
    statement = page_statement(wanted.sort, searched=bool(wanted.q))
    search = (wanted.q,) if wanted.q else ()
    async with database.connection() as connection:
        return str(await connection.fetchval(statement, wanted.limit, wanted.offset, *search))


async def get(database: Database, item_id: UUID) -> str:
    """The item as JSON."""
    async with database.connection() as connection:
        return found(item_id, await connection.fetchval(GET, item_id))


async def change(database: Database, item_id: UUID, changes: ItemUpdate) -> str:
    """The changed item as JSON."""
    given = changes.model_dump(exclude_unset=True)
    async with database.connection() as connection:
        changed = await connection.fetchval(CHANGE, item_id, given.get("title"), given.get("description"))
    return found(item_id, changed)


async def remove(database: Database, item_id: UUID) -> None:
    async with database.connection() as connection:
        removed = await connection.fetchval(REMOVE, item_id)
    if removed is None:
        raise missing(item_id)


def found(item_id: UUID, json: str | None) -> str:
    if json is None:
        raise missing(item_id)
    return json
