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
    VersionCreate,
)
from app.files.storage import UPLOAD_SECONDS, Storage, Stored, is_shown_safely
from app.pages import PageParameters
from app.settings import Settings

# Most uploads that one listing checks with S3, newest first.
SETTLED_AT_ONCE = 20
# S3 checks a permission only at the start of an upload, so a slow upload may end long after the permission has expired.
AWAITED_FOR = timedelta(seconds=UPLOAD_SECONDS) + timedelta(hours=1)

COLUMNS = "id, name, content_type, size, created_at, deleted_at"
IS_THERE = "uploaded_at IS NOT NULL AND deleted_at IS NULL"
IS_AWAITED = "(uploaded_at IS NULL OR awaited_at IS NOT NULL)"
CREATE = f"INSERT INTO files (name, content_type, size) VALUES ($1, $2, $3) RETURNING {COLUMNS}"
COUNT = f"SELECT count(*) FROM files WHERE {IS_THERE}"
PAGE = f"SELECT {COLUMNS} FROM files WHERE {IS_THERE} ORDER BY id DESC LIMIT $1 OFFSET $2"
GET = f"SELECT {COLUMNS} FROM files WHERE id = $1 AND {IS_THERE}"
RENAME = f"UPDATE files SET name = $2 WHERE id = $1 AND {IS_THERE} RETURNING {COLUMNS}"
EXISTS = "SELECT id FROM files WHERE id = $1 AND deleted_at IS NULL"
REMEMBER = "UPDATE files SET version = $2 WHERE id = $1"
# One whose bytes never arrived has nothing to restore.
FORGET = "DELETE FROM files WHERE id = $1 AND version IS NULL"
REMOVE = "UPDATE files SET deleted_at = now(), awaited_at = NULL WHERE id = $1 AND deleted_at IS NULL"
AWAITED = f"SELECT id, version FROM files WHERE id = $1 AND {IS_AWAITED}"
NEWEST_AWAITED = f"SELECT id, version FROM files WHERE {IS_AWAITED} ORDER BY id DESC LIMIT $1"
ARRIVED = f"""
    UPDATE files SET version = $2, size = $3, content_type = $4, uploaded_at = now(), awaited_at = NULL
    WHERE id = $1 RETURNING {COLUMNS}
"""
NEVER_CAME = "DELETE FROM files WHERE id = ANY($1) AND uploaded_at IS NULL AND created_at < now() - $2::interval"
NOT_REPLACED = "UPDATE files SET awaited_at = NULL WHERE id = ANY($1) AND awaited_at < now() - $2::interval"


def missing(file_id: UUID) -> NotFound:
    return NotFound(f"There is no file {file_id}.")


def limits(settings: Settings) -> UploadLimits:
    return UploadLimits(max_bytes=settings.upload_max_bytes, content_types=list(settings.upload_content_types))


async def permit_upload(database: Database, storage: Storage, allowed: UploadLimits, draft: FileCreate) -> UploadTicket:
    """Raises InvalidRequest when the file is too large or its type is not allowed."""
    check(allowed, draft)
    async with database.connection() as connection:
        (row,) = await connection.fetch(CREATE, draft.name, draft.content_type, draft.size)
    return await ticket(storage, File.model_validate(dict(row)), draft)


def check(allowed: UploadLimits, draft: VersionCreate) -> None:
    """Raises InvalidRequest when the bytes would be too many, or are of a type that is not allowed."""
    if draft.size > allowed.max_bytes:
        raise InvalidRequest(
            f"A file can have at most {allowed.max_bytes} bytes; this one has {draft.size}.", field="size"
        )
    if draft.content_type not in allowed.content_types:
        types = ", ".join(allowed.content_types)
        raise InvalidRequest(
            f"The type {draft.content_type!r} is not allowed; use one of {types}.", field="content_type"
        )


async def ticket(storage: Storage, file: File, draft: VersionCreate) -> UploadTicket:
    post = await storage.permit_upload(file.id, draft.content_type, draft.size)
    return UploadTicket(file=file, upload=PresignedPost(**post))


async def page(database: Database, storage: Storage, wanted: PageParameters) -> FilePage:
    await settle(database, storage, NEWEST_AWAITED, SETTLED_AT_ONCE)
    async with database.connection() as connection:
        total = await connection.fetchval(COUNT)
        rows = await connection.fetch(PAGE, wanted.limit, wanted.offset)
    return FilePage(items=[File.model_validate(dict(row)) for row in rows], total=total)


async def get(database: Database, storage: Storage, file_id: UUID) -> File:
    """Raises NotFound, also while the file's upload has not arrived."""
    await settle(database, storage, AWAITED, file_id)
    async with database.connection() as connection:
        row = await connection.fetchrow(GET, file_id)
    if row is None:
        raise missing(file_id)
    return File.model_validate(dict(row))


async def change(database: Database, storage: Storage, file_id: UUID, wanted: FileChange) -> File:
    """Renames the file: its object's key holds no name. Raises NotFound, also while the upload has not arrived."""
    await settle(database, storage, AWAITED, file_id)
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
            f"Only images and text can be shown; this is {file.content_type}; download it.", field="disposition"
        )
    return await storage.permit_download(file.id, file.name, file.content_type, disposition)


async def remove(database: Database, storage: Storage, file_id: UUID) -> None:
    """Its row stays, with the version of its bytes that was the newest, so that it can be restored.

    Deletes the object before it marks the row: after a failure in between, the next try finds the row, and deletes it.
    """
    async with database.connection() as connection:
        if await connection.fetchval(EXISTS, file_id) is None:
            raise missing(file_id)
    if stored := await storage.stored(file_id):
        async with database.connection() as connection:
            await connection.execute(REMEMBER, file_id, stored.version)
    await storage.delete(file_id)
    async with database.connection() as connection:
        await connection.execute(FORGET, file_id)
        await connection.execute(REMOVE, file_id)


async def settle(database: Database, storage: Storage, query: str, argument: UUID | int) -> None:
    """Take over the permitted uploads that have arrived, and give up those that can no longer arrive."""
    async with database.connection() as connection:
        awaited = await connection.fetch(query, argument)
    if not awaited:
        return
    found = await asyncio.gather(*(storage.stored(row["id"]) for row in awaited))
    arrived: list[tuple[UUID, Stored]] = []
    absent: list[UUID] = []
    for row, stored in zip(awaited, found, strict=True):
        if stored is None or stored.version == row["version"]:
            absent.append(row["id"])
        else:
            arrived.append((row["id"], stored))
    async with database.connection() as connection:
        await connection.executemany(
            ARRIVED, [(file_id, one.version, one.size, one.content_type) for file_id, one in arrived]
        )
        await connection.execute(NEVER_CAME, absent, AWAITED_FOR)
        await connection.execute(NOT_REPLACED, absent, AWAITED_FOR)
