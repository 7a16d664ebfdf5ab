"""`make psql` and `make tunnel`: the way to a private database, through an instance or a task on AWS."""

import json
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops import psql, tunnel
from ops.errors import OperationError
from ops.lookup import database_instance
from ops.target import Target
from ops.tunnel import Database, database, way_to

DATABASE = Database(host="db.example", port=5432, name="app", user="owner", password="it's")
PLUGIN = """
import json, os, socket, sys
open(os.environ["NOTES"], "w").write(json.dumps([sys.argv[1:], os.environ[sys.argv[1]]]))
if os.environ.get("FAILS"): sys.exit("no way: " + os.environ["FAILS"])
port = int(json.loads(sys.argv[5])["Parameters"]["localPortNumber"][0])
with socket.create_server(("127.0.0.1", port)) as server:
    while True: server.accept()
"""


class Ssm:
    def __init__(self) -> None:
        self.started: dict[str, Any] = {}
        self.ended: list[str] = []

    def start_session(self, **asked: Any) -> dict[str, Any]:
        self.started = asked
        return {"SessionId": "s-1", "TokenValue": "secret-token", "StreamUrl": "wss://x", "ResponseMetadata": {}}

    def terminate_session(self, *, SessionId: str) -> None:  # noqa: N803 # the API's name
        self.ended.append(SessionId)


