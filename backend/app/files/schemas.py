"""Models of files in requests and responses."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.text import FileName

Disposition = Literal["attachment", "inline"]


class FileCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: FileName
    content_type: str = Field(max_length=100, description="Media type without parameters, one of the limits' list.")
    size: int = Field(ge=1, description="Bytes; S3 takes exactly so many.")


class FileChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: FileName


class File(BaseModel):
    id: UUID
    name: str
    content_type: str
    size: int = Field(description="Bytes.")
    created_at: datetime


class FilePage(BaseModel):
    items: list[File] = Field(description="Uploaded files, newest first.")
    total: int = Field(description="How many uploaded files there are in all.")


class PresignedPost(BaseModel):
    url: str = Field(description="Where to send the form (multipart/form-data).")
    fields: dict[str, str] = Field(description="The form's fields; the file follows them as `file`.")


class UploadTicket(BaseModel):
    file: File
    upload: PresignedPost


class UploadLimits(BaseModel):
    max_bytes: int
    content_types: list[str]
