"""The engine that the tests run on, and its base images."""

import os
import subprocess
from contextlib import closing, suppress

import psycopg
import pytest
import valkey

from tests.docker.base_images.names import CACHE, DATABASE, base_images
from tests.docker.engine import BRIDGE, NETWORK_LINKS, Engine, remove_left_bridges
from tests.e2e.checkout import wait_until


def test_the_engine_has_every_base_image_under_the_name_in_the_dockerfiles(docker_engine: Engine) -> None:
    with docker_engine.client() as client:
        names = {tag for image in client.images.list() for tag in image.tags}
    assert {image.name for image in base_images()} <= names


def test_a_limit_of_memory_is_enforced(docker_engine: Engine) -> None:
    python = next(image.name for image in base_images() if image.repository == "python")
    with docker_engine.client() as client:
        container = client.containers.create(
            python, ["python3", "-c", "bytearray(256 * 2**20)"], mem_limit="64m", memswap_limit="64m"
        )
        try:
            container.start()
            assert container.wait()["StatusCode"] == 137
            container.reload()
            assert container.attrs["State"]["OOMKilled"] is True
        finally:
            container.remove(force=True, v=True)


def test_postgres_serves_over_the_network_with_the_password_of_its_environment(docker_engine: Engine) -> None:
    with docker_engine.client() as client:
        container = client.containers.run(
            DATABASE,
            detach=True,
            environment={"POSTGRES_USER": "me", "POSTGRES_PASSWORD": "it's", "POSTGRES_DB": "app"},
        )
        try:
            container.reload()
            address = container.attrs["NetworkSettings"]["IPAddress"]
            login = f"host={address} user=me dbname=app connect_timeout=10"

            def serves() -> bool:
                # Its log says that it is ready before it listens on the network, too.
                try:
                    with closing(psycopg.connect(login, password="it's")) as connection:
                        return connection.execute("SELECT 1").fetchone() == (1,)
                except psycopg.OperationalError:
                    return False

            wait_until(serves)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(login, password="wrong")
        finally:
            container.remove(force=True, v=True)


def test_valkey_serves_over_the_network(docker_engine: Engine) -> None:
    with docker_engine.client() as client:
        container = client.containers.run(CACHE, detach=True)
        try:
            container.reload()
            address = container.attrs["NetworkSettings"]["IPAddress"]

            def serves() -> bool:
                with suppress(valkey.exceptions.ConnectionError), valkey.Valkey(host=address) as cache:
                    return bool(cache.ping())
                return False

            wait_until(serves)
        finally:
            container.remove(force=True, v=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes bridges, and needs to remove them")
def test_the_bridge_of_tests_that_were_killed_is_removed_and_not_before() -> None:
    tests = subprocess.Popen(["sleep", "600"])
    link = f"{BRIDGE}{tests.pid}"
    try:
        subprocess.run(["ip", "link", "add", link, "type", "bridge"], check=True)
        remove_left_bridges()
        assert (NETWORK_LINKS / link).exists()
    finally:
        tests.kill()
        tests.wait()
        remove_left_bridges()
    assert not (NETWORK_LINKS / link).exists()
