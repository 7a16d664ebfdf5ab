"""A stopped database of RDS really stops, and starts again with its data; MiniStack only says so.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
"""

from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.services import rds

# What a database must be before, and what it is until it is what was asked for.
BEFORE = {"stopped": ("available", "stopping"), "available": ("stopped", "starting")}


def stop_for_real() -> None:
    """Before the first request."""
    say = rds._set_db_instance_status

    def set_status(asked: Any, status: str, response: str, result: str) -> Any:
        instance = rds._resolve_instance(rds._p(asked, "DBInstanceIdentifier"))
        if not instance:
            return say(asked, status, response, result)
        needed, meanwhile = BEFORE[status]
        if instance["DBInstanceStatus"] != needed:
            text = f"Instance {instance['DBInstanceIdentifier']} is not in {needed} state."
            return rds._error("InvalidDBInstanceState", text, 400)
        answer = say(asked, meanwhile, response, result)
        spawn_background(move, instance, status, thread_name="database-status")
        return answer

    rds._set_db_instance_status = set_status


def move(instance: dict[str, Any], status: str) -> None:
    docker, container = rds._get_docker(), instance.get("_docker_container_id")
    if docker and container:
        found = docker.containers.get(container)
        if status == "stopped":
            found.stop()
        else:
            found.start()
    instance["DBInstanceStatus"] = status
