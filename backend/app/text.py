"""Kinds of text in requests, with rules in words that a person may read beside the field."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Line breaks and other control characters, and Unicode's own line breaks.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Path separators; and characters that turn the direction of text, with which "exe.pdf" can read as "fdp.exe".
NOT_IN_NAMES = re.compile(r"[/\\\u202a-\u202e\u2066-\u2069]")


def without_nul(value: str) -> str:
    """PostgreSQL stores no NUL in text."""
    if "\x00" in value:
        raise ValueError("must not contain the character NUL")
    return value


def one_line(value: str) -> str:
    if CONTROL.search(value):
        raise ValueError("must be one line without control characters")
    return value


def file_name(value: str) -> str:
    if NOT_IN_NAMES.search(value):
        raise ValueError("must be a name without slashes and without characters that turn the text's direction")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(one_line)]
Body = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(without_nul)]
FilledBody = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), AfterValidator(without_nul)
]
Search = Annotated[str, StringConstraints(max_length=100), AfterValidator(one_line)]
FileName = Annotated[Line, AfterValidator(file_name)]
