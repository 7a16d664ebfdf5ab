"""What the world sees."""

import pulumi

from infra.components.browser_access import BrowserAccess, BrowserAccessArgs
from infra.components.cdn import Cdn, CdnArgs
from infra.stack.foundation import Foundation
from infra.stack.parts import Parts
from infra.stack.setting import Setting


def front_door(s: Setting, base: Foundation, made: Parts) -> Cdn:
    """What the world sees: CloudFront, and the bucket for pages that came through it."""
    services = s.config.services.values()
    cdn = Cdn(
        "cdn",
        CdnArgs(
            settings=s.config.cdn,
            origin_domain=base.load_balancer.dns_name,
            file_origins=[*made.bucket.origins, *s.config.storage.extra_origins] if made.bucket else [],
            routes=[route for service in services if not service.page for route in service.routes],
            page=any(service.page for service in services),
        ),
        s.opts,
    )
    if made.bucket:
        origins: list[pulumi.Input[str]] = [cdn.url, *s.config.storage.page_origins]
        BrowserAccess("browser-access", BrowserAccessArgs(bucket=made.bucket.bucket, origins=origins), s.opts)
    return cdn
