"""Finds priorities for a preview environment's rules at the load balancer of its base."""

import random
from typing import TYPE_CHECKING

from pulumi.dynamic import CreateResult, UpdateResult

from infra.pure.routing import OF_PREVIEWS
from infra.steps.common import Props, StepProvider, aws_client, fail

if TYPE_CHECKING:
    from types_boto3_elbv2.client import ElasticLoadBalancingv2Client


def free(client: "ElasticLoadBalancingv2Client", listener_arn: str) -> list[int]:
    pages = client.get_paginator("describe_rules").paginate(ListenerArn=listener_arn)
    taken = {rule["Priority"] for page in pages for rule in page["Rules"]}
    return [number for number in OF_PREVIEWS if str(number) not in taken]


def found(props: Props) -> Props:
    """By chance, because two previews may look at the same moment."""
    numbers = free(aws_client("elbv2", props["region"]), props["listenerArn"])
    if len(numbers) < len(props["rules"]):
        fail("load balancer: it has no room for the rules of one more preview environment; remove another")
    chosen = sorted(random.sample(numbers, len(props["rules"])))  # no secret
    return {**props, "numbers": dict(zip(props["rules"], chosen, strict=True))}


class RuleNumbers(StepProvider):
    """Inputs: region, listenerArn, and rules: their names, the one to be asked first at the front.

    Output: numbers, of each rule its priority. Other rules get new ones, all free, so that none waits for another.
    """

    updates = ("rules",)
    replaces = ("region", "listenerArn")

    def create(self, props: Props) -> CreateResult:
        return CreateResult("rule-numbers", found(props))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult(found(_news))
