"""Brings files back: the bucket keeps what was deleted or overwritten for `storage.noncurrentDays`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.errors import OperationError
from ops.part import shown
from ops.target import Target

MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Version:
    """`is_deletion`: S3 marks a deletion as the newest version, which has no content."""

    id: str
    at: datetime
    size: int
    is_newest: bool
    is_deletion: bool


def versions(target: Target, prefix: str) -> dict[str, list[Version]]:
    """Of each file whose key begins so, the newest first."""
    found: dict[str, list[Version]] = {}
    name = bucket(target)
    pages = target.client("s3").get_paginator("list_object_versions").paginate(Bucket=name, Prefix=prefix)
    for page in pages:
        for kind in ("Versions", "DeleteMarkers"):
            for one in page.get(kind, []):
                found.setdefault(one["Key"], []).append(
                    Version(
                        id=one["VersionId"],
                        at=one["LastModified"],
                        size=one.get("Size", 0),
                        is_newest=one["IsLatest"],
                        is_deletion=kind == "DeleteMarkers",
                    )
                )
    return {
        key: sorted(all_of_it, key=lambda one: (one.is_newest, one.at), reverse=True)
        for key, all_of_it in found.items()
    }


def bucket(target: Target) -> str:
    name: str | None = target.outputs.get("bucket")
    if name is None:
        raise OperationError("the stack has no bucket: no service of app.yaml has it in `uses`")
    return name


def restore_file(target: Target, key: str, version: str | None) -> Iterator[str]:
    """Make an older version of a file the newest: the one before a deletion, or the one that is named."""
    known = versions(target, key).get(key, [])
    if not known:
        raise OperationError(f"FILE: must be the key of a file that the bucket keeps versions of, got {key!r}")
    if version is None and not known[0].is_deletion:
        yield f"{key} is there; `make restore FILE={key} VERSION=…{target.option}` brings an older version back:"
        yield from (f"  {one.id}  {line(one)}" for one in known[:MOST_SHOWN])
        return
    kept = [one for one in known if not one.is_deletion]
    chosen = next((one for one in kept if version in (None, one.id)), None)
    if chosen is None:
        raise OperationError(f"VERSION: must be one of {', '.join(one.id for one in kept)}, got {version!r}")
    bring_back(target.client("s3"), bucket(target), key, known, chosen)
    yield f"{key} is back, as of {shown(chosen.at)}, {chosen.size} bytes"


def bring_back(s3: Any, name: str, key: str, known: list[Version], chosen: Version) -> None:
    """A deletion is taken back; else a copy becomes the newest, so that nothing is lost."""
    first_kept = next(one for one in known if not one.is_deletion)
    if known[0].is_deletion and chosen == first_kept:
        for marker in known[: known.index(chosen)]:
            s3.delete_object(Bucket=name, Key=key, VersionId=marker.id)
        return
    s3.copy_object(Bucket=name, Key=key, CopySource={"Bucket": name, "Key": key, "VersionId": chosen.id})


def restore_deleted(target: Target, since: datetime, prefix: str = "") -> str:
    """Bring back all files that were deleted since a moment."""
    s3, name, count = target.client("s3"), bucket(target), 0
    for key, known in versions(target, prefix).items():
        kept = next((one for one in known if not one.is_deletion), None)
        if known[0].is_deletion and known[0].at >= since and kept:
            bring_back(s3, name, key, known, kept)
            count += 1
    return f"{count} files are back that were deleted since {shown(since)}"


def line(one: Version) -> str:
    what = "deleted" if one.is_deletion else f"written, {one.size} bytes"
    return f"{shown(one.at)}  {what}{', now' if one.is_newest else ''}"
