"""The owner's domain: its zone, and the certificate for the site's names."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import Resource

from infra.components.cdn import SiteNames
from infra.components.certificate import Certificate, CertificateArgs
from infra.config.front_door import DomainConfig
from infra.pure.domains import Record, host_of
from infra.pure.tags import component_tag
from infra.stack.setting import Setting
from infra.steps.preflight import DomainCheck


def zone(s: Setting) -> Input[str] | None:
    """The zone with the site's records: the one that is there, or one that the stack makes. None without one."""
    domain = s.config.domain
    if domain is None or domain.zone != "made":
        return s.found.zone.id if s.found.zone else None
    made = aws.route53.Zone(
        "domain-zone",
        name=domain.name,
        comment=f"The site of {s.tags.project} {s.tags.stack}",
        tags=component_tag("domain"),
        # Another zone of the name would have other name servers, which its owner had to set again.
        opts=ResourceOptions.merge(s.opts, ResourceOptions(retain_on_delete=s.recipe.keeps_data)),
    )
    made.name_servers.apply(lambda servers: told(domain.name, servers))
    return made.zone_id


def told(name: str, servers: Sequence[str]) -> None:
    """At once: the certificate waits until the world finds the zone."""
    if not pulumi.runtime.is_dry_run():
        pulumi.log.info(f"domain: where {name} is registered, its name servers must be {', '.join(servers)}")


@dataclass(frozen=True, kw_only=True)
class OwnNames:
    """`served`: what CloudFront answers at; None while there is no certificate for it.

    `records`: what a domain needs whose DNS is elsewhere, beside those that lead to CloudFront; None where the stack
    makes them.
    """

    served: SiteNames | None
    records: Output[list[Record]] | None


def own_names(s: Setting, zone_id: Input[str] | None) -> OwnNames | None:
    """The site's names with their certificate."""
    domain = s.config.domain
    if domain is None:
        return None
    checks = [check(s, domain, zone_id)] if domain.zone == "made" and zone_id is not None else []
    args = CertificateArgs(names=s.config.names, zone_id=zone_id, after=checks)
    certificate = Certificate("certificate", args, s.opts)
    served = SiteNames(
        names=domain.site_names,
        api=domain.api_name,
        certificate_arn=certificate.arn,
        zone_id=zone_id,
        unknown=s.found.missing,
    )
    if zone_id is not None:
        return OwnNames(served=served, records=None)
    return OwnNames(served=served if s.found.is_issued else None, records=certificate.records)


class Checked(Resource, module="infra", name="DomainCheck"):
    pass


def check(s: Setting, domain: DomainConfig, zone_id: Input[str]) -> Checked:
    """There when nothing is in the way of a certificate for names in a zone that the stack makes."""
    inputs = {
        "names": s.config.names,
        "zone": domain.name,
        "zoneId": zone_id,
        "region": s.config.region,
        "tags": s.tags.defaults,
    }
    return Checked(DomainCheck(), "domain-check", inputs, s.opts)


def leading(names: Sequence[str], distribution: str) -> list[Record]:
    """What leads to the distribution, where the DNS is elsewhere."""
    return [Record(key=name, name=name, type="CNAME", value=host_of(distribution)) for name in names]


def missing(s: Setting, record: Record) -> bool:
    """Names that lead somewhere are known; the rest is for ACM, which says itself whether it has seen all."""
    is_name = record.name in s.config.names
    return record.name in s.found.missing if is_name else not s.found.is_issued


def ask_for(subject: str, records: Output[list[Record]]) -> None:
    """Say in an `up` what somebody has to set."""

    def told(known: Sequence[Record]) -> None:
        if known and not pulumi.runtime.is_dry_run():
            lines = "".join(f"\n  {record}" for record in known)
            pulumi.log.warn(f"{subject}: set these records where its DNS is, then run `pulumi up` again:{lines}")

    records.apply(told)
