"""Looks for what `status` does not see: what will be wrong one day, or is open, out of support or left over."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.config.load import ConfigError
from infra.pure.capacity import instance_types
from infra.pure.tags import Tags
from ops import amis, judgements, trouble
from ops.errors import OperationError
from ops.lookup import database_instance
from ops.snapshots import left_over
from ops.target import Target

EDGE_REGION = "us-east-1"  # of CloudFront's certificates
# Running On-Demand Standard instances, and Fargate On-Demand vCPU resource count.
# https://docs.aws.amazon.com/general/latest/gr/ecs-service.html
VCPUS, FARGATE_VCPUS = ("ec2", "L-1216C47A"), ("fargate", "L-3032A538")


def account(target: Target) -> Iterator[str]:
    if stranger := trouble.of_other_account(target):
        yield stranger


def exposure(target: Target) -> Iterator[str]:
    tags = [
        {"Name": f"tag:{key}", "Values": [value]}
        for key, value in (("project", target.project), ("stack", target.name))
    ]
    pages = target.client("ec2").get_paginator("describe_security_groups").paginate(Filters=tags)
    yield from judgements.open_groups([group for page in pages for group in page["SecurityGroups"]])
    if instance := database_instance(target, target.outputs.get("database", "")):
        yield from judgements.public_database(instance)
    if bucket := target.outputs.get("bucket"):
        yield from judgements.open_bucket(bucket, public_access(target, bucket))


def public_access(target: Target, bucket: str) -> dict[str, Any]:
    try:
        told = target.client("s3").get_public_access_block(Bucket=bucket)
    except ClientError as error:
        if trouble.code_of(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        return {}
    found: dict[str, Any] = told["PublicAccessBlockConfiguration"]
    return found


def database(target: Target) -> Iterator[str]:
    for name in left_over(target):
        yield f"{name} is from before a restore, and is paid for; `make restore DROP={name}{target.option}` deletes it"
    instance = database_instance(target, target.outputs.get("database", ""))
    if instance and target.place is None:
        major = instance["EngineVersion"].partition(".")[0]
        rds = target.client("rds")
        told = rds.describe_db_major_engine_versions(Engine="postgres", MajorEngineVersion=major)[
            "DBMajorEngineVersions"
        ]
        lifecycles = [one for version in told for one in version.get("SupportedEngineLifecycles", [])]
        yield from judgements.old_engine(major, lifecycles, datetime.now(UTC))


def hosts(target: Target) -> Iterator[str]:
    """The laptop starts no instance, and a stack on Fargate has none."""
    if target.on_fargate:
        return
    present, newest = target.config["cluster"].get("amiId"), amis.newest_ami(target)
    if target.place is None and present != newest.id:
        made = amis.made(target, [present]).get(present)
        yield from judgements.old_ami(made, newest.name, target.option, datetime.now(UTC))


def domain(target: Target) -> Iterator[str]:
    """What `up` looks at before it begins: name servers, DNSSEC, CAA, and where the names lead."""
    if target.config.get("domain"):
        from infra.planning.stack import planned  # here: all of them take a second
        from infra.steps import common, preflight, zones

        if target.place:
            os.environ.update(target.place.pulumi_environment)  # where the steps find AWS and the DNS
        try:
            config = planned(target.name)
            settings = config.domain
            if settings is None:
                return
            zone = None if settings.zone == "none" else zones.holding(config.region, settings.name)
        except (ConfigError, common.StepError) as error:
            yield str(error)
            return
        tags = Tags(project=target.project, stack=target.name).defaults
        seen = preflight.look(preflight.site_in(zone, "domain", names=config.names, region=config.region, tags=tags))
        yield from (text.removeprefix("domain: ") for text in seen.problems)
        yield from (f"{name} leads nowhere; `{target.up}` makes its record or tells it" for name in seen.missing)
        yield from (f"could not be looked at: {text}" for text in seen.unknown)


def certificate(target: Target) -> Iterator[str]:
    told = target.client("cloudfront").get_distribution(Id=target.outputs["distribution"])["Distribution"]
    arn = told["DistributionConfig"].get("ViewerCertificate", {}).get("ACMCertificateArn")
    if arn:
        found = target.client("acm", EDGE_REGION).describe_certificate(CertificateArn=arn)["Certificate"]
        yield from judgements.certificate(found, datetime.now(UTC))


def images(target: Target) -> Iterator[str]:
    seen = {one["repository"]: one["version"] for one in target.outputs["services"].values() if "repository" in one}
    for repository, version in seen.items():
        pages = target.client("ecr").get_paginator("describe_images").paginate(repositoryName=repository)
        yield from judgements.many_images(repository, [one for page in pages for one in page["imageDetails"]], version)


def mail(target: Target) -> Iterator[str]:
    """The laptop's mailbox takes mail for everybody."""
    if target.place is None and "mail_address" in target.outputs:
        yield from judgements.sandbox(target.client("sesv2").get_account(), f" --stack {target.name}")


def quotas(target: Target) -> Iterator[str]:
    """The laptop has none."""
    if target.place is not None:
        return
    from infra.planning.stack import planned  # here: it takes a second

    try:
        config = planned(target.name)
    except ConfigError as error:
        yield str(error)
        return
    cluster = config.cluster
    service, code = FARGATE_VCPUS if cluster.on_fargate else VCPUS
    told = target.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"]
    if cluster.on_fargate:
        of, needed = "all tasks, which a deployment doubles,", 2 * config.fargate_vcpus
    else:
        of, needed = "cluster.maxInstances", instance_types()[cluster.instance_type].vcpus * cluster.max_instances
    yield from judgements.vcpus(told, needed, of, service=service, code=code)


def drift(target: Target) -> Iterator[str]:
    """Minutes on AWS: everything is asked for."""
    try:
        target.pulumi("preview", "--refresh", "--expect-no-changes", "--non-interactive", "--suppress-progress")
    except OperationError as error:
        if "no changes were expected" not in str(error):
            raise
        yield f"the stack is not as the program says; `pulumi preview --refresh --diff -s {target.name}` shows where"


CHECKS: tuple[Callable[[Target], Iterator[str]], ...] = (
    account, exposure, database, hosts, domain, certificate, images, mail, quotas,
)  # fmt: skip


def doctor(target: Target, *, with_drift: bool) -> list[str]:
    """What was found, a line each."""
    checks = (*CHECKS, drift) if with_drift else CHECKS
    return [f"{check.__name__}: {problem}" for check in checks for problem in found(check, target)]


def found(check: Callable[[Target], Iterator[str]], target: Target) -> list[str]:
    """A check that may not ask says so, and the others go on."""
    try:
        return list(check(target))
    except ClientError as error:
        if trouble.code_of(error) not in trouble.REFUSED:
            raise
        return [f"could not be looked at: {trouble.in_words(error, None)}"]
