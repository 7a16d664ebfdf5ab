"""Shapes of items in requests and answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.text import Body, Line


class ItemCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Line
    description: Body = ""


def without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


class ItemUpdate(BaseModel):
    """What is left out stays as it is; null is refused."""

    model_config = ConfigDict(extra="forbid")

    # The defaults only mark the fields as optional: they are never used, so the document does not show them.
    title: Line = Field("", json_schema_extra=without_default)
    description: Body = Field("", json_schema_extra=without_default)


class Item(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    description: str
    created_at: datetime
    updated_at: datetime


class ItemPage(BaseModel):
    items: list[Item] = Field(description="Newest first.")
    total: int = Field(description="How many items there are in all.")
