"""Serves a page's files as nginx would: `python -m localcloud.engine.nginx ROOT`, the files of an image below ROOT.

It stands for the program `nginx` in images that begin with nginx's own, which are no programs of this machine. What it
follows of a configuration is in `nginx_conf.py`; an image that says more is refused when it is built.
"""

import asyncio
import logging
import mimetypes
import os
import posixpath
import re
import signal
import sys
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from localcloud.engine.nginx_conf import Directive, port_of, read

# Codes whose answers get the headers of `add_header` without `always`.
WITH_HEADERS = (200, 201, 204, 206, 301, 302, 303, 304, 307, 308)
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}
LOG = '%a - - %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"'
MOST_REDIRECTS = 10


class Page:
    """One server block."""

    def __init__(self, server: Directive, root: Path) -> None:
        self.server = server
        self.root = root

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            return self.finished(error(405), self.server, request)
        uri = posixpath.normpath("/" + request.path.lstrip("/")) + ("/" if request.path.endswith("/") else "")
        return self.handle(uri.replace("//", "/"), request, 0)

    def location(self, uri: str) -> Directive:
        """The block that is responsible, as nginx chooses it; the server's own where there is none."""
        prefixes = [one for one in self.server.all("location") if one.words[0] not in ("~", "~*", "=")]
        exact = [one for one in self.server.all("location") if one.words[0] == "=" and one.words[1] == uri]
        fitting = [one for one in prefixes if uri.startswith(one.words[-1])]
        best = max(fitting, key=lambda one: len(one.words[-1]), default=self.server)
        if exact or best.words[:1] == ("^~",):
            return exact[0] if exact else best
        for one in self.server.all("location"):
            flags = {"~": 0, "~*": re.IGNORECASE}.get(one.words[0])
            if flags is not None and re.search(one.words[1], uri, flags):
                return one
        return best

    def handle(self, uri: str, request: web.Request, depth: int, status: int = 200) -> web.StreamResponse:
        if depth > MOST_REDIRECTS:
            return error(500)
        block = self.location(uri) if not uri.startswith("@") else self.named(uri)
        if said := block.first("return"):
            return self.finished(returned(said, uri, request), block, request)
        if tried := block.first("try_files"):
            return self.tried(tried.words, uri, block, request, depth, status)
        return self.file(uri, block, request, depth, status)

    def named(self, name: str) -> Directive:
        return next((one for one in self.server.all("location") if one.words == (name,)), self.server)

    def tried(
        self, words: tuple[str, ...], uri: str, block: Directive, request: web.Request, depth: int, status: int
    ) -> web.StreamResponse:
        for word in words[:-1]:
            path = filled(word, uri, request)
            place = self.place(path, block)
            if (path.endswith("/") and place.is_dir()) or (not path.endswith("/") and place.is_file()):
                return self.file(path, block, request, depth, status)
        if words[-1].startswith("="):
            return self.failed(int(words[-1][1:]), block, request, depth)
        return self.handle(filled(words[-1], uri, request).partition("?")[0], request, depth + 1, status)

    def file(self, uri: str, block: Directive, request: web.Request, depth: int, status: int) -> web.StreamResponse:
        place = self.place(uri, block)
        if uri.endswith("/"):
            names = self.setting(block, "index")
            for name in names.words if names else ("index.html",):
                if (place / name).is_file():
                    return self.handle(uri + name, request, depth + 1, status)
            return self.failed(403 if place.is_dir() else 404, block, request, depth)
        if place.is_dir():
            moved = web.Response(status=301, headers={"Location": f"{uri}/"})
            return self.finished(moved, block, request)
        return (
            self.served(place, block, request, status) if place.is_file() else self.failed(404, block, request, depth)
        )

    def place(self, uri: str, block: Directive) -> Path:
        """Where the file of a path is; `uri` has no `..` any more."""
        if alias := block.first("alias"):
            return self.root / f"{alias.words[0]}{uri[len(block.words[-1]) :]}".lstrip("/")
        folder = self.setting(block, "root")
        return self.root / f"{folder.words[0] if folder else '/etc/nginx/html'}{uri}".lstrip("/")

    def setting(self, block: Directive, name: str) -> Directive | None:
        return block.first(name) or self.server.first(name)

    def served(self, file: Path, block: Directive, request: web.Request, status: int) -> web.StreamResponse:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        answer = web.FileResponse(file, status=status, headers={"Content-Type": kind})
        return self.finished(answer, block, request)

    def failed(self, code: int, block: Directive, request: web.Request, depth: int) -> web.StreamResponse:
        for page in block.all("error_page") or self.server.all("error_page"):
            *codes, uri = page.words
            if str(code) in codes and depth <= MOST_REDIRECTS:
                shown = next((word for word in codes if word.startswith("=")), f"={code}")
                return self.handle(uri, request, depth + 1, int(shown[1:] or 200))
        return self.finished(error(code), block, request)

    def finished(self, answer: web.StreamResponse, block: Directive, request: web.Request) -> web.StreamResponse:
        """With the headers of its block."""
        for header in block.all("add_header") or self.server.all("add_header"):
            if answer.status in WITH_HEADERS or header.words[-1] == "always":
                answer.headers[header.words[0]] = filled(header.words[1], request.path, request)
        expires = self.setting(block, "expires")
        if expires and answer.status in WITH_HEADERS and "Cache-Control" not in answer.headers:
            answer.headers.update(caching(expires.words[-1]))
        return answer


def caching(expires: str) -> dict[str, str]:
    if expires == "off":
        return {}
    if expires == "max":
        return {"Cache-Control": "max-age=315360000"}
    seconds = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdwMy]?)", expires))
    return {"Cache-Control": "no-cache" if expires == "epoch" or expires.startswith("-") else f"max-age={seconds}"}


def filled(text: str, uri: str, request: web.Request) -> str:
    """The text with nginx's variables."""
    query = request.query_string
    values = {
        "uri": uri,
        "request_uri": request.raw_path,
        "host": request.host.partition(":")[0],
        "scheme": request.scheme,
    }
    values |= {"args": query, "query_string": query, "is_args": "?" if query else ""}
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: values.get(found[1] or found[2], ""), text)


def returned(said: Directive, uri: str, request: web.Request) -> web.Response:
    code = int(said.words[0]) if said.words[0].isdigit() else 302
    text = filled(said.words[-1], uri, request) if len(said.words) > 1 or not said.words[0].isdigit() else ""
    if code in (301, 302, 303, 307, 308):
        return web.Response(status=code, headers={"Location": text})
    return web.Response(status=code, text=text) if text else error(code)


def error(code: int) -> web.Response:
    title = f"{code} {HTTPStatus(code).phrase if code in HTTPStatus._value2member_map_ else ''}".strip()
    page = f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n</body>\n</html>\n"
    return web.Response(status=code, text=page, content_type="text/html")


async def serve(root: Path, env: Mapping[str, str]) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    servers: dict[int, Directive] = {}
    for server in read(root, env, env.get("NGINX_UNPRIVILEGED") == "1"):
        servers.setdefault(port_of(server), server)  # the first is nginx's default for all names
    runners = []
    for port, server in servers.items():
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", Page(server, root).answer)
        runners.append(web.AppRunner(app, access_log_format=LOG))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], env.get("HOST", "127.0.0.1"), port).start()
    await stopping.wait()
    for runner in runners:
        await runner.cleanup()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    asyncio.run(serve(Path(sys.argv[1]), os.environ))


if __name__ == "__main__":
    main()
