"""Refuses what MiniStack only pretends: a new password for a database whose password RDS manages."""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import rds, secretsmanager

# How RDS names the secrets that it manages.
MANAGED = "rds!"
REASON = "the local cloud does not rotate the password of a database (docs/laptop-limits.md); AWS does"


def refuse() -> None:
    rotate, modify = secretsmanager._rotate_secret, rds._modify_db_instance

    def rotate_secret(request: dict[str, Any]) -> Any:
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        if secret and secret["Name"].startswith(MANAGED):
            return error_response_json("InvalidRequestException", REASON, 400)
        return rotate(request)

    def modify_db_instance(parameters: dict[str, Any]) -> Any:
        if rds._p(parameters, "RotateMasterUserPassword") == "true":
            return rds._error("InvalidParameterCombination", REASON, 400)
        return modify(parameters)

    secretsmanager._rotate_secret = rotate_secret
    rds._ACTION_MAP["ModifyDBInstance"] = modify_db_instance
