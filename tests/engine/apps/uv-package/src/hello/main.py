import importlib.util
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import idna


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = {
            "app": idna.encode("münchen.example").decode(),
            "dev": importlib.util.find_spec("iniconfig") is not None,
            "greeting": os.environ["GREETING"],
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


def main() -> None:
    ThreadingHTTPServer(("", 8000), Handler).serve_forever()
