"""Types of text in requests. Their error messages are written to be shown beside the form field."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

# Line breaks and other control characters, and Unicode's own line breaks.
NO_LINE = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
CONTROL = re.compile(f"[{NO_LINE}]")
# Path separators, and characters that reverse the direction of text: with them "exe.pdf" can be shown as "fdp.exe".
NO_NAME = r"/\\\u202a-\u202e\u2066-\u2069"
NOT_IN_NAMES = re.compile(f"[{NO_NAME}]")


def without_nul(value: str) -> str:
    """PostgreSQL cannot store the character NUL in text."""
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


@dataclass(frozen=True)
class Pattern:
    """Adds to the OpenAPI document, as a regular expression (ECMA 262), a rule that a function above enforces."""

    pattern: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": self.pattern}


FILLED_LINE = Pattern(rf"^[^{NO_LINE}]*[^{NO_LINE}\s][^{NO_LINE}]*$")

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(one_line), FILLED_LINE
]
Search = Annotated[str, StringConstraints(max_length=100), AfterValidator(one_line), Pattern(rf"^[^{NO_LINE}]*$")]
Body = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(without_nul), Pattern(r"^[^\u0000]*$")]
FilledBody = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(without_nul),
    Pattern(r"^[^\u0000]*[^\u0000\s][^\u0000]*$"),
]
FileName = Annotated[
    Line,
    AfterValidator(file_name),
    Pattern(rf"^[^{NO_LINE}{NO_NAME}]*[^{NO_LINE}{NO_NAME}\s][^{NO_LINE}{NO_NAME}]*$"),
]
