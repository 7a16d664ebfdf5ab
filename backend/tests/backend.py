"""The back end as a process: with its environment, its address, and its log."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.cloud import APP_PASSWORD, BUCKET, CONFIGURATION_SET, RECIPIENT, REGION, SENDER, Cloud
from tests.ports import free_port
from tests.postgres import DATABASE
from tests.tls import TlsFront

ROOT = Path(__file__).parents[1]


def environment(database: TlsFront, cloud: Cloud, **changes: str) -> dict[str, str]:
    """The environment variables that a deployment sets; `changes` replace some of them."""
    return {
        "PATH": os.environ["PATH"],
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "ACCESS_SECRET_ARN": cloud.access_secret_arn,
        "SESSION_COOKIE_SECURE": "false",  # the tests speak HTTP
        "REQUESTS_PER_MINUTE": "1000000",
        "DATABASE_HOST": "localhost",
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": DATABASE,
        "DATABASE_SECRET_ARN": cloud.secret_arn,
        "DATABASE_SSLMODE": "verify-full",
        "DATABASE_SSL_ROOT_CERT": str(database.authority),
        "S3_BUCKET": BUCKET,
        "MAIL_FROM": SENDER,
        "MAIL_TO": RECIPIENT,
        "SES_CONFIGURATION_SET": CONFIGURATION_SET,
        "APP_VERSION": "version-of-the-test",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        **changes,
    }


def run(*arguments: str, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run `python -m` with these arguments, as a container with another command does."""
    command = [sys.executable, "-W", "error", "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False, timeout=60)


class Backend:
    def __init__(self, process: "subprocess.Popen[bytes]", env: Mapping[str, str], log: Path) -> None:
        self.process = process
        self.env = env
        self.url = f"http://{env['HOST']}:{env['PORT']}"
        self.http = httpx.Client(base_url=self.url, timeout=20)
        self.api_prefix = env.get("API_PREFIX", "/api")
        self._log = log

    def sign_in(self, password: str = APP_PASSWORD) -> httpx.Response:
        """Signs `http` in."""
        return self.http.post(f"{self.api_prefix}/session", json={"password": password})

    def log_text(self) -> str:
        return self._log.read_text()

    def log(self) -> list[dict[str, Any]]:
        """All lines so far. Fails when one of them is not JSON."""
        return [json.loads(line) for line in self.log_text().splitlines()]

    def logged_request(self, request_id: str) -> dict[str, Any]:
        """The log line of this request. Waits, because it is written shortly after the response is sent."""
        deadline = time.monotonic() + 60
        while True:
            for line in self.log():
                if line["message"] == "request" and line["request_id"] == request_id:
                    return line
            assert time.monotonic() < deadline, self.log_text()
            time.sleep(0.02)

    def stop(self) -> int:
        """Send SIGTERM, and wait for the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def running_backend(
    env: Mapping[str, str], *, sign_in: bool = True, arguments: Sequence[str] = ("-m", "app")
) -> Iterator[Backend]:
    """A running process. `arguments`: the arguments of Python."""
    with tempfile.NamedTemporaryFile() as log:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=log, stderr=subprocess.STDOUT)
        backend = Backend(process, env, Path(log.name))
        try:
            wait_until_live(backend)
            assert not sign_in or backend.sign_in().status_code == 204, backend.log_text()
            yield backend
        finally:
            backend.http.close()
            process.kill()
            process.wait()


def wait_until_live(backend: Backend) -> None:
    path = backend.env.get("HEALTH_PATH", "/api/health") + "/live"
    deadline = time.monotonic() + 60
    while True:
        try:
            if backend.http.get(path).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert backend.process.poll() is None, backend.log_text()
        assert time.monotonic() < deadline, backend.log_text()
        time.sleep(0.05)
