"""`make restore FILE=…`: files that were deleted or overwritten, against a real emulator."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from ops import files
from ops.errors import OperationError
from tests.emulator.conftest import running


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with running(tmp_path_factory.mktemp("emulator")) as emulator:
        s3 = emulator.client("s3")
        s3.create_bucket(Bucket="kept")
        s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
        yield SimpleNamespace(outputs={"bucket": "kept"}, client=emulator.client, option=" STACK=prod")


def put(target: Any, key: str, *texts: str) -> list[str]:
    """Write it so often; the ids of the versions."""
    put = target.client("s3").put_object
    return [put(Bucket="kept", Key=key, Body=text.encode())["VersionId"] for text in texts]


def delete(target: Any, key: str) -> None:
    target.client("s3").delete_object(Bucket="kept", Key=key)


def content(target: Any, key: str) -> str:
    return str(target.client("s3").get_object(Bucket="kept", Key=key)["Body"].read().decode())


def test_a_deleted_file_comes_back_as_it_was_last_also_when_it_was_deleted_twice(target: Any) -> None:
    put(target, "a", "old", "last")
    delete(target, "a")
    delete(target, "a")
    (told,) = files.restore_file(target, "a", None)
    assert told.startswith("a is back, as of 20") and content(target, "a") == "last"


def test_an_older_version_becomes_the_newest_and_the_newer_one_stays(target: Any) -> None:
    old, newer = put(target, "b", "old", "newer")
    list(files.restore_file(target, "b", old))
    assert content(target, "b") == "old"
    assert newer in [one.id for one in files.versions(target, "b")["b"]]
    delete(target, "b")
    list(files.restore_file(target, "b", newer))
    assert content(target, "b") == "newer"


def test_a_file_that_is_there_lists_its_versions(target: Any) -> None:
    old, newer = put(target, "c", "old", "newer")
    put(target, "cc", "another file, whose key begins so")
    first, *listed = files.restore_file(target, "c", None)
    assert first == "c is there; `make restore FILE=c VERSION=… STACK=prod` brings an older version back:"
    assert [line.split()[0] for line in listed] == [newer, old]
    assert listed[0].endswith("written, 5 bytes, now") and listed[1].endswith("written, 3 bytes")


def test_all_that_was_deleted_since_a_moment_comes_back_and_nothing_else(target: Any) -> None:
    for key in ("many/1", "many/2", "many/there"):
        put(target, key, key)
    for key in ("many/1", "many/2"):
        delete(target, key)
    now = datetime.now(UTC)
    assert files.restore_deleted(target, now + timedelta(hours=1), "many/").startswith("0 files are back")
    assert files.restore_deleted(target, now - timedelta(hours=1), "many/").startswith("2 files are back")
    assert [content(target, f"many/{key}") for key in ("1", "2")] == ["many/1", "many/2"]
    assert len(files.versions(target, "many/there")["many/there"]) == 1


def test_what_is_not_kept_is_told(target: Any) -> None:
    with pytest.raises(OperationError, match="FILE: must be the key of a file that the bucket keeps versions of"):
        list(files.restore_file(target, "nothing", None))
    (version,) = put(target, "d", "one")
    with pytest.raises(OperationError, match=f"VERSION: must be one of {version}, got 'x'"):
        list(files.restore_file(target, "d", "x"))
    target_without: Any = SimpleNamespace(outputs={})
    with pytest.raises(OperationError, match="the stack has no bucket"):
        files.versions(target_without, "")
