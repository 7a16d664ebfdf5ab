"""The names of a distribution beside the one that CloudFront gave it, as far as the DNS leads there.

MiniStack keeps them, and answers at `<label>.cloudfront.net` alone. Browsers look every name below `.localhost` up at
this machine by themselves; so it is asked here what the zones of Route 53 say, where one of them has the name.
"""

from collections.abc import Callable

from ministack import app
from ministack.services import cloudfront

from localcloud.emulator import world


def serve_aliases() -> None:
    """Before the first request."""
    app._parse_cloudfront_dataplane_host = with_aliases(app._parse_cloudfront_dataplane_host)


def with_aliases(label_of: Callable[[str], str | None]) -> Callable[[str], str | None]:
    def label(host: str) -> str | None:
        name = host.partition(":")[0].rstrip(".").lower()
        return label_of(host) or label_with_alias(name)

    return label


def label_with_alias(name: str) -> str | None:
    """What comes before `.cloudfront.net` in the name of the distribution that answers at `name`."""
    for distribution in list(cloudfront._distributions.values()):
        if name in map(str.lower, cloudfront._get_distribution_aliases(distribution)):
            label = str(distribution["DomainName"]).partition(".")[0]
            return label if is_led_to(name, label) else None
    return None


def is_led_to(name: str, label: str) -> bool:
    """Whether a zone's record of `name` leads to the distribution; where no zone has the name, its DNS is elsewhere."""
    return world.asked(name) is None or any(target.partition(".")[0] == label for target in world.targets(name))
