"""Where AWS tells the newest AMI for ECS: a parameter of Systems Manager for each architecture.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
"""


def newest(architecture: str) -> str:
    """The name of the parameter, which is JSON; its `image_id` alone has the name with `/image_id` behind it."""
    kind = "arm64/" if architecture == "arm64" else ""
    return f"/aws/service/ecs/optimized-ami/amazon-linux-2023/{kind}recommended"
