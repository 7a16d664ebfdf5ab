"""RDS: database instances. Their groups are in `rds_groups.py`."""

import json
import secrets
import string
import uuid
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, Update, names
from localcloud.provider.definition.rules import Between, Case, ExactlyOne, Exists, Matches, Needed, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types import rds_groups
from localcloud.provider.types.ec2 import exists
from localcloud.provider.types.rds_groups import TAGS
from localcloud.provider.values import Props

# What RDS itself uses for passwords that it makes: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
PASSWORD_LENGTH = 28
PASSWORD_LETTERS = string.ascii_letters + string.digits + "!#$%&()*+,-.:;<=>?[]^_{|}~"
OWNER_TAG = "aws:rds:primaryDBInstanceArn"
WORD, WORD_SAYS = r"[A-Za-z][A-Za-z0-9_]{0,62}", "1 to 63 of letters, digits and _, beginning with a letter"
RESERVED_NAMES = ("admin", "rdsadmin", "rds_superuser", "replication", "user", "public")


RESTORE = Call(
    operation="restore_db_instance_from_db_snapshot",
    args={"DBInstanceIdentifier": "{identifier}", "DBSnapshotIdentifier": "{snapshotIdentifier}"},
    sends=names(
        "instanceClass dbSubnetGroupName vpcSecurityGroupIds parameterGroupName publiclyAccessible multiAz storageType "
        "copyTagsToSnapshot autoMinorVersionUpgrade deletionProtection"
    ),
)


