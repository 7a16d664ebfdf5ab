"""Reads the commands of a RUN line: what a shell would run, as far as a Dockerfile's usual lines go."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from localcloud.engine.paths import joined

SEPARATORS = {"&&", "||", ";", "|", "&", "(", ")", "{", "}", ";;"}
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
PREFIXES = ("sudo", "exec", "time", "then", "do", "!")


@dataclass(frozen=True, kw_only=True)
class Command:
    """One program with its arguments; `folder` is the image's folder that it runs in."""

    words: tuple[str, ...]
    env: Mapping[str, str]
    folder: str

    def __str__(self) -> str:
        return shlex.join(self.words)


def split(text: str) -> Iterator[list[str]]:
    """The words of each command, without redirections."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "", True
    words: list[str] = []
    for token in lexer:
        if token in SEPARATORS:
            yield words
            words = []
        elif words and re.fullmatch(r"\d?(>{1,2}|<)&?", token):
            next(lexer, None)
            if words[-1].isdigit():
                words.pop()
        else:
            words.append(token)
    yield words


def commands(text: str, folder: str, env: Mapping[str, str], exists: Callable[[str, str], bool]) -> Iterator[Command]:
    """The commands that run, with `cd`, assignments and `if [ -f FILE ]` followed; `exists` answers the latter."""
    env = dict(env)
    branches: list[list[bool]] = []  # of each open `if`: whether this branch runs, and whether one has run
    expanded = VARIABLE.sub(lambda found: env.get(found[1] or found[2], found[0]), text)
    for words in split(expanded):
        while words and words[0] in PREFIXES:
            words = words[1:]
        if words and words[0] in ("if", "elif"):
            if words[0] == "if":
                branches.append([False, False])
            holds = not branches[-1][1] and test(words[1:], folder, exists)
            branches[-1] = [holds, branches[-1][1] or holds]
            continue
        if words and words[0] == "else" and branches:
            branches[-1] = [not branches[-1][1], True]
            words = words[1:]
        if words == ["fi"] and branches:
            branches.pop()
            continue
        if not all(runs for runs, _ in branches) or not words:
            continue
        own: dict[str, str] = {}
        while words and (found := ASSIGNMENT.fullmatch(words[0])):
            own[found[1]] = found[2]
            words = words[1:]
        if words[:1] == ["export"]:
            own |= {name[1]: name[2] for word in words[1:] if (name := ASSIGNMENT.fullmatch(word))}
            words = []
        if not words:
            env |= own
        elif words[0] == "cd":
            folder = joined(folder, words[1]) if len(words) > 1 else "/root"
        else:
            yield Command(words=tuple(words), env={**env, **own}, folder=folder)


def test(words: list[str], folder: str, exists: Callable[[str, str], bool]) -> bool:
    """`[ -f FILE ]` and `test -f FILE`; anything else does not hold."""
    if len(words) >= 3 and words[0] in ("[", "[[", "test") and words[1] in ("-f", "-e"):
        return exists(folder, words[2])
    return False
