"""What is drawn of a state, and what of it is no arrow; and who reads only the beginning of it."""

import subprocess
import sys
from typing import Any

from infra.pure.paths import ROOT
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


def test_a_reader_that_has_seen_enough_gets_no_stack_trace() -> None:
    program = (
        "import sys; from ops import __main__ as ops; sys.argv = ['ops', '--stack', 'prod', 'diagram']\n"
        "ops.COMMANDS['diagram'] = lambda *_: ops.tell(map(str, range(100_000)))\nsys.exit(ops.main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout and run.stdout.readline() == "0\n"
        run.stdout.close()
        assert run.stderr and run.stderr.read() == ""
