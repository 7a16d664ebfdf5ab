"""How requests come in: by CloudFront alone, to a private load balancer or to a public one that asks for a secret."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra import program
from infra.components.origin import endpoint_name
from infra.config.load import APP_FILE, app_settings, parse
from tests.unit.program.recorder import Recorded, record
from tests.unit.stack_files import PROJECT, filled_in

PUBLIC = {"loadBalancer": {"scheme": "internet-facing"}}


def built(changes: Mapping[str, Any], balancers: Mapping[str, bool] | None = None) -> Recorded:
    """The stack dev with other settings, and with these load balancers that are there already."""
    own = {f"{PROJECT}:{key}": json.dumps(value) for key, value in changes.items()}
    config = parse({**filled_in("dev"), **own}, namespace=PROJECT, app=app_settings(APP_FILE))
    return record(lambda: program.build(config), stack="dev", balancers=balancers)


@pytest.fixture(scope="module")
def public() -> Recorded:
    return built(PUBLIC)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program tells its user as an error."""
    lines: list[str] = []
    monkeypatch.setattr("pulumi.log.error", lines.append)
    return lines


def test_the_load_balancer_has_no_public_address_and_cloudfront_comes_to_it_inside(stack: Recorded) -> None:
    balancer = stack.one("load-balancer-alb").inputs
    assert balancer["internal"] is True
    assert all("private" in subnet for subnet in balancer["subnets"])
    origin, _ = stack.one("cdn-distribution").inputs["origins"]
    assert origin["vpcOriginConfig"]["vpcOriginId"] == "origin-vpc-id"
    assert "customOriginConfig" not in origin


def test_the_load_balancer_is_told_whose_distribution_a_request_came_by(stack: Recorded) -> None:
    """CloudFront writes it over a viewer's: nobody gets to a preview environment by another's address."""
    for one in stack.of("aws:cloudfront/distribution:Distribution"):
        (header,) = one.inputs["origins"][0]["customHeaders"]
        assert header == {
            "name": "X-Stack",
            "value": stack.one("cluster-ecs").inputs["tags"].get("stack", header["value"]),
        }


def test_a_vpc_origin_is_never_changed_while_it_is_used(stack: Recorded) -> None:
    """AWS refuses that. Another load balancer gets a new one, beside the old: so its name must be another, too."""
    origin = stack.one("origin-vpc")
    assert "vpcOriginEndpointConfig" in origin.options["replaceOnChanges"]
    assert origin.options["ignoreChanges"] == "['tags', 'tagsAll']"
    assert "deleteBeforeReplace" not in origin.options


def test_two_load_balancers_of_a_stack_have_vpc_origins_of_different_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi.get_project", lambda: "a.project." * 9)
    monkeypatch.setattr("pulumi.get_stack", lambda: "s" * 90)
    one, other = endpoint_name("arn:one"), endpoint_name("arn:other")
    assert one != other
    assert len(one) <= 64


def test_a_public_load_balancer_asks_every_rule_for_the_header_that_cloudfront_sends(public: Recorded) -> None:
    assert public.one("load-balancer-alb").inputs["internal"] is False
    assert not public.of("aws:cloudfront/vpcOrigin:VpcOrigin")
    origin, _ = public.one("cdn-distribution").inputs["origins"]
    (header,) = origin["customHeaders"]
    rules = [r for r in public.of("aws:lb/listenerRule:ListenerRule") if not r.name.endswith("-anchor")]
    assert len(rules) == 2
    for rule in rules:
        (asked,) = [one["httpHeader"] for one in rule.inputs["conditions"] if "httpHeader" in one]
        assert asked == {"httpHeaderName": header["name"], "values": [header["value"], "header-next"]}
    (default,) = public.one("load-balancer-http").inputs["defaultActions"]
    assert default["fixedResponse"]["statusCode"] == "403"


def test_rules_let_go_of_a_value_only_when_cloudfront_has_changed_to_the_next(public: Recorded) -> None:
    assert public.depends("load-balancer-route-api", "cdn-distribution")
    assert public.depends("cdn-distribution", "origin-secret")


def test_the_secret_is_in_no_output_and_nothing_else_has_it(public: Recorded) -> None:
    assert "header-" not in json.dumps(dict(public.outputs), default=str)
    knowing = {r.name for r in public.resources if "header-now" in json.dumps(dict(r.inputs), default=str)}
    assert knowing == {"cdn-distribution", "load-balancer-route-api", "load-balancer-route"}
    assert "current" in public.one("origin-secret").options["additionalSecretOutputs"]


def test_a_zone_where_cloudfront_has_no_vpc_origins_is_refused_in_words(told: list[str]) -> None:
    zones = {"network": {"zones": ["us-east-1a", "us-east-1c"]}}
    with pytest.raises(SystemExit):
        built(zones)
    (text,) = told
    assert "network.zones: must have VPC origins" in text
    assert "us-east-1c, which is use1-az3 in your account" in text
    assert "us-east-1a" not in text
    assert built({**zones, **PUBLIC}).one("load-balancer-alb")


@pytest.mark.parametrize(
    ("changes", "is_internal", "live"), [({}, False, "internet-facing"), (PUBLIC, True, "internal")]
)
def test_another_scheme_than_the_live_load_balancers_is_refused(
    told: list[str], changes: dict[str, Any], is_internal: bool, live: str
) -> None:
    with pytest.raises(SystemExit):
        built(changes, {"arn:live": is_internal})
    (text,) = told
    assert "loadBalancer.scheme: is fixed at the first `pulumi up`" in text
    assert f"write `loadBalancer: {{scheme: {live}}}` in Pulumi.dev.yaml" in text


@pytest.mark.parametrize(("changes", "is_internal"), [({}, True), (PUBLIC, False)])
def test_the_scheme_of_the_live_load_balancer_is_taken(changes: dict[str, Any], is_internal: bool) -> None:
    assert built(changes, {"arn:live": is_internal}).one("load-balancer-alb").inputs["internal"] is is_internal
