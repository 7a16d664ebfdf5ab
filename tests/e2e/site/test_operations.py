"""Commands about a stack that runs."""

import json
from datetime import datetime, timedelta

from tests.e2e.checkout import Checkout


def test_psql_asks_the_database_read_only_unless_it_is_told_to_write(running: Checkout) -> None:
    counted = running.ops("psql", "--", "-tAc", "select count(*) >= 0 from items")
    assert (counted.returncode, counted.stdout) == (0, "t\n"), counted.stderr
    change = "create table made_by_hand (id int); drop table made_by_hand"
    refused = running.ops("psql", "--", "-c", change)
    assert refused.returncode == 1 and "read-only transaction" in refused.stderr
    assert running.ops("psql", "--write", "--", "-c", change).returncode == 0


def test_a_shell_has_the_tasks_variables_and_ends_with_the_exit_code_of_what_ran(running: Checkout) -> None:
    script = "import os, sys; print(os.environ['DATABASE_NAME'], sys.argv[1:]); sys.exit(3)"
    asked = running.ops("shell", "--service", "backend", "--", "python", "-c", script, "a b")
    assert (asked.returncode, asked.stdout) == (3, "app ['a b']\n"), asked.stderr
    opened = running.ops("shell", "--service", "backend", given="echo in $DATABASE_NAME; exit 4\n")
    assert (opened.returncode, opened.stdout) == (4, "in app\n"), opened.stderr
    missing = running.ops("shell", "--service", "backed")
    assert missing.returncode == 1 and "got 'backed'; known are backend, frontend" in missing.stderr


def test_deployments_tell_what_was_deployed_by_whom_and_how_it_ended(running: Checkout) -> None:
    listed = running.ops("deployments", "--json")
    assert listed.returncode == 0, listed.stderr
    first = json.loads(listed.stdout)[-1]
    assert (first["kind"], first["outcome"]) == ("update", "succeeded")
    assert first["versions"].keys() == {"backend", "frontend"} and first["by"].endswith(":root")
    assert first["changes"]["create"] > 100 and 0 < first["seconds"] < 600
    told = running.ops("deployments", "--service", "frontend")
    assert f"      frontend {first['versions']['frontend']}\n" in told.stdout and "backend" not in told.stdout


def test_a_restore_brings_back_what_a_backup_held_and_keeps_what_there_was_instead(running: Checkout) -> None:
    settings = (running.root / "Pulumi.local.yaml").read_text()
    with running.site() as site:
        site.post("/api/items", json={"title": "made before the backup"}).raise_for_status()
        made = running.ops("backup", "--name", "rehearsal")
        assert made.returncode == 0, made.stderr
        assert "`make restore SNAPSHOT=rehearsal` brings it back" in made.stdout
        assert running.ops("psql", "--write", "--", "-c", "delete from items").returncode == 0
        site.post("/api/items", json={"title": "made after it"}).raise_for_status()

        restored = running.ops("restore", "--snapshot", "rehearsal", timeout=600)
        assert restored.returncode == 0, restored.stdout + restored.stderr
        titles = site.get("/api/items").text
        assert "made before the backup" in titles and "made after it" not in titles
    assert running.last_changes()["replace"] == 2  # the database, and the task definition that names it
    assert (running.root / "Pulumi.local.yaml").read_text() == settings
    listed = running.ops("restore").stdout
    assert "  rehearsal  made 20" in listed and "-before-restore-20" in listed and "!" not in listed
    files, bucket = running.client("s3"), running.outputs["bucket"]
    files.put_object(Bucket=bucket, Key="uploads/kept", Body=b"kept")
    files.delete_object(Bucket=bucket, Key="uploads/kept")
    back = running.ops("restore", "--deleted-since", f"{datetime.now() - timedelta(hours=1):%Y-%m-%d %H:%M}")
    assert back.returncode == 0 and "are back" in back.stdout, back.stderr
    assert files.get_object(Bucket=bucket, Key="uploads/kept")["Body"].read() == b"kept"
    files.delete_object(Bucket=bucket, Key="uploads/kept")
    assert running.ops("restore", "--file", "uploads/kept").stdout.startswith("uploads/kept is back")
    refused = running.ops("restore", "--snapshot", "rehearsel")
    assert refused.returncode == 1 and "got 'rehearsel'" in refused.stderr

    # The tests of the pages begin with empty lists.
    assert running.ops("psql", "--write", "--", "-c", "delete from items").returncode == 0
    files.delete_object(Bucket=bucket, Key="uploads/kept")


def test_the_doctor_finds_nothing_until_something_is_open(running: Checkout) -> None:
    healthy = running.ops("doctor")
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    files, bucket = running.client("s3"), running.outputs["bucket"]
    closed = files.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    files.delete_public_access_block(Bucket=bucket)
    try:
        open_bucket, drifted = running.ops("doctor"), running.ops("doctor", "--drift")
    finally:
        files.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)
    assert open_bucket.returncode == 1
    assert open_bucket.stdout.startswith(f"! exposure: the bucket {bucket} may be made public")
    assert "! drift: the stack is not as the program says" in drifted.stdout


def test_status_tells_of_every_part(running: Checkout) -> None:
    told = running.ops("status")
    assert told.returncode == 0, told.stdout + told.stderr
    assert {line.split()[0] for line in told.stdout.splitlines()} == {"backend", "frontend", "database", "site", "mail"}
