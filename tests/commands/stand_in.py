"""A process in the place of engine, emulator or provider: `python stand_in.py emulator PORT`, `… engine SOCKET`.

It first writes what it was started with to `<name>.json` in the folder that `NOTES` names.
"""

import http.server
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def serve(name: str, where: str) -> None:
    if name == "emulator":
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(where)), Healthy)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return
    listener = socket.socket(socket.AF_UNIX if name == "engine" else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    Path(where).unlink(missing_ok=True)
    listener.bind(where if name == "engine" else ("127.0.0.1", int(where)))
    listener.listen()
    keep.append(listener)


keep: list[socket.socket] = []

if __name__ == "__main__":
    _, name, where = sys.argv[:3]
    note = Path(os.environ["NOTES"]) / f"{name}.json"
    note.write_text(json.dumps({"arguments": sys.argv, "cwd": str(Path.cwd()), "environment": dict(os.environ)}))
    if Path(os.environ["NOTES"], f"{name}.fails").exists():
        sys.exit(f"{name} has no flux capacitor")
    serve(name, where)
    signal.sigwait([signal.SIGTERM])
