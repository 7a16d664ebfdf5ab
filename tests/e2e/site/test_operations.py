"""Commands about a stack that runs."""

import json

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
