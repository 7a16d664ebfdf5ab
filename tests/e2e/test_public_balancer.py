"""A public load balancer answers to this stack's CloudFront alone, also while the secret between the two is changed."""

import json
import shutil
from pathlib import Path

import httpx
import pytest

from tests.e2e.checkout import Checkout
from tests.e2e.load import steady_load
from tests.unit.stack_files import PROJECT

APP = Path(__file__).parent / "apps/greeter"
SERVICES = {"services": {"web": {"source": "greeter", "port": 8000, "routes": ["/"], "health": "/", "memoryMib": 128}}}
SETTING = f"  {PROJECT}:loadBalancer: {{scheme: internet-facing, secretVersion: 1}}\n"


@pytest.fixture(scope="module")
def public(checkout: Checkout) -> Checkout:
    """The smallest app behind a public load balancer, deployed."""
    shutil.copytree(APP, checkout.root / "greeter")
    (checkout.root / "app.yaml").write_text(json.dumps(SERVICES))
    checkout.edit("Pulumi.local.yaml", f"(?s)  {PROJECT}:services:.*?(?=  {PROJECT}:database)", SETTING)
    checkout.up()
    return checkout


def accepted(checkout: Checkout) -> list[str]:
    """The values of the header that the listener's rules let in."""
    elb = checkout.client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    conditions = [condition for rule in rules for condition in rule["Conditions"]]
    (asked,) = [condition["HttpHeaderConfig"] for condition in conditions if condition["Field"] == "http-header"]
    assert asked["HttpHeaderName"] == "X-Origin-Secret"
    values: list[str] = asked["Values"]
    return values


def ask_directly(checkout: Checkout, **headers: str) -> int:
    """The load balancer's own answer, as a stranger on the internet gets it."""
    (balancer,) = checkout.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert balancer["Scheme"] == "internet-facing"
    return httpx.get(checkout.place.endpoint, headers={"Host": balancer["DNSName"], **headers}).status_code


def test_it_answers_to_cloudfront_and_to_nobody_who_does_not_know_the_secret(public: Checkout) -> None:
    with public.stranger() as visitor:
        assert visitor.get("/").text == "hello\n"
    assert ask_directly(public) == 403
    assert ask_directly(public, **{"X-Origin-Secret": "guessed"}) == 403


def test_a_rotation_loses_no_request_and_ends_what_the_old_secret_opened(public: Checkout) -> None:
    before = accepted(public)
    public.edit("Pulumi.local.yaml", "secretVersion: 1", "secretVersion: 2")
    with steady_load(public.stranger, "/", lambda response: "") as load:
        run = public.up()
    assert load.failed == {}, load.statuses
    assert load.statuses["200"] > 50
    now = accepted(public)
    assert now[0] == before[1] and now[1] not in before
    assert ask_directly(public, **{"X-Origin-Secret": before[0]}) == 403
    assert ask_directly(public, **{"X-Origin-Secret": now[0]}) == 200
    public.up()
    assert public.last_changes() == {}
    state = public.pulumi("stack", "export", "--stack", "local").output
    told = json.dumps(public.outputs) + run.output + state
    assert not [value for value in {*before, *now} if value in told]


def test_the_scheme_of_a_live_stack_is_refused_before_anything_changes(public: Checkout) -> None:
    public.edit("Pulumi.local.yaml", "scheme: internet-facing", "scheme: internal")
    run = public.run("up")
    assert run.code != 0
    assert "loadBalancer.scheme: is fixed at the first `pulumi up`" in run.output
    with public.stranger() as visitor:
        assert visitor.get("/").text == "hello\n"
