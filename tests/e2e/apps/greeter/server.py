"""The smallest app: it answers every path, and needs nothing that has to be installed."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Greeter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        greeting = os.environ.get("GREETING", "hello")
        body = greeting.format(host=self.headers["Host"], path=self.path).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a header may be in a request that is a secret."""


ThreadingHTTPServer((os.environ.get("HOST", "0.0.0.0"), int(os.environ["PORT"])), Greeter).serve_forever()