class Instance(Handler):
    """With `manageMasterUserPassword` it does what RDS does and the emulator does not: it makes the password and stores
    it only in a secret that belongs to the instance.
    """

    operations = ("list_secrets", "create_secret", "delete_secret", RESTORE.operation)

    def outgoing(self, values: Props) -> Props:
        """Without the one property that the emulator would ignore."""
        return {key: value for key, value in values.items() if key != "manageMasterUserPassword"}

    def incoming(self, item: Props) -> Props:
        endpoint = item.get("Endpoint") or {}
        address, port = endpoint.get("Address"), endpoint.get("Port")
        groups = item.get("DBParameterGroups") or [{}]
        secret = self.secret_of(item["DBInstanceArn"])
        return {
            **item,
            "address": address,
            "port": port,
            "endpoint": f"{address}:{port}" if address else None,
            "hostedZoneId": endpoint.get("HostedZoneId"),
            "status": item.get("DBInstanceStatus"),
            "engineVersionActual": item.get("EngineVersion"),
            "resourceId": item.get("DbiResourceId"),
            "dbSubnetGroupName": (item.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
            "DBParameterGroupName": groups[0].get("DBParameterGroupName"),
            "vpcSecurityGroupIds": [row["VpcSecurityGroupId"] for row in item.get("VpcSecurityGroups", ())],
            "tags": item.get("TagList", []),
            "masterUserSecrets": [{"kmsKeyId": "", "secretArn": secret, "secretStatus": "active"}] if secret else [],
            "manageMasterUserPassword": True if secret else None,
        }

    def create(self, inputs: Props) -> tuple[str, Props]:
        if "snapshotIdentifier" in inputs:
            # As the official provider does: restored with what that call takes, the rest is modified afterwards.
            updates = [replace(update, settles=True) for update in self.kind.updates]
            self.kind = replace(self.kind, create=RESTORE, updates=updates)
        if not inputs.get("manageMasterUserPassword"):
            return super().create(inputs)
        arn = f"arn:aws:rds:{self.context.region}:{self.context.account}:db:{inputs['identifier']}"
        password = self.keep_password(arn, inputs["username"])
        try:
            return super().create({**inputs, "password": password})
        except ClientError:
            self.drop_secret(arn)
            raise

    def settle(self, resource_id: str, inputs: Props) -> None:
        if "snapshotIdentifier" in inputs:
            self.wait_ready(resource_id, inputs)  # it cannot be modified before
        super().settle(resource_id, inputs)

    def state_of(self, resource_id: str, item: Props, state: Props) -> Props:
        found = super().state_of(resource_id, item, state)
        if found.get("masterUserSecrets"):
            found.pop("password", None)
        return found

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        if self.changed(old, new, ["identifier"]):
            names = {"DBInstanceIdentifier": old["identifier"], "NewDBInstanceIdentifier": new["identifier"]}
            self.operate("modify_db_instance", {**names, "ApplyImmediately": True})
        self.move_password(state, new)
        return super().update(resource_id, old, state, new)

    def move_password(self, state: Props, new: Props) -> None:
        """Begin or end the keeping of the password; also where the secret was deleted behind the stack's back."""
        arn, managed = state["arn"], bool(new.get("manageMasterUserPassword"))
        if managed and not self.secret_of(arn):
            password = self.keep_password(arn, new["username"])
            self.operate(
                "modify_db_instance",
                {"DBInstanceIdentifier": new["identifier"], "MasterUserPassword": password, "ApplyImmediately": True},
            )
        elif not managed:
            self.drop_secret(arn)

    def delete(self, resource_id: str, state: Props) -> None:
        how: Props = {"SkipFinalSnapshot": bool(state.get("skipFinalSnapshot"))}
        if not how["SkipFinalSnapshot"]:
            if not state.get("finalSnapshotIdentifier"):
                self.fail("finalSnapshotIdentifier: is required to delete it, got nothing; or set skipFinalSnapshot")
            how["FinalDBSnapshotIdentifier"] = state["finalSnapshotIdentifier"]
        how["DeleteAutomatedBackups"] = state.get("deleteAutomatedBackups", True)
        if self.fetch(resource_id, state) is not None:
            self.operate("delete_db_instance", {"DBInstanceIdentifier": state["identifier"], **how})
            self.wait(lambda: self.fetch(resource_id, state) is None, f"{state['identifier']} to be gone")
        self.drop_secret(state["arn"])

    # The secret of the managed password, found by the tag with which RDS marks its own.

    def secret_of(self, arn: str) -> str | None:
        keeper = self.context.client("secretsmanager")
        for page in keeper.get_paginator("list_secrets").paginate():
            for row in page["SecretList"]:
                owned = {"Key": OWNER_TAG, "Value": arn} in row.get("Tags", ())
                if owned and "DeletedDate" not in row:
                    return str(row["ARN"])
        return None

    def keep_password(self, arn: str, username: str) -> str:
        self.drop_secret(arn)
        password = "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))
        self.context.client("secretsmanager").create_secret(
            Name=f"rds!db-{uuid.uuid4()}",
            Description=f"The secret associated with the primary RDS DB instance: {arn}",
            SecretString=json.dumps({"username": username, "password": password}),
            Tags=[{"Key": OWNER_TAG, "Value": arn}],
        )
        return password

    def drop_secret(self, arn: str) -> None:
        secret = self.secret_of(arn)
        if secret:
            self.context.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def same_version(one: str, other: str) -> bool:
    """A major version means its newest minor one."""
    short, long = sorted((one, other), key=len)
    return long == short or long.startswith(f"{short}.")


def version(case: Case, wanted: str) -> str:
    engine = case.inputs.get("engine")
    if engine is None or not case.is_new("engineVersion"):
        return ""
    rows = case.context.client("rds").describe_db_engine_versions(Engine=engine)["DBEngineVersions"]
    known = [row["EngineVersion"] for row in rows]
    if any(same_version(one.split(".")[0], wanted.split(".")[0]) for one in known):
        return ""
    return f"must be a version of {engine} ({', '.join(known)}), got {wanted!r}"


def username(_case: Case, value: str) -> str:
    return f"must not be a name that PostgreSQL or RDS keeps, got {value!r}" if value.lower() in RESERVED_NAMES else ""


def growth(case: Case, limit: int) -> str:
    size = case.inputs.get("allocatedStorage")
    return f"must be above allocatedStorage {size}, got {limit}" if limit and size and limit <= size else ""


def family(case: Case, group: str) -> str:
    """The parameter group is for the engine's major version."""
    engine, wanted = case.inputs.get("engine"), case.inputs.get("engineVersion")
    if not engine or not wanted or not (case.is_new("parameterGroupName") or case.is_new("engineVersion")):
        return ""
    try:
        rows = case.context.client("rds").describe_db_parameter_groups(DBParameterGroupName=group)["DBParameterGroups"]
    except ClientError:
        return ""  # the rule that it exists tells it
    found = rows[0]["DBParameterGroupFamily"]
    major = f"{engine}{wanted.split('.')[0]}"
    return "" if found == major else f"must be of the family {major}, got {group!r} of {found}"


def from_scratch(inputs: Props) -> bool:
    return not any(name in inputs for name in ("snapshotIdentifier", "replicateSourceDb", "restoreToPointInTime"))


def group(path: str, what: str, operation: str, argument: str, item: str) -> Exists:
    return Exists(path, what, "rds", operation, {argument: "{value}"}, item)


MODIFIED = names(
    "instanceClass allocatedStorage maxAllocatedStorage storageType iops storageThroughput engineVersion "
    "allowMajorVersionUpgrade dbSubnetGroupName vpcSecurityGroupIds parameterGroupName publiclyAccessible multiAz "
    "backupRetentionPeriod backupWindow maintenanceWindow deletionProtection copyTagsToSnapshot "
    "autoMinorVersionUpgrade caCertIdentifier performanceInsightsEnabled monitoringInterval password"
)
MODIFY_ALL: dict[str, Any] = {"DBInstanceIdentifier": "{identifier}", "ApplyImmediately": "{applyImmediately}"}

TYPES = [
    ResourceType(
        token="aws:rds/instance:Instance",
        holds_data=True,
        service="rds",
        handler=Instance,
        create=Call(operation="create_db_instance", sends=Send.ALL),
        id="{DBInstance.DbiResourceId}",
        state_id="{resourceId}",
        import_id="(?P<identifier>[a-z][a-z0-9-]*)",
        reads=[
            Read(
                operation="describe_db_instances",
                args={"DBInstanceIdentifier": "{identifier}"},
                item="DBInstances[0]",
            )
        ],
        updates=[Update(on=MODIFIED, call=Call(operation="modify_db_instance", sends=MODIFIED, args=MODIFY_ALL))],
        delete=Call(operation="delete_db_instance"),
        names={
            "identifier": "DBInstanceIdentifier",
            "instanceClass": "DBInstanceClass",
            "username": "MasterUsername",
            "password": "MasterUserPassword",
            "parameterGroupName": "DBParameterGroupName",
            "arn": "DBInstanceArn",
            "backupWindow": "PreferredBackupWindow",
            "maintenanceWindow": "PreferredMaintenanceWindow",
            "caCertIdentifier": "CACertificateIdentifier",
            "performanceInsightsEnabled": "EnablePerformanceInsights",
        },
        auto_name=AutoName(name="identifier", limit=63, lower=True),
        defaults={
            "autoMinorVersionUpgrade": True,
            "copyTagsToSnapshot": False,
            "deleteAutomatedBackups": True,
            "publiclyAccessible": False,
            "skipFinalSnapshot": False,
            "applyImmediately": False,
        },
        local=[
            "skipFinalSnapshot",
            "finalSnapshotIdentifier",
            "deleteAutomatedBackups",
            "applyImmediately",
            "password",
            "allowMajorVersionUpgrade",
            "snapshotIdentifier",
        ],
        handled=["manageMasterUserPassword"],
        replaces=names(
            "dbName engine username storageEncrypted kmsKeyId availabilityZone characterSetName timezone "
            "snapshotIdentifier restoreToPointInTime identifierPrefix"
        ),
        tags=TAGS,
        same={"engineVersion": same_version},
        volatile=["latestRestorableTime", "masterUserSecrets", "endpoint", "engineVersionActual"],
        ready="DBInstanceStatus=='available'",
        failed="contains(['failed', 'incompatible-parameters'], DBInstanceStatus) && DBInstanceStatus",
        rules=[
            Matches(
                "identifier",
                r"(?!.*--)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
                "1 to 63 of lower-case letters, digits and single hyphens, beginning with a letter",
            ),
            Matches("dbName", WORD, WORD_SAYS),
            Matches("username", WORD, WORD_SAYS),
            Says("username", username),
            Needed("username", from_scratch),
            Needed("engine", from_scratch),
            Matches("password", r"(?!.*[/@\" ])[!-~]{8,128}", '8 to 128 printable characters but / @ " and space'),
            Matches("instanceClass", r"db\.[a-z0-9-]+\.[a-z0-9]+", "a class such as db.t4g.micro"),
            ExactlyOne(("manageMasterUserPassword", "password")),
            Needed("allocatedStorage", from_scratch),
            Between("allocatedStorage", 20, 65536),
            Says("maxAllocatedStorage", growth),
            Between("backupRetentionPeriod", 0, 35),
            Says("engineVersion", version, ("describe_db_engine_versions",)),
            exists("vpcSecurityGroupIds"),
            Says("parameterGroupName", family, ("describe_db_parameter_groups",)),
            group(
                "snapshotIdentifier",
                "a snapshot",
                "describe_db_snapshots",
                "DBSnapshotIdentifier",
                "DBSnapshots[0]",
            ),
            group(
                "dbSubnetGroupName",
                "a subnet group",
                "describe_db_subnet_groups",
                "DBSubnetGroupName",
                "DBSubnetGroups[0]",
            ),
            group(
                "parameterGroupName",
                "a parameter group",
                "describe_db_parameter_groups",
                "DBParameterGroupName",
                "DBParameterGroups[0]",
            ),
        ],
    ),
    *rds_groups.TYPES,
]
