"""The whole stack on a real Docker engine: what the process engine only records is real, and nothing is left behind."""

import json
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from localcloud.docker_engine import label
from localcloud.place import TASK_GATEWAY, TASK_NETWORK
from tests.docker.engine import Engine
from tests.e2e.checkout import Checkout
from tests.e2e.load import steady_load

PORT = 5500  # below those of tests/e2e
MEBIBYTE = 2**20
# Both images are built without a cache, on a machine that may do much else.
FIRST_UP_SECONDS = 900

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, docker_engine: Engine) -> Iterator[Checkout]:
    """One stack for all tests of this file, in their order."""
    made = Checkout.copy(tmp_path_factory.mktemp("checkout"), PORT, docker_engine.host)
    try:
        made.up(timeout=FIRST_UP_SECONDS)
        yield made
    finally:
        made.stop()


def readiness(running: Checkout) -> int:
    with running.site() as site:
        return site.get("/api/health/ready").status_code


def test_tasks_have_their_limits_users_and_network(running: Checkout, docker_engine: Engine) -> None:
    with docker_engine.client() as client:
        rows = [one.attrs for one in client.containers.list(filters={"label": label(running.place)})]
    tasks = {row["Config"]["User"]: row for row in rows if row["Config"]["Labels"]["ministack"] == "ecs"}
    assert tasks.keys() == {"app", "node"}
    limits = [task["HostConfig"] for task in tasks.values()]
    assert {limit["Memory"] // MEBIBYTE for limit in limits} == {384, 192}
    assert all(limit["MemorySwap"] == limit["Memory"] and limit["Init"] for limit in limits)
    assert all(set(task["NetworkSettings"]["Networks"]) == {TASK_NETWORK} for task in tasks.values())
    assert "docker    " in running.run("status").output


def test_nothing_listens_beyond_this_machine(running: Checkout) -> None:
    ports = range(running.port, running.port + 10)
    listening: list[Any] = [one.laddr for one in psutil.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    addresses = {at.ip.removeprefix("::ffff:") for at in listening if at.port in ports}
    assert addresses == {"127.0.0.1", TASK_GATEWAY}


def test_a_task_over_its_memory_is_killed_and_the_deployment_says_so(running: Checkout) -> None:
    main = running.root / "backend/app/main.py"
    before = main.read_text()
    main.write_text("hoard = b'x' * (500 * 2**20)\n" + before)
    with steady_load(running.site, "/api/items", lambda response: "") as load:
        run = running.run("up")
    assert run.code != 0, run.output
    assert "OutOfMemoryError: Container killed due to memory usage" in run.output
    assert load.failed == {}, load.statuses
    main.write_text(before)
    running.up()
    assert readiness(running) == 200


def test_stop_and_up_keep_the_data_and_change_nothing_three_times(running: Checkout) -> None:
    with running.site() as site:
        site.post("/api/items", json={"title": "kept"}).raise_for_status()
    for _ in range(3):
        stopped = running.run("stop")
        assert stopped.code == 0, stopped.output
        running.up()
        assert running.last_changes() == {}
        with running.site() as site:
            assert "kept" in json.dumps(site.get("/api/items").json())


def test_a_database_cannot_be_restored_from_a_snapshot_that_holds_no_data(running: Checkout) -> None:
    rds = running.client("rds")
    (database,) = rds.describe_db_instances()["DBInstances"]
    rds.create_db_snapshot(DBSnapshotIdentifier="empty", DBInstanceIdentifier=database["DBInstanceIdentifier"])
    with pytest.raises(ClientError, match="keeps no data of snapshots"):
        rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="again", DBSnapshotIdentifier="empty")
    assert len(rds.describe_db_instances()["DBInstances"]) == 1


def test_a_destroyed_stack_takes_its_database_s_data_along_and_down_leaves_nothing(
    running: Checkout, docker_engine: Engine
) -> None:
    destroyed = running.pulumi("destroy", "--stack", "local", "--yes", "--skip-preview")
    assert destroyed.code == 0, destroyed.output
    with docker_engine.client() as client:
        assert client.volumes.list(filters={"label": label(running.place)}) == []
    running.down()
    with docker_engine.client() as client:
        assert client.containers.list(all=True, filters={"label": label(running.place)}) == []
        assert [tag for image in client.images.list() for tag in image.tags if f":{running.port}/" in tag] == []
        assert client.networks.list(names=[TASK_NETWORK]) == []
