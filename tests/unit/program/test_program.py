"""The program as a reader of the architecture sees it: who connects, what is kept, what waits for what."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra import program
from infra.config.data import RestoreConfig
from infra.planning.difference import PARTS
from tests.unit.program.recorder import ACCOUNT, PREFIX_LIST, Recorded, record
from tests.unit.stack_files import PROJECT, stack_config


def container(stack: Recorded, name: str) -> dict[str, Any]:
    (definition,) = json.loads(stack.one(f"{name}-definition").inputs["containerDefinitions"])
    assert isinstance(definition, dict)
    return definition


def environment(stack: Recorded, name: str) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container(stack, name)["environment"]}


# Who may connect


def connections(stack: Recorded, direction: str) -> set[tuple[str, str, int, int]]:
    """(group, other side, first port, last port) of each rule."""
    rules = stack.of(f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule")
    sides = ("referencedSecurityGroupId", "prefixListId", "cidrIpv4")
    return {
        (
            r.inputs["securityGroupId"].removesuffix("-id").removeprefix("firewall-"),
            next(r.inputs[side] for side in sides if side in r.inputs).removesuffix("-id").removeprefix("firewall-"),
            r.inputs["fromPort"],
            r.inputs["toPort"],
        )
        for r in rules
    }


def test_only_cloudfront_reaches_the_load_balancer_and_only_it_the_instances(stack: Recorded) -> None:
    assert connections(stack, "Ingress") == {
        ("load-balancer", PREFIX_LIST, 80, 80),
        ("instances", "load-balancer", 32768, 65535),
        ("database", "instances", 5432, 5432),
    }


def test_connections_go_out_only_where_they_are_let_in_and_to_aws(stack: Recorded) -> None:
    assert connections(stack, "Egress") == {
        ("load-balancer", "instances", 32768, 65535),
        ("instances", "database", 5432, 5432),
        ("instances", "0.0.0.0/0", 443, 443),
    }


def test_the_database_is_private_encrypted_and_asks_for_tls(stack: Recorded) -> None:
    database = stack.one("database-instance").inputs
    assert database["publiclyAccessible"] is False
    assert database["storageEncrypted"] is True
    subnets = stack.one("database-subnets").inputs["subnetIds"]
    assert all("private" in subnet for subnet in subnets)
    assert {"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"} in stack.one(
        "database-parameters"
    ).inputs["parameters"]


def test_private_subnets_have_no_route_out(stack: Recorded) -> None:
    (route,) = stack.of("aws:ec2/route:Route")
    assert route.inputs["routeTableId"] == "network-public-routes-id"
    associations = stack.of("aws:ec2/routeTableAssociation:RouteTableAssociation")
    assert {a.inputs["routeTableId"] for a in associations if "private" in a.inputs["subnetId"]} == {
        "network-private-routes-id"
    }


def test_there_is_no_nat_gateway(stack: Recorded) -> None:
    assert not [r for r in stack.resources if "nat" in r.type.lower().split("/")[1] and "Nat" in r.type]


def test_the_bucket_is_closed(stack: Recorded) -> None:
    assert stack.one("storage-private").inputs == {
        "bucket": "storage-bucket-1a2b3c4",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert stack.one("storage-versioning").inputs["versioningConfiguration"] == {"status": "Enabled"}
    assert stack.one("storage-ownership").inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_the_site_alone_may_use_the_bucket_from_a_browser_and_on_the_laptop_what_make_dev_serves(
    stack: Recorded, stacks: dict[str, Recorded]
) -> None:
    (rule,) = stack.one("browser-access-cors").inputs["corsRules"]
    here = ["http://localhost:*"] if stack is stacks["local"] else []
    assert rule["allowedOrigins"] == [stack.outputs["url"], *here]


def test_instances_give_metadata_to_the_host_alone(stack: Recorded) -> None:
    template = stack.one("cluster-instance").inputs
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    (disk,) = template["blockDeviceMappings"]
    assert disk["ebs"]["encrypted"] == "true"
    assert "ECS_CLUSTER=cluster-ecs-1a2b3c4" in base64.b64decode(template["userData"]).decode()


# What survives a destroy


# Each version of an app replaces these.
REPLACED = {"backend-definition", "frontend-definition", "cache-reset-call"}


def test_prod_refuses_to_lose_anything(prod: Recorded) -> None:
    """Also its components and its provider: one that is renamed or taken out is deleted as well."""
    assert {r.name for r in prod.all if not r.protect} == REPLACED


def test_prods_guard_is_deleted_before_what_cannot_be_protected(prod: Recorded) -> None:
    (guard,) = [r for r in prod.all if r.type == "app:infra:Guard"]
    assert guard.protect
    for name in REPLACED:
        assert prod.depends_from(guard.urn, name), name


def test_prod_refuses_to_lose_its_data(prod: Recorded) -> None:
    database = prod.one("database-instance").inputs
    assert database["deletionProtection"] is True
    assert database["skipFinalSnapshot"] is False
    assert database["finalSnapshotIdentifier"] == "database-subnets-1a2b3c4-final"
    assert database["backupRetentionPeriod"] >= 7
    assert prod.one("storage-bucket").inputs["forceDestroy"] is False


def test_prod_keeps_its_bucket_as_closed_as_it_was(prod: Recorded) -> None:
    storage = {r.name for r in prod.resources if r.component == "storage"}
    assert {r.name for r in prod.resources if r.retained} - {"database-instance"} == storage


def test_a_major_version_that_is_named_is_allowed_and_has_its_own_parameter_group() -> None:
    named, shipped = of_dev(database={"version": "19"}), of_dev()
    database = named.one("database-instance").inputs
    assert (database["engineVersion"], database["allowMajorVersionUpgrade"]) == ("19", True)
    assert named.one("database-parameters").inputs["family"] == "postgres19"
    assert "allowMajorVersionUpgrade" not in shipped.one("database-instance").inputs


def test_a_restore_may_replace_prods_database_alone_and_leaves_the_old_one() -> None:
    prod = stack_config("prod")
    database = prod.database.model_copy(update={"restore": RestoreConfig(snapshot="friday")})
    stack = record(lambda: program.build(prod.model_copy(update={"database": database})), stack="prod")
    assert {r.name for r in stack.all if not r.protect} == {*REPLACED, "database-instance"}
    instance = stack.one("database-instance")
    assert instance.retained and instance.inputs["snapshotIdentifier"] == "friday"
    assert "ignoreChanges" not in instance.options


def test_a_moment_is_restored_from_the_backups_of_an_instance_that_may_be_gone() -> None:
    restore = RestoreConfig(source="db-ABC", at="2026-11-26T14:30:00Z")
    inputs = of_dev(database={"restore": restore, "snapshot_identifier": "older"}).one("database-instance").inputs
    assert inputs["restoreToPointInTime"] == {"sourceDbiResourceId": "db-ABC", "restoreTime": "2026-11-26T14:30:00Z"}
    assert "snapshotIdentifier" not in inputs


def test_prod_says_what_is_kept_and_how_to_lift_it(prod: Recorded) -> None:
    assert "refused" in prod.outputs["on_destroy"]
    assert "recipe" in prod.outputs["on_destroy"]


@pytest.mark.parametrize("name", ["local", "dev"])
def test_a_disposable_stack_leaves_nothing(stacks: dict[str, Recorded], name: str) -> None:
    stack = stacks[name]
    assert not [r.name for r in stack.all if r.protect or r.retained]
    database = stack.one("database-instance").inputs
    assert database["deletionProtection"] is False
    assert database["skipFinalSnapshot"] is True
    assert stack.one("storage-bucket").inputs["forceDestroy"] is True
    assert all(r.inputs["forceDelete"] for r in stack.of("aws:ecr/repository:Repository"))


def test_destroy_never_needs_scaling_to_zero_by_hand(stack: Recorded) -> None:
    group = stack.one("cluster-instances").inputs
    assert group["forceDelete"] is True
    assert group["protectFromScaleIn"] is False
    capacity = stack.one("cluster-capacity").inputs["autoScalingGroupProvider"]
    assert capacity["managedTerminationProtection"] == "DISABLED"


# What waits for what


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("backend-service", "backend-migration-run"),
        ("backend-migration-run", "backend-image-build"),
        ("backend-migration-run", "database-instance"),
        ("backend-service", "access-password"),
        ("backend-migration-run", "cluster-capacity-association"),
        ("backend-deployment", "backend-service"),
        ("backend-service", "backend-anchor"),
        # A group without healthy tasks gets no requests.
        ("load-balancer-route-api", "backend-deployment"),
        ("backend-service", "backend-task-policy"),
        ("load-balancer-route", "frontend-deployment"),
        ("load-balancer-route-api", "load-balancer-http"),
        ("frontend-service", "cluster-capacity-association"),
        ("cluster-capacity-association", "cluster-instances"),
        ("cluster-instances", "cluster-instance-ecs"),
        ("cluster-instances", "network-internet-route"),
        ("origin-vpc", "network-internet-gateway"),
        ("origin-vpc", "load-balancer-http"),
        ("cdn-distribution", "origin-vpc"),
        ("cache-reset-call", "frontend-deployment"),
        ("cache-reset-call", "cache-reset-policy"),
        ("browser-access-cors", "cdn-distribution"),
        ("mail-events-destination", "mail-events-topic-policy"),
        ("mail-events-destination", "mail-events-subscription"),
        ("mail-events-subscription", "mail-events-queue-policy"),
    ],
)
def test_order(stack: Recorded, later: str, earlier: str) -> None:
    """Made in this order, and removed in the other."""
    assert stack.depends(later, earlier)


def test_the_cache_is_reset_by_the_front_end_alone(stack: Recorded) -> None:
    call = stack.one("cache-reset-call").inputs
    assert json.loads(call["input"]) == {"version": stack.outputs["services"]["frontend"]["version"]}
    assert not stack.depends("cache-reset-call", "backend-image-build")


def test_the_front_end_does_not_wait_for_the_back_end(stack: Recorded) -> None:
    assert not stack.depends("frontend-service", "backend-service")
    assert not stack.depends("frontend-service", "backend-migration-run")


# What runs


def test_the_back_end_gets_the_environment_of_the_contract(prod: Recorded) -> None:
    """docs/architecture.md, "Back end environment"; HOST is the image's, credentials and endpoint are AWS's."""
    variables = environment(prod, "backend")
    assert variables == {
        "ACCESS": "password",
        "ACCESS_SECRET_ARN": "arn:aws:mock:us-east-1:123456789012:access-secret",
        "API_PREFIX": "/api",
        "APP_VERSION": prod.outputs["services"]["backend"]["version"],
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "DATABASE_HOST": "database.rds.amazonaws.com",
        "DATABASE_NAME": "app",
        "DATABASE_PORT": "5432",
        "DATABASE_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1",
        "DATABASE_SSLMODE": "verify-full",
        "DISTRIBUTION_ID": "cdn-distribution-id",
        "HEALTH_PATH": "/api/health",
        "LOG_LEVEL": "INFO",
        "MAIL_EVENTS_QUEUE_URL": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/mail-events-queue",
        "MAIL_FROM": "somebody@a-company.dev",
        "MAIL_IDENTITY": "somebody@a-company.dev",
        "MAIL_TO": "somebody@a-company.dev",
        "PORT": "8000",
        "REQUESTS_PER_MINUTE": "600",
        "S3_BUCKET": "storage-bucket-1a2b3c4",
        "SESSION_COOKIE_SECURE": "true",
        "SES_CONFIGURATION_SET": f"{PROJECT}-prod",
        "STACK_DESCRIPTION": json.dumps(
            {
                "project": PROJECT,
                "stack": "prod",
                "cluster": "cluster-ecs-1a2b3c4",
                "services": {name: f"{PROJECT}-prod-{name}" for name in ("backend", "frontend")},
                "jobs": {},
                "job_log_group": None,
            }
        ),
    }


def test_variables_are_sorted_so_that_order_is_never_a_difference(stack: Recorded) -> None:
    names = [entry["name"] for entry in container(stack, "backend")["environment"]]
    assert names == sorted(names)


@pytest.mark.parametrize(("name", "port"), [("backend", 8000), ("frontend", 3000)])
def test_tasks_use_bridge_mode_and_a_port_that_docker_chooses(stack: Recorded, name: str, port: int) -> None:
    assert stack.one(f"{name}-definition").inputs["networkMode"] == "bridge"
    assert container(stack, name)["portMappings"] == [{"containerPort": port, "hostPort": 0, "protocol": "tcp"}]


@pytest.mark.parametrize("name", ["backend", "frontend"])
def test_a_service_rolls_without_a_gap_and_goes_back_when_it_fails(stack: Recorded, name: str) -> None:
    service = stack.one(f"{name}-service").inputs
    assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["deploymentMinimumHealthyPercent"] == 100
    assert service["deploymentMaximumPercent"] == 200
    assert service["waitForSteadyState"] is False
    assert "launchType" not in service
    assert "sigintRollback" not in service


def test_paths_of_the_api_go_to_the_back_end_and_no_look_alike_does(stack: Recorded) -> None:
    api, rest = stack.one("load-balancer-route-api").inputs, stack.one("load-balancer-route").inputs
    assert api["conditions"] == [{"pathPattern": {"values": ["/api", "/api/*"]}}]
    assert rest["conditions"] == [{"pathPattern": {"values": ["/*"]}}]
    assert [rule["actions"][0]["targetGroupArn"].rsplit(":")[-1] for rule in (api, rest)] == [
        "backend-group",
        "frontend-group",
    ]
    assert 1 <= api["priority"] < rest["priority"] <= 50_000
    (default,) = stack.one("load-balancer-http").inputs["defaultActions"]
    assert default["fixedResponse"]["statusCode"] == "404"


# What CloudFront does


def behaviors(stack: Recorded) -> dict[str, dict[str, Any]]:
    distribution = stack.one("cdn-distribution").inputs
    ordered = {behavior["pathPattern"]: behavior for behavior in distribution["orderedCacheBehaviors"]}
    return {"*": distribution["defaultCacheBehavior"], **ordered}


def test_the_api_is_not_cached_and_gets_everything_but_the_host(stack: Recorded) -> None:
    for path in ("/api", "/api/*"):
        api = behaviors(stack)[path]
        assert api["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert api["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
        assert {"POST", "PUT", "PATCH", "DELETE"} <= set(api["allowedMethods"])
        assert "functionAssociations" not in api


def test_deep_links_are_a_function_of_the_page_and_errors_are_left_alone(stack: Recorded) -> None:
    assert [b for b in behaviors(stack) if "functionAssociations" in behaviors(stack)[b]] == ["*"]
    for error in stack.one("cdn-distribution").inputs["customErrorResponses"]:
        assert set(error) == {"errorCode", "errorCachingMinTtl"}
        assert error["errorCachingMinTtl"] == 0


def test_the_page_is_kept_only_as_long_as_the_origin_says(stack: Recorded) -> None:
    cache = stack.one("cdn-page-cache").inputs
    assert (cache["minTtl"], cache["defaultTtl"]) == (0, 0)
    assert behaviors(stack)["*"]["cachePolicyId"] == "cdn-page-cache-id"


def test_pages_and_the_api_carry_all_security_headers_and_assets_those_that_count(stack: Recorded) -> None:
    used = {path: behavior["responseHeadersPolicyId"] for path, behavior in behaviors(stack).items()}
    assert {path for path, policy in used.items() if policy == "cdn-headers-id"} == {"*", "/api", "/api/*"}
    assert used["/assets/*"] == "cdn-asset-headers-id"
    assets = stack.one("cdn-asset-headers").inputs["securityHeadersConfig"]
    assert set(assets) == {"contentTypeOptions", "strictTransportSecurity"}
    policy = stack.one("cdn-headers").inputs["securityHeadersConfig"]
    assert "frame-ancestors 'none'" in policy["contentSecurityPolicy"]["contentSecurityPolicy"]
    assert "https://storage-bucket-1a2b3c4.s3.us-east-1.amazonaws.com" in json.dumps(policy)


def test_assets_come_from_their_bucket_first_and_the_page_from_its_service_first(
    stack: Recorded,
) -> None:
    cdn = stack.one("cdn-distribution").inputs
    bucket = next(origin for origin in cdn["origins"] if origin["originId"] == "assets")
    assert bucket["domainName"] == "assets-bucket-1a2b3c4.s3.us-east-1.amazonaws.com"
    assert bucket["originAccessControlId"] == "assets-access-id"
    assets, page = cdn["originGroups"]
    assert [member["originId"] for member in assets["members"]] == ["assets", "load-balancer"]
    assert {403, 404} <= set(assets["failoverCriteria"]["statusCodes"])
    assert [member["originId"] for member in page["members"]] == ["load-balancer", "assets"]
    assert page["failoverCriteria"]["statusCodes"] == [502, 503, 504], "the service's own answers are the page's"
    targets = {path: behavior["targetOriginId"] for path, behavior in behaviors(stack).items()}
    assert targets == {
        "*": page["originId"],
        "/api": "load-balancer",
        "/api/*": "load-balancer",
        "/assets/*": assets["originId"],
    }


def test_only_the_distribution_reads_the_assets_and_only_what_was_replaced_expires(stack: Recorded) -> None:
    (allowed,) = [
        statement
        for statement in json.loads(stack.one("asset-access-policy").inputs["policy"])["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, ["s3:GetObject"])
    arn = stack.one("cdn-distribution").inputs.get("arn", f"arn:aws:mock:us-east-1:{ACCOUNT}:cdn-distribution")
    assert allowed["Condition"] == {"StringEquals": {"AWS:SourceArn": arn}}
    (rule,) = stack.one("assets-lifecycle").inputs["rules"]
    assert (rule["filter"], rule["expiration"]) == ({"tag": {"key": "replaced", "value": "true"}}, {"days": 30})


def test_tasks_of_a_page_start_when_the_site_has_their_files(stack: Recorded) -> None:
    for first in ("assets-upload", "asset-access-policy", "cdn-distribution"):
        assert stack.depends("frontend-service", first)
    assert stack.depends("assets-upload", "frontend-image-build")


def test_a_page_without_assets_has_neither_bucket_nor_group() -> None:
    services = stack_config("dev").services
    page = services["frontend"].model_copy(update={"assets": {}})
    config = stack_config("dev").model_copy(update={"services": {**services, "frontend": page}})
    stack = record(lambda: program.build(config), stack="dev")
    assert not [r for r in stack.resources if r.name.startswith("asset")]
    assert set(behaviors(stack)) == {"*", "/api", "/api/*"}
    assert "originGroups" not in stack.one("cdn-distribution").inputs


def test_plain_http_is_served_only_where_a_stacks_file_says_so(stacks: dict[str, Recorded]) -> None:
    policies = {
        name: {b["viewerProtocolPolicy"] for b in behaviors(stacks[name]).values()} for name in ("local", "dev", "prod")
    }
    assert policies == {"local": {"allow-all"}, "dev": {"redirect-to-https"}, "prod": {"redirect-to-https"}}
    assert stacks["local"].outputs["url"].startswith("http://")
    assert stacks["prod"].outputs["url"].startswith("https://")


# Who may use the app


def test_a_password_is_asked_for_unless_a_stacks_file_opens_the_app(stack: Recorded) -> None:
    assert environment(stack, "backend")["ACCESS"] == "password"
    assert stack.outputs["access_secret"] in stack.outputs["access"]


def test_a_session_stays_off_plain_http_wherever_the_site_has_https(stacks: dict[str, Recorded]) -> None:
    secure = {name: environment(stacks[name], "backend")["SESSION_COOKIE_SECURE"] for name in ("local", "dev", "prod")}
    assert secure == {"local": "false", "dev": "true", "prod": "true"}


def test_an_open_app_has_no_secret_and_says_what_it_means() -> None:
    opened = stack_config("dev").model_copy(update={"access": "open"})
    stack = record(lambda: program.build(opened), stack="dev")
    assert [r.name for r in stack.resources if r.component == "access"] == []
    assert environment(stack, "backend")["ACCESS"] == "open"
    assert "everyone" in stack.outputs["access"]


def test_a_stack_with_an_account_is_made_in_no_other() -> None:
    """No stack of the project names one, so the snapshots do not hold it."""
    guarded = stack_config("dev").model_copy(update={"account_id": "210987654321"})
    (provider,) = record(lambda: program.build(guarded), stack="dev").of("pulumi:providers:aws")
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["210987654321"]


def test_a_released_stack_can_be_destroyed_and_leaves_its_data() -> None:
    """The step between protected and disposable, which no stack of the project takes."""
    stack = record(lambda: program.build(stack_config("prod").model_copy(update={"recipe": "released"})), stack="prod")
    database, bucket = stack.one("database-instance"), stack.one("storage-bucket")
    assert not [r.name for r in stack.all if r.protect]
    assert bucket.retained and bucket.inputs["forceDestroy"] is False
    assert database.inputs["deletionProtection"] is False
    assert database.inputs["skipFinalSnapshot"] is False
    assert database.inputs["deleteAutomatedBackups"] is False
    assert stack.one("backend-image-repository").inputs["forceDelete"] is True
    notice = stack.outputs["on_destroy"]
    assert f"storage.existingBucket' {bucket.name}-1a2b3c4`" in notice
    assert f"database.snapshotIdentifier' {database.inputs['finalSnapshotIdentifier']}`" in notice


def of_dev(**sections: dict[str, Any]) -> Recorded:
    """The stack dev, with some settings changed."""
    config = stack_config("dev")
    changed = {name: getattr(config, name).model_copy(update=update) for name, update in sections.items()}
    return record(lambda: program.build(config.model_copy(update=changed)), stack="dev")


def test_a_bucket_that_is_there_already_is_used_and_set_up_but_never_deleted() -> None:
    stack = of_dev(storage={"existing_bucket": "kept-1"})
    assert [r.name for r in stack.of("aws:s3/bucket:Bucket")] == ["assets-bucket"]
    assert stack.outputs["bucket"] == "kept-1"
    of_storage = [r for r in stack.resources if r.component == "storage"]
    assert len(of_storage) == 6
    assert all(r.inputs["bucket"] == "kept-1" and r.retained for r in of_storage)


def test_a_database_comes_from_a_snapshot_once() -> None:
    database = of_dev(database={"snapshot_identifier": "final"}).one("database-instance")
    assert database.inputs["snapshotIdentifier"] == "final"
    assert database.options["ignoreChanges"] == "['snapshotIdentifier', 'restoreToPointInTime']"


def test_who_a_mail_bounced_from_or_who_complained_gets_none_again(stack: Recorded) -> None:
    assert stack.one("mail-configuration").inputs["suppressionOptions"] == {
        "suppressedReasons": ["BOUNCE", "COMPLAINT"]
    }


def test_an_address_that_ses_knows_already_is_used_and_not_made() -> None:
    stack = of_dev(mail={"identity": "existing"})
    assert not stack.of("aws:sesv2/emailIdentity:EmailIdentity")
    policy = json.loads(stack.one("backend-task-policy").inputs["policy"])
    arn = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/somebody@a-company.dev"
    assert any(arn in statement["Resource"] for statement in policy["Statement"])


@pytest.mark.parametrize("name", ["9.Shop_", "A" * 100, "z-" * 50, "_._"])
def test_every_name_that_pulumi_takes_works(name: str) -> None:
    stack = record(lambda: program.build(stack_config("dev")), stack=name[::-1], project=name)
    (configuration,) = stack.of("aws:sesv2/configurationSet:ConfigurationSet")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", configuration.inputs["configurationSetName"])
    for definition in stack.of("aws:ecs/taskDefinition:TaskDefinition"):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,255}", definition.inputs["family"])
    for group in stack.of("aws:cloudwatch/logGroup:LogGroup"):
        assert re.fullmatch(r"[A-Za-z0-9_./#-]{1,512}", group.inputs["name"])
    (distribution,) = stack.of("aws:cloudfront/distribution:Distribution")
    assert len(distribution.inputs["comment"]) <= 128


def test_a_change_of_the_months_cost_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("pulumi.log.info", told.append)

    def built(deployed: Mapping[str, Any] | None = None) -> Recorded:
        return record(lambda: program.build(stack_config("dev")), stack="dev", deployed=deployed)

    outputs = built().outputs
    built(outputs)
    assert told == []  # a new stack has its sum as an output, and nothing has changed
    built({**outputs, PARTS: {**outputs[PARTS], "secrets": 0}})
    assert told == ["cost: +0.80 USD a month in us-east-1 without traffic: secrets +0.80"]
