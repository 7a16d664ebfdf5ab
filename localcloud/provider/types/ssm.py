"""Systems Manager: parameters."""

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send, TagStyle, Update, names
from localcloud.provider.definition.rules import Case, Matches, Needed, OneOf, Says

TAGGED = {"ResourceType": "Parameter", "ResourceId": "{id}"}
# Bytes that a parameter of the tier may have: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
TIERS = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}


def size(case: Case, value: str) -> str:
    tier = case.inputs.get("tier", "Standard")
    limit = TIERS.get(tier, 8192)
    length = len(value.encode())
    return "" if length <= limit else f"must have at most {limit} bytes in the tier {tier}, got {length}"


TYPES = [
    ResourceType(
        token="aws:ssm/parameter:Parameter",
        service="ssm",
        create=Call(operation="put_parameter", sends=Send.ALL),
        id="{name}",
        reads=[
            Read(
                operation="describe_parameters",
                args={"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": ["{id}"]}]},
                item="Parameters[?Name=='{id}'] | [0]",
            ),
            Read(operation="get_parameter", args={"Name": "{id}", "WithDecryption": True}, item="Parameter"),
        ],
        updates=[
            Update(
                on=names("value type description allowedPattern tier keyId dataType"),
                call=Call(
                    operation="put_parameter",
                    sends=names("value type description allowedPattern tier keyId dataType"),
                    args={"Name": "{id}", "Overwrite": True},
                ),
            )
        ],
        delete=Call(operation="delete_parameter", args={"Name": "{id}"}),
        names={"arn": "ARN"},
        volatile=["version"],
        replaces=["name", "dataType"],
        tags=TagStyle(
            create="Tags",
            add=Call(operation="add_tags_to_resource", args={**TAGGED, "Tags": "{+tagsAll}"}),
            remove=Call(operation="remove_tags_from_resource", args={**TAGGED, "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args=TAGGED, item="{tags: TagList}"),
        ),
        rules=[
            Needed("value"),
            # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
            Matches("name", r"(?i)(?!/?(aws|ssm))([a-z0-9_.-]+|(/[a-z0-9_.-]+){1,15})",
                    "letters, digits and _ . -, or a path of such parts that begins with /, not with aws or ssm"),
            OneOf("type", ("String", "StringList", "SecureString")),
            Says("value", size),
        ],
    ),
]  # fmt: skip
