"""Models of files in requests and responses."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from app.pages import PageParameters
from app.text import FileName

Disposition = Literal["attachment", "inline"]
VersionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,1024}$", description="As the list of versions names it.")]


class FileListParameters(PageParameters):
    deleted: bool = Field(False, description="Those that were deleted and can still be restored, last deleted first.")


class VersionCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    content_type: str = Field(max_length=100, description="Media type without parameters, one of the limits' list.")
    size: int = Field(ge=1, description="Bytes; S3 takes exactly so many.")


class FileCreate(VersionCreate):
    name: FileName


class FileChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: FileName


class File(BaseModel):
    id: UUID
    name: str
    content_type: str
    size: int = Field(description="Bytes.")
    created_at: datetime
    deleted_at: datetime | None


class FilePage(BaseModel):
    items: list[File] = Field(description="Uploaded files, newest first.")
    total: int = Field(description="How many uploaded files there are in all.")


class Version(BaseModel):
    id: str
    size: int = Field(description="Bytes.")
    uploaded_at: datetime
    is_current: bool


class FileVersions(BaseModel):
    items: list[Version] = Field(description="Newest first; older ones go when the bucket no longer keeps them.")


class PresignedPost(BaseModel):
    url: str = Field(description="Where to send the form (multipart/form-data).")
    fields: dict[str, str] = Field(description="The form's fields; the file follows them as `file`.")


class UploadTicket(BaseModel):
    file: File
    upload: PresignedPost


class UploadLimits(BaseModel):
    max_bytes: int
    content_types: list[str]
