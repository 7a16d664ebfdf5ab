"""Measures how fast the page is on a phone, with Lighthouse's mobile profile: `make bench-page`.

Milliseconds depend on the machine, so each is compared with an empty page of the same run. The best of a few runs
counts: what else the machine does can only make a run slower. Needs a site that runs (`make up`).
"""

import argparse
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from localcloud import access, stack
from localcloud.errors import LocalCloudError
from localcloud.place import Place
from tests.e2e.lighthouse import lighthouse

PATHS = ("/", "/items")
RUNS = 3
METRICS = ("first-contentful-paint", "largest-contentful-paint", "speed-index")
EMPTY = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>-</title><h1>-</h1>'


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are no news."""


@contextmanager
def empty_page(folder: Path) -> Iterator[str]:
    (folder / "index.html").write_text(EMPTY)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def cookies(place: Place, url: str) -> list[dict[str, Any]]:
    """Of a session, where the site asks for its password."""
    password = access.password(place)
    if password is None:
        return []
    # By the gateway's address: not every system knows names below `localhost`, as browsers do.
    headers = {"Host": urlsplit(url).netloc, "Origin": url}
    answer = httpx.post(f"{place.endpoint}/api/session", json={"password": password}, headers=headers)
    answer.raise_for_status()
    return [{"name": name, "value": value} for name, value in answer.cookies.items()]


def best(url: str, folder: Path, session: Sequence[Mapping[str, Any]]) -> tuple[int, dict[str, float]]:
    """Score (0 to 100), and milliseconds of each metric, of the run with the best score."""
    reports = [lighthouse(url, folder, ["performance"], session) for _ in range(RUNS)]
    report = max(reports, key=lambda one: float(one["categories"]["performance"]["score"]))
    times = {metric: float(report["audits"][metric]["numericValue"]) for metric in METRICS}
    return round(100 * report["categories"]["performance"]["score"]), times


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.page", description=__doc__)
    parser.add_argument("--port", type=int, default=4566, help="the local cloud's")
    place = Place.of(parser.parse_args().port)
    url = stack.outputs(place).get("url")
    if not url:
        raise SystemExit(f"bench-page: no site is deployed on port {place.port}; run `make up`")
    try:
        session = cookies(place, url)
    except LocalCloudError as error:
        raise SystemExit(f"bench-page: {error}") from None
    with tempfile.TemporaryDirectory(prefix="page-") as name, empty_page(Path(name)) as empty:
        _, floor = best(empty, Path(name), [])
        for path in PATHS:
            score, times = best(url + path, Path(name), session)
            print(f"{path}: score {score}")
            for metric, taken in times.items():
                print(f"  {metric:<26} {taken:6.0f} ms   {taken / floor[metric]:5.1f} × an empty page", flush=True)


if __name__ == "__main__":
    main()
