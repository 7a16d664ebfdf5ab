"""What `make dev` gives to a service: the variables, secrets and role of its deployed task, and a port."""

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localcloud.dev.description import Service, environment
from localcloud.dev.folder import Plan
from localcloud.dev.setting import addresses, own_variables, ports, process_variables, python_packages, write_file
from localcloud.place import Place
from tests.ports import free_port

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:app-1a2b3c"


class FakeSecrets:
    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803
        assert SecretId == ARN
        return {"SecretString": json.dumps({"password": "p:w"})}


def service(name: str = "api", port: int | None = 8000, private_url: str | None = None, **variables: str) -> Service:
    return Service(
        name=name, folder=Path(), dockerfile="Dockerfile", routes=[], private_url=private_url, port=port, command=[],
        migrate=[], dev=[], environment=variables,
    )  # fmt: skip


def test_a_service_has_what_ecs_gives_to_its_task(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "k")
    container = {
        "environment": [{"name": "DATABASE_HOST", "value": "host.docker.internal"}],
        "secrets": [{"name": "WHOLE", "valueFrom": ARN}, {"name": "PART", "valueFrom": f"{ARN}:password::"}],
    }
    task = {"containerDefinitions": [container], "taskRoleArn": "arn:aws:iam::000000000000:role/api"}
    found = environment(place, task, FakeSecrets())
    address = f"{place.endpoint}/v2/credentials/000000000000/api/"
    assert found.pop("AWS_CONTAINER_CREDENTIALS_FULL_URI").startswith(address)
    assert len(found.pop("AWS_CONTAINER_AUTHORIZATION_TOKEN")) == 64
    assert found == {
        "DATABASE_HOST": "127.0.0.1",
        "WHOLE": '{"password": "p:w"}',
        "PART": "p:w",
        "AWS_ENDPOINT_URL": place.endpoint,
    }


def test_a_service_without_a_role_has_no_credentials(place: Place) -> None:
    assert environment(place, {"containerDefinitions": [{}]}, FakeSecrets()) == {"AWS_ENDPOINT_URL": place.endpoint}


def test_the_task_wins_over_the_image_and_the_sites_address_is_the_one_here() -> None:
    plan = Plan(command=(), reloads=False, variables={"MODE": "image", "OWN": "image"})
    made = own_variables(
        service(MODE="task", PORT="80", SITE="http://d1.x/a"),
        plan,
        81,
        {"http://d1.x": "http://localhost:9"},
    )
    assert made == {
        "MODE": "task", "OWN": "image", "SITE": "http://localhost:9/a", "HOST": "127.0.0.1", "PORT": "81",
        "APP_VERSION": "development",
    }  # fmt: skip


def test_each_private_service_has_an_address_of_its_own_that_others_are_told_by_the_same_variable() -> None:
    services = [service("api"), service("prices", private_url="http://lb:20001"), service("stock", private_url="u")]
    assert addresses(services) == {"prices": "127.0.0.2", "stock": "127.0.0.3"}
    moved = {"http://site": "http://localhost:9", "http://lb:20001": "http://127.0.0.2:9"}
    made = own_variables(service(PRICES="http://lb:20001/v1"), Plan(command=(), reloads=False), 80, moved)
    assert made["PRICES"] == "http://127.0.0.2:9/v1"


def test_a_process_has_nothing_of_the_users_that_could_lead_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("DATABASE_HOST", "production")
    made = process_variables({"OWN": "1"}, [Path("/venv/bin")], coloured=False)
    assert (
        made["OWN"] == "1"
        and made["PATH"].startswith("/venv/bin:")
        and not {"AWS_PROFILE", "DATABASE_HOST"} & set(made)
    )


def test_each_service_has_its_own_port_where_it_is_free() -> None:
    free = free_port()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        used = taken.getsockname()[1]
        services = [service("a", free), service("b", free), service("c", used), service("d", used), service("e", None)]
        found = ports(services, excepted=["d"])
    assert found["a"] == free and found["d"] == used and "e" not in found
    assert len({found["a"], found["b"], found["c"], used}) == 4


def test_packages_are_those_of_the_lock_file_or_of_an_environment_that_the_folder_has(tmp_path: Path) -> None:
    def wanted() -> str | None:
        found = python_packages(tmp_path)
        return " ".join([found.tool, *found.words]) if found else None

    assert wanted() is None
    (tmp_path / "requirements.txt").touch()
    assert wanted() == "pip -r requirements.txt"
    (tmp_path / "uv.lock").touch()
    assert wanted() == "uv --no-dev"
    (tmp_path / ".venv/bin").mkdir(parents=True)
    assert wanted() is None
    (tmp_path / "poetry.lock").touch()
    assert wanted() == "poetry --only main"


def test_a_shell_reads_the_variables_and_nobody_else_does(tmp_path: Path) -> None:
    file = tmp_path / "dev/api.env"
    write_file(file, {"A": "it's $HOME", "B": '{"x": 1}'})
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    shown = subprocess.run(
        ["sh", "-c", f'. {file}; printf "%s|%s" "$A" "$B"'], capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    assert shown == 'it\'s $HOME|{"x": 1}'
