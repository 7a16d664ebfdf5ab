"""The newest AMIs for ECS, and the parameters in which AWS tells them; no machine is started from one here."""

import json

from ministack.services import ec2, ssm

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
FAMILY = "/aws/service/ecs/optimized-ami/amazon-linux-2023/{}recommended"
OWNER = "591542846629"
AMIS = {
    "x86_64": ("ami-05fb4f257abd42992", "al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-x86_64"),
    "arm64": ("ami-0a1f2c3d4e5b60718", "al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-arm64"),
}


def tell_newest() -> None:
    view = ec2._stub_image_view
    of = {ami: architecture for architecture, (ami, _) in AMIS.items()}
    ec2._stub_image_view = lambda *stub: {**view(*stub), "Architecture": of.get(stub[0], "x86_64")}
    for architecture, (ami, name) in AMIS.items():
        parameter = FAMILY.format("arm64/" if architecture == "arm64" else "")
        whole = json.dumps({"image_id": ami, "image_name": name, "os": "Amazon Linux 2023", "schema_version": 1})
        ec2._STUB_AMIS.append((ami, name, "Amazon Linux 2023 for ECS", "", "/dev/xvda", OWNER, "amazon"))
        ssm._PUBLIC_AMI_PARAMETERS.update({parameter: whole, f"{parameter}/image_id": ami})
