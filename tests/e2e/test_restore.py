"""A rehearsal: what a backup held comes back, by the commands that docs/operations.md names."""

from datetime import datetime, timedelta

from tests.e2e.checkout import Checkout, wait_until


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
        with running.containers("db_id") as (database,):
            database.restart()  # with the password that RDS gave it since
        wait_until(lambda: site.get("/api/health/ready").status_code == 200)
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
