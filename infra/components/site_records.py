"""The records by which browsers find a distribution under the site's own names."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.pure.domains import host_of


@dataclass(frozen=True, kw_only=True)
class SiteRecordsArgs:
    """`domain_name` and `hosted_zone_id`: of the distribution that has all `names`."""

    names: Sequence[str]
    zone_id: pulumi.Input[str]
    domain_name: pulumi.Input[str]
    hosted_zone_id: pulumi.Input[str]


class SiteRecords(pulumi.ComponentResource):
    """For each name an alias for IPv4 and one for IPv6, which follow the distribution's addresses.

    A month: Route 53 asks nothing for answers from aliases of CloudFront.
    """

    ready: pulumi.Output[str]

    def __init__(self, name: str, args: SiteRecordsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:SiteRecords", name, None, opts)
        target = aws.route53.RecordAliasArgs(
            name=pulumi.Output.from_input(args.domain_name).apply(host_of),
            zone_id=args.hosted_zone_id,
            evaluate_target_health=False,
        )
        records = [
            aws.route53.Record(
                f"{name}-{one}-{kind.lower()}",
                zone_id=args.zone_id,
                name=one,
                type=kind,
                aliases=[target],
                opts=ResourceOptions(parent=self),
            )
            for one in args.names
            for kind in ("A", "AAAA")
        ]
        # Known when the names lead there.
        self.ready = pulumi.Output.all(*(record.id for record in records)).apply(lambda ids: str(ids[0]))
        self.register_outputs({})
