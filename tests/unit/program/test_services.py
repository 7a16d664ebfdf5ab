"""Other apps than the project's own, as app.yaml describes them: what is made for them, and what is not."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra import program
from infra.config import images
from infra.config.load import parse, smtp_endpoint
from infra.pure.parts import PARTS, QUEUE
from infra.stack import lookups
from infra.stack.parts import links
from infra.steps.stored_secrets import Stored
from tests.unit.program.recorder import ACCOUNT, Recorded, record
from tests.unit.stack_files import PROJECT, filled_in

API = {"source": "backend", "port": 9000, "routes": ["/", "/v2"], "health": "/healthz"}
WORKER = {"source": "backend", "command": ["python", "-m", "app.worker"]}


def of(app: dict[str, Any], **settings: Any) -> Recorded:
    """The stack dev with this app.yaml, and with other `settings`."""
    own = {f"{PROJECT}:{key}": json.dumps(value) for key, value in settings.items()}
    config = parse({**filled_in("dev"), **own}, namespace=PROJECT, app=app)
    return record(lambda: program.build(config), stack="dev")


def container(stack: Recorded, name: str) -> dict[str, Any]:
    (definition,) = json.loads(stack.one(f"{name}-definition").inputs["containerDefinitions"])
    assert isinstance(definition, dict)
    return definition


def rights(stack: Recorded, policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stack.one(policy).inputs["policy"])["Statement"]
    return found


@pytest.fixture(scope="module")
def alone() -> Recorded:
    """An API that uses nothing."""
    return of({"services": {"api": API}})


@pytest.fixture(scope="module")
def shop() -> Recorded:
    """Most of what can be described."""
    variables = {"PLACE": "db ${database.host}:${database.port}", "POSTGRES_PASSWORD": "${database.password}"}
    worker = {**WORKER, "uses": ["database", "queues.work"], "environment": {**variables, "KEY": "${secrets.KEY}"}}
    night = {"service": "worker", "command": ["python", "-m", "app.night"], "schedule": "cron(0 6 * * ? *)"}
    app = {
        "services": {"api": {**API, "uses": ["queues.work", "site"]}, "worker": worker},
        "jobs": {"night": {**night, "timezone": "Europe/Berlin", "startWithinMinutes": 90}},
        "queues": {"work": {"visibilitySeconds": 90}},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookups, "required", lambda *_: {"KEY": Stored(arn="arn:key", version="v1")})
        return of(app)


def test_a_part_that_no_service_uses_is_not_made(alone: Recorded) -> None:
    kinds = {r.type for r in alone.resources}
    absent = {"aws:rds/instance:Instance", "aws:s3/bucket:Bucket", "aws:sesv2/emailIdentity:EmailIdentity"}
    absent |= {"aws:secretsmanager/secret:Secret", "aws:sqs/queue:Queue", "aws:lambda/function:Function"}
    absent |= {"aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/subnetGroup:SubnetGroup"}
    assert not kinds & absent
    assert not [r.name for r in alone.resources if r.name.startswith("firewall-cache")]
    assert not {"bucket", "database", "mail_address", "access"} & alone.outputs.keys()
    assert "removes everything" in alone.outputs["on_destroy"]


def test_an_api_alone_gets_everything_that_cloudfront_is_asked_for_and_nothing_is_kept(alone: Recorded) -> None:
    distribution = alone.one("cdn-distribution").inputs
    behaviors = [distribution["defaultCacheBehavior"], *distribution["orderedCacheBehaviors"]]
    assert [one.get("pathPattern") for one in behaviors] == [None, "/v2", "/v2/*"]
    for behavior in behaviors:
        assert behavior["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert "POST" in behavior["allowedMethods"]
        assert "functionAssociations" not in behavior


def test_each_route_has_a_rule_and_the_longer_is_asked_first(alone: Recorded) -> None:
    all_, v2 = alone.one("load-balancer-route").inputs, alone.one("load-balancer-route-v2").inputs
    assert all_["conditions"] == [{"pathPattern": {"values": ["/*"]}}]
    assert v2["conditions"] == [{"pathPattern": {"values": ["/v2", "/v2/*"]}}]
    assert v2["priority"] < all_["priority"]
    group = alone.one("api-group").inputs
    assert (group["port"], group["healthCheck"]["path"]) == (9000, "/healthz")
    assert {"name": "PORT", "value": "9000"} in container(alone, "api")["environment"]


def test_the_rule_of_a_path_stays_when_another_service_takes_the_path_over(alone: Recorded) -> None:
    other = of({"services": {"site": {"source": "frontend", "port": 3000, "routes": ["/"], "health": "/"}}})
    before, after = alone.one("load-balancer-route"), other.one("load-balancer-route")
    assert before.urn == after.urn
    assert before.inputs["priority"] == after.inputs["priority"]
    assert before.inputs["actions"] != after.inputs["actions"]


def test_a_worker_has_no_port_no_load_balancer_and_its_own_command(shop: Recorded) -> None:
    assert "portMappings" not in container(shop, "worker")
    assert container(shop, "worker")["command"] == ["python", "-m", "app.worker"]
    service = shop.one("worker-service").inputs
    assert "loadBalancers" not in service
    assert "healthCheckGracePeriodSeconds" not in service
    assert not [r for r in shop.resources if r.name == "worker-group"]
    assert not [e for e in container(shop, "worker")["environment"] if e["name"] == "PORT"]


def test_services_of_one_folder_share_one_image(shop: Recorded) -> None:
    assert [r.name for r in shop.of("aws:ecr/repository:Repository")] == ["backend-image-repository"]
    assert container(shop, "api")["image"] == container(shop, "worker")["image"]


def test_using_a_part_gives_variables_and_rights_to_that_service_alone(shop: Recorded) -> None:
    names = {
        name: {e["name"] for e in container(shop, name)["environment"]} & {"QUEUE_WORK_URL", "DATABASE_HOST"}
        for name in ("api", "worker")
    }
    assert names == {"api": {"QUEUE_WORK_URL"}, "worker": {"QUEUE_WORK_URL", "DATABASE_HOST"}}
    actions = {
        name: {action.split(":")[0] for s in rights(shop, f"{name}-task-policy") for action in s["Action"]}
        for name in ("api", "worker")
    }
    assert actions == {"api": {"ssmmessages", "sqs", "cloudfront"}, "worker": {"ssmmessages", "sqs", "secretsmanager"}}


def test_a_shell_opens_in_tasks_unless_the_stack_says_no_and_then_nothing_of_it_is_left(alone: Recorded) -> None:
    closed = of({"services": {"api": API}}, shell=False)
    for stack, opened in ((alone, True), (closed, False)):
        assert stack.one("api-service").inputs["enableExecuteCommand"] is opened
        (channel,) = [s for s in rights(stack, "api-task-policy") if "ssmmessages:OpenDataChannel" in s["Action"]]
        assert channel["Effect"] == ("Allow" if opened else "Deny")
        folders = [one["containerPath"] for one in container(stack, "api")["linuxParameters"]["tmpfs"]]
        assert ("/var/lib/amazon/ssm" in folders) is opened


def test_references_are_filled_in_and_secrets_are_handed_over_by_ecs(shop: Recorded) -> None:
    worker = container(shop, "worker")
    assert {"name": "PLACE", "value": "db database.rds.amazonaws.com:5432"} in worker["environment"]
    database = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds!db-1"
    assert worker["secrets"] == [
        {"name": "KEY", "valueFrom": "arn:key:::v1"},
        {"name": "POSTGRES_PASSWORD", "valueFrom": f"{database}:password::"},
    ]
    assert not {"KEY", "POSTGRES_PASSWORD"} & {e["name"] for e in worker["environment"]}
    read = [s["Resource"] for s in rights(shop, "worker-execution-policy") if "secretsmanager" in s["Action"][0]]
    assert read == [["arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1", "arn:key"]]
    assert not [s for s in rights(shop, "api-execution-policy") if "secretsmanager" in s["Action"][0]]


def test_stored_secrets_go_with_the_stack_and_not_before_its_tasks(shop: Recorded) -> None:
    kept = shop.one("secrets-kept").inputs
    assert (kept["prefix"], kept["recoveryDays"]) == (f"{PROJECT}/dev/", 0)
    assert shop.depends("worker-definition", "secrets-kept")


def test_a_cache_is_encrypted_and_reached_by_the_instances_alone() -> None:
    stack = of({"services": {"api": {**API, "uses": ["cache"]}}})
    group = stack.one("cache-group").inputs
    assert (group["engine"], group["nodeType"], group["numCacheClusters"]) == ("valkey", "cache.t4g.micro", 1)
    assert group["atRestEncryptionEnabled"] and group["transitEncryptionEnabled"]
    assert group["securityGroupIds"] == ["firewall-cache-id"]
    rules = [r.inputs for r in stack.resources if r.inputs.get("securityGroupId") == "firewall-cache-id"]
    assert [(r["referencedSecurityGroupId"], r["fromPort"]) for r in rules] == [("firewall-instances-id", 6379)]
    assert {"name": "CACHE_URL", "value": "rediss://cache.amazonaws.com:6379"} in container(stack, "api")["environment"]


def test_what_is_not_handled_in_time_is_put_aside(shop: Recorded) -> None:
    queue = shop.one("work-queue").inputs
    assert queue["visibilityTimeoutSeconds"] == 90
    assert json.loads(queue["redrivePolicy"])["deadLetterTargetArn"].endswith("work-dead-letters")
    assert all(r.inputs["sqsManagedSseEnabled"] for r in shop.of("aws:sqs/queue:Queue"))


def test_a_job_starts_the_newest_version_of_its_service_with_its_own_command(shop: Recorded) -> None:
    schedule = shop.one("night-schedule").inputs
    assert (schedule["scheduleExpression"], schedule["scheduleExpressionTimezone"]) == (
        "cron(0 6 * * ? *)",
        "Europe/Berlin",
    )
    target = schedule["target"]
    assert json.loads(target["input"]) == {
        "containerOverrides": [{"name": "worker", "command": ["python", "-m", "app.night"]}]
    }
    assert target["ecsParameters"]["taskDefinitionArn"].endswith("worker-definition")
    assert shop.depends("night-schedule", "worker-deployment")
    assert shop.depends("night-schedule", "night-schedule-policy")


def test_a_run_that_cannot_start_is_tried_for_its_time_and_then_put_aside(shop: Recorded) -> None:
    target = shop.one("night-schedule").inputs["target"]
    assert target["retryPolicy"] == {"maximumEventAgeInSeconds": 5400, "maximumRetryAttempts": 185}
    assert target["deadLetterConfig"]["arn"].endswith("jobs-missed")
    may = [s["Resource"] for s in rights(shop, "night-schedule-policy") if s["Action"] == ["sqs:SendMessage"]]
    assert may == [[target["deadLetterConfig"]["arn"]]]


def test_what_a_run_came_to_is_kept_for_the_tasks_of_jobs_of_this_cluster_alone(shop: Recorded) -> None:
    assert shop.one("night-schedule").inputs["target"]["ecsParameters"]["group"] == "job:night"
    rule, log = shop.one("jobs-ended").inputs, shop.one("jobs-log").inputs
    detail = json.loads(rule["eventPattern"])["detail"]
    assert (detail["group"], detail["lastStatus"]) == ([{"prefix": "job:"}], ["STOPPED"])
    assert "cluster" in detail["clusterArn"][0]
    assert (log["name"], log["retentionInDays"]) == (f"/aws/events/{PROJECT}/dev/jobs", 400)
    (statement,) = json.loads(shop.one("jobs-may-write").inputs["policyDocument"])["Statement"]
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"].endswith("jobs-ended")
    assert shop.depends("jobs-target", "jobs-may-write")
    assert shop.outputs["jobs"]["night"]["service"] == "worker"


def test_without_jobs_nothing_is_made_to_keep_their_results(alone: Recorded) -> None:
    assert not alone.of("aws:cloudwatch/eventRule:EventRule")
    assert not {"jobs", "job_log_group", "missed_jobs"} & alone.outputs.keys()


def test_the_names_that_the_configuration_knows_are_those_that_the_parts_tell() -> None:
    """A reference that passes the check can be filled in."""
    told: dict[str, tuple[set[str], set[str]]] = {}

    def note(*arguments: Any) -> Any:
        found = links(*arguments)
        told.update({name: (set(link.values), set(link.secrets)) for name, link in found.items()})
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "links", note)
        api = {**API, "uses": [*PARTS, "queues.work"], "environment": {"SMTP_HOST": "${mail.smtpHost}"}}
        of({"services": {"api": api}, "queues": {"work": {}}})
    known = {name: (set(part.values), set(part.secrets)) for name, part in {**PARTS, "queues.work": QUEUE}.items()}
    assert told == known


MAIL = {
    "SMTP_HOST": "${mail.smtpHost}",
    "SMTP_PORT": "${mail.smtpPort}",
    "SMTP_USER": "${mail.smtpUser}",
    "SMTP_PASSWORD": "${mail.smtpPassword}",
    "EMAILS_FROM_EMAIL": "${mail.address}",
}


@pytest.fixture(scope="module")
def mailing() -> Recorded:
    """An API that sends mail by SMTP."""
    return of({"services": {"api": {**API, "uses": ["mail"], "environment": MAIL}}})


def test_who_sends_mail_by_smtp_finds_the_endpoint_and_is_handed_a_password(mailing: Recorded) -> None:
    one = container(mailing, "api")
    plain = {row["name"]: row["value"] for row in one["environment"]}
    assert (plain["SMTP_HOST"], plain["SMTP_PORT"]) == ("email-smtp.us-east-1.amazonaws.com", "587")
    assert plain["EMAILS_FROM_EMAIL"] == "somebody@a-company.dev"
    assert not {"SMTP_USER", "SMTP_PASSWORD"} & plain.keys()
    secret = f"arn:aws:mock:us-east-1:{ACCOUNT}:mail-smtp-secret"
    handed = {row["name"]: row["valueFrom"] for row in one["secrets"]}
    assert handed == {
        "SMTP_USER": f"{secret}:username::version-1",
        "SMTP_PASSWORD": f"{secret}:password::version-1",
    }
    assert [secret] in [row["Resource"] for row in rights(mailing, "api-execution-policy")]


def test_its_user_may_send_from_the_one_address_and_nothing_else(mailing: Recorded) -> None:
    (statement,) = rights(mailing, "mail-smtp-policy")
    assert statement["Action"] == ["ses:SendRawEmail"]
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": "somebody@a-company.dev"}}
    names = ("mail-identity", "mail-configuration")
    assert statement["Resource"] == [f"arn:aws:mock:us-east-1:{ACCOUNT}:{name}" for name in names]
    assert mailing.depends("mail-smtp-password", "mail-smtp-policy")
    assert not any("SMTP" in str(value).upper() for value in mailing.outputs.values())


def test_instances_reach_the_port_of_smtp_only_where_it_is_used(mailing: Recorded) -> None:
    def ports(stack: Recorded) -> list[int]:
        rules = [r.inputs for r in stack.resources if r.type.endswith("SecurityGroupEgressRule")]
        return sorted(rule["fromPort"] for rule in rules if rule.get("cidrIpv4"))

    assert ports(mailing) == [443, 587]
    api = {**API, "uses": ["mail"]}
    without = of({"services": {"api": api}})
    assert ports(without) == [443]
    assert not [r for r in without.resources if r.type.startswith("aws:iam/user") or "smtp" in r.name]


def test_a_stand_in_for_the_endpoint_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SES_SMTP_ENDPOINT", "127.0.0.1:5008")
    assert smtp_endpoint("eu-west-1") == ("127.0.0.1", "5008")
    monkeypatch.delenv("AWS_SES_SMTP_ENDPOINT")
    assert smtp_endpoint("eu-west-1") == ("email-smtp.eu-west-1.amazonaws.com", "587")


def test_a_task_may_write_to_the_folders_that_its_service_names(shop: Recorded) -> None:
    api = {**API, "writable": ["/var/cache/nginx"]}
    own = container(of({"services": {"api": api}}), "api")["linuxParameters"]["tmpfs"]
    assert own == [
        *container(shop, "api")["linuxParameters"]["tmpfs"],
        {"containerPath": "/var/cache/nginx", "size": 64},
    ]


def test_an_image_is_another_one_with_other_arguments(alone: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "declared_arguments", lambda _: {"VITE_API_URL"})
    given = of({"services": {"api": {**API, "buildArgs": {"VITE_API_URL": "/v2"}}}})
    build, before = (stack.one("backend-image-build").inputs for stack in (given, alone))
    assert build["buildArgs"] == {"VITE_API_URL": "/v2"} and "buildArgs" not in before
    assert build["tag"] != before["tag"]
    assert given.outputs["services"]["api"]["build_args"] == {"VITE_API_URL": "/v2"}


def test_a_service_runs_the_version_that_is_written_and_its_image_is_not_built() -> None:
    given = of({"services": {"api": {**API, "version": "1a2b3c4d5e6f7081"}}})
    build = given.one("backend-image-build").inputs
    assert (build["tag"], build["kept"]) == ("1a2b3c4d5e6f7081", True)
    assert given.outputs["services"]["api"]["version"] == "1a2b3c4d5e6f7081"


@pytest.fixture(scope="module")
def priced() -> Recorded:
    """An API that asks a private service."""
    prices = {"source": "backend", "port": 7000, "health": "/up", "private": True}
    api = {**API, "environment": {"PRICES": "${services.prices.url}/v1"}}
    return of({"services": {"api": api, "prices": prices}})


def test_a_private_service_has_a_port_of_the_load_balancer_and_no_route(priced: Recorded) -> None:
    listener = priced.one("prices-private").inputs
    (action,) = listener["defaultActions"]
    assert (action["type"], action["targetGroupArn"].rpartition(":")[2]) == ("forward", "prices-group")
    variables = {entry["name"]: entry["value"] for entry in container(priced, "api")["environment"]}
    assert variables["PRICES"] == f"http://balancer.us-east-1.elb.amazonaws.com:{listener['port']:.0f}/v1"
    assert variables["PRICES"] == priced.outputs["services"]["prices"]["private_url"] + "/v1"
    assert "private_url" not in priced.outputs["services"]["api"]
    rules = [r.name for r in priced.of("aws:lb/listenerRule:ListenerRule") if r.component == "prices"]
    assert rules == ["prices-anchor"]  # which no request meets
    assert priced.depends("prices-private", "prices-deployment")
    assert priced.one("prices-service").inputs["healthCheckGracePeriodSeconds"] == 60
    assert "PRICES" not in {entry["name"] for entry in container(priced, "prices")["environment"]}


def test_only_the_stacks_own_instances_reach_private_services(priced: Recorded, alone: Recorded) -> None:
    rule = priced.one("firewall-load-balancer-from-instances").inputs
    assert rule["referencedSecurityGroupId"] == "firewall-instances-id"
    assert (rule["fromPort"], rule["toPort"]) == (20_000, 20_999)
    assert rule["fromPort"] <= priced.one("prices-private").inputs["port"] <= rule["toPort"]
    assert priced.one("firewall-instances-to-load-balancer").inputs["fromPort"] == 20_000
    assert not [r for r in alone.resources if r.name == "firewall-load-balancer-from-instances"]


def test_services_of_one_folder_with_two_dockerfiles_have_two_images() -> None:
    """One of the two is in a folder below, as where everything is built from a repository's root."""
    app: dict[str, Mapping[str, object]] = {"api": API, "worker": WORKER}
    files = {"api": "fastapi-pip/Dockerfile", "worker": "yarn-api/Dockerfile"}
    stack = of(
        {
            "services": {
                name: {**one, "source": "tests/engine/apps", "dockerfile": files[name]} for name, one in app.items()
            }
        }
    )
    builds = [one.inputs for one in stack.of("pulumi-python:dynamic/infra:ImageBuild")]
    assert sorted(one["dockerfile"] for one in builds) == sorted(files.values())
    assert len({one["tag"] for one in builds}) == len({json.dumps(one["repository"]) for one in builds}) == 2
