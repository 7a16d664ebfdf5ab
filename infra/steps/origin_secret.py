"""Makes the values of the header by which a public load balancer knows this stack's CloudFront."""

import secrets

from pulumi.dynamic import CreateResult, UpdateResult

from infra.steps.common import Props, StepProvider

BYTES = 32  # 64 hexadecimal digits: a load balancer compares without regard to case


class OriginSecret(StepProvider):
    """Input: version. Outputs: current, which CloudFront sends, and next, which it sends after the next change.

    Their home is Pulumi's state, as a secret: CloudFront and the load balancer must both be told.
    """

    updates = ("version",)

    def create(self, props: Props) -> CreateResult:
        return CreateResult("origin-secret", {**props, "current": new_value(), "next": new_value()})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult({**_news, "current": _olds["next"], "next": new_value()})


def new_value() -> str:
    return secrets.token_hex(BYTES)
