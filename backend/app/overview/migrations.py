"""The migration that this version of the code needs, read from the files: importing Alembic would cost 25 MB."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "migrations/versions"
REVISION = re.compile(r'^revision: str = "(\w+)"', re.MULTILINE)
DOWN_REVISION = re.compile(r'^down_revision: str \| None = "(\w+)"', re.MULTILINE)


def head(folder: Path = FOLDER) -> str:
    """The latest revision: the one that no other revision names as its predecessor."""
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    last: set[str] = set(REVISION.findall(code)) - set(DOWN_REVISION.findall(code))
    return last.pop()