def stack(*, connected: bool = True, outputs: dict[str, Any] | None = None, **clients: Any) -> Any:
    instances = [
        {"ec2InstanceId": "i-0", "agentConnected": False},
        {"ec2InstanceId": "i-1", "agentConnected": connected},
    ]
    ecs = SimpleNamespace(
        get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: iter([{"containerInstanceArns": ["a", "b"]}])),
        describe_container_instances=lambda **_: {"containerInstances": instances},
    )
    known = {"ecs": ecs, **clients}
    made = Target(base="prod", place=None)
    told = {"cluster": "c"} if outputs is None else outputs
    vars(made).update(outputs=told, config={"region": "eu-west-1"}, client=lambda name: known[name])
    return made


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin on PATH that notes how it was called, and opens the port."""
    plugin = tmp_path / "session-manager-plugin"
    plugin.write_text(f"#!{sys.executable} -IS\n{PLUGIN}")
    plugin.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    return tmp_path / "notes"


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def opened(target: Any) -> None:
    with way_to(target, DATABASE):
        pass


def test_the_way_leads_through_an_instance_that_answers_and_is_closed_after_use(notes: Path) -> None:
    ssm = Ssm()
    with way_to(stack(ssm=ssm), DATABASE) as port:
        assert is_open(port)
    assert not is_open(port)
    assert ssm.ended == ["s-1"]
    wanted = {"host": ["db.example"], "portNumber": ["5432"], "localPortNumber": [str(port)]}
    assert ssm.started == {"Target": "i-1", "DocumentName": tunnel.DOCUMENT, "Parameters": wanted}
    arguments, response = json.loads(notes.read_text())
    assert arguments[1:4] == ["eu-west-1", "StartSession", ""] and json.loads(arguments[4]) == ssm.started
    assert "secret-token" not in str(arguments)
    assert json.loads(response) == {"SessionId": "s-1", "TokenValue": "secret-token", "StreamUrl": "wss://x"}


def test_on_fargate_the_way_leads_through_a_task_of_a_service_that_uses_the_database(notes: Path) -> None:
    agent = {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}
    container = {"name": "api", "runtimeId": "run-1", "managedAgents": [agent]}
    task = {"taskArn": "arn:task/c/t-1", "clusterArn": "arn:cluster/c", "lastStatus": "RUNNING", "startedAt": 1}
    task |= {"enableExecuteCommand": True, "containers": [container]}
    ecs = SimpleNamespace(
        list_tasks=lambda **asked: {"taskArns": ["t-1"] if asked["serviceName"] == "api-1" else []},
        describe_tasks=lambda **_: {"tasks": [task]},
    )
    services = {"page": {"service": "page-1"}, "api": {"service": "api-1"}}
    ssm = Ssm()
    target = stack(outputs={"cluster": "c", "machine": {}, "services": services}, ssm=ssm, ecs=ecs)
    target.config["services"] = {"page": {}, "api": {"uses": ["database"]}}
    opened(target)
    assert ssm.started["Target"] == "ecs:c_t-1_run-1"
    assert ssm.started["Parameters"]["host"] == ["db.example"]


def test_a_plugin_that_fails_is_quoted_and_the_session_is_closed(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "TargetNotConnected")
    ssm = Ssm()
    with pytest.raises(OperationError, match="ended with exit code 1: no way: TargetNotConnected"):
        opened(stack(ssm=ssm))
    assert ssm.ended == ["s-1"]


def test_without_the_plugin_it_says_where_to_get_it_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ssm = Ssm()
    with pytest.raises(OperationError, match=r"session-manager-plugin: not found on PATH.*docs/operations\.md"):
        opened(stack(ssm=ssm))
    assert ssm.started == {}


def test_without_an_instance_that_answers_it_says_what_tells_more(notes: Path) -> None:
    with pytest.raises(OperationError, match="no instance of the cluster answers; `make status STACK=prod` tells why"):
        opened(stack(connected=False, ssm=Ssm()))


def test_the_database_and_its_password_are_found_by_its_address() -> None:
    instance = {"Endpoint": {"Address": "db.example", "Port": 5432}, "DBName": "app"}
    pages = [{"DBInstances": [{"Endpoint": {"Address": "other"}}]}, {"DBInstances": [instance]}]
    rds = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda: iter(pages)))
    text = json.dumps({"username": "owner", "password": "it's"})
    secrets = SimpleNamespace(
        get_secret_value=lambda **asked: {"SecretString": text} if asked == {"SecretId": "arn"} else {}
    )
    assert (
        database(stack(outputs={"database": "db.example", "database_secret": "arn"}, rds=rds, secretsmanager=secrets))
        == DATABASE
    )
    with pytest.raises(OperationError, match="the stack has no database"):
        database(stack(outputs={}))
    with pytest.raises(OperationError, match=r"RDS has no instance at db\.new; `make status STACK=prod` tells more"):
        database(stack(outputs={"database": "db.new"}, rds=rds))
    with pytest.raises(OperationError, match="by an older version of this project; run `pulumi up -s prod` once"):
        database(stack(outputs={"database": "db.example"}, rds=rds))


def test_of_databases_at_one_address_as_on_the_laptop_the_stacks_own_is_found_by_its_port() -> None:
    instances = [{"Endpoint": {"Address": "localhost", "Port": port}} for port in (4568, 4569)]
    rds = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda: iter([{"DBInstances": instances}])))
    found = database_instance(stack(outputs={"database_port": 4569}, rds=rds), "localhost")
    assert found == instances[1]


def test_a_session_is_read_only_unless_it_is_asked_for_and_the_certificate_is_checked_on_aws() -> None:
    told = psql.settings(stack(), DATABASE, 6000, write=False)
    assert (told["PGHOST"], told["PGHOSTADDR"], told["PGPORT"]) == ("db.example", "127.0.0.1", "6000")
    assert (told["PGUSER"], told["PGDATABASE"], told["PGPASSWORD"]) == ("owner", "app", "it's")
    assert told["PGOPTIONS"] == "-c default_transaction_read_only=on"
    assert told["PGSSLMODE"] == "verify-full" and Path(told["PGSSLROOTCERT"]).exists()
    laptop = SimpleNamespace(place=object())
    local: Any = laptop
    assert psql.settings(local, DATABASE, 6000, write=True)["PGSSLMODE"] == "require"
    assert psql.settings(local, DATABASE, 6000, write=True)["PGOPTIONS"] == ""


def test_without_psql_it_says_which_packages_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OperationError, match="psql: not found on PATH; it is in the packages"):
        psql.psql(stack(), [], write=False)
