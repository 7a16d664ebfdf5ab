"""DynamoDB: tables."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle, Update, names
from localcloud.provider.definition.rules import Case, Matches, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

CREATED = names(
    "attributes billingMode deletionProtectionEnabled globalSecondaryIndexes localSecondaryIndexes name tableClass"
)
CHANGED = names("billingMode deletionProtectionEnabled tableClass")
INDEXES = ("globalSecondaryIndexes", "localSecondaryIndexes")


def keys(hash_key: str | None, range_key: str | None) -> list[Props]:
    pairs = ((hash_key, "HASH"), (range_key, "RANGE"))
    return [{"AttributeName": name, "KeyType": kind} for name, kind in pairs if name]


def key_of(row: Props, kind: str) -> str | None:
    return next((part["AttributeName"] for part in row.get("KeySchema", ()) if part["KeyType"] == kind), None)


class Table(Handler):
    """The API has keys as a list, and capacities, streams and times to live in structures of their own."""

    def outgoing(self, values: Props) -> Props:
        table = (values.get("hashKey"), values.get("rangeKey"))
        capacity = {"ReadCapacityUnits": values.get("readCapacity"), "WriteCapacityUnits": values.get("writeCapacity")}
        stream = {"StreamEnabled": True, "StreamViewType": values.get("streamViewType")}
        ttl = values.get("ttl") or {}
        return {
            **{name: value for name, value in values.items() if name not in INDEXES},
            **{name: [self.index(row, table[0]) for row in values[name]] for name in INDEXES if values.get(name)},
            "keySchema": keys(*table),
            "throughput": capacity if None not in capacity.values() else None,
            "stream": stream if values.get("streamEnabled") else None,
            "timeToLive": {"AttributeName": ttl.get("attributeName"), "Enabled": bool(ttl.get("enabled"))}
            if ttl
            else None,
            "recovers": bool((values.get("pointInTimeRecovery") or {}).get("enabled")),
        }

    def index(self, row: Props, hash_key: str | None) -> Props:
        """A local index has the table's hash key."""
        found = {
            "indexName": row["name"],
            "keySchema": keys(row.get("hashKey", hash_key), row.get("rangeKey")),
            "projection": {"projectionType": row["projectionType"], "nonKeyAttributes": row.get("nonKeyAttributes")},
        }
        if row.get("readCapacity"):
            capacity = {"readCapacityUnits": row["readCapacity"], "writeCapacityUnits": row.get("writeCapacity")}
            found["provisionedThroughput"] = capacity
        return found

    def incoming(self, item: Props) -> Props:
        table, ttl = item["Table"], item.get("ttl") or {}
        stream, capacity = table.get("StreamSpecification") or {}, table.get("ProvisionedThroughput") or {}
        return {
            **{name: table.get(name) for name in ("TableName", "AttributeDefinitions", "DeletionProtectionEnabled")},
            "arn": table["TableArn"],
            "hashKey": key_of(table, "HASH"),
            "rangeKey": key_of(table, "RANGE"),
            "billingMode": (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"),
            "readCapacity": capacity.get("ReadCapacityUnits") or None,
            "writeCapacity": capacity.get("WriteCapacityUnits") or None,
            "streamEnabled": stream.get("StreamEnabled", False),
            "streamViewType": stream.get("StreamViewType"),
            "streamArn": table.get("LatestStreamArn"),
            "streamLabel": table.get("LatestStreamLabel"),
            "tableClass": (table.get("TableClassSummary") or {}).get("TableClass", "STANDARD"),
            "ttl": {"attributeName": ttl.get("AttributeName"), "enabled": True}
            if str(ttl.get("TimeToLiveStatus")) in ("ENABLED", "ENABLING")
            else None,
            "pointInTimeRecovery": {"enabled": True} if item.get("recovery") == "ENABLED" else None,
            "globalSecondaryIndexes": [found_index(row) for row in table.get("GlobalSecondaryIndexes") or ()],
            "localSecondaryIndexes": [found_index(row) for row in table.get("LocalSecondaryIndexes") or ()],
            "tags": item.get("tags"),
        }


def found_index(row: Props) -> Props:
    capacity = row.get("ProvisionedThroughput") or {}
    return {
        "name": row["IndexName"],
        "hashKey": key_of(row, "HASH"),
        "rangeKey": key_of(row, "RANGE"),
        "projectionType": row["Projection"]["ProjectionType"],
        "nonKeyAttributes": row["Projection"].get("NonKeyAttributes"),
        "readCapacity": capacity.get("ReadCapacityUnits") or None,
        "writeCapacity": capacity.get("WriteCapacityUnits") or None,
    }


def only_keys(case: Case, attributes: list[Props]) -> str:
    """DynamoDB wants the attributes that keys are made of, each once, and no others."""
    rows = [case.inputs, *(row for name in INDEXES for row in case.inputs.get(name, ()))]
    used = {row[key] for row in rows for key in ("hashKey", "rangeKey") if row.get(key)}
    named = [row.get("name") for row in attributes]
    if sorted(map(str, named)) == sorted(used):
        return ""
    return f"must be those of the keys, {', '.join(sorted(used))}, got {', '.join(map(str, named))}"


def capacities(case: Case, mode: str) -> str:
    given = {"readCapacity", "writeCapacity"} & case.given
    if mode == "PROVISIONED" and len(given) < 2:
        return "PROVISIONED needs readCapacity and writeCapacity; or write PAY_PER_REQUEST"
    return "PAY_PER_REQUEST goes without readCapacity and writeCapacity" if mode != "PROVISIONED" and given else ""


TYPES = [
    ResourceType(
        token="aws:dynamodb/table:Table",
        service="dynamodb",
        handler=Table,
        holds_data=True,
        create=Call(
            operation="create_table",
            sends=CREATED,
            args={
                "KeySchema": "{keySchema}",
                "ProvisionedThroughput": "{throughput}",
                "StreamSpecification": "{stream}",
            },
        ),
        id="{name}",
        state_id="{name}",
        reads=[
            Read(operation="describe_table", args={"TableName": "{id}"}, item="{Table: Table}"),
            Read(operation="describe_time_to_live", args={"TableName": "{id}"}, item="{ttl: TimeToLiveDescription}"),
            Read(
                operation="describe_continuous_backups",
                args={"TableName": "{id}"},
                item="ContinuousBackupsDescription.PointInTimeRecoveryDescription"
                ".{recovery: PointInTimeRecoveryStatus}",
            ),
        ],
        updates=[
            Update(
                on=[*CHANGED, "readCapacity", "writeCapacity"],
                call=Call(
                    operation="update_table",
                    sends=CHANGED,
                    args={"TableName": "{id}", "ProvisionedThroughput": "{throughput}"},
                ),
            ),
            Update(
                on=["ttl"],
                settles=True,
                call=Call(
                    operation="update_time_to_live",
                    args={"TableName": "{id}", "TimeToLiveSpecification": "{timeToLive}"},
                ),
                when=lambda values: bool(values.get("ttl")),
            ),
            Update(
                on=["pointInTimeRecovery"],
                settles=True,
                call=Call(
                    operation="update_continuous_backups",
                    args={
                        "TableName": "{id}",
                        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "{recovers}"},
                    },
                ),
            ),
        ],
        delete=Call(operation="delete_table", args={"TableName": "{id}"}),
        names={
            "name": "TableName",
            "attributes": "AttributeDefinitions",
            "attributes.name": "AttributeName",
            "attributes.type": "AttributeType",
        },
        auto_name=AutoName(limit=255),
        defaults={"billingMode": "PROVISIONED", "streamEnabled": False, "tableClass": "STANDARD"},
        handled=names("hashKey rangeKey readCapacity writeCapacity streamEnabled streamViewType"),
        replaces=names(
            "name hashKey rangeKey attributes globalSecondaryIndexes localSecondaryIndexes streamEnabled streamViewType"
        ),
        ready="Table.TableStatus=='ACTIVE'",
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"ResourceArn": "{arn}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"ResourceArn": "{arn}", "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_of_resource", args={"ResourceArn": "{Table.TableArn}"}, item="{tags: Tags}"),
        ),
        rules=[
            Matches("name", r"[A-Za-z0-9_.-]{3,255}", "3 to 255 of letters, digits and _ . -"),
            OneOf("billingMode", ("PROVISIONED", "PAY_PER_REQUEST")),
            Says("billingMode", capacities),
            Says("attributes", only_keys),
        ],
    ),
]
