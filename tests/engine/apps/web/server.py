"""A service for the engine's tests; `MODE` says how it behaves."""

import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import idna

VERSION = "v1"
MODE = os.environ["MODE"]
state = {"healthy": MODE != "unhealthy"}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            print("a slow answer begins", flush=True)
            time.sleep(1)
        if self.path == "/sick":
            state["healthy"] = False
        status = 503 if self.path == "/health" and not state["healthy"] else 200
        facts = {
            "version": VERSION,
            "name": idna.encode("münchen.example").decode(),
            "environment": dict(os.environ),
            "address": os.environ["HOST"],
            "pid": os.getpid(),
            "folder": str(Path.cwd()),
        }
        body = json.dumps(facts).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128


def main() -> None:
    if MODE == "crash":
        sys.exit("configuration is broken")
    if MODE == "leave":
        time.sleep(3)
        sys.exit("cannot connect to my queue")
    if MODE == "hang":
        print("waiting for a lock", flush=True)
        time.sleep(3600)
    host = "0.0.0.0" if MODE == "everywhere" else os.environ["HOST"]
    server = Server((host, int(os.environ["PORT"]) + (MODE == "elsewhere")), Handler)
    stop = threading.Thread(target=server.shutdown)
    signal.signal(signal.SIGTERM, lambda *_: stop.start())
    print(f"{VERSION} listens", flush=True)
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    print("stopped gracefully", flush=True)


main()
