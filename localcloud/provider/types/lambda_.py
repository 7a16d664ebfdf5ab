"""Lambda: functions, who may invoke them, and invocations as resources."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi

from localcloud.provider.definition.resource_type import (
    AutoName,
    Call,
    Read,
    ResourceType,
    Send,
    TagStyle,
    Update,
    names,
)
from localcloud.provider.definition.rules import Between, Case, ExactlyOne, Exists, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

SOURCES = ("s3Bucket", "s3Key", "s3ObjectVersion", "imageUri")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name


def files(archive: Any, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """The files of a Pulumi asset or archive."""
    if isinstance(archive, pulumi.AssetArchive):
        for name, part in archive.assets.items():
            yield from files(part, f"{prefix}/{name}" if prefix else name)
    elif isinstance(archive, pulumi.StringAsset):
        yield prefix, archive.text.encode()
    elif isinstance(archive, pulumi.FileAsset):
        yield prefix, Path(archive.path).read_bytes()
    elif isinstance(archive, pulumi.FileArchive) and Path(archive.path).is_dir():
        for file in sorted(path for path in Path(archive.path).rglob("*") if path.is_file()):
            name = file.relative_to(archive.path).as_posix()
            yield f"{prefix}/{name}" if prefix else name, file.read_bytes()
    else:
        raise ValueError(f"must be made of files and texts on this machine, got {archive!r}")


def zipped(archive: Any) -> bytes:
    """The archive as a zip file whose bytes depend on names and contents alone."""
    if isinstance(archive, pulumi.FileArchive) and Path(archive.path).is_file():
        return Path(archive.path).read_bytes()
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in sorted(files(archive)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
    return sink.getvalue()


def code_hash(archive: Any) -> str:
    """What Lambda answers as `CodeSha256`."""
    return base64.b64encode(hashlib.sha256(zipped(archive)).digest()).decode()


class Function(Handler):
    """Compared by the hash of its code, which `check` puts into the inputs; so a change behind the back shows."""

    operations = ("update_function_code",)

    def defaults(self, inputs: Props) -> Props:
        known = isinstance(inputs.get("code"), pulumi.Archive) and "sourceCodeHash" not in inputs
        return {"sourceCodeHash": code_hash(inputs["code"])} if known else {}

    def outgoing(self, values: Props) -> Props:
        source = {key[0].upper() + key[1:]: values[key] for key in SOURCES if values.get(key)}
        if values.get("code") is not None:
            source = {"ZipFile": zipped(values["code"])}
        return {**{key: value for key, value in values.items() if key != "code"}, "Code": source}

    def incoming(self, item: Props) -> Props:
        found = {**item.get("Configuration", {}), "tags": item.get("Tags", {})}
        environment = found.get("Environment") or {}
        network = found.get("VpcConfig") or {}
        return {
            **found,
            "sourceCodeHash": found.get("CodeSha256"),
            "sourceCodeSize": found.get("CodeSize"),
            "layers": [row["Arn"] for row in found.get("Layers") or ()],
            "Environment": environment if environment.get("Variables") else None,
            "VpcConfig": network if network.get("SubnetIds") else None,
        }

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        if self.changed(old, new, ["sourceCodeHash", *SOURCES]):
            self.operate("update_function_code", {"FunctionName": resource_id, **self.outgoing(new)["Code"]})
            self.wait_ready(resource_id, new)
        return super().update(resource_id, old, state, new)


class Invocation(Handler):
    """Runs the function once; a changed input runs it again. There is nothing to delete."""

    operations = ("invoke",)

    def create(self, inputs: Props) -> tuple[str, Props]:
        where = {"FunctionName": inputs["functionName"], "Qualifier": inputs["qualifier"]}
        answer = self.operate("invoke", {**where, "Payload": inputs["input"].encode(), "LogType": "Tail"})
        result = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace").strip()
            self.fail(f"the function {inputs['functionName']} failed: {result}\n{log}")
        digest = hashlib.sha256(inputs["input"].encode()).hexdigest()[:32]
        resource_id = f"{inputs['functionName']}_{inputs['qualifier']}_{digest}"
        return resource_id, {**inputs, "result": result, "region": self.context.region}

    def read(self, resource_id: str, state: Props) -> Props | None:
        return state if state and self.fetch(resource_id, state) is not None else None

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        return {**state, **new}


class Permission(Handler):
    """A statement of the function's policy."""

    def incoming(self, item: Props) -> Props:
        rows = json.loads(item["Policy"])["Statement"]
        row = next(row for row in rows if row["Sid"] == item["statementId"])
        principal = row["Principal"]
        conditions = {k: v for part in row.get("Condition", {}).values() for k, v in part.items()}
        return {
            "statementId": row["Sid"],
            "action": row["Action"],
            "function": row["Resource"],
            "principal": principal if isinstance(principal, str) else next(iter(principal.values())),
            "sourceArn": conditions.get("AWS:SourceArn"),
            "sourceAccount": conditions.get("AWS:SourceAccount"),
        }

    def fetch(self, resource_id: str, state: Props) -> Props | None:
        item = super().fetch(resource_id, state)
        statement = state.get("statementId") or self.from_id(resource_id).get("statementId") or resource_id
        rows = json.loads(item["Policy"])["Statement"] if item else []
        return {**(item or {}), "statementId": statement} if any(row["Sid"] == statement for row in rows) else None


