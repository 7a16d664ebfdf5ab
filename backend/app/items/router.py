"""Endpoints of items."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.dependencies import DatabaseDep
from app.errors import InvalidRequest, NotFound, Unavailable, declare
from app.items import service
from app.items.schemas import Item, ItemCreate, ItemPage, ItemQuery, ItemUpdate

router = APIRouter(prefix="/items", tags=["items"], responses=declare(InvalidRequest, Unavailable))


@router.post("", status_code=201)
async def create_item(request: Request, response: Response, database: DatabaseDep, draft: ItemCreate) -> Item:
    item = await service.create(database, draft)
    response.headers["Location"] = request.app.url_path_for("get_item", item_id=str(item.id))
    return item


@router.get("")
async def list_items(database: DatabaseDep, wanted: Annotated[ItemQuery, Query()]) -> ItemPage:
    return await service.page(database, wanted)


@router.get("/{item_id}", responses=declare(NotFound))
async def get_item(database: DatabaseDep, item_id: UUID) -> Item:
    return await service.get(database, item_id)


@router.patch("/{item_id}", responses=declare(NotFound))
async def update_item(database: DatabaseDep, item_id: UUID, changes: ItemUpdate) -> Item:
    return await service.change(database, item_id, changes)


@router.delete("/{item_id}", status_code=204, responses=declare(NotFound))
async def delete_item(database: DatabaseDep, item_id: UUID) -> None:
    await service.remove(database, item_id)
