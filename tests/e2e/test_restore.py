"""Rehearsals: what is lost comes back, and what is old is renewed, by the commands that docs/operations.md names."""

import re
import signal
import socket
import subprocess
from datetime import datetime, timedelta

import pytest

from localcloud import stack
from tests.e2e.checkout import Checkout, wait_until
from tests.e2e.load import steady_load

OLD_AMI = "ami-0123456789abcdef0"


@pytest.fixture(scope="module")
def running(checkout: Checkout) -> Checkout:
    """A stack that was deployed when another AMI was the newest."""
    checkout.edit("Pulumi.local.yaml", r"amiId: .*", f"amiId: {OLD_AMI} # of last year")
    checkout.up()
    return checkout


def test_a_tunnel_leads_to_the_database_until_it_is_interrupted_and_a_month_has_its_price(running: Checkout) -> None:
    assert "USD" in running.ops("cost").stdout
    words, here = running.operation("tunnel"), running.root
    with subprocess.Popen(words, cwd=here, env=running.environment, stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout
        told = held.stdout.readline()
        port = re.match(r"127\.0\.0\.1:(\d+) is app of .*, user app; Ctrl-C ends", told)
        assert port, told
        with socket.create_connection(("127.0.0.1", int(port[1]))):
            pass
        held.send_signal(signal.SIGINT)
        assert held.wait(60) == 0


def test_instances_and_database_are_renewed_without_a_lost_request(running: Checkout) -> None:
    with steady_load(running.site, "/api/items", lambda response: "") as load:
        renewed = running.ops("upgrade-hosts", timeout=300)
        assert renewed.returncode == 0, renewed.stdout + renewed.stderr
        newer = running.ops("upgrade-database", "--version", "18")
        assert newer.returncode == 0, newer.stderr
    assert load.failed == {}, load.failed
    written = re.search(
        r"amiId: (ami-\w+) # al2023-ami-ecs-\S+ in us-east-1\n", (running.root / "Pulumi.local.yaml").read_text()
    )
    assert written and f"{OLD_AMI} → {written[1]}" in renewed.stdout
    ec2 = running.client("ec2")
    (named,) = ec2.describe_launch_templates()["LaunchTemplates"]
    (template,) = ec2.describe_launch_template_versions(
        LaunchTemplateId=named["LaunchTemplateId"], Versions=["$Latest"]
    )["LaunchTemplateVersions"]
    assert template["LaunchTemplateData"]["ImageId"] == written[1]
    assert running.ops("upgrade-hosts").stdout.startswith("All instances have the newest AMI")
    assert "-before-upgrade-20" in running.ops("restore").stdout and "PostgreSQL 18.3 runs, after" in newer.stdout
    refused = running.ops("upgrade-database", "--version", "19")
    assert refused.stderr == "Error: VERSION: RDS offers nothing newer than 18.3, got '19'\n"


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


def test_a_database_that_is_gone_an_emptied_bucket_and_a_lost_state_come_back(running: Checkout) -> None:
    files, bucket, rds = running.client("s3"), running.outputs["bucket"], running.client("rds")
    began = datetime.now() - timedelta(minutes=1)
    keys = [f"uploads/{name}" for name in ("one", "two")]
    with running.site() as site:
        site.post("/api/items", json={"title": "before the disaster"}).raise_for_status()
        assert running.ops("backup", "--name", "disaster").returncode == 0
        for key in keys:
            files.put_object(Bucket=bucket, Key=key, Body=key.encode())

        for one in files.list_objects_v2(Bucket=bucket)["Contents"]:
            files.delete_object(Bucket=bucket, Key=one["Key"])
        for database in rds.describe_db_instances()["DBInstances"]:
            rds.delete_db_instance(DBInstanceIdentifier=database["DBInstanceIdentifier"], SkipFinalSnapshot=True)
        told = running.ops("status")
        assert told.returncode == 1 and "! database: RDS has no instance at this address; `make restore`" in told.stdout

        restored = running.ops("restore", "--snapshot", "disaster", timeout=600)
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert "before the disaster" in site.get("/api/items").text
        back = running.ops("restore", "--deleted-since", f"{began:%Y-%m-%d %H:%M}")
        assert back.returncode == 0, back.stderr
        assert [files.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys] == keys

    state = stack.state_file(running.place)
    for lost in (state, state.with_name(f"{state.name}.bak")):
        lost.unlink()
    assert "docs/operations.md tells how to bring its state back" in running.ops("status").stderr
    page = (running.root / "docs/operations.md").read_text()
    (copy,) = re.findall(r"^    (cp .*)$", page, re.MULTILINE)
    subprocess.run(["bash", "-c", copy.replace("4566", str(running.port))], cwd=running.root, check=True)
    examined = running.ops("doctor", "--drift", timeout=300)
    assert (examined.returncode, examined.stdout) == (0, "Nothing found; `status` tells whether all of it runs\n")
