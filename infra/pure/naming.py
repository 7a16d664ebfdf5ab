"""Physical names, for the few resources that a person or a URL needs to find; Pulumi names all others.

Projects and stacks have names of 1 to 100 letters, digits, dots, hyphens and underscores: all of them work, and two
stacks of a project never get the same name.
"""

import hashlib
import re

DIGEST = 8
# What the `group` of a job's tasks begins with. ECS itself has `service:` and `family:`.
JOB_GROUP = "job:"
FAMILY_LIMIT = 255  # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
IMAGE_LIMIT = 40  # names of repositories have far more room; what Pulumi and the component add is short


def unique_name(*parts: str, limit: int) -> str:
    """The parts with hyphens between them, in letters, digits and hyphens.

    Where that would change a part or need more than `limit` characters, it ends with a digest of the parts instead of
    what was lost, so that two names are never made equal.
    """
    plain = "-".join(parts)
    if re.fullmatch(r"[a-z0-9-]+", plain) and len(plain) <= limit:
        return plain
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:DIGEST]
    readable = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[: limit - DIGEST - 1]
    return f"{readable}-{digest}".lstrip("-")


def log_group_name(project: str, stack: str, component: str) -> str:
    """`/<project>/<stack>/<component>`: what a person types to read logs. CloudWatch takes every character of it."""
    return f"/{project}/{stack}/{component}"


def family_name(project: str, stack: str, service: str) -> str:
    """Of a service's task definitions."""
    return unique_name(project, stack, service, limit=FAMILY_LIMIT)


def job_log_name(project: str, stack: str) -> str:
    """Of the group with what jobs' runs came to. EventBridge writes to groups below `/aws/events/`."""
    return f"/aws/events/{project}/{stack}/jobs"


def crash_log_name(project: str, stack: str) -> str:
    """Of the group with the last words of tasks that ended by themselves."""
    return f"/aws/events/{project}/{stack}/crashes"


def secret_prefix(project: str, stack: str) -> str:
    """What the names of a stack's stored secrets begin with. Secrets Manager takes every character of it."""
    return f"{project}/{stack}/"


def image_name(*parts: str) -> str:
    """Of the image that is built from a folder of the project, or from a Dockerfile in one: `backend-image`."""
    return unique_name(*parts, "image", limit=IMAGE_LIMIT)


def identity_path(project: str, stack: str) -> str:
    """Of a stack's roles and users in IAM: who deploys one stack may be allowed these and no others."""
    return f"/{project}/{stack}/"


def queue_variable(queue: str) -> str:
    """The variable that tells a service the queue's URL: `QUEUE_WORK_URL`."""
    return f"QUEUE_{queue.upper().replace('-', '_')}_URL"
