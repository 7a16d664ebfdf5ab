"""RDS restores a database from a snapshot, with its data. MiniStack would only note the instance.

The process engine keeps the data of each final snapshot and starts a container that has the label `db_snapshot` with it
(`engine/databases.py`).
"""

from typing import Any

from ministack.services import rds

LABEL = "db_snapshot"
ACTION = "RestoreDBInstanceFromDBSnapshot"
# What an instance takes over from its snapshot; the creation's parameters have the same names.
TAKEN = ("Engine", "EngineVersion", "MasterUsername", "DBName", "AllocatedStorage")
_restoring: dict[str, str] = {}


def restore_data() -> None:
    refuse, run = rds._ACTION_MAP[ACTION], rds._run_rds_container

    def restore(request: Any) -> Any:
        name, instance = rds._p(request, "DBSnapshotIdentifier"), rds._p(request, "DBInstanceIdentifier")
        snapshot = rds._snapshots.get(name)
        if snapshot is None or instance in rds._instances:
            return refuse(request)
        _restoring[instance] = name
        taken = {key: [str(snapshot[key])] for key in TAKEN}
        encrypted = [str(bool(snapshot["StorageEncrypted"])).lower()]
        status, headers, body = rds._create_db_instance({**request, **taken, "StorageEncrypted": encrypted})
        return status, headers, body.replace(b"CreateDBInstance", ACTION.encode())

    def labelled(client: Any, engine: str, options: dict[str, Any], *more: Any, **named: Any) -> Any:
        labels = options.get("labels", {})
        if snapshot := _restoring.pop(labels.get("db_id", ""), None):
            options["labels"] = {**labels, LABEL: snapshot}
        return run(client, engine, options, *more, **named)

    rds._ACTION_MAP[ACTION], rds._run_rds_container = restore, labelled
