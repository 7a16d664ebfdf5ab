"""What runs, as app.yaml describes it: what is refused, in which words, and how a stack changes it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.config import images, load, services
from infra.config.load import ConfigError
from infra.config.stack import StackConfig
from tests.unit.stack_files import PROJECT

OWN = {
    f"{PROJECT}:region": "us-east-1",
    f"{PROJECT}:recipe": "disposable",
    f"{PROJECT}:network": json.dumps({"zones": ["us-east-1a", "us-east-1b"]}),
    f"{PROJECT}:cluster": json.dumps({"amiId": "ami-0123456789abcdef0"}),
}
API = {"source": "backend", "port": 8000, "routes": ["/"], "health": "/healthz"}
PRICES = {"source": "backend", "port": 7000, "health": "/healthz", "private": True}
WORKER = {"source": "backend", "command": ["python", "-m", "app.worker"]}


def parse(app: dict[str, Any], **own: Any) -> StackConfig:
    stack = {**OWN, **{f"{PROJECT}:{key}": json.dumps(value) for key, value in own.items()}}
    return load.parse(stack, namespace=PROJECT, app=app)


def problems(app: dict[str, Any], **own: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(app, **own)
    return str(caught.value).splitlines()


def service(**changes: Any) -> dict[str, Any]:
    return {"services": {"api": {**API, **changes}}}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "app.yaml: services: is required; write for example {backend: {source: backend}}"),
    ({"services": {}}, "app.yaml: services: must have 1 entries or more; "),
    ({"services": {"Api": API}}, "app.yaml: services.Api: must be a name of 1 to 18 small letters, digits and hyphens"),
    ({"services": {"api": {"port": 8000}}}, "app.yaml: services.api.source: is required; write for example backend"),
    (service(buildArgs={"V": "${site.url}"}), "app.yaml: services.api.buildArgs.V: must be known before anything runs"),
    (service(writable=["run"]), "app.yaml: services.api.writable.0: must be a folder of the image, from the root on, "),
    (service(buildArgs={"VITE": 1}), "app.yaml: services.api.buildArgs.VITE: must be declared in backend/Dockerfile; "),
    (
        {"services": {"api": API, "worker": {**WORKER, "buildArgs": {"VITE": "x"}}}},
        "app.yaml: services.worker.buildArgs: must be what api has, which has the same source and Dockerfile;"
        " write the same for both",
    ),
    (service(sorce="x"), "app.yaml: services.api.sorce: is not a known key; did you mean source?"),
    (service(source="../x"), "app.yaml: services.api.source: must be a folder below the project's, in letters, "),
    (service(source="nowhere"), "app.yaml: services.api.source: must be a folder of the project, got 'nowhere'; "),
    (service(routes=["api"]), "app.yaml: services.api.routes.0: must be a path of at most 63 letters, "),
    (service(health=None), "app.yaml: services.api.health: is required where there are routes; "),
    (service(port=80000), "app.yaml: services.api.port: must be 65535 or less, got 80000; write for example 8000"),
    (service(command="x"), "app.yaml: services.api.command: must be a list, got 'x'; write [x]"),
    (service(dev="npm start"), "app.yaml: services.api.dev: must be a list, got 'npm start'; write [npm, start]"),
    (service(port=None), "app.yaml: services.api.port: is required where there are routes; "),
    (service(routes=[], port=1), "app.yaml: services.api.health: has no effect without routes or hosts; "),
    (service(hosts=["admin.shop"]), "app.yaml: services.api.hosts.0: must be what stands before the domain: at most "),
    (service(hosts=["a", "b", "c"]), "app.yaml: services.api.hosts: must have 2 entries or fewer, got [a, b, c]; "),
    (service(hosts=["admin"]), "app.yaml: services.api.hosts: must be empty where there is no domain, got admin, "),
    (service(hosts=["site"]), "app.yaml: services.api.hosts: must not be site: the stack's own records have that name"),
    (service(page=True, hosts=["a"]), "app.yaml: services.api.hosts: must be empty where page is true: that is for "),
    (
        {"services": {"api": API, "admin": {**API, "routes": [], "port": None, "hosts": ["admin"]}}},
        "app.yaml: services.admin.port: is required where there are hosts; write for example 8000",
    ),
    (
        {"services": {"api": API, "prices": {**PRICES, "hosts": ["prices"]}}},
        "app.yaml: services.prices.private: must be false where there are hosts: everybody reaches these; remove one",
    ),
    (
        {"services": {"api": {**API, "hosts": ["one"]}, "other": {**API, "routes": [], "hosts": ["one"]}}},
        "app.yaml: services.other.hosts: must differ from all others, got one, which api has; remove one, ",
    ),
    (service(hosts=["one", "one"]), "app.yaml: services.api.hosts: must differ from all others, got one, which is "),
    (service(private=True), "app.yaml: services.api.private: must be false where there are routes: everybody reaches "),
    (
        service(private=True, routes=[], health=None),
        "app.yaml: services.api.health: is required where private is true; write for example /healthz",
    ),
    (service(private=True, routes=[], port=None), "app.yaml: services.api.port: is required where private is true; "),
    (
        service(environment={"A": "${services.prices.url}"}),
        "app.yaml: services.api.environment.A: names ${services.prices.url}, which it does not have; give the service "
        "that you mean private: true",
    ),
    (
        {"services": {"api": {**API, "environment": {"A": "${services.api.url}"}}, "prices": PRICES}},
        "app.yaml: services.api.environment.A: names ${services.api.url}, which it does not have; write "
        "${services.prices.url}",
    ),
    (
        {"services": {"api": API, "p23": PRICES, "p49": PRICES}},
        "app.yaml: services.p49: must have another name: the load balancer's port for it would be that of p23; ",
    ),
    ({"services": {"worker": WORKER}}, "app.yaml: services: must have a service with routes; "),
    (service(page=True, routes=["/x"]), "app.yaml: services.api.routes: must be [/] where page is true; write [/]"),
    (service(uses=["databse"]), "app.yaml: services.api.uses: must name parts of the stack, got 'databse'; known are "),
    (service(uses=["queues.work"]), "app.yaml: services.api.uses: must name parts of the stack, got 'queues.work'; "),
    (service(environment={"PORT": 1}), "app.yaml: services.api.environment.PORT: is set by the stack itself; "),
    (
        service(environment={"A": "${database.host}"}),
        "app.yaml: services.api.environment.A: names ${database.host}, which it does not have; add database to ",
    ),
    (
        service(uses=["database"], environment={"A": "${database.hots}"}),
        "app.yaml: services.api.environment.A: names ${database.hots}, which it does not have; database tells host,"
        " port, name, username, password",
    ),
    (
        service(environment={"A": "${db.host}"}),
        "app.yaml: services.api.environment.A: names ${db.host}, which it does not have; write for example",
    ),
    (
        service(uses=["database"], environment={"URL": "postgresql://${database.username}@x"}),
        "app.yaml: services.api.environment.URL: must be ${database.username} and nothing else: ECS hands a secret",
    ),
    (service(routes=["/v1", "/v1"]), "app.yaml: services.api.routes: must each be there once, got /v1 twice; "),
    (service(source="docs"), "app.yaml: services.api.source: must have a Dockerfile, got 'docs'; add one, or for a pa"),
    (
        {"services": {"api": API, "other": API}},
        "app.yaml: services.other.routes: must differ from those of other services, got /, which api has; ",
    ),
    (
        {"services": {"api": API}, "jobs": {"night": {"service": "ap", "command": ["x"], "schedule": "rate(1 day)"}}},
        "app.yaml: jobs.night.service: must be a service, got 'ap'; write one of api",
    ),
    *(
        (
            {"services": {"api": API}, "jobs": {"night": {"service": "api", "command": ["x"], "schedule": schedule}}},
            "app.yaml: jobs.night.schedule: must be a rate or a cron expression with six fields, got ",
        )
        for schedule in ("daily", "rate(1 days)", "rate(2 day)", "cron(0 6 * * *)", "rate(0 days)")
    ),
    *(
        (
            {"services": {"api": API}, "jobs": {"night": {"service": "api", "command": ["x"], "schedule": schedule}}},
            f"app.yaml: jobs.night.schedule: must have {rule}",
        )
        for schedule, rule in {
            "cron(60 3 * * ? *)": "minutes from 0 to 59, or as AWS writes it, not 60, got 'cron(60 3",
            "cron(0 25 * * ? *)": "hours from 0 to 23,",
            "cron(0 3 0W * ? *)": "a day of the month from 1 to 31,",
            "cron(0 3 1 FEBRUARY ? *)": "a month from 1 to 12, or as AWS writes it, not FEBRUARY,",
            "cron(0 3 ? * 0 *)": "a day of the week from 1 to 7,",
            "cron(0/0 3 * * ? *)": "minutes from",
            "cron(0 3 * * ? 26)": "a year from",
            "cron(0 3 * * * *)": "? as its day of the month or as its day of the week, and not as both, got",
            "cron(0 3 ? * ? *)": "? as its day",
        }.items()
    ),
    (
        {
            "services": {"api": API},
            "jobs": {"n": {"service": "api", "command": ["x"], "schedule": "rate(1 day)", "timezone": "Berlin"}},
        },
        "app.yaml: jobs.n.timezone: must be the IANA name of a time zone, got 'Berlin'; ",
    ),
    (service(memoryMib=3000), "app.yaml: services.api.memoryMib: must fit into one instance, got 3000, and a "),
]  # fmt: skip


@pytest.mark.parametrize(("app", "line"), WRONG, ids=[line[10:70] for _, line in WRONG])
def test_a_wrong_description_is_answered_with_file_field_rule_and_way_out(app: dict[str, Any], line: str) -> None:
    found = problems(app)
    assert [problem for problem in found if problem.startswith(line)], found


# This depends on all services, and an unknown key may be one of theirs that is misspelt.
OF_ALL = "app.yaml: services: must have a service with routes"


@pytest.mark.parametrize("app", [app for app, line in WRONG if app.get("services") and not line.startswith(OF_ALL)])
def test_a_key_that_is_wrong_hides_no_other_problem_and_makes_none_up(app: dict[str, Any]) -> None:
    beside = {**app, "services": {name: {**one, "colour": 1} for name, one in app["services"].items()}}
    unknown = [line for line in problems(beside) if ".colour: " in line]
    assert len(unknown) == len(app["services"])
    assert problems(beside) == sorted([*unknown, *problems(app)])


def test_a_wrong_variable_and_a_wrong_section_hide_no_other_problem() -> None:
    variables = {"a-b": "x", "PORT": "1", "A": "${databse.host}"}
    found = problems(
        service(environment=variables, scaling={"maxCount": 1, "cpuPercent": 60}, page=True, routes=["/a"])
    )
    assert [line.partition(": ")[2].partition(": ")[0] for line in found] == [
        "services.api.environment.A",
        "services.api.environment.PORT",
        "services.api.environment.a-b",
        "services.api.routes",
        "services.api.scaling.maxCount",
    ]


def test_all_problems_of_both_files_are_told_at_once_each_with_its_own() -> None:
    app = {"services": {"api": {**API, "port": "x"}, "worker": {**WORKER, "cpuUnits": 1}}, "queue": {}}
    found = problems(app, recipe="safe", services={"api": {"desiredCount": 0}})
    assert [line.partition(": must")[0].partition(": is")[0] for line in found] == [
        "app.yaml: queue",
        "app.yaml: services.api.port",
        "app.yaml: services.worker.cpuUnits",
        "recipe",
        "services.api.desiredCount",
    ]


def test_rules_between_keys_are_told_beside_keys_that_are_wrong() -> None:
    app = {
        "services": {
            "api": {**API, "port": "x", "uses": ["databse"], "environment": {"A": "${database.host}"}},
            "broken": {"uses": "all", "environment": {"B": "${database.host}"}},
            "worker": {**WORKER, "source": "nowhere", "cpuUnits": 1},
            "third": {**WORKER, "port": 1, "routes": ["/"]},
        },
        "jobs": {"n": {"service": "worke", "schedule": "daily"}, "m": {"service": "broken"}},
        "queues": {"q": {"maxReceives": 0}},
    }
    found = problems(app, network={"zones": ["eu-west-1a", "eu-west-1b"]}, storage={"x": 1})
    assert [line.partition(": must")[0].partition(": is")[0].partition(": names")[0] for line in found] == [
        "app.yaml: jobs.m.command",
        "app.yaml: jobs.m.schedule",
        "app.yaml: jobs.n.command",
        "app.yaml: jobs.n.schedule",
        "app.yaml: jobs.n.service",
        "app.yaml: queues.q.maxReceives",
        "app.yaml: services.api.environment.A",
        "app.yaml: services.api.port",
        "app.yaml: services.api.uses",
        "app.yaml: services.broken.source",
        "app.yaml: services.broken.uses",
        "app.yaml: services.third.health",
        "app.yaml: services.third.routes",
        "app.yaml: services.worker.cpuUnits",
        "app.yaml: services.worker.source",
        "network.zones",
        "storage.x",
    ]


@pytest.mark.parametrize("wrong", [{"region": "Frankfurt"}, {"network": {"zones": ["us-east-1a"]}}])
def test_a_rule_is_silent_where_what_it_looks_at_is_wrong(wrong: dict[str, Any]) -> None:
    assert len(problems(service(), **wrong)) == 1
    assert len(problems({"services": {"worker": {**WORKER, "cpuUnits": 1}}})) == 1, "its routes may be wrong, too"


def test_a_stack_changes_a_key_adds_one_and_takes_one_away() -> None:
    app = {"services": {"api": {**API, "environment": {"A": "1", "B": "2"}}, "worker": WORKER}}
    change = {"api": {"desiredCount": 2, "environment": {"B": None, "C": 3}}, "worker": None}
    (api,) = parse(app, services=change).services.values()
    assert (api.port, api.desired_count, api.environment) == (8000, 2, {"A": "1", "C": "3"})


def test_values_of_yaml_become_the_texts_that_a_process_gets() -> None:
    environment = {"N": 600, "F": 0.5, "T": True, "S": "0600"}
    got = parse(service(environment=environment)).services["api"].environment
    assert got == {"N": "600", "F": "0.5", "T": "true", "S": "0600"}


def test_a_stack_without_mail_needs_no_address_and_what_none_uses_is_not_made() -> None:
    config = parse(service(uses=["bucket"], environment={"KEY": "${secrets.STRIPE_KEY}"}))
    assert (config.mail, config.used, config.secrets) == (None, frozenset({"bucket"}), ["STRIPE_KEY"])
    assert problems(service(uses=["mail"]))[0].startswith("mail.address: is required where a service uses mail; ")


def test_what_pages_may_load_is_of_the_app_and_written_as_the_header_has_it() -> None:
    allowed = {"script": ["https://js.stripe.com", "unsafe-inline"], "connect": ["wss://*.example.org:8443"]}
    found = parse({**service(), "cdn": {"contentSecurity": allowed}}).cdn.content_security
    assert found.script == ("https://js.stripe.com", "'unsafe-inline'")
    assert found.connect == ("wss://*.example.org:8443",)
    for wrong in ("https://a.b/path", "*", "https://a.b; script-src *", "none"):
        (line,) = problems({**service(), "cdn": {"contentSecurity": {"script": [wrong]}}})
        assert line.startswith("app.yaml: cdn.contentSecurity.script.0: must be an origin without a path, or data, ")


def test_jobs_need_room_too() -> None:
    app: dict[str, Any] = {**service(memoryMib=900), "cluster": {"maxInstances": 1}}
    assert not parse(app).plan.missing
    (line,) = problems({**app, "jobs": {"n": {"service": "api", "command": ["x"], "schedule": "rate(1 day)"}}})
    assert "have none for n (256 CPU units and 900 MiB) for its run beside a deployment; take" in line


def test_a_file_that_is_no_yaml_is_answered_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "app.yaml"
    with pytest.raises(ConfigError, match=r"^app\.yaml: must be there"):
        load.app_settings(file)
    file.write_text("services:\n  api: {source: backend\n")
    with pytest.raises(ConfigError, match=r"^app\.yaml:3:1: must be YAML: "):
        load.app_settings(file)
    file.write_text("services: &all\n  api: {port: 1, port: 2}\n  api:\n    port: 3\nothers: *all\n")
    twice = (
        r"^app\.yaml:2: port: is there before; .*\napp\.yaml:3: api: is there before; take another name, or remove one$"
    )
    with pytest.raises(ConfigError, match=twice):
        load.app_settings(file)
    file.write_text("")
    with pytest.raises(ConfigError, match=r"^app\.yaml: must be a section with keys"):
        load.app_settings(file)
    file.write_text("- services\n")
    with pytest.raises(ConfigError, match=r"^app\.yaml: must be a section with keys"):
        load.app_settings(file)


def test_what_a_dockerfile_declares_is_given_and_what_nginx_writes_to_must_be_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    for module in (services, images):
        monkeypatch.setattr(module, "image_folder", lambda path: tmp_path / path)
    build = "FROM --platform=linux/amd64 node:24 AS build\nARG A=1 VITE_API_URL=\n"
    (folder / "Dockerfile").write_text(f"{build}FROM nginx:1\n")
    given = {"source": "web", "buildArgs": {"VITE_API_URL": ""}}
    assert problems(service(**given)) == [
        "app.yaml: services.api.writable: must hold /var/cache/nginx and /run, to which nginx writes;"
        " write writable: [/var/cache/nginx, /run]"
    ]
    writable = ["/data", "/var/cache/nginx", "/run"]
    found = parse(service(**given, writable=writable)).services["api"]
    assert found.build_args == {"VITE_API_URL": ""} and list(found.writable) == writable
    for base in ("nginxinc/nginx-unprivileged:1", "nginx:1 AS first\nFROM caddy"):
        (folder / "Dockerfile").write_text(f"{build}FROM {base}\n")
        parse(service(**given))


def test_a_private_service_needs_a_load_balancer_with_private_addresses() -> None:
    app = {"services": {"api": API, "prices": PRICES}}
    assert parse(app).private == ["prices"]
    (line,) = problems(app, loadBalancer={"scheme": "internet-facing"})
    assert line.startswith("app.yaml: services.prices.private: must be false where loadBalancer.scheme is internet-fac")


def test_hosts_are_names_below_the_domain_that_differ_from_those_of_the_site_and_the_api() -> None:
    admin = {**API, "routes": [], "hosts": ["api", "www"]}
    app = {"services": {"web": {**API, "routes": ["/", "/api"]}, "admin": admin}}
    config = parse(app, domain={"name": "shop.example.com"})
    assert config.hosts == {"api": "admin", "www": "admin"}
    assert config.names == ["shop.example.com", "api.shop.example.com", "www.shop.example.com"]
    assert problems(app, domain={"name": "shop.example.com", "www": "none", "api": "subdomain"}) == [
        "app.yaml: services.admin.hosts: must not be api where domain.api is subdomain: api.shop.example.com leads to"
        " web; take another name, or write domain.api: path"
    ]
    page = {"web": {"page": True, "routes": ["/"]}}
    assert problems(app, domain={"name": "shop.example.com", "www": "redirect"}, services=page) == [
        "app.yaml: services.admin.hosts: must not be www where domain.www is redirect: www.shop.example.com leads to"
        " the site; take another name, or write domain.www: none"
    ]
    longest = {"name": f"{'.'.join(['a' * 60] * 4)}.example"[-250:].lstrip(".")}
    assert "must make a name of at most 253 letters" in problems(app, domain={"name": "b" + longest["name"][1:]})[0]


def test_two_services_whose_rules_for_hosts_would_have_one_priority_are_told() -> None:
    app = {"services": {"web": API, **{one: {**API, "routes": [], "hosts": [one]} for one in ("p5", "p10")}}}
    (line,) = problems(app, domain={"name": "shop.example.com"})
    assert line.startswith("app.yaml: services.p10: must have another name: the load balancer's rule for its hosts ")


def test_private_services_may_name_each_other() -> None:
    """Their URLs are known before they run, so there is no first one."""
    one = {**PRICES, "environment": {"OTHER": "${services.stock.url}/v1"}}
    other = {**PRICES, "environment": {"OTHER": "${services.prices.url}/v1"}}
    assert parse({"services": {"api": API, "prices": one, "stock": other}}).private == ["prices", "stock"]


def test_what_a_stacks_file_changes_of_a_service_that_is_gone_is_told_as_that() -> None:
    assert problems({"services": {"api": API}}, services={"backend": {"desiredCount": 2}}) == [
        "services.backend: must be a service of app.yaml, which has api; take it out of this file, or describe it there"
    ]


@pytest.mark.parametrize(
    "schedule",
    [
        "15/20 8-9 * * ? *",
        "*/5 0 ? jan-MAR MON-FRI *",
        "0 0 LW * ? 2026-2028",
        "0 0 15W 1,2 ? *",
        "0 9 ? * 3#2 *",
        "0 0 ? * 6L *",
    ],
)
def test_all_that_aws_knows_in_a_cron_expression_is_taken(schedule: str) -> None:
    job = {"service": "api", "command": ["x"], "schedule": f"cron({schedule})"}
    assert parse({"services": {"api": API}, "jobs": {"n": job}}).jobs["n"].schedule == f"cron({schedule})"


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        ("rate(1 minute)", 1),
        ("rate(15 minutes)", 15),
        ("rate(90 minutes)", 60),
        ("rate(1 hour)", 60),
        ("cron(* * * * ? *)", 60),
    ],
)
def test_a_run_that_cannot_start_is_tried_no_longer_than_until_the_next_of_its_rate(
    schedule: str, minutes: int
) -> None:
    job = {"service": "api", "command": ["x"], "schedule": schedule}
    assert parse({"services": {"api": API}, "jobs": {"n": job}}).jobs["n"].trial_minutes == minutes
    given = parse({"services": {"api": API}, "jobs": {"n": {**job, "startWithinMinutes": 5}}})
    assert given.jobs["n"].trial_minutes == 5


def test_a_dockerfile_is_a_file_in_the_source_and_those_with_one_are_built_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (services, images):
        monkeypatch.setattr(module, "image_folder", lambda path: tmp_path / path)
    for name in ("api", "web"):
        (tmp_path / "shop" / name).mkdir(parents=True)
        (tmp_path / "shop" / name / "Dockerfile").write_text("FROM node:24\nARG MODE\n")
    one = {**API, "source": "shop", "dockerfile": "api/Dockerfile", "buildArgs": {"MODE": "a"}}
    other = {"source": "shop", "command": ["x"], "dockerfile": "web/Dockerfile", "buildArgs": {"MODE": "b"}}
    parse({"services": {"api": one, "other": other}})
    assert problems({"services": {"api": one, "other": {**other, "dockerfile": "api/Dockerfile"}}}) == [
        "app.yaml: services.other.buildArgs: must be what api has, which has the same source and Dockerfile;"
        " write the same for both: they share one image"
    ]
    assert problems({"services": {"api": {**one, "dockerfile": "ap/Dockerfile"}}}) == [
        "app.yaml: services.api.dockerfile: must be a file in shop/, got 'ap/Dockerfile';"
        " write it, or the path of another, such as backend/Dockerfile"
    ]
    (line,) = problems({"services": {"api": {**one, "dockerfile": "../Dockerfile"}}})
    assert line.startswith("app.yaml: services.api.dockerfile: must be a path in the service's folder, in letters")
