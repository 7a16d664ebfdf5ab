"""Rotates the password of a database that RDS manages, which MiniStack only pretends: the server gets a new one, then
the secret, in which the back end finds it at run time. By hand, that secret cannot be changed.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
"""

import json
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import rds, secretsmanager

# With this tag RDS marks a secret that it manages; its value is the instance's ARN.
OWNER_TAG = "aws:rds:primaryDBInstanceArn"
NOT_REACHED = "the database does not answer, so its password was not rotated; start it, and try again"
NOT_MANAGED = "RDS does not manage the password of this DB instance"
NOT_AT_ONCE = "You must apply the change immediately when rotating the master user password."
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
OWNED = "The secret is managed by another service, and you must use that service to update it."
BY_HAND = ("_put_secret_value", "_update_secret", "_update_secret_version_stage")
MANAGED = "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled."

Record = dict[str, Any]
put_secret_value = secretsmanager._put_secret_value  # RDS's own way, past what is refused below


def instance_of(secret: Record) -> Record | None:
    """The instance whose password the secret holds; None for any other secret."""
    owners = [tag["Value"] for tag in secret.get("Tags", ()) if tag["Key"] == OWNER_TAG]
    return rds._resolve_instance(owners[0].rsplit(":", 1)[1]) if owners else None


def secret_of(instance: Record) -> Record | None:
    """The secret of an instance whose password RDS manages."""
    mark = {"Key": OWNER_TAG, "Value": instance["DBInstanceArn"]}
    found: list[Record] = [one for one in secretsmanager._secrets.values() if mark in one.get("Tags", ())]
    return next((secret for secret in found if not secret.get("DeletedDate")), None)


def password_in(secret: Record) -> str:
    _, version = secretsmanager._find_stage_version(secret, "AWSCURRENT")
    return str(json.loads(version["SecretString"])["password"])


def renew(instance: Record, secret: Record) -> Any:
    """Give server and secret a new password. The answer of Secrets Manager; None where the server is out of reach."""
    old, new = instance["_MasterUserPassword"], rds._generate_master_user_password()
    rds._rotate_instance_password(instance, old, new)
    if not accepts(instance, new):
        return None
    instance["_MasterUserPassword"] = new  # with which the database is started again
    value = json.dumps({"username": instance["MasterUsername"], "password": new})
    return put_secret_value({"SecretId": secret["ARN"], "SecretString": value})


def accepts(instance: Record, password: str) -> bool:
    endpoint = instance.get("Endpoint") or {}
    host = instance.get("_internal_address") or endpoint.get("Address")
    port = instance.get("_internal_port") or endpoint.get("Port")
    if not host or not port:
        return False
    name, engine = instance.get("DBName"), instance["Engine"]
    return bool(rds._try_database_connect(host, port, engine, instance["MasterUsername"], password, name))


def rotate_for_real() -> None:
    rotate, modify = secretsmanager._rotate_secret, rds._modify_db_instance

    def rotate_secret(request: dict[str, Any]) -> Any:
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        instance = instance_of(secret) if secret and not secret.get("DeletedDate") else None
        if instance is None:  # of no database; or deleted, which MiniStack answers
            return rotate(request)
        return renew(instance, secret) or error_response_json("InvalidRequestException", NOT_REACHED, 400)

    def modify_db_instance(parameters: dict[str, Any]) -> Any:
        instance = rds._resolve_instance(rds._p(parameters, "DBInstanceIdentifier"))
        secret = secret_of(instance) if instance else None
        given = rds._p(parameters, "MasterUserPassword")
        if instance and rds._p(parameters, "RotateMasterUserPassword") == "true":
            if not secret:
                return rds._error("InvalidParameterCombination", NOT_MANAGED, 400)
            if rds._p(parameters, "ApplyImmediately") != "true":
                return rds._error("InvalidParameterCombination", NOT_AT_ONCE, 400)
            if not renew(instance, secret):
                return rds._error("InvalidDBInstanceState", NOT_REACHED, 400)
        # The embedded provider hands on the password that it has put into the secret a moment ago.
        elif secret and given and given != password_in(secret):
            return rds._error("InvalidParameterCombination", MANAGED, 400)
        return modify(parameters)

    secretsmanager._rotate_secret = rotate_secret
    for name in BY_HAND:
        setattr(secretsmanager, name, refusing_owned(getattr(secretsmanager, name)))
    rds._ACTION_MAP["ModifyDBInstance"] = modify_db_instance


def refusing_owned(change: Any) -> Any:
    def change_or_refuse(request: dict[str, Any]) -> Any:
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        if secret and instance_of(secret):
            return error_response_json("InvalidRequestException", OWNED, 400)
        return change(request)

    return change_or_refuse
