"""A `make dev` that runs."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import httpx

from tests.e2e.checkout import Checkout, wait_until

# Of a machine that does much else at the time.
START_SECONDS = 120


class Development:
    """A running `make dev` of a checkout, its output kept."""

    @classmethod
    @contextmanager
    def of(cls, checkout: Checkout, log: Path) -> Iterator["Development"]:
        """One that is ready, and killed in the end."""
        with log.open("w+") as output:
            made = cls(checkout, output)
            try:
                made.until("Ctrl-C ends it")
                yield made
            finally:
                made.process.kill()
                made.process.wait()
                made.site.close()

    def __init__(self, checkout: Checkout, output: IO[str]) -> None:
        self.checkout, self.output = checkout, output
        where = ["--port", str(checkout.port), "--folder", str(checkout.place.folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "localcloud.dev", *where],
            cwd=checkout.root, env=checkout.environment, start_new_session=True,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.site = httpx.Client(base_url=f"http://127.0.0.1:{checkout.place.dev_port}", timeout=60)

    @property
    def lines(self) -> str:
        self.output.seek(0)
        return self.output.read()

    def until(self, words: str) -> None:
        def said() -> bool:
            assert self.process.poll() is None, self.lines
            return words in self.lines

        wait_until(said, START_SECONDS)

    def processes(self) -> list[int]:
        """Those that run in the checkout's folders of source."""
        folders = {self.checkout.root / "backend", self.checkout.root / "frontend"}
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and (entry / "cwd").readlink() in folders:
                    found.append(int(entry.name))
        return found
