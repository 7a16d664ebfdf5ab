"""`logs` shows what the services write, and Ctrl-C is its proper end."""

import json
import os
import signal
import subprocess
import threading

from tests.e2e.checkout import Checkout

MARK = "/api/seen-in-the-logs"
VERSION = "seen-in-the-logs"
FOLLOW_SECONDS = 60
END_SECONDS = 60


def read_until(process: "subprocess.Popen[str]", wanted: set[str]) -> str:
    """Read the command's output until every text of `wanted` was in it; what was read."""
    assert process.stdout is not None
    killer = threading.Timer(FOLLOW_SECONDS, process.kill)
    killer.start()
    try:
        read, missing = "", set(wanted)
        for line in process.stdout:
            read += line
            missing = {text for text in missing if text not in line}
            if not missing:
                return read
    finally:
        killer.cancel()
    raise AssertionError(f"logs: ended, or was killed after {FOLLOW_SECONDS} s, without {sorted(missing)}:\n{read}")


def test_logs_of_the_back_end_and_the_lambda_are_shown_until_interrupted(running: Checkout) -> None:
    functions = running.client("lambda").list_functions()["Functions"]
    (name,) = [function["FunctionName"] for function in functions if "cache-reset" in function["FunctionName"]]
    with subprocess.Popen(
        running.operation("logs"), cwd=running.root, env=running.environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            with running.site() as site:
                assert site.get(MARK).status_code == 404
            running.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"version": VERSION}))
            read = read_until(process, {MARK, f"for version {VERSION}"})
            os.killpg(process.pid, signal.SIGINT)
            rest, _ = process.communicate(timeout=END_SECONDS)
        finally:
            process.kill()
    assert process.returncode == 0, read + rest
    assert "Traceback" not in read + rest
