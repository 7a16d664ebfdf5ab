"""Puts a page's files, as its image has them, into a bucket where they outlive its tasks."""

import hashlib
import html
import posixpath
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from botocore.exceptions import ClientError
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, ReadResult, UpdateResult

from infra.pure.page_assets import PAGE, cache_control, content_type, page_beside, served
from infra.steps import builder
from infra.steps.common import Props, StepError, StepProvider, aws_client, fail, progress
from infra.steps.image_build import platform_of, registry_login

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container
    from types_boto3_s3.client import S3Client

REPLACED = "replaced"  # the tag that the bucket's life cycle asks for
AT_ONCE = 8
SPOOL_BYTES = 16 * 2**20
# Of an image that has no page beside its files, and of a stack that sleeps, which it then says here.
NO_PAGE = Path(__file__).with_name("unavailable.html")
SLEEP = "<!-- sleep -->"


class AssetUpload(StepProvider):
    """Inputs: region, bucket, name, image (its URI), tag, places (path -> folders of the image; the first that exists),
    and sleep, the words for when the stack sleeps.

    The page itself is put there too, as CloudFront serves it when no task of the service answers. Of a stack that
    sleeps it is one that says so: the app's own would find no API.

    Output: files (key -> hash). A file of the version before that the new one lacks gets a new date and a tag, so that
    the bucket's life cycle deletes it some weeks from now; a file in use has no such tag. Deleting does nothing: the
    bucket is emptied with its own deletion.
    """

    updates = ("tag", "places", "sleep")
    replaces = ("region", "bucket")

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """In a preview already: whether this machine can look into an image, if it will have to."""
        failures = []
        if any(_olds.get(key) != news.get(key) for key in self.updates):
            try:
                builder.connect().close()
            except StepError as error:
                failures.append(CheckFailure("tag", str(error)))
        return CheckResult(news, failures)

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["bucket"], outputs(props, {}))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult(outputs(_news, _olds["files"]))

    def read(self, id_: str, props: Props) -> ReadResult:
        """Gone when the bucket lost a file, so that the next `up` puts all of them there again."""
        there = set(keys(aws_client("s3", props["region"]), props["bucket"]))
        return ReadResult(id_, props) if there >= props["files"].keys() else ReadResult("", {})


def outputs(props: Props, before: Mapping[str, str]) -> Props:
    s3: S3Client = aws_client("s3", props["region"])
    bucket = props["bucket"]
    with taken_out(props) as found:
        files = {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in found.items()}
        new = [key for key, digest in files.items() if before.get(key) != digest]
        in_parallel(lambda key: put(s3, bucket, key, found[key]), new)
    replaced = sorted(before.keys() - files.keys())
    in_parallel(lambda key: retire(s3, bucket, key), replaced)
    progress(
        props["name"], f"{len(new)} new files of {len(files)} are kept apart from its tasks, {len(replaced)} replaced"
    )
    return {**props, "files": files}


def in_parallel(work: Callable[[str], None], keys: Iterable[str]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, keys))


def put(s3: "S3Client", bucket: str, key: str, path: Path) -> None:
    with path.open("rb") as body:
        # Without a tag, also where the file was replaced once and is back.
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type(key), CacheControl=cache_control(key))


def retire(s3: "S3Client", bucket: str, key: str) -> None:
    """A copy onto itself: its age, which the life cycle counts, begins anew."""
    try:
        s3.copy_object(
            Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key}, ContentType=content_type(key),
            CacheControl=cache_control(key), MetadataDirective="REPLACE", TaggingDirective="REPLACE",
            Tagging=f"{REPLACED}=true",
        )  # fmt: skip
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
            raise


def keys(s3: "S3Client", bucket: str) -> Iterator[str]:
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield from (row["Key"] for row in page.get("Contents", ()))
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


@contextmanager
def taken_out(props: Props) -> Iterator[dict[str, Path]]:
    """The files by their keys in the bucket, which are their paths on the site."""
    from docker.errors import APIError

    with tempfile.TemporaryDirectory(prefix="assets-") as folder, closing(builder.connect()) as engine:
        found = {PAGE: no_page(Path(folder), props.get("sleep"))}
        try:
            with container_of(engine, props) as (container, base):
                for number, (prefix, folders) in enumerate(props["places"].items()):
                    target = Path(folder) / str(number)
                    places = [posixpath.normpath(posixpath.join(base, place)) for place in folders]
                    if place := unpacked(container, places, target):
                        found.update({f"{prefix}/{name}".lstrip("/"): path for name, path in served(target)})
                        if not props.get("sleep"):
                            found.update(page(container, place, prefix, Path(folder) / f"page-{number}"))
                    else:
                        miss(props["name"], prefix, places)
        except APIError as error:
            fail(f"{props['name']}: the Docker engine refused: {error.explanation or error}")
        yield found


def no_page(folder: Path, sleep: str | None) -> Path:
    """In place of the page: that nothing answers, and why that may be."""
    target = folder / PAGE
    told = f"<p>It sleeps {html.escape(sleep)}.</p>" if sleep else ""
    target.write_text(NO_PAGE.read_text().replace(SLEEP, told))
    return target


def miss(name: str, prefix: str, places: list[str]) -> None:
    """A place that the description names must be there; of the usual ones none has to."""
    if len(places) == 1:
        fail(f"{name}: the image has no folder {places[0]}, which assets names for {prefix}; correct it")
    progress(
        name, f"the image has no folder for {prefix} at a usual place, so pages may miss files while a version is"
        " replaced; docs/own-app.md tells how to name the folder in app.yaml"
    )  # fmt: skip


@contextmanager
def container_of(engine: "DockerClient", props: Props) -> Iterator[tuple["Container", str]]:
    """A container that is made of the image and never started, and its WORKDIR."""
    from docker.errors import ImageNotFound

    name = props["image"]
    try:
        image = engine.images.get(name)
    except ImageNotFound:
        url, _, tag = name.rpartition(":")
        login = registry_login(aws_client("ecr", props["region"]))
        image = engine.images.pull(url, tag=tag, auth_config=login, platform=platform_of(props))
    container = engine.containers.create(name, command=["never-started"])
    try:
        yield container, image.attrs["Config"].get("WorkingDir") or "/"
    finally:
        container.remove()


def page(container: "Container", folder: str, prefix: str, target: Path) -> dict[str, Path]:
    """The page that asks for the files of a folder, if there is one."""
    beside = page_beside(folder, prefix)
    return {PAGE: target / PAGE} if beside and unpacked(container, [beside], target) else {}


def unpacked(container: "Container", places: Iterable[str], target: Path) -> str | None:
    """Copy the first of the places that exists to `target`; returns it."""
    from docker.errors import NotFound

    for path in places:
        try:
            stream, _ = container.get_archive(path)
        except NotFound:
            continue
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as archive:
            for piece in stream:
                archive.write(piece)
            archive.seek(0)
            unpack(archive, posixpath.basename(path), target)
        return path
    return None


def unpack(archive: IO[bytes], root: str, target: Path) -> None:
    """The files alone, their paths without the folder that all of them begin with; a file by itself keeps its name."""
    with tarfile.open(fileobj=archive) as bundle:
        for member in bundle:
            below = posixpath.relpath(member.name, root)
            member.name = root if below == "." else below
            if member.isfile():
                bundle.extract(member, target, filter="data")
