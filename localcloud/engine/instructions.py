"""What Docker's builder refuses in a line of a Dockerfile, and what the local cloud cannot read in one."""

import re
import shlex
import signal
from collections.abc import Callable, Mapping

from localcloud.engine.errors import EngineError

# Of these only COPY --from has an effect. Owners, permissions and platform are those of the laptop, and a RUN is
# replaced by the recipe of the language. ECS does not look at an image's health check.
FLAGS = {
    "FROM": ("platform",),
    "RUN": ("mount", "network", "security"),
    "COPY": ("from", "chown", "chmod", "link"),
    "ADD": ("chown", "chmod", "link", "checksum"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
# Docker knows these too, but nothing here does what they ask for.
UNREAD = ("ONBUILD", "SHELL", "VOLUME", "MAINTAINER")
FLAG = re.compile(r"--([a-z-]+)(?:=(\S+))?(?:\s+|$)")
STAGE = re.compile(r"[a-z][a-z0-9._-]*", re.IGNORECASE)
DURATION = re.compile(r"([0-9.]+(ns|us|ms|s|m|h))+")
PORT = re.compile(r"\d+(-\d+)?(/(tcp|udp|sctp))?", re.IGNORECASE)
SIGNALS = {name.name for name in signal.Signals} | {name.name.removeprefix("SIG") for name in signal.Signals}


def flags(instruction: str, value: str) -> tuple[dict[str, str], str]:
    """The options before an instruction's words, and the rest; refuses an option that the builder does not know."""
    found: dict[str, str] = {}
    while match := FLAG.match(value):
        known = FLAGS.get(instruction, ())
        if match[1] not in known:
            names = ", ".join(f"--{name}" for name in known) or "none"
            raise EngineError(400, f"{instruction}: unknown option --{match[1]}; the local cloud knows {names}")
        found[match[1]] = match[2] or ""
        value = value[match.end() :]
    return found, value


def check(instruction: str, value: str) -> None:
    """Refuse a line by its form, before its variables are replaced."""
    if instruction in UNREAD:
        raise EngineError(400, f"{instruction}: the local cloud does not know this instruction; do without it")
    if instruction not in RULES:
        raise EngineError(400, f"{instruction}: unknown instruction; known are {', '.join(sorted(RULES))}")
    options, rest = flags(instruction, value)
    if not rest.strip():
        raise EngineError(400, f"{instruction}: needs an argument")
    if instruction in ("RUN", "COPY", "ADD") and re.search(r"<<-?[\"']?[A-Za-z_]", rest):
        raise EngineError(400, f"{instruction}: the local cloud reads no here-documents (<<); use a file, or && and \\")
    if instruction not in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        check_words(instruction, rest)
    if instruction == "HEALTHCHECK":
        check_numbers(options)
    RULES[instruction](instruction, rest)


def check_numbers(options: Mapping[str, str]) -> None:
    for name, given in options.items():
        if name == "retries" and not given.isdigit():
            raise EngineError(400, f"HEALTHCHECK: --retries is a whole number, got {given}")
        if name != "retries" and not DURATION.fullmatch(given):
            raise EngineError(400, f"HEALTHCHECK: --{name} is a duration like 10s or 1m30s, got {given}")


def check_words(instruction: str, value: str) -> None:
    try:
        shlex.split(value)
    except ValueError as error:
        raise EngineError(400, f"{instruction}: {str(error).lower()} in {value}") from None
    if found := re.search(r"\$\{\w+[^\w}][^}]*\}?", value):
        raise EngineError(400, f"{instruction}: the local cloud knows $NAME and ${{NAME}} only, got {found[0]}")


def anything(_instruction: str, _value: str) -> None:
    pass


def one_word(instruction: str, value: str) -> None:
    if len(words := shlex.split(value)) != 1:
        raise EngineError(400, f"{instruction}: takes one argument, got {len(words)}: {value}")


def pairs(instruction: str, value: str) -> None:
    first, *others = shlex.split(value)
    if "=" not in first and not others:
        raise EngineError(400, f"{instruction}: needs name=value, got {value}")
    if "=" in first and (wrong := [word for word in others if "=" not in word]):
        raise EngineError(400, f"{instruction}: needs name=value, got {wrong[0]}; a value with spaces needs quotes")


def stage(instruction: str, value: str) -> None:
    words = value.split()
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
        raise EngineError(400, f"{instruction}: needs `image` or `image AS name`, got {value}")
    if len(words) == 3 and not STAGE.fullmatch(words[2]):
        raise EngineError(400, f"{instruction}: a stage's name is letters, digits, `.`, `_` and `-`, got {words[2]}")


def ports(instruction: str, value: str) -> None:
    for word in value.split():
        if "$" not in word and not PORT.fullmatch(word):
            raise EngineError(400, f"{instruction}: a port is written like 8000 or 8000/tcp, got {word}")


def signal_name(instruction: str, value: str) -> None:
    one_word(instruction, value)
    if "$" not in value and not value.isdigit() and value.upper() not in SIGNALS:
        raise EngineError(400, f"{instruction}: not a signal: {value}; SIGTERM is one")


def probe(instruction: str, value: str) -> None:
    kind, _, rest = value.partition(" ")
    if kind.upper() not in ("CMD", "NONE") or (kind.upper() == "CMD" and not rest.strip()):
        raise EngineError(400, f"{instruction}: needs `CMD command` or `NONE`, got {value}")


RULES: dict[str, Callable[[str, str], None]] = {
    **dict.fromkeys(("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "RUN"), anything),
    **dict.fromkeys(("USER", "WORKDIR"), one_word),
    **dict.fromkeys(("ENV", "LABEL"), pairs),
    "FROM": stage,
    "EXPOSE": ports,
    "STOPSIGNAL": signal_name,
    "HEALTHCHECK": probe,
}
