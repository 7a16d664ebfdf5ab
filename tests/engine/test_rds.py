"""The emulator's RDS on the engine: a real PostgreSQL, and the life of its data."""

import json
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError
from docker.errors import APIError

from tests.engine.support import Emulator, Engine, eventually, is_alive
from tests.ports import free_port

Client = Callable[[str], Any]
Cloud = tuple[Engine, Emulator]
NAME = "app-database"
PASSWORD = 'it\'s a "secret" $one'


def create(aws: Client, **changes: Any) -> Any:
    settings: dict[str, Any] = {
        "DBInstanceIdentifier": NAME,
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "EngineVersion": "18.1",
        "MasterUsername": "app",
        "MasterUserPassword": PASSWORD,
        "DBName": "items",
        "AllocatedStorage": 20,
    }
    aws("rds").create_db_instance(**{**settings, **changes})
    return available(aws)


def describe(aws: Client, name: str = NAME) -> Any:
    return aws("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def available(aws: Client) -> Any:
    eventually(lambda: describe(aws)["DBInstanceStatus"] == "available")
    return describe(aws)["Endpoint"]


def query(endpoint: Any, *statements: str, password: str = PASSWORD, sslmode: str = "require") -> list[Any]:
    """The last statement's rows."""
    place = {"host": endpoint["Address"], "port": endpoint["Port"], "user": "app", "dbname": "items"}
    with closing(psycopg.connect(**place, password=password, sslmode=sslmode, connect_timeout=5)) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        connection.commit()
        return cursor.fetchall() if cursor.description else []


def write(endpoint: Any) -> None:
    query(endpoint, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')")


def read(endpoint: Any) -> list[Any]:
    return query(endpoint, "SELECT text FROM note")


def data(engine: Engine) -> Path:
    return engine.state / "postgres" / NAME


def server(engine: Engine) -> int:
    """The process of the database."""
    return int((data(engine) / "postmaster.pid").read_text().split()[0])


def test_an_instance_is_a_real_database_over_tls(cloud: Cloud, aws: Client) -> None:
    endpoint = create(aws)
    ((version,),) = query(endpoint, "SHOW server_version")
    assert version.startswith("18.")
    assert query(endpoint, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [(True,)]
    assert endpoint["Port"] >= cloud[1].database_port
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        query(endpoint, "SELECT 1", password="wrong")


def test_it_runs_unprivileged_on_loopback_with_a_scram_password(cloud: Cloud, aws: Client) -> None:
    engine, _ = cloud
    endpoint = create(aws)
    assert query(endpoint, "SHOW listen_addresses") == [("127.0.0.1",)]
    assert query(endpoint, "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'app'") == [("SCRAM-SHA-256",)]
    process = Path(f"/proc/{server(engine)}")
    assert process.stat().st_uid != 0
    assert PASSWORD not in (process / "cmdline").read_text() + (process / "environ").read_bytes().decode()


def test_a_killed_database_comes_back_with_its_data(cloud: Cloud, aws: Client) -> None:
    engine, _ = cloud
    endpoint = create(aws)
    write(endpoint)
    os.kill(server(engine), signal.SIGKILL)

    def answers() -> list[Any]:
        try:
            return read(endpoint)
        except psycopg.OperationalError:
            return []

    assert eventually(answers) == [("kept",)]


def test_a_stopped_database_does_not_answer_and_starts_with_its_data(cloud: Cloud, aws: Client) -> None:
    engine, _ = cloud
    endpoint = create(aws)
    write(endpoint)
    pid, rds = server(engine), aws("rds")
    rds.stop_db_instance(DBInstanceIdentifier=NAME)
    eventually(lambda: describe(aws)["DBInstanceStatus"] == "stopped")
    assert not is_alive(pid)
    with pytest.raises(ClientError, match="is not in available state"):
        rds.stop_db_instance(DBInstanceIdentifier=NAME)
    rds.start_db_instance(DBInstanceIdentifier=NAME)
    assert available(aws) == endpoint
    assert read(endpoint) == [("kept",)]
    with pytest.raises(ClientError, match="is not in stopped state"):
        rds.start_db_instance(DBInstanceIdentifier=NAME)


def test_data_survives_a_crash_of_everything(cloud: Cloud, aws: Client) -> None:
    engine, emulator = cloud
    endpoint = create(aws)
    write(endpoint)
    emulator.wait_until_saved()
    pid = server(engine)
    engine.kill()
    emulator.kill()
    eventually(lambda: not is_alive(pid))
    engine.start()
    emulator.start()
    assert read(available(aws)) == [("kept",)]
    assert available(aws) == endpoint


def test_data_survives_a_crash_of_the_emulator_alone(cloud: Cloud, aws: Client) -> None:
    _, emulator = cloud
    endpoint = create(aws)
    write(endpoint)
    emulator.wait_until_saved()
    emulator.kill()
    emulator.start()
    assert read(available(aws)) == [("kept",)]


def test_data_survives_a_stop_of_everything(cloud: Cloud, aws: Client) -> None:
    engine, emulator = cloud
    write(create(aws))
    emulator.stop()
    engine.stop()
    assert data(engine).exists()
    engine.start()
    emulator.start()
    assert read(available(aws)) == [("kept",)]


def test_data_survives_a_reboot_of_the_instance(cloud: Cloud, aws: Client) -> None:
    write(create(aws))
    aws("rds").reboot_db_instance(DBInstanceIdentifier=NAME)
    assert read(available(aws)) == [("kept",)]


def test_a_deleted_instance_takes_its_data_along(cloud: Cloud, aws: Client) -> None:
    engine, _ = cloud
    write(create(aws))
    aws("rds").delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True)
    eventually(lambda: not list((engine.state / "postgres").iterdir()))
    assert query(create(aws), "SELECT to_regclass('note')") == [(None,)]


def test_an_instance_made_right_after_a_deletion_starts_empty(cloud: Cloud, aws: Client) -> None:
    write(create(aws))
    aws("rds").delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True)
    assert query(create(aws, MasterUserPassword="another"), "SELECT to_regclass('note')", password="another") == [
        (None,)
    ]


def test_a_new_password_holds_after_a_restart(cloud: Cloud, aws: Client) -> None:
    engine, emulator = cloud
    endpoint = create(aws)
    aws("rds").modify_db_instance(DBInstanceIdentifier=NAME, MasterUserPassword="changed", ApplyImmediately=True)
    assert query(endpoint, "SELECT 1", password="changed") == [(1,)]
    emulator.stop()
    engine.stop()
    engine.start()
    emulator.start()
    assert query(available(aws), "SELECT 1", password="changed") == [(1,)]


def kept_password(aws: Client) -> str:
    """What the secret holds that the embedded provider makes beside an instance, with RDS's own mark."""
    found = aws("secretsmanager").get_secret_value(SecretId="rds!db-1")
    assert json.loads(found["SecretString"])["username"] == "app"
    return str(json.loads(found["SecretString"])["password"])


def test_a_rotated_password_is_in_the_server_and_in_its_secret_also_after_a_restart(cloud: Cloud, aws: Client) -> None:
    engine, emulator = cloud
    endpoint = create(aws)
    owner = {"Key": "aws:rds:primaryDBInstanceArn", "Value": describe(aws)["DBInstanceArn"]}
    value = json.dumps({"username": "app", "password": PASSWORD})
    aws("secretsmanager").create_secret(Name="rds!db-1", SecretString=value, Tags=[owner])

    aws("secretsmanager").rotate_secret(SecretId="rds!db-1")
    first = kept_password(aws)
    assert query(endpoint, "SELECT 1", password=first) == [(1,)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        query(endpoint, "SELECT 1")

    aws("rds").modify_db_instance(DBInstanceIdentifier=NAME, RotateMasterUserPassword=True, ApplyImmediately=True)
    second = kept_password(aws)
    assert second not in (first, PASSWORD)
    assert query(available(aws), "SELECT 1", password=second) == [(1,)]

    (container,) = engine.client.containers.list(filters={"label": f"db_id={NAME}"})
    container.restart()
    assert query(available(aws), "SELECT 1", password=second) == [(1,)]

    emulator.stop()
    engine.stop()
    engine.start()
    emulator.start()
    assert kept_password(aws) == second
    assert query(available(aws), "SELECT 1", password=second) == [(1,)]


def test_a_snapshot_holds_what_was_committed_before_it_while_the_server_goes_on_writing(
    cloud: Cloud, aws: Client
) -> None:
    endpoint = create(aws)
    query(endpoint, "CREATE TABLE number (value int)")
    written, enough = [0], Event()

    def write_on() -> None:
        while not enough.is_set():
            query(endpoint, f"INSERT INTO number VALUES ({written[0]})")  # noqa: S608 # a number
            written[0] += 1

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write_on)
        eventually(lambda: written[0] > 20)
        before = written[0]
        aws("rds").create_db_snapshot(DBInstanceIdentifier=NAME, DBSnapshotIdentifier="busy")
        after = written[0] + 1
        eventually(lambda: written[0] > after + 20)
        enough.set()
        writing.result()
    query(endpoint, "DROP TABLE number")
    aws("rds").restore_db_instance_from_db_snapshot(DBInstanceIdentifier="beside", DBSnapshotIdentifier="busy")
    eventually(lambda: describe(aws, "beside")["DBInstanceStatus"] == "available")
    values = [value for (value,) in query(describe(aws, "beside")["Endpoint"], "SELECT value FROM number ORDER BY 1")]
    assert values == list(range(len(values))) and before <= len(values) <= after


def test_a_snapshot_that_was_deleted_holds_nothing_for_another_of_its_name(cloud: Cloud, aws: Client) -> None:
    engine, _ = cloud
    write(create(aws))
    named = {"DBInstanceIdentifier": NAME, "DBSnapshotIdentifier": "again"}
    aws("rds").create_db_snapshot(**named)
    assert [folder.name for folder in (engine.state / "snapshots").iterdir()] == ["again"]
    aws("rds").delete_db_snapshot(DBSnapshotIdentifier="again")
    assert not list((engine.state / "snapshots").iterdir())
    aws("rds").stop_db_instance(DBInstanceIdentifier=NAME)
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        aws("rds").create_db_snapshot(**named)


def test_versions_that_are_not_here_fail(cloud: Cloud, aws: Client) -> None:
    aws("rds").create_db_instance(
        DBInstanceIdentifier=NAME,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="14.1",
        MasterUsername="app",
        MasterUserPassword=PASSWORD,
    )
    eventually(lambda: describe(aws)["DBInstanceStatus"] == "failed")


def test_a_database_without_rds_is_its_containers(engine: Engine) -> None:
    port = free_port()
    container = engine.run(
        "postgres:18-alpine",
        environment={"POSTGRES_USER": "app", "POSTGRES_PASSWORD": PASSWORD, "POSTGRES_DB": "items"},
        ports={"5432/tcp": port},
    )
    endpoint = {"Address": "127.0.0.1", "Port": port}
    assert query(endpoint, "SHOW server_version", sslmode="disable")[0][0].startswith("18.")
    container.remove(force=True, v=True)
    assert list((engine.state / "postgres").iterdir()) == []


def test_a_database_needs_a_password(engine: Engine) -> None:
    with pytest.raises(APIError, match="POSTGRES_PASSWORD: must be set"):
        engine.run("postgres:18")


def test_a_used_port_is_a_clear_failure(cloud: Cloud, aws: Client) -> None:
    engine, _ = cloud
    endpoint = create(aws)
    container = engine.run(
        "postgres:18", environment={"POSTGRES_PASSWORD": "x"}, ports={"5432/tcp": endpoint["Port"]}, name="second"
    )
    assert container.status == "exited"
    assert "Address already in use" in container.logs().decode()
    assert json.loads(json.dumps(container.attrs["State"]))["ExitCode"] == 1


def test_after_a_reset_of_the_emulator_an_instance_starts_empty(cloud: Cloud, aws: Client) -> None:
    _, emulator = cloud
    write(create(aws))
    emulator.ask("POST", "/_ministack/reset")
    assert query(create(aws), "SELECT to_regclass('note')") == [(None,)]
