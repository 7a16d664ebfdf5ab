"""The certificate for the site's names, which shows by records in their zone that they are the owner's."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import CustomTimeouts, Output, ResourceOptions

from infra.pure.tags import component_tag

# CloudFront takes certificates from there alone, wherever the stack is.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
REGION = "us-east-1"
TTL_SECONDS = 300
# ACM needs minutes. Where the world asks another zone, no wait is long enough; the provider's is 75 minutes.
PATIENCE = "20m"


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """`names`: of the site, its own first. `zone_id`: of the zone that has them all."""

    names: Sequence[str]
    zone_id: pulumi.Input[str]


class Certificate(pulumi.ComponentResource):
    """A certificate for all names of the site. ACM renews it while it is in use and the records are there.

    Other names make another certificate, which takes the former one's place before that goes. A month: free.
    """

    arn: Output[str]

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
            opts=self._child,
        )
        records = [self._record(name, args, certificate, one) for one in args.names]
        # Known only when ACM has issued it: CloudFront refuses one that it has not.
        self.arn = aws.acm.CertificateValidation(
            f"{name}-issued",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            region=REGION,
            # Every change of names replaces it, so it cannot be protected.
            opts=self._child.merge(ResourceOptions(protect=False, custom_timeouts=CustomTimeouts(create=PATIENCE))),
        ).certificate_arn
        self.register_outputs({})

    def _record(
        self, name: str, args: CertificateArgs, certificate: aws.acm.Certificate, domain: str
    ) -> aws.route53.Record:
        option = certificate.domain_validation_options.apply(
            lambda options: next(option for option in options if option.domain_name == domain)
        )
        return aws.route53.Record(
            f"{name}-{domain}",
            zone_id=args.zone_id,
            name=option.apply(lambda one: str(one.resource_record_name)),
            type=option.apply(lambda one: str(one.resource_record_type)),
            records=[option.apply(lambda one: str(one.resource_record_value))],
            ttl=TTL_SECONDS,
            # ACM asks for the same record for a name again, whichever certificate it is for.
            allow_overwrite=True,
            opts=self._child,
        )
