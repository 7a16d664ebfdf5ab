"""Writes docs/laptop-limits.md from `not_proven.py` and the table of types.

`python -m localcloud.provider.tools.limits --write`, or `--check` to fail where the page is stale.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click

from localcloud.provider.facts.not_proven import NOT_PROVEN
from localcloud.provider.types import TYPES
from localcloud.tempo import CHECKS_FASTER, START_CHECK_SECONDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "laptop-limits.md"

# Limits that are not about one property.
BEHAVIOUR = (
    ("Firewall", "security groups, routes and network ACLs are recorded, not enforced: everything reaches everything"),
    (
        "Instances",
        "Auto Scaling groups and launch templates start no machine, and an instance refresh is over at once; all"
        " tasks run on this one, and ECS tells on which instance of the group each would be, by zone and number, not by"
        " the room there; when a group becomes smaller, tasks are not moved",
    ),
    (
        "Health checks",
        "the load balancer asks each target with its group's port, path, timeout, thresholds and codes; a healthy one"
        f" {CHECKS_FASTER} times more often than the interval says, any other every {START_CHECK_SECONDS:g} s; the"
        " `healthCheck` of a container definition is recorded, and nothing runs it",
    ),
    (
        "ARM",
        "with an ARM type in `cluster.instanceType` the process engine runs the programs on this machine's own"
        " processor; an image for linux/arm64 is built and run only by a real engine on ARM, or with QEMU",
    ),
    (
        "AMI",
        "any well-formed id is taken; that it exists and fits the instance type is not looked up; the newest one"
        " is always the same",
    ),
    (
        "IAM",
        "the policies of roles and users are enforced: for every request of theirs, for a schedule's start of a task,"
        " for a task's images and secrets, for mail by SMTP, and `iam:PassRole` for roles that go to tasks, functions,"
        " rules, schedules and instances (when the launch template is made). AWS's own managed policies allow nothing,"
        " HTTP to the gateway counts as HTTPS, and what else AWS does in a role's name (a log that is written) is not"
        " asked",
    ),
    (
        "GitHub's tokens",
        "no role is taken with one: their trust shows on AWS alone. That the generated rights are enough for a stack's"
        " life is tried here; the official provider reads more",
    ),
    (
        "Managed master password",
        "made and kept in a secret by the embedded provider, as RDS does; rotated on request, not every seven days",
    ),
    (
        "Snapshots",
        "of a database that runs, and the final one of a deleted one, hold its data (not with `ENGINE=docker`, where"
        " none is restored); automatic backups are recorded alone, so no moment in the past can be restored",
    ),
    (
        "Sleep",
        "tasks end and the database stops, by schedules or a command; there is no instance to end, and a database that"
        " was stopped runs again after `make stop` and `make up`, though its stack sleeps on",
    ),
    ("S3 gateway endpoint", "recorded; it adds no route"),
    (
        "Private services",
        "answer at an address of this machine, to every program on it, web pages aside; with a real engine all local"
        " clouds share the address, and two that have a private service of the same name cannot run side by side",
    ),
    (
        "Zones",
        "a region has the zones a, b and c, with the ids 1 to 3 in this order; in your account a zone's id is another",
    ),
    (
        "VPC origins",
        "an internal load balancer is reached by them alone, and one that a distribution uses is neither changed nor"
        " deleted; they are there at once, in every zone, and make no interfaces and no security group in the network",
    ),
    (
        "Domains",
        "names below `.localhost` lead to a distribution that has them, where the records of a zone here say so; there"
        " is no HTTPS, and that another account's distribution has a name is not known; the load balancer's rules for"
        " hosts take small and capital letters for different ones; what S3 answers to a page whose origin is `null`,"
        " as after the redirect from `api.<domain>`, is the emulator's answer",
    ),
    (
        "Access logs",
        "of CloudFront and the load balancer are set up, and none is written; that AWS may write to the bucket is not"
        " tried",
    ),
    (
        "CloudFront",
        "caches nothing (every answer is a miss) and speaks HTTP; its name here ends in `.cloudfront.localhost`; a"
        " bucket's files are compressed with gzip only, and a request to a bucket is not signed: its policy is asked",
    ),
    (
        "Preview environments",
        "answer at once, where AWS takes minutes to tell all of CloudFront a new address; their distributions share a"
        " VPC origin, which is not tried on AWS; the owner of the database server is a superuser here",
    ),
    (
        "Streams and WebSockets",
        "pass CloudFront and the load balancer while they happen, with their time limits: 30 s (or the origin's"
        " `originReadTimeout`) for the next bytes of an answer, 60 s (or `idleTimeout`) without a byte on a connection;"
        " a viewer's own pings do not count, a server does not learn with which code a viewer closes a WebSocket, and"
        " a message has 16 MiB at most",
    ),
    (
        "Sign-in and limits",
        "the session's cookie goes over plain HTTP, and one address, yours, stands for every client; what CloudFront"
        " and the load balancer add to `X-Forwarded-For` is the emulator's imitation of both",
    ),
    (
        "Mail",
        "is kept in a mailbox on this machine, which answers a mail with a bounce or a complaint when you say so;"
        " events go to topics of SNS alone; a domain may send when its records are in the zone here, or its DNS is"
        " elsewhere, and"
        " what receivers make of DKIM, SPF and DMARC is shown as it should be; quotas and spam filters are AWS's and"
        " others'; the certificate of the SMTP endpoint, at PORT+8, is of an authority that no program"
        " knows: one that checks it (`smtplib` alone does not) needs its check turned off in Pulumi.local.yaml",
    ),
    (
        "Queues, topics, schedules",
        "messages pass; schedules, and rules of EventBridge, start ECS tasks and call functions, queues and topics, and"
        " schedules AWS's API, when it is time in their zone, a flexible window at its beginning; what is due while the"
        " local cloud is stopped is not made up for, and a task that cannot be started goes to the dead-letter queue"
        " without another try; of AWS's own events, EventBridge gets the end of ECS's tasks alone; a topic sends no"
        " SMS",
    ),
    (
        "Scaling of services",
        "a service's count of tasks is held between its target's numbers, and scheduled actions change these; policies"
        " that track a metric move it by the last minute alone, where AWS takes three to start tasks and fifteen to"
        " stop some: by requests, which are counted here, and by CPU and memory where a program puts these metrics; no"
        " instance is started for them; policies with steps are recorded",
    ),
    (
        "Alarms",
        "are judged by the second, and a topic's mails land in the mailbox, without a link to confirm; of AWS's own"
        " metrics the load balancer's are made here (requests, errors of targets, their time, their health), and no"
        " others: `aws cloudwatch put-metric-data` puts what an alarm needs to ring, in the namespace that AWS itself"
        " refuses; for an alarm ECS takes a deployment back that is under way or whose tasks got healthy in the last"
        " five seconds, in place of some minutes, in which the old tasks run beside them; dashboards are recorded, and"
        " no agent looks at a disk",
    ),
    (
        "DNS and certificates",
        "a DNS server on loopback, which this machine's own resolver does not ask, answers from the zones here; all"
        " zones have the same name servers, and the world outside leads to each; nothing is signed, and nothing is"
        " remembered for its TTL; a certificate is issued when the zones have its records, or no zone has its names;"
        " CAA is looked at by `up` alone",
    ),
    (
        "Caches",
        "Redis and Valkey of any version are Valkey 9.1 (with `ENGINE=docker` the image of the version), whose commands"
        " are more than AWS's; without TLS (`cache.tls`, in the local stack's file), a limit of memory or evictions, on"
        " loopback, where other users of this machine reach it; a stop empties it",
    ),
    ("Budgets", "recorded; one warns nobody"),
    (
        "Network interfaces of tasks",
        "every task has an address of its own on loopback, in `bridge` mode too; that a task in `awsvpc` mode gets the"
        " network that its definition asks for is checked, how many interfaces an instance has by the program's plan"
        " alone; the command with which an instance sets ENI trunking for its role is not run",
    ),
    (
        "Spot",
        "AWS takes nothing back here: `aws ecs update-container-instances-state --status DRAINING`, which the agent"
        " calls, moves the tasks of services away from an instance, and `aws autoscaling"
        " terminate-instance-in-auto-scaling-group` ends it; which instances are Spot is not told",
    ),
    (
        "Fargate",
        "a task of the launch type FARGATE runs on this machine, as every other; that its definition is for Fargate and"
        " has one of its sizes is checked, and neither the size nor a public address is given to it",
    ),
    ("NAT gateways, Elastic IPs", "recorded; no traffic passes them"),
    ("Encryption", "settings are recorded; nothing on this disk is encrypted by them"),
    ("Names and quotas", "account limits, and names taken by other accounts (buckets), are not looked up"),
)

# What the two engines differ in: with the process engine, and with `ENGINE=docker`.
ENGINES = (
    (
        "Machine",
        "Linux; macOS is refused, and WSL 2 has not been tried",
        "a Docker Engine on Linux itself (tried with 20.10); in WSL 2 one installed in the distribution, which has not"
        " been tried; refused are Docker Desktop and others that keep their containers in a virtual machine",
    ),
    (
        "Images",
        "stages, files, environment and command of a Dockerfile hold, and what it installs and builds with pip, uv,"
        " Poetry, npm, pnpm and Yarn; its base images, system packages, user and file permissions do not: images run"
        " with this machine's Python and Node.js (a build says where the version is another), as you, and with a"
        " stand-in for nginx; [dockerfiles.md](dockerfiles.md) tells more",
        "are built and run as the Dockerfile says, for linux/amd64",
    ),
    (
        "CPU of a task",
        "recorded, not enforced",
        "its share, where tasks compete; not the credits of a burstable instance, and the cores are yours",
    ),
    (
        "Memory of a task",
        "recorded, not enforced: a task that would be killed on AWS lives on",
        "enforced, without swap; that the tasks together fit the instance is not",
    ),
    (
        "User, read-only files, capabilities",
        "recorded, not enforced",
        "enforced (`ulimits`, `devices` and `dockerSecurityOptions` are not); the kernel, its security modules and"
        " Docker's version are this machine's",
    ),
    (
        "Network of a task",
        "all tasks share this machine's network; one that listens on all addresses of a port gets an address of its own"
        " (needs Linux 5.9), and ports below 1024 need root or a setting of the machine",
        "a network of its own, in which no port is published: the load balancer asks containers, not an instance's"
        " dynamic ports; all local clouds of a machine share it",
    ),
    (
        "Database",
        "PostgreSQL with this project's settings",
        "the official image of PostgreSQL, without the data of snapshots (none can be restored); neither has RDS's"
        " parameters, storage, backups or failover",
    ),
    (
        "Stopping a task",
        "after its requests have ended, by SIGTERM",
        "the same, and SIGKILL after 5 s whatever `stopTimeout` says",
    ),
)


def types_by_module() -> Iterator[tuple[str, list[str]]]:
    def module(token: str) -> str:
        return token.split(":")[1].split("/")[0]

    for name, tokens in groupby(sorted(TYPES), key=module):
        yield name, [f"`{token.rsplit(':', 1)[1]}`" for token in tokens]


def page() -> str:
    """The docs page."""
    lines = [
        "# What the laptop does not prove",
        "",
        "Generated by `python -m localcloud.provider.tools.limits --write`; do not edit.",
        "",
        "The embedded AWS provider works against an emulator. For the points below, the values are checked and",
        "stored, but only a deployment on AWS proves that they work.",
        "",
        "## Behaviour",
        "",
        "| subject | on the laptop |",
        "| --- | --- |",
        *(f"| {subject} | {text} |" for subject, text in BEHAVIOUR),
        "",
        "## The engines",
        "",
        "| subject | with the process engine, the default | with `ENGINE=docker` |",
        "| --- | --- | --- |",
        *(f"| {subject} | {process} | {docker} |" for subject, process, docker in ENGINES),
        "",
        "## Resource types",
        "",
        "These are known; `up` refuses any other, and any property that has no place in the emulator's API.",
        "[extending.md](extending.md) tells how to add one.",
        "",
        "| module of `pulumi_aws` | types |",
        "| --- | --- |",
        *(f"| {module} | {', '.join(names)} |" for module, names in types_by_module()),
        "",
        "## Properties that only Pulumi's state has",
        "",
        "A change of one of these is applied without an error and shows in the state. `pulumi refresh` does not see a",
        "change that was made outside of Pulumi.",
        "",
        "| type | property | why |",
        "| --- | --- | --- |",
        *(
            f"| `{token}` | `{name}` | {reason} |"
            for token, names in sorted(NOT_PROVEN.items())
            for name, reason in sorted(names.items())
        ),
    ]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--write/--check", "write", required=True)
def main(write: bool) -> None:
    """Write the page, or fail when it is stale."""
    if write:
        PAGE.write_text(page())
    elif not PAGE.exists() or PAGE.read_text() != page():
        raise click.ClickException(f"{PAGE.name} is stale; run `python -m localcloud.provider.tools.limits --write`")


if __name__ == "__main__":
    main()
