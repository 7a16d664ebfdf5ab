"""How a line of a log is shown."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from ops.errors import OperationError

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
# Of the terminal's colours, those that are readable on black and on white.
COLOURS = (36, 33, 35, 32, 34)
RED = 31
BAD = ("ERROR", "CRITICAL", "FATAL")
# Members of a structured line that the shown line has already.
SHOWN = ("time", "timestamp", "level", "message", "msg", "event")


@dataclass(frozen=True, kw_only=True)
class Line:
    """`at`: milliseconds since 1970."""

    at: int
    service: str
    text: str


def milliseconds(duration: str) -> int:
    """Of `90s`, `10m`, `2h` or `1d`."""
    if not (found := re.fullmatch(r"(\d+)([smhd])", duration)):
        raise OperationError(f"SINCE: must be a number and s, m, h or d, got {duration!r}; write for example SINCE=2h")
    return int(found[1]) * UNITS[found[2]] * 1000


def painted(text: str, colour: int, *, colours: bool) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colours else text


def shown(line: Line, width: int, *, colours: bool) -> str:
    """Time, service and what it said; of a line that is JSON its level, its message and the other members."""
    moment = datetime.fromtimestamp(line.at / 1000)
    service = painted(f"{line.service:<{width}}", COLOURS[sum(line.service.encode()) % len(COLOURS)], colours=colours)
    level, text = readable(line.text)
    text = painted(text, RED, colours=colours and level in BAD)
    return f"{moment:%H:%M:%S}.{line.at % 1000:03} {service} {text}"


def readable(text: str) -> tuple[str, str]:
    """Level and words of a structured line; of any other, none and the line as it is."""
    try:
        told = json.loads(text)
    except ValueError:
        return "", text
    if not isinstance(told, dict) or not (
        words := next((told[key] for key in ("message", "msg", "event") if key in told), "")
    ):
        return "", text
    level = str(told.get("level", "")).upper()
    others = [f"{key}={value}" for key, value in told.items() if key not in SHOWN and value is not None]
    return level, " ".join(filter(None, [level, str(words), *others]))
