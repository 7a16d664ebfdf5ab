"""References in a service's variables: `${database.host}` stands for what only a running stack knows."""

import re
from collections.abc import Mapping

REFERENCE = re.compile(r"\$\{([^}]*)\}")


def references(text: str) -> list[str]:
    """What stands between the braces, in order."""
    return REFERENCE.findall(text)


def is_one_reference(text: str) -> bool:
    """Whether the text is a reference and nothing else."""
    return REFERENCE.fullmatch(text) is not None


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each reference's value in its place."""
    return REFERENCE.sub(lambda found: values[found[1]], text)
