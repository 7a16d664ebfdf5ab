"""What S3 still holds of files: versions that were replaced, and files that were deleted.

The bucket keeps them for some days, and tells nobody when they go: so what is listed is looked up first.
"""

import asyncio
from uuid import UUID

from app.database import Database
from app.errors import NotFound
from app.files import service
from app.files.schemas import File, FilePage, FileVersions, UploadLimits, UploadTicket, VersionCreate
from app.files.storage import Storage, Stored
from app.pages import PageParameters

COUNT = "SELECT count(*) FROM files WHERE deleted_at IS NOT NULL"
NEWEST = "FROM files WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, id DESC LIMIT $1 OFFSET $2"
PAGE = f"SELECT {service.COLUMNS}, version {NEWEST}"
LAST_VERSION = "SELECT version FROM files WHERE id = $1 AND deleted_at IS NOT NULL"
UNDELETE = "UPDATE files SET deleted_at = NULL WHERE id = $1"
EXPIRED = "DELETE FROM files WHERE id = ANY($1) AND deleted_at IS NOT NULL"
AWAIT = "UPDATE files SET awaited_at = now(), version = $2 WHERE id = $1"


async def deleted(database: Database, storage: Storage, wanted: PageParameters) -> FilePage:
    """Those of which S3 still holds the bytes; the rows of others are forgotten."""
    async with database.connection() as connection:
        rows = await connection.fetch(PAGE, wanted.limit, wanted.offset)
    found = await asyncio.gather(*(storage.stored(row["id"], row["version"]) for row in rows))
    expired = [row["id"] for row, stored in zip(rows, found, strict=True) if stored is None]
    async with database.connection() as connection:
        if expired:
            await connection.execute(EXPIRED, expired)
        total = await connection.fetchval(COUNT)
    return FilePage(items=[File.model_validate(dict(row)) for row in rows if row["id"] not in expired], total=total)


async def undelete(database: Database, storage: Storage, file_id: UUID) -> File:
    """Raises NotFound for a file that was not deleted, or whose bytes the bucket no longer keeps."""
    async with database.connection() as connection:
        version = await connection.fetchval(LAST_VERSION, file_id)
    if version is None:
        raise NotFound(f"There is no deleted file {file_id}.")
    stored = await storage.bring_back(file_id, version)
    if stored is None:
        async with database.connection() as connection:
            await connection.execute(EXPIRED, [file_id])
        raise NotFound(f"The bucket no longer keeps file {file_id}.")
    async with database.connection() as connection:
        await connection.execute(UNDELETE, file_id)
    return await take_over(database, file_id, stored)


async def of_file(database: Database, storage: Storage, file_id: UUID) -> FileVersions:
    await service.get(database, storage, file_id)
    return FileVersions(items=await storage.versions(file_id))


async def permit_upload(
    database: Database, storage: Storage, allowed: UploadLimits, file_id: UUID, draft: VersionCreate
) -> UploadTicket:
    """Raises InvalidRequest when the bytes would be too many, or are of a type that is not allowed."""
    service.check(allowed, draft)
    file = await service.get(database, storage, file_id)
    present = await storage.stored(file_id)
    if present is None:
        raise service.missing(file_id)
    async with database.connection() as connection:
        await connection.execute(AWAIT, file_id, present.version)
    return await service.ticket(storage, file, draft)


async def restore(database: Database, storage: Storage, file_id: UUID, version: str) -> File:
    """Raises NotFound when the file has no such version, or no longer."""
    file = await service.get(database, storage, file_id)
    present = await storage.stored(file_id)
    if present and present.version == version:
        return file  # S3 refuses to copy an object onto itself
    stored = await storage.bring_back(file_id, version)
    if stored is None:
        raise no_version(file_id, version)
    return await take_over(database, file_id, stored)


async def download_url(database: Database, storage: Storage, file_id: UUID, version: str) -> str:
    file = await service.get(database, storage, file_id)
    stored = await storage.stored(file_id, version)
    if stored is None:
        raise no_version(file_id, version)
    return await storage.permit_download(file_id, file.name, stored.content_type, "attachment", version)


def no_version(file_id: UUID, version: str) -> NotFound:
    return NotFound(f"File {file_id} has no version {version}.")


async def take_over(database: Database, file_id: UUID, stored: Stored) -> File:
    async with database.connection() as connection:
        row = await connection.fetchrow(service.ARRIVED, file_id, stored.version, stored.size, stored.content_type)
    if row is None:
        raise service.missing(file_id)
    return File.model_validate(dict(row))
