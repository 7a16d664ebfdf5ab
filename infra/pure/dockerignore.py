"""Which files of a folder a build gets: what `.dockerignore` admits, read as the Docker SDK reads it, but no leftovers.

The SDK's own function is not used, because importing it imports the whole SDK and its HTTP client, and every `up` needs
the answer while hardly any builds. A test compares the two.
"""

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# `[…]`, `**/`, `**`, `*`, `?`, and any other character; a bracket that is not closed is a plain character.
TOKENS = re.compile(r"\[(?P<set>!?+\]?+[^\]]*+)\]|(?P<stars>\*\*)(?P<slash>/?)|(?P<one>[*?])|(?P<plain>.)", re.DOTALL)

# Never part of an image, whatever `.dockerignore` says: no source, and on one machine only. Of the `.env` files, those
# that by convention hold secrets and stay out of version control; `.env.production` is an ordinary file.
LEFTOVERS = (
    *(".env", ".env.local", ".env.*.local"),
    *("*~", ".*.sw?", "#*#", ".#*", "*.orig", "*.rej"),
    *(".DS_Store", "._*", "Thumbs.db"),
    *(".git", ".hg", ".svn", "__pycache__", "*.pyc"),
)
LEFTOVER = re.compile("|".join(map(fnmatch.translate, LEFTOVERS)))


@dataclass(frozen=True)
class Pattern:
    """One line. `admits`: it begins with `!` and includes again what earlier lines exclude."""

    admits: bool
    parts: tuple[str, ...]
    regex: re.Pattern[str]

    @property
    def text(self) -> str:
        return "/".join(self.parts)

    def meets(self, path: str) -> bool:
        """Whether it matches `path` or a folder above it."""
        folders = path.split("/")[:-1]
        above = "/".join(folders[: len(self.parts)]) if folders and len(self.parts) <= len(folders) else None
        return any(self.regex.match(each.lower()) is not None for each in (path, above) if each is not None)


def pattern(line: str) -> Pattern:
    parts: list[str] = []
    for part in line.removeprefix("!").strip().split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return Pattern(line.startswith("!"), tuple(parts), re.compile(expression("/".join(parts).lower())))


def expression(text: str) -> str:
    """A shell pattern as a regular expression: `*` and `?` stay within a folder, `**` does not."""
    tokens = list(TOKENS.finditer(text))
    return "^" + "".join(translated(token, is_last=token is tokens[-1]) for token in tokens) + "$"


def translated(token: re.Match[str], *, is_last: bool) -> str:
    if (chosen := token["set"]) is not None:
        chosen = chosen.replace("\\", r"\\")
        first = {"!": "^", "^": "\\^"}.get(chosen[0], chosen[0])
        return f"[{first}{chosen[1:]}]"
    if token["stars"]:
        return ".*" if is_last else "(.*/)?"
    if token["one"]:
        return "[^/]*" if token["one"] == "*" else "[^/]"
    return re.escape(token["plain"])


def admitted_files(context: Path, left_out: Sequence[str] = (), dockerfile: str = "Dockerfile") -> list[str]:
    """Relative paths of the files that the build gets, sorted. A symbolic link counts as a file.

    `left_out` are patterns that hold where there is no `.dockerignore`.
    """
    own = f"{dockerfile}.dockerignore"  # a Dockerfile's own stands for the folder's, as with BuildKit
    has_own = (context / own).exists()
    ignore = context / (own if has_own else ".dockerignore")
    lines = [line.strip() for line in ignore.read_text().splitlines()] if ignore.exists() else list(left_out)
    asked = [line for line in lines if line and not line.startswith("#")]
    # The SDK always sends the Dockerfile and the folder's; a builder that knows no other must not read the latter.
    always = [f"!{dockerfile}", *([f"!{own}", ".dockerignore"] if has_own else ["!.dockerignore"])]
    patterns = [p for p in map(pattern, [*asked, *always]) if p.parts]
    return sorted(walk(context, "", patterns))


def walk(context: Path, folder: str, patterns: Sequence[Pattern]) -> Iterator[str]:
    with os.scandir(context / folder) as entries:
        for entry in entries:
            if LEFTOVER.match(entry.name):
                continue
            path = f"{folder}{entry.name}"
            kept_out = False
            for each in patterns:
                if each.meets(path):
                    kept_out = not each.admits
            if not entry.is_dir(follow_symlinks=False):
                if not kept_out:
                    yield path
            # An excluded folder is entered only if a `!` line may include something below it.
            elif not kept_out or any(each.admits and each.text.startswith(path) for each in patterns):
                yield from walk(context, f"{path}/", patterns)
