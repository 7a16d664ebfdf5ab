"""Endpoints of files."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from app.errors import InvalidRequest, NotFound, Refused, Unavailable, declare
from app.files import service
from app.files.schemas import Disposition, File, FileChange, FileCreate, FilePage, UploadLimits, UploadTicket
from app.files.storage import Storage
from app.pages import PageDep
from app.resources import DatabaseDep, ResourcesDep

router = APIRouter(prefix="/files", tags=["files"], responses=declare(InvalidRequest, Refused, Unavailable))


async def storage(resources: ResourcesDep) -> Storage:
    return Storage(resources.aws, resources.settings.s3_bucket)


async def limits(resources: ResourcesDep) -> UploadLimits:
    return service.limits(resources.settings)


StorageDep = Annotated[Storage, Depends(storage)]
LimitsDep = Annotated[UploadLimits, Depends(limits)]


@router.post("", status_code=201)
async def create_file(database: DatabaseDep, storage: StorageDep, limits: LimitsDep, draft: FileCreate) -> UploadTicket:
    """Permit one upload, which goes straight to S3."""
    return await service.permit_upload(database, storage, limits, draft)


@router.get("")
async def list_files(database: DatabaseDep, storage: StorageDep, page: PageDep) -> FilePage:
    return await service.page(database, storage, page)


@router.get("/limits")
async def get_upload_limits(limits: LimitsDep) -> UploadLimits:
    return limits


@router.get("/{file_id:uuid}", responses=declare(NotFound))
async def get_file(database: DatabaseDep, storage: StorageDep, file_id: UUID) -> File:
    return await service.get(database, storage, file_id)


@router.patch("/{file_id:uuid}", responses=declare(NotFound))
async def change_file(database: DatabaseDep, storage: StorageDep, file_id: UUID, wanted: FileChange) -> File:
    return await service.change(database, storage, file_id, wanted)


@router.get(
    "/{file_id:uuid}/download",
    status_code=307,
    response_class=RedirectResponse,
    responses={307: {"description": "To S3, where the file can be had for a few minutes."}, **declare(NotFound)},
)
async def download_file(
    database: DatabaseDep, storage: StorageDep, file_id: UUID, disposition: Disposition = "attachment"
) -> str:
    """`inline` shows the file instead of saving it: images and text alone."""
    return await service.download_url(database, storage, file_id, disposition)


@router.delete("/{file_id:uuid}", status_code=204, responses=declare(NotFound))
async def delete_file(database: DatabaseDep, storage: StorageDep, file_id: UUID) -> None:
    await service.remove(database, storage, file_id)
