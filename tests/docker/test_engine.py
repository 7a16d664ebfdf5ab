"""The engine that the tests run on, and its base images."""

from contextlib import closing

import psycopg
import pytest

from tests.docker.base_images.names import DATABASE, base_images
from tests.docker.engine import Engine
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
