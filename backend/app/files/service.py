"""Operations on files. The bytes never pass through this process: it signs permissions, and S3 enforces them.

S3 does not tell this process that an upload is complete, and a browser may be closed before it could. So each listing
first checks whether the latest permitted uploads have arrived.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from app.database import Database
from app.errors import InvalidRequest, NotFound
from app.files.schemas import (
    Disposition,
    File,
    FileChange,
    FileCreate,
    FilePage,
    PresignedPost,
    UploadLimits,
    UploadTicket,
)
from app.files.storage import UPLOAD_SECONDS, Storage, is_shown_safely
from app.pages import PageParameters
from app.settings import Settings

# Most uploads that one listing checks with S3, newest first.
SETTLED_AT_ONCE = 20
# S3 checks a permission only at the start of an upload, so a slow upload may end long after the permission has expired.
PENDING_FOR = timedelta(seconds=UPLOAD_SECONDS) + timedelta(hours=1)

COLUMNS = "id, name, content_type, size, created_at"
CREATE = f"INSERT INTO files (name, content_type, size) VALUES ($1, $2, $3) RETURNING {COLUMNS}"
COUNT = "SELECT count(*) FROM files WHERE uploaded_at IS NOT NULL"
PAGE = f"SELECT {COLUMNS} FROM files WHERE uploaded_at IS NOT NULL ORDER BY id DESC LIMIT $1 OFFSET $2"
GET = f"SELECT {COLUMNS} FROM files WHERE id = $1 AND uploaded_at IS NOT NULL"
RENAME = f"UPDATE files SET name = $2 WHERE id = $1 AND uploaded_at IS NOT NULL RETURNING {COLUMNS}"
EXISTS = "SELECT id FROM files WHERE id = $1"
REMOVE = "DELETE FROM files WHERE id = $1"
PENDING = "SELECT id FROM files WHERE id = $1 AND uploaded_at IS NULL"
NEWEST_PENDING = "SELECT id FROM files WHERE uploaded_at IS NULL ORDER BY id DESC LIMIT $1"
ARRIVED = "UPDATE files SET size = $2, uploaded_at = now() WHERE id = $1 AND uploaded_at IS NULL"
FORGET = "DELETE FROM files WHERE id = ANY($1) AND uploaded_at IS NULL AND created_at < now() - $2::interval"


def missing(file_id: UUID) -> NotFound:
    return NotFound(f"There is no file {file_id}.")


def limits(settings: Settings) -> UploadLimits:
    return UploadLimits(max_bytes=settings.upload_max_bytes, content_types=list(settings.upload_content_types))


async def permit_upload(database: Database, storage: Storage, allowed: UploadLimits, draft: FileCreate) -> UploadTicket:
    """Raises InvalidRequest when the file is too large or its type is not allowed."""
    if draft.size > allowed.max_bytes:
        raise InvalidRequest(f"A file may have {allowed.max_bytes} bytes, this one has {draft.size}.", field="size")
    if draft.content_type not in allowed.content_types:
        types = ", ".join(allowed.content_types)
        raise InvalidRequest(
            f"The type {draft.content_type!r} is not allowed; allowed are {types}.", field="content_type"
        )
    async with database.connection() as connection:
        (row,) = await connection.fetch(CREATE, draft.name, draft.content_type, draft.size)
    file = File.model_validate(dict(row))
    post = await storage.permit_upload(file.id, file.content_type, file.size)
    return UploadTicket(file=file, upload=PresignedPost(**post))


async def page(database: Database, storage: Storage, wanted: PageParameters) -> FilePage:
    await settle(database, storage, NEWEST_PENDING, SETTLED_AT_ONCE)
    async with database.connection() as connection:
        total = await connection.fetchval(COUNT)
        rows = await connection.fetch(PAGE, wanted.limit, wanted.offset)
    return FilePage(items=[File.model_validate(dict(row)) for row in rows], total=total)


async def get(database: Database, storage: Storage, file_id: UUID) -> File:
    """Raises NotFound, also while the file's upload has not arrived."""
    await settle(database, storage, PENDING, file_id)
    async with database.connection() as connection:
        row = await connection.fetchrow(GET, file_id)
    if row is None:
        raise missing(file_id)
    return File.model_validate(dict(row))


async def change(database: Database, storage: Storage, file_id: UUID, wanted: FileChange) -> File:
    """Renames the file: its object's key holds no name. Raises NotFound, also while the upload has not arrived."""
    await settle(database, storage, PENDING, file_id)
    async with database.connection() as connection:
        row = await connection.fetchrow(RENAME, file_id, wanted.name)
    if row is None:
        raise missing(file_id)
    return File.model_validate(dict(row))


async def download_url(database: Database, storage: Storage, file_id: UUID, disposition: Disposition) -> str:
    """Raises InvalidRequest for `inline` when it is not safe to show the file in a browser."""
    file = await get(database, storage, file_id)
    if disposition == "inline" and not is_shown_safely(file.content_type):
        raise InvalidRequest(
            f"Images and text alone can be shown, this is {file.content_type}; download it.", field="disposition"
        )
    return await storage.permit_download(file.id, file.name, file.content_type, disposition)


async def remove(database: Database, storage: Storage, file_id: UUID) -> None:
    """Deletes the object before the row: after a failure in between, the next try finds the row, and deletes it."""
    async with database.connection() as connection:
        if await connection.fetchval(EXISTS, file_id) is None:
            raise missing(file_id)
    await storage.delete(file_id)
    async with database.connection() as connection:
        await connection.execute(REMOVE, file_id)


async def settle(database: Database, storage: Storage, query: str, argument: UUID | int) -> None:
    """Mark the permitted uploads that have arrived, and delete the rows of those that can no longer arrive."""
    async with database.connection() as connection:
        pending = [row["id"] for row in await connection.fetch(query, argument)]
    if not pending:
        return
    sizes = await asyncio.gather(*(storage.size(file_id) for file_id in pending))
    arrived = [(file_id, size) for file_id, size in zip(pending, sizes, strict=True) if size is not None]
    absent = [file_id for file_id, size in zip(pending, sizes, strict=True) if size is None]
    async with database.connection() as connection:
        await connection.executemany(ARRIVED, arrived)
        await connection.execute(FORGET, absent, PENDING_FOR)