def is_json(_case: Case, text: str) -> str:
    try:
        json.loads(text)
    except ValueError as error:
        return f"must be JSON, got {text[:60]!r}: {error}"
    return ""


def readable(_case: Case, archive: Any) -> str:
    try:
        zipped(archive)
    except (OSError, ValueError) as error:
        return f"cannot be read: {error}"
    return ""


def function(path: str) -> Exists:
    return Exists(
        path, "a function", "lambda", "get_function", {"FunctionName": "{value}"}, "Configuration.FunctionName"
    )


CONFIGURATION = names(
    "description environment handler kmsKeyArn layers loggingConfig memorySize role runtime timeout tracingConfig "
    "vpcConfig deadLetterConfig ephemeralStorage"
)

TYPES = [
    ResourceType(
        token="aws:lambda/function:Function",
        service="lambda",
        handler=Function,
        create=Call(operation="create_function", sends=Send.ALL, args={"Code": "{Code}"}),
        id="{name}",
        reads=[Read(operation="get_function", args={"FunctionName": "{id}"})],
        updates=[
            Update(
                on=CONFIGURATION,
                call=Call(
                    operation="update_function_configuration", sends=CONFIGURATION, args={"FunctionName": "{id}"}
                ),
            )
        ],
        delete=Call(operation="delete_function", args={"FunctionName": "{id}"}),
        names={"name": "FunctionName", "arn": "FunctionArn"},
        outputs={"invokeArn": "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"},
        auto_name=AutoName(limit=64),
        defaults={"memorySize": 128, "packageType": "Zip", "publish": False, "skipDestroy": False, "timeout": 3},
        local=["code", "publish", "skipDestroy", *SOURCES],
        handled=["sourceCodeHash", "Code"],
        replaces=["name", "packageType"],
        volatile=["lastModified", "codeSha256", "sourceCodeSize", "version"],
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"Resource": "{arn}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"Resource": "{arn}", "TagKeys": "{-tagsAll}"}),
        ),
        ready="Configuration.State=='Active' && Configuration.LastUpdateStatus!='InProgress'",
        failed="Configuration.State=='Failed' && Configuration.StateReason",
        rules=[
            Matches("name", r"[A-Za-z0-9_-]{1,64}", "1 to 64 of letters, digits, _ and -"),
            ExactlyOne(("code", "s3Bucket", "imageUri")),
            Between("timeout", 1, 900),
            Says("code", readable),
            Between("memorySize", 128, 10240),
            OneOf("packageType", ("Zip",)),
            Needed("runtime"),
            Needed("handler"),
            Exists("role", "a role", "iam", "get_role", {"RoleName": "{name}"}, "Role.RoleName"),
        ],
    ),
    ResourceType(
        token="aws:lambda/permission:Permission",
        service="lambda",
        handler=Permission,
        create=Call(operation="add_permission", sends=Send.ALL),
        id="{statementId}",
        state_id="{statementId}",
        import_id="(?P<function>[^/]+)/(?P<statementId>.+)",
        reads=[Read(operation="get_policy", args={"FunctionName": "{function}"})],
        delete=Call(operation="remove_permission", args={"FunctionName": "{function}", "StatementId": "{statementId}"}),
        names={"function": "FunctionName"},
        auto_name=AutoName(name="statementId", limit=100),
        local=["function", "statementId", "action", "principal", "sourceArn", "sourceAccount"],
        replaces=names(
            "action function principal statementId sourceArn sourceAccount qualifier eventSourceToken "
            "functionUrlAuthType principalOrgId"
        ),
        rules=[
            function("function"),
            Matches("action", r"lambda:[A-Za-z*]+|\*", "an action such as lambda:InvokeFunction"),
        ],
    ),
    ResourceType(
        token="aws:lambda/invocation:Invocation",
        service="lambda",
        handler=Invocation,
        create=Call(operation="invoke"),
        id="",
        reads=[Read(operation="get_function", args={"FunctionName": "{functionName}"})],
        delete=None,
        defaults={"lifecycleScope": "CREATE_ONLY", "qualifier": "$LATEST", "terraformKey": "tf"},
        local=["terraformKey", "triggers", "lifecycleScope", "input", "functionName", "qualifier", "result"],
        replaces=["functionName", "input", "qualifier", "triggers"],
        rules=[function("functionName"), Says("input", is_json), OneOf("lifecycleScope", ("CREATE_ONLY",))],
    ),
]
