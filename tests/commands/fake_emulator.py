"""A small emulator in this process: the two AWS APIs that the commands call, with answers that a test sets."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GROUPS_PER_PAGE = 2


@dataclass
class FakeEmulator:
    """`groups`: events of each log group; `secrets`: text of each secret; `refusal`: name
    of the error for what is in neither; `health`: the answer of that path, if any."""

    groups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    deleted: bool = False
    health: dict[str, Any] | None = None
    refusal: str = "ResourceNotFoundException"

    def write(self, group: str, *messages: str, at: int, stream: str = "s", **more: Any) -> None:
        """Append events, ordered by time as the real one orders them."""
        events = self.groups.setdefault(group, [])
        events += [{"timestamp": at, "message": text, "logStreamName": stream, **more} for text in messages]
        events.sort(key=lambda event: int(event["timestamp"]))

    def get(self, path: str) -> tuple[int, Any]:
        if path == "/_ministack/health":
            return 200, {}
        return (200, self.health) if path == "/_local/health" and self.health is not None else (404, {})

    def post(self, action: str, body: dict[str, Any]) -> tuple[int, Any]:
        if action == "Logs_20140328.DescribeLogGroups":
            first = int(body.get("nextToken", 0))
            names = sorted(name for name in self.groups if name.startswith(body["logGroupNamePrefix"]))
            page: dict[str, Any] = {"logGroups": [{"logGroupName": name} for name in names[first:][:GROUPS_PER_PAGE]]}
            if names[first + GROUPS_PER_PAGE :]:
                page["nextToken"] = str(first + GROUPS_PER_PAGE)
            return 200, page
        if action == "Logs_20140328.FilterLogEvents" and body["logGroupName"] in self.groups:
            events = self.groups[body["logGroupName"]]
            text = json.loads(body.get("filterPattern", '""'))  # a pattern of one quoted text
            since = [event for event in events if event["timestamp"] >= body["startTime"] and text in event["message"]]
            return 200, {"events": since[: body["limit"]]}
        if action == "secretsmanager.DescribeSecret" and body["SecretId"] in self.secrets:
            return 200, {"ARN": body["SecretId"], **({"DeletedDate": 1.0} if self.deleted else {})}
        if action == "secretsmanager.GetSecretValue" and body["SecretId"] in self.secrets:
            return 200, {"SecretString": self.secrets[body["SecretId"]]}
        if action == "secretsmanager.PutSecretValue" and body["SecretId"] in self.secrets:
            self.secrets[body["SecretId"]] = body["SecretString"]
            return 200, {}
        return 400, {"__type": f"com.amazonaws#{self.refusal}", "message": f"not here: {body}"}

    @contextmanager
    def serving(self, port: int) -> Iterator[None]:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler(self))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def handler(emulator: FakeEmulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(*emulator.get(self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if (self.path, self.headers["Content-Type"]) != ("/", "application/x-amz-json-1.1"):
                return self.answer(404, f"{self.path} is no API of AWS's JSON protocol")
            self.answer(*emulator.post(self.headers["X-Amz-Target"], body))

        def answer(self, status: int, body: Any) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests' output is not its log."""

    return Handler
