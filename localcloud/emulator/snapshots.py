"""RDS's snapshots hold data, and a database is restored from one. MiniStack would only note both.

The process engine keeps the data: of a snapshot of an instance that runs when it is asked to, of the last one of an
instance that is deleted by itself. It starts a container that has the label `db_snapshot` with it
(`engine/databases.py`).
"""

from collections.abc import Callable
from typing import Any

from ministack.services import rds

LABEL = "db_snapshot"
CREATE, DELETE, RESTORE = "CreateDBSnapshot", "DeleteDBSnapshot", "RestoreDBInstanceFromDBSnapshot"
# What an instance takes over from its snapshot; the creation's parameters have the same names.
TAKEN = ("Engine", "EngineVersion", "MasterUsername", "DBName", "AllocatedStorage")
PASSWORD = "_MasterUserPassword"  # noqa: S105 # its key
_restoring: dict[str, str] = {}

Action = Callable[[Any], Any]


def hold_data() -> None:
    rds._run_rds_container = labelled(rds._run_rds_container)
    rds._create_snapshot_internal = with_password(rds._create_snapshot_internal)
    for name, with_data in ((CREATE, creating), (DELETE, deleting), (RESTORE, restoring)):
        rds._ACTION_MAP[name] = with_data(rds._ACTION_MAP[name])


def engine(method: str, path: str, *names: str) -> None:
    """A call that the process engine alone has."""
    api = rds._get_docker().api
    api._raise_for_status(getattr(api, f"_{method}")(api._url(path, *names)))


def with_password(note: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The owner's password is part of the data, so a restored instance has it unless it is given another."""

    def noted(name: str, instance: dict[str, Any]) -> dict[str, Any]:
        snapshot = note(name, instance)
        snapshot[PASSWORD] = instance[PASSWORD]
        return snapshot

    return noted


def creating(note: Action) -> Action:
    def create(request: Any) -> Any:
        name, instance = rds._p(request, "DBSnapshotIdentifier"), rds._p(request, "DBInstanceIdentifier")
        found = rds._resolve_instance(instance)
        if found is None or not name or name in rds._snapshots:
            return note(request)
        if found["DBInstanceStatus"] != "available":
            return rds._error("InvalidDBInstanceState", f"Instance {instance} is not in available state.", 400)
        engine("put", "/containers/{0}/snapshots/{1}", found["_docker_container_id"], name)
        return note(request)

    return create


def deleting(note: Action) -> Action:
    def delete(request: Any) -> Any:
        name = rds._p(request, "DBSnapshotIdentifier")
        if name in rds._snapshots:
            engine("delete", "/snapshots/{0}", name)
        return note(request)

    return delete


def restoring(refuse: Action) -> Action:
    def restore(request: Any) -> Any:
        name, instance = rds._p(request, "DBSnapshotIdentifier"), rds._p(request, "DBInstanceIdentifier")
        snapshot = rds._snapshots.get(name)
        if snapshot is None or instance in rds._instances:
            return refuse(request)
        _restoring[instance] = name
        taken = {key: [str(snapshot[key])] for key in TAKEN}
        password = {"MasterUserPassword": [snapshot[PASSWORD]]} if PASSWORD in snapshot else {}
        encrypted = [str(bool(snapshot["StorageEncrypted"])).lower()]
        status, headers, body = rds._create_db_instance({**password, **request, **taken, "StorageEncrypted": encrypted})
        return status, headers, body.replace(b"CreateDBInstance", RESTORE.encode())

    return restore


def labelled(run: Callable[..., Any]) -> Callable[..., Any]:
    def run_labelled(client: Any, engine: str, options: dict[str, Any], *more: Any, **named: Any) -> Any:
        labels = options.get("labels", {})
        if snapshot := _restoring.pop(labels.get("db_id", ""), None):
            options["labels"] = {**labels, LABEL: snapshot}
        return run(client, engine, options, *more, **named)

    return run_labelled
