"""An image of the project: where it is kept, and that it is there."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from infra.config.load import end_program
from infra.pure import policies
from infra.pure.build_context import DOCKERFILE, ContextError
from infra.pure.image_tag import USUAL_PLATFORM, image_tag
from infra.pure.paths import image_folder
from infra.pure.recipe import Recipe
from infra.pure.tags import component_tag
from infra.steps.image_build import ImageBuild

KEPT_IMAGES = 20  # versions that a rollback can return to


@dataclass(frozen=True, kw_only=True)
class ImageArgs:
    """`context`: a folder below the project's root with a `.dockerignore`; `dockerfile`: a path in it.

    `version`: a tag that is in ECR since it was deployed before, in place of the folder's content.
    """

    context: str
    dockerfile: str
    build_args: Mapping[str, str]
    version: str | None
    platform: str
    region: str
    recipe: Recipe


class BuiltImage(Resource, module="infra", name="ImageBuild"):
    uri: pulumi.Output[str]


class Image(pulumi.ComponentResource):
    """A repository in ECR that holds the image of the folder's present content, built only when ECR lacks it.

    With `version` it is that of a version that ECR keeps, and nothing is built.

    Tags are hashes of the content and cannot be overwritten. A month: 0.10 USD a GB.
    """

    uri: pulumi.Output[str]
    repository: pulumi.Output[str]
    repository_arn: pulumi.Output[str]
    tag: str
    platform: Mapping[str, str]  # as inputs of a step; empty for the usual one

    def __init__(self, name: str, args: ImageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Image", name, None, opts)
        child = ResourceOptions(parent=self)
        tags = component_tag(name)

        try:
            folder = image_folder(args.context)
            self.tag = args.version or image_tag(folder, args.build_args, args.platform, args.dockerfile)
        except ContextError as error:
            end_program(str(error))
        self.platform = {"platform": args.platform} if args.platform != USUAL_PLATFORM else {}
        repository = aws.ecr.Repository(
            f"{name}-repository",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="AES256")],
            force_delete=not args.recipe.locked,
            tags=tags,
            opts=child,
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=pulumi.Output.json_dumps(policies.keep_images(KEPT_IMAGES, self.tag)),
            opts=child,
        )
        built = BuiltImage(
            ImageBuild(),
            f"{name}-build",
            {
                "region": args.region,
                "repository": repository.name,
                "repositoryUrl": repository.repository_url,
                "context": args.context,
                **({"dockerfile": args.dockerfile} if args.dockerfile != DOCKERFILE else {}),
                **({"buildArgs": dict(args.build_args)} if args.build_args else {}),
                **self.platform,
                "tag": self.tag,
                **({"kept": True} if args.version else {}),
                "uri": None,
            },
            child,
        )
        self.uri = built.uri
        self.repository, self.repository_arn = repository.name, repository.arn
        self.register_outputs({"uri": self.uri, "tag": self.tag})
