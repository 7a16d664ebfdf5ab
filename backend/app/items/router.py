"""Endpoints of items. The models describe the responses; PostgreSQL writes the JSON, which is sent unchanged."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.errors import InvalidRequest, NotFound, declare
from app.items import service
from app.items.schemas import Item, ItemCreate, ItemPage, ItemQuery, ItemUpdate
from app.resources import DatabaseDep

router = APIRouter(prefix="/items", tags=["items"], responses=declare(InvalidRequest))


class Json(Response):
    media_type = "application/json"


@router.post("", status_code=201, response_model=Item)
async def create_item(request: Request, database: DatabaseDep, draft: ItemCreate) -> Json:
    item_id, item = await service.create(database, draft)
    return Json(item, 201, {"Location": f"{request.scope['path']}/{item_id}"})


@router.get("", response_model=ItemPage)
async def list_items(database: DatabaseDep, wanted: Annotated[ItemQuery, Query()]) -> Json:
    return Json(await service.page(database, wanted))


@router.get("/{item_id:uuid}", response_model=Item, responses=declare(NotFound))
async def get_item(database: DatabaseDep, item_id: UUID) -> Json:
    return Json(await service.get(database, item_id))


@router.patch("/{item_id:uuid}", response_model=Item, responses=declare(NotFound))
async def update_item(database: DatabaseDep, item_id: UUID, changes: ItemUpdate) -> Json:
    return Json(await service.change(database, item_id, changes))


@router.delete("/{item_id:uuid}", status_code=204, responses=declare(NotFound))
async def delete_item(database: DatabaseDep, item_id: UUID) -> None:
    await service.remove(database, item_id)
