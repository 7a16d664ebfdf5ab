"""The owner's domain: its zone, and the certificate for the site's names."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from infra.components.cdn import SiteNames
from infra.components.certificate import Certificate, CertificateArgs
from infra.pure.tags import component_tag
from infra.stack.setting import Setting


def zone(s: Setting) -> Input[str] | None:
    """The zone with the site's records: the one that is there, or one that the stack makes. None without a domain."""
    domain = s.config.domain
    if domain is None or s.zone is not None:
        return s.zone.id if s.zone else None
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


def own_names(s: Setting, zone_id: Input[str]) -> SiteNames | None:
    """The site's names with their certificate."""
    if s.config.domain is None:
        return None
    names = s.config.domain.site_names
    certificate = Certificate("certificate", CertificateArgs(names=names, zone_id=zone_id), s.opts)
    return SiteNames(names=names, certificate_arn=certificate.arn)
