"""Models of items in requests and responses."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.pages import PageParameters
from app.text import Body, Line, Search


class ItemCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Line
    description: Body = ""


def without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


class ItemUpdate(BaseModel):
    """What is left out stays as it is; null is refused."""

    model_config = ConfigDict(extra="forbid")

    # The defaults only make the fields optional. They are never used, so the OpenAPI document must not show them.
    title: Line = Field("", json_schema_extra=without_default)
    description: Body = Field("", json_schema_extra=without_default)


class Item(BaseModel):
    id: UUID
    title: str
    description: str
    created_at: datetime
    updated_at: datetime


class ItemPage(BaseModel):
    items: list[Item]
    total: int = Field(description="How many items match in all.")


Sort = Literal["newest", "oldest", "title", "title_descending", "updated"]


class ItemQuery(PageParameters):
    q: Search = Field("", description="Text in the title or the description, in upper or lower case.")
    sort: Sort = Field("newest", description="`title`: without regard to case; `updated`: last changed first.")
