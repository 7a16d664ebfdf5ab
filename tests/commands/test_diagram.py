"""What is drawn of a state, and what of it is no arrow."""

from typing import Any

from ops.diagram import State, drawn


def one(kind: str, name: str, *dependencies: str, parent: str = "") -> dict[str, Any]:
    return {"urn": f"{kind}::{name}", "type": kind, "parent": parent, "dependencies": list(dependencies)}


def component(kind: str, name: str) -> dict[str, Any]:
    return one(f"app:infra:{kind}", name)


STATE = [
    component("Cdn", "cdn"), one("aws:x:Distribution", "d", "aws:x:LoadBalancer::lb", parent="app:infra:Cdn::cdn"),
    component("LoadBalancer", "load-balancer"),
    one("aws:x:LoadBalancer", "lb", "aws:x:Vpc::vpc", parent="app:infra:LoadBalancer::load-balancer"),
    component("Network", "network"), one("aws:x:Vpc", "vpc", parent="app:infra:Network::network"),
    component("Task", "api"),
    one("aws:x:TaskDefinition", "t", "aws:x:Queue::q", "aws:x:Distribution::d", parent="app:infra:Task::api"),
    component("Target", "api"), one("aws:x:Rule", "r", "aws:x:LoadBalancer::lb", parent="app:infra:Target::api"),
    component("Queue", "orders"), one("aws:x:Queue", "q", parent="app:infra:Queue::orders"),
    component("Job", "nightly"),
    one("aws:x:Schedule", "s", "aws:x:TaskDefinition::t", parent="app:infra:Job::nightly"),
]  # fmt: skip


def test_an_arrow_leads_from_what_asks_to_what_is_asked() -> None:
    assert list(drawn(State(STATE))) == [
        "flowchart LR",
        "    visitors([visitors])",
        "    cdn_cdn([cdn<br/>CloudFront])",
        "    loadbalancer_load_balancer[load-balancer<br/>Application Load Balancer]",
        "    task_api[api<br/>ECS service]",
        "    job_nightly[nightly<br/>scheduled task]",
        "    queue_orders[/orders<br/>SQS/]",
        "    visitors --> cdn_cdn",
        "    cdn_cdn --> loadbalancer_load_balancer",
        "    job_nightly --> task_api",
        "    loadbalancer_load_balancer --> task_api",
        "    task_api --> queue_orders",
    ]
