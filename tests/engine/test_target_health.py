"""A version counts as running when the load balancer's own check passes on its targets, and for no other reason."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from docker.models.containers import Container

from tests.engine.site import Client, Load, Site
from tests.engine.support import Emulator, Engine, endpoint, eventually, get
from tests.ports import free_port


@pytest.mark.parametrize(
    ("mode", "grace_seconds", "told"),
    [
        ("leave", 60, "Essential container exited"),
        ("elsewhere", 0, "due to (reason Health checks failed)"),
        ("unhealthy", 20, "due to (reason Health checks failed with these codes: [503])"),
    ],
)
def test_a_version_whose_targets_do_not_pass_the_check_never_gets_a_request(
    site: Site, tmp_path: Path, mode: str, grace_seconds: int, told: str
) -> None:
    before = site.service()["taskDefinition"]
    image = site.variant(tmp_path, "2", v1="v2", **{"MODE=serve": f"MODE={mode}"})
    with Load(site) as load:
        site.update(site.register(image), healthCheckGracePeriodSeconds=grace_seconds)
        eventually(site.has_failed)
        eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == before)
    assert set(load.answers) == {"v1"}
    assert told in site.events() + "".join(site.stop_reasons())
    assert {health["State"] for health in site.targets().values()} == {"healthy"}


def test_a_first_version_that_does_not_answer_is_a_failed_deployment(
    cloud: tuple[Engine, Emulator], aws: Client, tmp_path: Path
) -> None:
    site = Site.create(cloud, aws)
    image = site.variant(tmp_path, "1", **{"MODE=serve": "MODE=elsewhere"})
    site.serve(site.register(image), until=site.has_failed, grace_seconds=20)
    assert [one["rolloutState"] for one in site.service()["deployments"]] == ["FAILED"]


def answers(url: str) -> bool:
    try:
        return bool(get(url))
    except OSError:
        return False


def address(container: Container) -> str:
    networks: dict[str, Any] = container.attrs["NetworkSettings"]["Networks"]
    found: str = next(iter(networks.values()))["IPAddress"]
    return found


def test_a_task_that_gets_unhealthy_is_replaced_and_loses_its_requests_at_once(site: Site, tmp_path: Path) -> None:
    site.update(site.register(site.variant(tmp_path, "2", v1="v2")), healthCheckGracePeriodSeconds=20)
    eventually(lambda: site.is_steady() and {site.version() for _ in range(20)} == {"v2"})
    sick = next(one for one in site.engine.client.containers.list() if address(one) in site.targets())
    get(f"{endpoint(sick)}/sick")
    eventually(lambda: site.targets().get(address(sick), {}).get("State") != "healthy")
    eventually(lambda: sick.id not in {one.id for one in site.engine.client.containers.list()})
    eventually(lambda: [health["State"] for health in site.targets().values()] == ["healthy", "healthy"])
    assert "due to (reason Health checks failed with these codes: [503])" in site.events()


def test_a_target_whose_port_another_program_answers_is_not_healthy(
    cloud: tuple[Engine, Emulator], aws: Client, tmp_path: Path
) -> None:
    """Here the machine's own programs and the containers share a network."""
    site = Site.create(cloud, aws)
    site.port = free_port()
    silent = site.variant(tmp_path, "1", **{"MODE=serve": "MODE=hang"})
    site.serve(site.register(silent), until=lambda: len(site.targets()) == 2, grace_seconds=10)
    with machine_s_program(site.port):
        target = next(iter(site.targets()))
        eventually(lambda: answers(f"http://{target}:{site.port}/health"))
        eventually(site.has_failed)
        assert "another program answers at this address" in site.events()


@contextlib.contextmanager
def machine_s_program(port: int) -> Iterator[None]:
    """One that is no container, and answers everything at all addresses."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"not the container")

    with ThreadingHTTPServer(("0.0.0.0", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_tasks_that_listen_on_all_addresses_of_one_port_serve_beside_each_other(
    cloud: tuple[Engine, Emulator], aws: Client, tmp_path: Path
) -> None:
    site = Site.create(cloud, aws)
    image = site.variant(tmp_path, "1", **{"MODE=serve": "MODE=everywhere"})
    site.serve(site.register(image))
    assert len(site.targets()) == 2
    assert [health["State"] for health in site.targets().values()] == ["healthy", "healthy"]
    site.update(site.register(site.variant(tmp_path, "2", v1="v2", **{"MODE=serve": "MODE=everywhere"})))
    eventually(lambda: site.is_steady() and {site.version() for _ in range(20)} == {"v2"})
