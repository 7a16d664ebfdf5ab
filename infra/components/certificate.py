"""The certificate for the site's names, which shows by records in their zone that they are the owner's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import CustomTimeouts, Output, ResourceOptions

from infra.pure.domains import Record
from infra.pure.tags import component_tag

# CloudFront takes certificates from there alone, wherever the stack is.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
REGION = "us-east-1"
TTL_SECONDS = 300
# ACM needs minutes. Where the world asks another zone, no wait is long enough; the provider's is 75 minutes.
PATIENCE = "20m"


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """`names`: of the site, its own first.

    `zone_id`: of the zone that has them all; None where others set the records, and nobody waits for them.
    `after`: what must be there before ACM is asked.
    """

    names: Sequence[str]
    zone_id: pulumi.Input[str] | None
    after: Sequence[pulumi.Resource] = ()


class Certificate(pulumi.ComponentResource):
    """A certificate for all names of the site. ACM renews it while it is in use and the records are there.

    Other names make another certificate, which takes the former one's place before that goes. A month: free.
    """

    arn: Output[str]
    records: Output[list[Record]]

    def __init__(self, name: str, args: CertificateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Certificate", name, None, opts)
        self._child = ResourceOptions(parent=self)
        first, *others = args.names
        certificate = aws.acm.Certificate(
            f"{name}-of-names",
            domain_name=first,
            subject_alternative_names=others or None,
            validation_method="DNS",
            region=REGION,
            tags=component_tag(name),
            opts=self._child.merge(ResourceOptions(depends_on=args.after)),
        )
        self.records = certificate.domain_validation_options.apply(lambda options: wanted(options, args.names))
        # In the end known only when ACM has issued it: CloudFront refuses one that it has not.
        self.arn = (
            certificate.arn if args.zone_id is None else self._issued(name, args.names, args.zone_id, certificate)
        )
        self.register_outputs({})

    def _issued(
        self, name: str, names: Sequence[str], zone_id: pulumi.Input[str], certificate: aws.acm.Certificate
    ) -> Output[str]:
        records = [self._record(f"{name}-{one}", zone_id, self.records[at]) for at, one in enumerate(names)]
        return aws.acm.CertificateValidation(
            f"{name}-issued",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            region=REGION,
            # Every change of names replaces it, so it cannot be protected.
            opts=self._child.merge(ResourceOptions(protect=False, custom_timeouts=CustomTimeouts(create=PATIENCE))),
        ).certificate_arn

    def _record(self, name: str, zone_id: pulumi.Input[str], wanted: Output[Record]) -> aws.route53.Record:
        return aws.route53.Record(
            name,
            zone_id=zone_id,
            name=wanted.apply(lambda one: one.name),
            type=wanted.apply(lambda one: one.type),
            records=[wanted.apply(lambda one: one.value)],
            ttl=TTL_SECONDS,
            # ACM asks for the same record for a name again, whichever certificate it is for.
            allow_overwrite=True,
            opts=self._child,
        )


def wanted(options: Sequence[Any], names: Sequence[str]) -> list[Record]:
    """The record by which ACM sees that a name is the owner's, for each."""
    by_name = {option.domain_name: option for option in options}
    return [
        Record(
            key=name,
            name=by_name[name].resource_record_name,
            type=by_name[name].resource_record_type,
            value=by_name[name].resource_record_value,
        )
        for name in names
    ]
