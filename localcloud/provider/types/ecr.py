"""ECR: repositories of images and their life-cycle policies."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, TagStyle, Update
from localcloud.provider.definition.rules import Document, Exists, Matches

TYPES = [
    ResourceType(
        token="aws:ecr/repository:Repository",
        holds_data=True,
        service="ecr",
        create=Call(operation="create_repository", sends=Send.ALL),
        id="{name}",
        reads=[Read(operation="describe_repositories", args={"repositoryNames": ["{id}"]}, item="repositories[0]")],
        updates=[
            Update(
                on=["imageTagMutability"],
                call=Call(
                    operation="put_image_tag_mutability",
                    sends=["imageTagMutability"],
                    args={"repositoryName": "{id}"},
                ),
            ),
            Update(
                on=["imageScanningConfiguration"],
                call=Call(
                    operation="put_image_scanning_configuration",
                    sends=["imageScanningConfiguration"],
                    args={"repositoryName": "{id}"},
                ),
            ),
        ],
        delete=Call(operation="delete_repository", args={"repositoryName": "{id}", "force": "{forceDelete}"}),
        names={
            "name": "repositoryName",
            "arn": "repositoryArn",
            "repositoryUrl": "repositoryUri",
            "encryptionConfigurations": "encryptionConfiguration",
        },
        auto_name=AutoName(limit=256, lower=True),
        defaults={"imageTagMutability": "MUTABLE", "forceDelete": False},
        local=["forceDelete"],
        replaces=["name", "encryptionConfigurations"],
        tags=TagStyle(
            create="tags",
            add=Call(operation="tag_resource", args={"resourceArn": "{arn}", "tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"resourceArn": "{arn}", "tagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args={"resourceArn": "{repositoryArn}"}),
        ),
        rules=[
            Matches(
                "name",
                r"(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*",
                "2 to 256 of lower-case letters, digits and single . _ - / between them",
            )
        ],
    ),
    ResourceType(
        token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        service="ecr",
        create=Call(operation="put_lifecycle_policy", sends=Send.ALL),
        id="{repository}",
        reads=[Read(operation="get_lifecycle_policy", args={"repositoryName": "{id}"})],
        updates=[Update(on=["policy"], call=Call(operation="put_lifecycle_policy", sends=Send.ALL))],
        delete=Call(operation="delete_lifecycle_policy", args={"repositoryName": "{id}"}),
        names={"repository": "repositoryName", "policy": "lifecyclePolicyText"},
        documents=["policy"],
        replaces=["repository"],
        rules=[
            Document("policy", policy=False),
            Exists(
                "repository",
                "a repository",
                "ecr",
                "describe_repositories",
                {"repositoryNames": ["{value}"]},
                "repositories[0].repositoryName",
            ),
        ],
    ),
]
