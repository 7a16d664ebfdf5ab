"""What can be done with files. The bytes never pass this process: it gives permissions, S3 enforces them.

S3 tells nobody that an upload is complete, and a browser may close before it could. So whoever lists files first looks
whether the latest permitted uploads have arrived.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from app.database import Database
from app.dependencies import PageParameters
from app.errors import InvalidRequest, NotFound
from app.files.models import FileRow
from app.files.schemas import File, FileCreate, FilePage, PresignedPost, UploadLimits, UploadTicket
from app.files.storage import UPLOAD_SECONDS, Storage
from app.settings import Settings

# Bounds what one list may ask of S3; the newest are looked at first.
SETTLED_AT_ONCE = 20
# A slow upload may end long after its permission, which S3 checks at the start.
PENDING_FOR = timedelta(seconds=UPLOAD_SECONDS) + timedelta(hours=1)


def missing(file_id: UUID) -> NotFound:
    return NotFound(f"There is no file {file_id}.")


def limits(settings: Settings) -> UploadLimits:
    return UploadLimits(max_bytes=settings.upload_max_bytes, content_types=list(settings.upload_content_types))


async def permit_upload(database: Database, storage: Storage, allowed: UploadLimits, draft: FileCreate) -> UploadTicket:
    """Raises InvalidRequest for a file that is too large or of a type that is not allowed."""
    if draft.size > allowed.max_bytes:
        raise InvalidRequest(f"A file may have {allowed.max_bytes} bytes, this one has {draft.size}.", field="size")
    if draft.content_type not in allowed.content_types:
        types = ", ".join(allowed.content_types)
        raise InvalidRequest(
            f"The type {draft.content_type!r} is not allowed; allowed are {types}.", field="content_type"
        )
    async with database.begin() as session:
        row = await session.scalar(insert(FileRow).values(**draft.model_dump()).returning(FileRow))
        file = File.model_validate(row)
    post = await storage.permit_upload(file.id, file.content_type, file.size)
    return UploadTicket(file=file, upload=PresignedPost(**post))


async def page(database: Database, storage: Storage, wanted: PageParameters) -> FilePage:
    await settle(database, storage)
    uploaded = FileRow.uploaded_at.is_not(None)
    async with database.begin() as session:
        total = await session.scalar(select(func.count()).select_from(FileRow).where(uploaded))
        rows = await session.scalars(
            select(FileRow).where(uploaded).order_by(FileRow.id.desc()).limit(wanted.limit).offset(wanted.offset)
        )
        return FilePage(items=[File.model_validate(row) for row in rows], total=total or 0)


async def get(database: Database, storage: Storage, file_id: UUID) -> File:
    """Raises NotFound also for a file whose upload has not arrived."""
    await settle(database, storage, FileRow.id == file_id)
    async with database.begin() as session:
        row = await session.scalar(select(FileRow).where(FileRow.id == file_id, FileRow.uploaded_at.is_not(None)))
        if row is None:
            raise missing(file_id)
        return File.model_validate(row)


async def download_url(database: Database, storage: Storage, file_id: UUID) -> str:
    file = await get(database, storage, file_id)
    return await storage.permit_download(file.id, file.name, file.content_type)


async def remove(database: Database, storage: Storage, file_id: UUID) -> None:
    """The object goes first: a row that is left is deleted by the next try, an object that is left by nobody."""
    async with database.begin() as session:
        if await session.get(FileRow, file_id) is None:
            raise missing(file_id)
    await storage.delete(file_id)
    async with database.begin() as session:
        await session.execute(delete(FileRow).where(FileRow.id == file_id))


async def settle(database: Database, storage: Storage, *which: ColumnElement[bool]) -> None:
    """Note which permitted uploads have arrived, and forget those that no longer can."""
    query = select(FileRow.id).where(FileRow.uploaded_at.is_(None), *which)
    async with database.begin() as session:
        pending = (await session.scalars(query.order_by(FileRow.id.desc()).limit(SETTLED_AT_ONCE))).all()
    if not pending:
        return
    sizes = await asyncio.gather(*(storage.size(file_id) for file_id in pending))
    async with database.begin() as session:
        for file_id, size in zip(pending, sizes, strict=True):
            if size is None:
                overdue = FileRow.created_at < func.now() - PENDING_FOR
                await session.execute(delete(FileRow).where(FileRow.id == file_id, overdue))
            else:
                arrived = update(FileRow).where(FileRow.id == file_id, FileRow.uploaded_at.is_(None))
                await session.execute(arrived.values(size=size, uploaded_at=func.now()))
