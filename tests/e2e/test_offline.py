"""Nothing that the laptop's stack does leaves the machine: it works in a network where nobody else is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.place import ROOT, TOOLS
from tests.e2e.alone import apart
from tests.e2e.checkout import Checkout
from tests.engine.support import Engine

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a network to watch")


def left(tmp_path: Path, *command: str) -> list[str]:
    """What left the network in which the command ran; the command must succeed."""
    report = tmp_path / "left.json"
    run = subprocess.run(
        apart(report, *command), cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert run.returncode == 0, run.stdout
    packets: list[str] = json.loads(report.read_text())
    return packets


@pytest.fixture
def packages(tmp_path: Path) -> None:
    """Registries are asked for packages that this machine does not have yet. That is not what is tested here."""
    engine = Engine(folder=tmp_path, cache=TOOLS / "cache", log=tmp_path / "engine.log")
    try:
        engine.start()
        for app in ("backend", "frontend"):
            engine.build(ROOT / app, f"{app}:1")
        engine.run("postgres:18", environment={"POSTGRES_PASSWORD": "x"}).remove(force=True, v=True)
    finally:
        engine.stop()


def test_what_leaves_is_seen(tmp_path: Path) -> None:
    send = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'hello', ('198.51.100.1', 9))"
    assert left(tmp_path, sys.executable, "-W", "ignore", "-c", send) == ["198.51.100.1:9 hello"]


@pytest.mark.usefixtures("packages")
def test_a_deployment_and_all_parts_of_the_site_send_nothing(checkout: Checkout, tmp_path: Path) -> None:
    copy = (str(checkout.root), str(checkout.port))
    packets = left(tmp_path, sys.executable, "-m", "tests.e2e.test_offline", *copy)
    assert packets == [], "\n".join(packets)


def live(checkout: Checkout) -> None:
    """What a person does with a stack: deploy it, use each of its parts, take it away."""
    checkout.up()
    with checkout.site() as site:
        site.post("/api/items", json={"title": "kept"}).raise_for_status()
        site.post("/api/mail", json={"subject": "a", "text": "b"}).raise_for_status()
        seen = site.get("/api/overview").raise_for_status().json()
        assert "down" not in {seen[part]["state"] for part in ("database", "bucket", "mail", "cache")}, seen
    checkout.down()


if __name__ == "__main__":
    live(Checkout(root=Path(sys.argv[1]), port=int(sys.argv[2])))
