"""The parameters in which AWS tells the newest AMI for ECS; no machine is started from it here."""

import json

from ministack.services import ssm

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
FAMILY = "/aws/service/ecs/optimized-ami/amazon-linux-2023/{}recommended"
AMIS = {
    "": ("ami-05fb4f257abd42992", "al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-x86_64"),
    "arm64/": ("ami-0a1f2c3d4e5b60718", "al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-arm64"),
}


def tell_newest() -> None:
    for kind, (ami, name) in AMIS.items():
        parameter = FAMILY.format(kind)
        whole = json.dumps({"image_id": ami, "image_name": name, "os": "Amazon Linux 2023", "schema_version": 1})
        ssm._PUBLIC_AMI_PARAMETERS.update({parameter: whole, f"{parameter}/image_id": ami})
