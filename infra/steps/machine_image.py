"""Whether an instance type can start an AMI. EC2 itself says so to nobody: the stack would wait for instances."""

from typing import TYPE_CHECKING

from infra.pure.amis import newest
from infra.steps.common import aws_client

if TYPE_CHECKING:
    from types_boto3_ec2.client import EC2Client


def misfit(region: str, ami_id: str, instance_type: str, architecture: str) -> str | None:
    """What is wrong with the AMI, in words; None where the type can start it."""
    ec2: EC2Client = aws_client("ec2", region)
    # By a filter: an id that is unknown is no error then.
    found = ec2.describe_images(Filters=[{"Name": "image-id", "Values": [ami_id]}], IncludeDeprecated=True)["Images"]
    if found and found[0]["Architecture"] == architecture:
        return None
    got = f"of {found[0]['Architecture']}" if found else f"not to be had by this account in {region}"
    name = f"{newest(architecture)}/image_id"
    command = f"aws ssm get-parameter --region {region} --name {name} --query Parameter.Value --output text"
    return (
        f"cluster.amiId: must be an image for {architecture}, as {instance_type} is, got {ami_id}, which is {got};"
        f" `{command}` tells the newest"
    )
