"""Endpoints of files."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse

from app.errors import InvalidRequest, NotFound, Refused, Unavailable, declare
from app.files import service, versions
from app.files.schemas import (
    Disposition,
    File,
    FileChange,
    FileCreate,
    FileListParameters,
    FilePage,
    FileVersions,
    UploadLimits,
    UploadTicket,
    VersionCreate,
    VersionId,
)
from app.files.storage import Storage
from app.resources import DatabaseDep, ResourcesDep

router = APIRouter(prefix="/files", tags=["files"], responses=declare(InvalidRequest, Refused, Unavailable))


TO_S3: dict[str, Any] = {
    "status_code": 307,
    "response_class": RedirectResponse,
    "responses": {307: {"description": "To S3, where the file can be had for a few minutes."}, **declare(NotFound)},
}


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
async def list_files(
    database: DatabaseDep, storage: StorageDep, wanted: Annotated[FileListParameters, Query()]
) -> FilePage:
    return await (versions.deleted if wanted.deleted else service.page)(database, storage, wanted)


@router.get("/limits")
async def get_upload_limits(limits: LimitsDep) -> UploadLimits:
    return limits


@router.get("/{file_id:uuid}", responses=declare(NotFound))
async def get_file(database: DatabaseDep, storage: StorageDep, file_id: UUID) -> File:
    return await service.get(database, storage, file_id)


@router.patch("/{file_id:uuid}", responses=declare(NotFound))
async def change_file(database: DatabaseDep, storage: StorageDep, file_id: UUID, wanted: FileChange) -> File:
    return await service.change(database, storage, file_id, wanted)


@router.get("/{file_id:uuid}/download", **TO_S3)
async def download_file(
    database: DatabaseDep, storage: StorageDep, file_id: UUID, disposition: Disposition = "attachment"
) -> str:
    """`inline` shows the file instead of saving it: images and text alone."""
    return await service.download_url(database, storage, file_id, disposition)


@router.delete("/{file_id:uuid}", status_code=204, responses=declare(NotFound))
async def delete_file(database: DatabaseDep, storage: StorageDep, file_id: UUID) -> None:
    """It can be restored for as long as the bucket keeps old versions."""
    await service.remove(database, storage, file_id)


@router.post("/{file_id:uuid}/restore", responses=declare(NotFound))
async def restore_file(database: DatabaseDep, storage: StorageDep, file_id: UUID) -> File:
    """Bring a deleted file back."""
    return await versions.undelete(database, storage, file_id)


@router.get("/{file_id:uuid}/versions", responses=declare(NotFound))
async def list_versions(database: DatabaseDep, storage: StorageDep, file_id: UUID) -> FileVersions:
    return await versions.of_file(database, storage, file_id)


@router.post("/{file_id:uuid}/versions", status_code=201, responses=declare(NotFound))
async def create_version(
    database: DatabaseDep, storage: StorageDep, limits: LimitsDep, file_id: UUID, draft: VersionCreate
) -> UploadTicket:
    """Permit one upload that replaces the file's bytes; the former ones stay as a version."""
    return await versions.permit_upload(database, storage, limits, file_id, draft)


@router.post("/{file_id:uuid}/versions/{version}/restore", responses=declare(NotFound))
async def restore_version(database: DatabaseDep, storage: StorageDep, file_id: UUID, version: VersionId) -> File:
    """Make an older version the current one; the present one stays as a version."""
    return await versions.restore(database, storage, file_id, version)


@router.get("/{file_id:uuid}/versions/{version}/download", **TO_S3)
async def download_version(database: DatabaseDep, storage: StorageDep, file_id: UUID, version: VersionId) -> str:
    return await versions.download_url(database, storage, file_id, version)
