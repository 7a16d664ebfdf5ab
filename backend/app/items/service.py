"""What can be done with items. Every function raises Unavailable (or the database's own errors) when it is down."""

from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from app.database import Database
from app.dependencies import PageParameters
from app.errors import NotFound
from app.items.models import ItemRow
from app.items.schemas import Item, ItemCreate, ItemPage, ItemUpdate


def missing(item_id: UUID) -> NotFound:
    return NotFound(f"There is no item {item_id}.")


async def create(database: Database, draft: ItemCreate) -> Item:
    async with database.begin() as session:
        row = await session.scalar(insert(ItemRow).values(**draft.model_dump()).returning(ItemRow))
        return Item.model_validate(row)


async def page(database: Database, wanted: PageParameters) -> ItemPage:
    async with database.begin() as session:
        total = await session.scalar(select(func.count()).select_from(ItemRow))
        rows = await session.scalars(
            select(ItemRow).order_by(ItemRow.id.desc()).limit(wanted.limit).offset(wanted.offset)
        )
        return ItemPage(items=[Item.model_validate(row) for row in rows], total=total or 0)


async def get(database: Database, item_id: UUID) -> Item:
    async with database.begin() as session:
        row = await session.get(ItemRow, item_id)
        if row is None:
            raise missing(item_id)
        return Item.model_validate(row)


async def change(database: Database, item_id: UUID, changes: ItemUpdate) -> Item:
    values = {**changes.model_dump(exclude_unset=True), "updated_at": func.now()}
    async with database.begin() as session:
        row = await session.scalar(update(ItemRow).where(ItemRow.id == item_id).values(**values).returning(ItemRow))
        if row is None:
            raise missing(item_id)
        return Item.model_validate(row)


async def remove(database: Database, item_id: UUID) -> None:
    async with database.begin() as session:
        removed = await session.scalar(delete(ItemRow).where(ItemRow.id == item_id).returning(ItemRow.id))
        if removed is None:
            raise missing(item_id)
