"""Files: a browser gets a permission from the API, and sends or receives the bytes directly to or from S3."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from app.aws import Aws
from app.files.storage import Storage, is_shown_safely
from app.settings import Settings
from tests.backend import Backend
from tests.cloud import BUCKET, Cloud
from tests.postgres import DATABASE, Postgres

PNG = b"\x89PNG and so on"
LONG_AGO = "UPDATE files SET created_at = created_at - interval '1 day'"


def permit(api: httpx.Client, name: str = "a.png", size: int = len(PNG), content_type: str = "image/png") -> Any:
    response = api.post("/files", json={"name": name, "content_type": content_type, "size": size})
    assert response.status_code == 201, response.text
    return response.json()


def upload(api: httpx.Client, name: str = "a.png", content: bytes = PNG, content_type: str = "image/png") -> Any:
    """Upload a file as the page does; returns the file as the API shows it."""
    ticket = permit(api, name, len(content), content_type)
    form = {"file": (name, content, content_type)}
    stored = httpx.post(ticket["upload"]["url"], data=ticket["upload"]["fields"], files=form)
    assert stored.status_code in (200, 201, 204), stored.text
    return ticket["file"]


def conditions(ticket: Any) -> list[Any]:
    """The conditions that S3 will check for an upload."""
    policy = json.loads(base64.b64decode(ticket["upload"]["fields"]["policy"]))
    return list(policy["conditions"])


def test_an_uploaded_file_is_listed_and_comes_back_as_it_was(api: httpx.Client) -> None:
    file = upload(api, "Bericht für 2026.png")
    assert api.get("/files").json() == {"items": [file], "total": 1}
    assert api.get(f"/files/{file['id']}").json() == file

    redirect = api.get(f"/files/{file['id']}/download")
    assert redirect.status_code == 307
    download = httpx.get(redirect.headers["Location"])
    assert download.content == PNG


def test_a_download_is_saved_under_its_name_and_never_shown(api: httpx.Client) -> None:
    file = upload(api, 'Bericht "für" 2026.png')
    location = api.get(f"/files/{file['id']}/download").headers["Location"]
    query = parse_qs(urlsplit(location).query)
    assert query["response-content-disposition"] == [
        "attachment; filename=\"Bericht _f_r_ 2026.png\"; filename*=UTF-8''Bericht%20%22f%C3%BCr%22%202026.png"
    ]
    assert query["response-content-type"] == ["image/png"]
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


def shown_as(api: httpx.Client, name: str, content_type: str) -> httpx.Response:
    file = upload(api, name, b"<script>alert(1)</script>", content_type)
    return api.get(f"/files/{file['id']}/download", params={"disposition": "inline"})


@pytest.mark.parametrize(
    ("content_type", "served_as"),
    [
        ("image/png", "image/png"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/markdown", "text/plain; charset=utf-8"),
        ("text/csv", "text/plain; charset=utf-8"),
    ],
)
def test_images_and_text_can_be_shown_and_text_as_nothing_but_text(
    api: httpx.Client, content_type: str, served_as: str
) -> None:
    location = shown_as(api, "ü.x", content_type).headers["Location"]
    query = parse_qs(urlsplit(location).query)
    assert query["response-content-disposition"] == ["inline; filename=\"_.x\"; filename*=UTF-8''%C3%BC.x"]
    assert query["response-content-type"] == [served_as]
    assert httpx.get(location).status_code == 200


@pytest.mark.parametrize("content_type", ["application/pdf", "application/zip"])
def test_other_files_can_only_be_saved(api: httpx.Client, content_type: str) -> None:
    response = shown_as(api, "x", content_type)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "disposition"


def test_an_image_that_can_hold_a_script_is_not_shown() -> None:
    assert not is_shown_safely("image/svg+xml")


def test_the_permission_is_for_one_key_one_type_and_one_size(api: httpx.Client) -> None:
    ticket = permit(api)
    key = f"files/{ticket['file']['id']}"
    held = conditions(ticket)
    assert {"bucket": BUCKET} in held
    assert {"key": key} in held
    assert {"Content-Type": "image/png"} in held
    assert ["content-length-range", len(PNG), len(PNG)] in held
    assert ticket["upload"]["fields"]["key"] == key
    assert ticket["upload"]["fields"]["Content-Type"] == "image/png"
    assert ticket["upload"]["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_one_host_for_all_buckets_is_addressed_by_path(start: Callable[..., Backend], cloud: Cloud) -> None:
    endpoint = cloud.endpoint.replace("127.0.0.1", "localhost")
    backend = start(AWS_ENDPOINT_URL=endpoint)
    with httpx.Client(base_url=f"{backend.url}/api", cookies=backend.http.cookies) as api:
        assert permit(api)["upload"]["url"] == f"{endpoint}/{BUCKET}"


def test_on_aws_a_bucket_is_addressed_by_the_name_of_its_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host name without the region redirects for a day after the bucket was created, and forms cannot follow that."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    storage = Storage(Aws(Settings.model_construct(aws_region="eu-central-1")), "bucket")
    post = asyncio.run(storage.permit_upload(uuid4(), "image/png", 1))
    assert post["url"] == "https://bucket.s3.eu-central-1.amazonaws.com/"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x", "a/b.png", "a\nb", "exe\u202efdp.png", " ", "x" * 201])
def test_a_name_that_is_no_plain_name_is_refused(api: httpx.Client, name: str) -> None:
    response = api.post("/files", json={"name": name, "content_type": "image/png", "size": 1})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "name"


@pytest.mark.parametrize("name", ["..", "${filename}", "%2e%2e%2fx", "files"])
def test_no_name_changes_where_a_file_is_kept(api: httpx.Client, name: str) -> None:
    ticket = permit(api, name)
    assert ticket["upload"]["fields"]["key"] == f"files/{ticket['file']['id']}"
    assert not [held for held in conditions(ticket) if isinstance(held, list) and held[0] == "starts-with"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"size": 200 * 1024 * 1024 + 1}, "size"),
        ({"size": 0}, "size"),
        ({"content_type": "text/html"}, "content_type"),
        ({"content_type": "image/png; charset=x"}, "content_type"),
    ],
)
def test_what_the_limits_exclude_is_refused(api: httpx.Client, change: dict[str, object], field: str) -> None:
    response = api.post("/files", json={"name": "a", "content_type": "image/png", "size": 1, **change})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_a_file_of_exactly_the_limit_is_allowed(api: httpx.Client) -> None:
    permit(api, size=200 * 1024 * 1024)


def test_the_limits_are_told(api: httpx.Client) -> None:
    limits = api.get("/files/limits").json()
    assert limits["max_bytes"] == 200 * 1024 * 1024
    assert "image/png" in limits["content_types"]
    assert "text/html" not in limits["content_types"]


def test_a_permitted_file_is_not_there_until_it_has_arrived(api: httpx.Client, cloud: Cloud) -> None:
    file = permit(api)["file"]
    assert api.get("/files").json() == {"items": [], "total": 0}
    assert api.get(f"/files/{file['id']}").status_code == 404
    assert api.get(f"/files/{file['id']}/download").status_code == 404
    cloud.s3.put_object(Bucket=BUCKET, Key=f"files/{file['id']}", Body=PNG, ContentType="image/png")
    assert api.get("/files").json() == {"items": [file], "total": 1}


def test_an_upload_that_ends_late_is_found_and_one_that_never_ends_is_forgotten(
    api: httpx.Client, cloud: Cloud, postgres: Postgres
) -> None:
    late, never = permit(api)["file"], permit(api)["file"]
    postgres.sql(LONG_AGO, database=DATABASE)
    cloud.s3.put_object(Bucket=BUCKET, Key=f"files/{late['id']}", Body=PNG)
    assert [file["id"] for file in api.get("/files").json()["items"]] == [late["id"]]
    left = postgres.sql("SELECT id FROM files", database=DATABASE)
    assert left == late["id"], f"{never['id']} is still there"


def test_files_are_listed_newest_first_in_pages(api: httpx.Client) -> None:
    for number in range(3):
        upload(api, f"{number}.png")
        permit(api, "not uploaded.png")
    first = api.get("/files", params={"limit": 2}).json()
    second = api.get("/files", params={"limit": 2, "offset": 2}).json()
    assert [file["name"] for file in first["items"]] == ["2.png", "1.png"]
    assert [file["name"] for file in second["items"]] == ["0.png"]
    assert first["total"] == second["total"] == 3


def test_a_deleted_file_is_gone_from_the_list_and_from_s3(api: httpx.Client, cloud: Cloud) -> None:
    file = upload(api)
    assert api.delete(f"/files/{file['id']}").status_code == 204
    assert api.get("/files").json() == {"items": [], "total": 0}
    assert cloud.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert api.delete(f"/files/{file['id']}").status_code == 404


def test_a_file_that_s3_does_not_delete_stays_in_the_list(start: Callable[..., Backend], api: httpx.Client) -> None:
    """Otherwise its object would stay in the bucket, and nothing would refer to it any more."""
    file = upload(api)
    without_its_bucket = start(S3_BUCKET="not-there")
    assert without_its_bucket.http.delete(f"/api/files/{file['id']}").status_code == 502
    assert api.get("/files").json() == {"items": [file], "total": 1}


@pytest.mark.parametrize("path", ["/files/../items", "/files/..%2f..%2fsecret", f"/files/{uuid4()}%2f.."])
def test_no_path_reaches_another_object(api: httpx.Client, cloud: Cloud, path: str) -> None:
    cloud.s3.put_object(Bucket=BUCKET, Key="secret", Body=b"x")
    assert api.delete(path).status_code in (404, 405, 422)
    assert cloud.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_a_file_gets_another_name_and_keeps_its_bytes(api: httpx.Client) -> None:
    file = upload(api)
    renamed = api.patch(f"/files/{file['id']}", json={"name": "b.png"})
    assert renamed.json() == {**file, "name": "b.png"}
    location = api.get(f"/files/{file['id']}/download").headers["Location"]
    assert httpx.get(location).content == PNG
    assert 'filename="b.png"' in str(parse_qs(urlsplit(location).query)["response-content-disposition"])


@pytest.mark.parametrize(("name", "status"), [("../b.png", 422), ("", 422), ("x" * 201, 422)])
def test_a_name_that_is_no_file_name_is_refused_for_a_change_too(api: httpx.Client, name: str, status: int) -> None:
    file = upload(api)
    assert api.patch(f"/files/{file['id']}", json={"name": name}).status_code == status
    assert api.get(f"/files/{file['id']}").json()["name"] == "a.png"


def test_a_file_whose_bytes_have_not_arrived_cannot_be_renamed(api: httpx.Client) -> None:
    waiting = permit(api)["file"]
    assert api.patch(f"/files/{waiting['id']}", json={"name": "b.png"}).status_code == 404


def replace(api: httpx.Client, file: Any, content: bytes, content_type: str = "image/png") -> None:
    response = api.post(f"/files/{file['id']}/versions", json={"content_type": content_type, "size": len(content)})
    assert response.status_code == 201, response.text
    ticket = response.json()
    form = {"file": ("any", content, content_type)}
    stored = httpx.post(ticket["upload"]["url"], data=ticket["upload"]["fields"], files=form)
    assert stored.status_code in (200, 201, 204), stored.text


def bytes_of(api: httpx.Client, path: str) -> bytes:
    return httpx.get(api.get(f"{path}/download").headers["Location"]).content


def test_a_deleted_file_can_be_seen_and_restored(api: httpx.Client) -> None:
    kept, file = upload(api, "kept.png"), upload(api, "gone.png")
    api.delete(f"/files/{file['id']}")
    (gone,) = api.get("/files", params={"deleted": True}).json()["items"]
    assert {**gone, "deleted_at": None} == file
    assert gone["deleted_at"] is not None
    assert api.get(f"/files/{file['id']}").status_code == 404

    restored = api.post(f"/files/{file['id']}/restore")
    assert restored.json() == file
    assert bytes_of(api, f"/files/{file['id']}") == PNG
    assert api.get("/files").json()["items"] == [file, kept]
    assert api.get("/files", params={"deleted": True}).json() == {"items": [], "total": 0}
    assert api.post(f"/files/{file['id']}/restore").status_code == 404


def test_a_file_whose_bytes_are_gone_for_good_is_no_longer_offered(api: httpx.Client, cloud: Cloud) -> None:
    listed, asked_for = upload(api, "a.png"), upload(api, "b.png")
    for file in (listed, asked_for):
        api.delete(f"/files/{file['id']}")
    versions = cloud.s3.list_object_versions(Bucket=BUCKET, Prefix="files/")["Versions"]
    for version in versions:  # as the bucket's lifecycle rule does
        cloud.s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    answer = api.post(f"/files/{asked_for['id']}/restore")
    assert (answer.status_code, "no longer keeps" in answer.text) == (404, True)
    assert api.get("/files", params={"deleted": True}).json() == {"items": [], "total": 0}


def test_a_file_that_was_uploaded_before_versions_were_remembered_can_be_restored(
    api: httpx.Client, postgres: Postgres
) -> None:
    file = upload(api)
    api.get("/files")
    postgres.sql("UPDATE files SET version = NULL", database=DATABASE)
    api.delete(f"/files/{file['id']}")
    assert api.post(f"/files/{file['id']}/restore").json() == file


def test_new_bytes_become_a_version_and_the_older_ones_can_be_had_and_restored(api: httpx.Client) -> None:
    file = upload(api)
    replace(api, file, b"other text", "text/plain")
    assert api.get(f"/files/{file['id']}").json() == {**file, "content_type": "text/plain", "size": 10}
    assert bytes_of(api, f"/files/{file['id']}") == b"other text"

    path = f"/files/{file['id']}/versions"
    new, old = api.get(path).json()["items"]
    assert (new["size"], new["is_current"], old["size"], old["is_current"]) == (10, True, len(PNG), False)
    assert bytes_of(api, f"{path}/{old['id']}") == PNG

    assert api.post(f"{path}/{old['id']}/restore").json() == file
    assert bytes_of(api, f"/files/{file['id']}") == PNG
    assert [version["size"] for version in api.get(path).json()["items"]] == [len(PNG), 10, len(PNG)]
    current = api.get(path).json()["items"][0]["id"]
    assert api.post(f"{path}/{current}/restore").json() == file
    assert len(api.get(path).json()["items"]) == 3, "the current version was copied onto itself"


def test_a_new_version_that_never_arrives_changes_nothing(api: httpx.Client, postgres: Postgres) -> None:
    file = upload(api)
    ask = {"content_type": "text/plain", "size": 3}
    assert api.post(f"/files/{file['id']}/versions", json=ask).status_code == 201
    assert api.get("/files").json()["items"] == [file]
    postgres.sql("UPDATE files SET awaited_at = awaited_at - interval '1 day'", database=DATABASE)
    assert api.get("/files").json()["items"] == [file]
    assert postgres.sql("SELECT count(*) FROM files WHERE awaited_at IS NOT NULL", database=DATABASE) == "0"


@pytest.mark.parametrize(("body", "field"), [({"size": 0}, "size"), ({"content_type": "text/html"}, "content_type")])
def test_a_new_version_keeps_the_limits(api: httpx.Client, body: dict[str, object], field: str) -> None:
    file = upload(api)
    response = api.post(f"/files/{file['id']}/versions", json={"content_type": "image/png", "size": 1, **body})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


def test_a_version_that_is_not_there_is_told(api: httpx.Client) -> None:
    file = upload(api)
    for path in (f"/files/{file['id']}/versions/nothing", f"/files/{uuid4()}/versions/nothing"):
        assert api.post(f"{path}/restore").status_code == 404
        assert api.get(f"{path}/download").status_code == 404
    assert api.get(f"/files/{uuid4()}/versions").status_code == 404
    assert api.post(f"/files/{uuid4()}/versions", json={"content_type": "image/png", "size": 1}).status_code == 404


def test_bytes_that_never_arrived_leave_nothing_to_restore(api: httpx.Client) -> None:
    waiting = permit(api)["file"]
    assert api.delete(f"/files/{waiting['id']}").status_code == 204
    assert api.get("/files", params={"deleted": True}).json()["total"] == 0
