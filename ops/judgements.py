"""What is wrong in what AWS answers, each with what to do: plain data in, words out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

WORLD = {"0.0.0.0/0", "::/0"}
SUPPORT = timedelta(days=180)  # a major version is planned for
AMI = timedelta(days=60)  # AWS brings out a new one about every two weeks
CERTIFICATE = timedelta(days=30)  # ACM renews 60 days before the end: by then something is in its way
IMAGES_GIB = 10
GIB = 1024**3
CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def open_groups(groups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for group in groups:
        for rule in group.get("IpPermissions", []):
            sources = {one["CidrIp"] for one in rule.get("IpRanges", [])}
            sources |= {one["CidrIpv6"] for one in rule.get("Ipv6Ranges", [])}
            if sources & WORLD:
                yield (
                    f"the security group {group['GroupId']} lets the whole internet in at port"
                    f" {rule.get('FromPort', 'any')}; no rule of the stack does: take it out (`aws ec2"
                    " revoke-security-group-ingress`)"
                )


def public_database(instance: Mapping[str, Any]) -> Iterator[str]:
    if instance.get("PubliclyAccessible"):
        name = instance["DBInstanceIdentifier"]
        yield (
            f"{name} has a public address; `aws rds modify-db-instance --db-instance-identifier {name}"
            " --no-publicly-accessible --apply-immediately` takes it away"
        )


def open_bucket(name: str, block: Mapping[str, Any]) -> Iterator[str]:
    if missing := [key for key in CLOSED if not block.get(key)]:
        yield f"the bucket {name} may be made public ({', '.join(missing)} is off); `pulumi refresh` and `up` close it"


def old_engine(version: str, lifecycles: Sequence[Mapping[str, Any]], today: datetime) -> Iterator[str]:
    """After the end of standard support RDS charges more by the hour than a small database costs."""
    ends = [one["LifecycleSupportEndDate"] for one in lifecycles if "standard" in one["LifecycleSupportName"]]
    if ends and ends[0] - today < SUPPORT:
        yield (
            f"RDS's standard support of PostgreSQL {version} ends on {ends[0]:%Y-%m-%d}, and extended support costs"
            " more; `make upgrade-database` lists the next ones"
        )


def old_ami(made: datetime | None, newest: str, option: str, today: datetime) -> Iterator[str]:
    """`made`: when the AMI that runs was, where there is a newer one; None where AWS has withdrawn it."""
    if made is None or today - made > AMI:
        age = f"is {(today - made).days} days old" if made else "was withdrawn by AWS: no new instance starts from it"
        yield f"the instances' AMI {age}, the newest is {newest}; `make upgrade-hosts{option}` renews them"


def certificate(told: Mapping[str, Any], today: datetime) -> Iterator[str]:
    if told["Status"] != "ISSUED":
        yield (
            f"the certificate of {told['DomainName']} is {told['Status']}; `pulumi up` makes it again, once DNS has its"
            " records"
        )
    elif told["NotAfter"] - today < CERTIFICATE:
        state = told.get("RenewalSummary", {}).get("RenewalStatus", "not begun")
        yield (
            f"the certificate of {told['DomainName']} ends on {told['NotAfter']:%Y-%m-%d}, its renewal is {state}: ACM"
            " needs the record in DNS with which it was issued"
        )


def sandbox(account: Mapping[str, Any], option: str) -> Iterator[str]:
    if not account["ProductionAccessEnabled"]:
        yield (
            f"SES writes to confirmed addresses alone; `pulumi stack output mail_status{option}` has the command that"
            " asks for more"
        )


def vcpus(quota: float, needed: float, of: str, *, service: str, code: str) -> Iterator[str]:
    """`of`: what may come to so many."""
    if needed > quota:
        yield (
            f"the account may run {quota:.0f} vCPUs of this kind, and {of} may come to {needed:g}; ask for more:"
            f" `aws service-quotas request-service-quota-increase --service-code {service} --quota-code {code}"
            f" --desired-value {needed:g}`"
        )


def many_images(repository: str, images: Sequence[Mapping[str, Any]], version: str) -> Iterator[str]:
    unused = [one for one in images if version not in one.get("imageTags", [])]
    size = sum(one.get("imageSizeInBytes", 0) for one in unused) / GIB
    if size > IMAGES_GIB:
        yield (
            f"{len(unused)} images in {repository} that do not run take {size:.0f} GiB ({size * 0.1:.2f} USD a month);"
            " `aws ecr batch-delete-image` deletes those that nobody goes back to"
        )
