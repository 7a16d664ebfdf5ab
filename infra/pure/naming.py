"""Physical names, for the few resources that a person or a URL needs to find; Pulumi names all others."""

import re


def safe_name(*parts: str, limit: int) -> str:
    """Join `parts` to a lower-case name of letters, digits and single hyphens that starts with a letter.

    Raises ValueError when the name is longer than `limit` characters: cutting it could make two names equal.
    """
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
    if not name or not name[0].isalpha():
        raise ValueError(f"name: must start with a letter, got {name!r} from {parts!r}; begin with one")
    if len(name) > limit:
        raise ValueError(f"name: at most {limit} characters, got {len(name)} in {name!r}; shorten the stack's name")
    return name


def log_group_name(project: str, stack: str, component: str) -> str:
    """`/<project>/<stack>/<component>`: what a person types to read logs (AWS limit 512)."""
    return "/" + "/".join(safe_name(part, limit=100) for part in (project, stack, component))
