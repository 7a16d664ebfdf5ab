"""Reads what an image says to nginx: its configuration, as far as a page's usually goes, and what goes beyond it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = "/etc/nginx"
DEFAULT = "server {{ listen {}; root /usr/share/nginx/html; index index.html index.htm; }}"
TOKEN = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{};]|\n|(?:\$\{\w+\}|\\.|[^\s{};])+")
FOLLOWED = {
    *("server", "location", "listen", "root", "alias", "index", "try_files", "error_page", "return", "expires"),
    *("add_header", "include", "http", "server_name"),
}
# What changes how fast or how loudly nginx works, and not what a browser gets from a page's server behind CloudFront.
WITHOUT_EFFECT = re.compile(
    r"user|pid|worker_\w+|events|use|multi_accept|error_log|access_log|log_format|log_not_found|sendfile|tcp_\w+|gzip\w*|"
    r"brotli\w*|keepalive_\w+|types\w*|default_type|server_\w+|client_\w+|charset|etag|open_file_cache\w*|autoindex|aio|"
    r"large_client_header_buffers|absolute_redirect|port_in_redirect|reset_timedout_connection|send_timeout|map_hash\w+"
)


class ConfigurationError(Exception):
    """What cannot be followed, each with file and line."""


@dataclass(frozen=True, kw_only=True)
class Directive:
    name: str
    words: tuple[str, ...]
    block: "list[Directive]" = field(default_factory=list)
    place: str = ""

    def all(self, name: str) -> "list[Directive]":
        return [one for one in self.block if one.name == name]

    def first(self, name: str) -> "Directive | None":
        return next(iter(self.all(name)), None)


def parse(text: str, place: str) -> list[Directive]:
    """The directives of a file; an error names `place` and the line."""
    root = Directive(name="", words=())
    words: list[str] = []
    open_blocks, line = [root], 1
    for part in TOKEN.findall(text):
        line += part.count("\n")
        if part in ("{", ";") and words:
            one = Directive(name=words[0], words=tuple(words[1:]), place=f"{place}:{line}")
            open_blocks[-1].block.append(one)
            words = []
            if part == "{":
                open_blocks.append(one)
        elif part == "}" and not words and len(open_blocks) > 1:
            open_blocks.pop()
        elif part in ("{", "}", ";"):
            raise ConfigurationError(f'{place}:{line}: unexpected "{part}"')
        elif not part.startswith(("#", "\n")):
            words.append(unquoted(part))
    if words or len(open_blocks) > 1:
        raise ConfigurationError(f'{place}:{line}: unexpected end of file, expecting ";" or "}}"')
    return root.block


def unquoted(part: str) -> str:
    return part[1:-1].replace("\\n", "\n").replace("\\t", "\t") if part[0] in "\"'" else part


def substituted(text: str, env: Mapping[str, str]) -> str:
    """As the official image does with its templates: only variables that are set."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: env.get(found[1] or found[2], found[0]), text)


def read(root: Path, env: Mapping[str, str], unprivileged: bool) -> list[Directive]:
    """The server blocks of an image whose files are below `root`, includes followed."""
    default = DEFAULT.format(8080 if unprivileged else 80)
    etc = root / FOLDER.lstrip("/")
    main = etc / "nginx.conf"
    found = list(included(parse(main.read_text(), f"{FOLDER}/nginx.conf"), root, env)) if main.is_file() else []
    http = [one for block in found if block.name == "http" for one in block.block]
    if main.is_file():
        check([*found, *http])
        servers = [one for one in http if one.name == "server"]
    else:
        files = list(included([Directive(name="include", words=("conf.d/*.conf",))], root, env))
        check(files)
        servers = [one for one in files if one.name == "server"]
    return servers or parse(default, "the default configuration")


def included(directives: list[Directive], root: Path, env: Mapping[str, str]) -> Iterator[Directive]:
    for one in directives:
        if one.name != "include":
            block = list(included(one.block, root, env))
            yield Directive(name=one.name, words=one.words, block=block, place=one.place)
            continue
        pattern = one.words[0] if one.words[0].startswith("/") else f"{FOLDER}/{one.words[0]}"
        for name, text in sorted(texts(root, pattern, env).items()):
            yield from included(parse(text, name), root, env)


def texts(root: Path, pattern: str, env: Mapping[str, str]) -> dict[str, str]:
    """The files of an include, by the image's path; templates count as what they become."""
    files = {f"/{path.relative_to(root)}": path.read_text() for path in root.glob(pattern.lstrip("/"))}
    if pattern == f"{FOLDER}/conf.d/*.conf":
        for template in root.glob(f"{FOLDER.lstrip('/')}/templates/*.conf.template"):
            name = f"{FOLDER}/conf.d/{template.name.removesuffix('.template')}"
            files[name] = substituted(template.read_text(), env)
    return files


def check(directives: list[Directive]) -> None:
    """Refuse all directives that would be missed."""
    problems = [
        f"{one.place}: {one.name}: the local cloud's stand-in for nginx does not follow this; "
        + ("a service's routes lead to it, see docs/own-app.md" if one.name.endswith("_pass") else "do without it")
        + ", or use ENGINE=docker"
        for one in within(directives)
        if one.name not in FOLLOWED and not WITHOUT_EFFECT.fullmatch(one.name)
    ]
    problems += [
        f"{one.place}: location: one inside of another is not followed here; put it beside it, or use ENGINE=docker"
        for outer in within(directives)
        if outer.name == "location"
        for one in outer.all("location")
    ]
    if problems:
        raise ConfigurationError("\n".join(problems))


def within(directives: list[Directive]) -> Iterator[Directive]:
    for one in directives:
        yield one
        if one.name not in ("types", "events"):
            yield from within(one.block)


def without_effect(servers: list[Directive]) -> list[str]:
    """Names of what makes no difference here."""
    return sorted({one.name for one in within(servers) if one.name not in FOLLOWED})


def port_of(server: Directive) -> int:
    """The port of its first `listen` for plain HTTP."""
    for listen in server.all("listen"):
        number = listen.words[0].rpartition(":")[2]
        if "ssl" not in listen.words and number.isdigit():
            return int(number)
    return 80
