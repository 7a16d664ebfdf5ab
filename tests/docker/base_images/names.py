"""The base images that the stack uses: those of the Dockerfiles, the database's and the cache's."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILES = [ROOT / folder / "Dockerfile" for folder in ("backend", "frontend")]
# What the emulator runs for RDS' PostgreSQL of this major version (infra/components/database.py).
DATABASE = "postgres:18-alpine"
# And for ElastiCache's Valkey of this version (infra/components/cache.py).
CACHE = "valkey/valkey:8.1-alpine"


@dataclass(frozen=True)
class BaseImage:
    name: str

    @property
    def repository(self) -> str:
        return self.name.partition(":")[0]

    @property
    def stage(self) -> str:
        """Where base_images/Dockerfile makes it."""
        return self.repository.rpartition("/")[2]

    @property
    def major(self) -> str:
        """The first number of the tag: 24 of `node:24-alpine`."""
        return re.split(r"\D", self.name.partition(":")[2], maxsplit=1)[0]


def base_images() -> list[BaseImage]:
    """Each image that a Dockerfile takes from a registry; not the names of its own stages."""
    found = []
    for file in DOCKERFILES:
        text = file.read_text()
        stages = set(re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE | re.IGNORECASE))
        found += [name for name in re.findall(r"^FROM (\S+)", text, re.MULTILINE | re.IGNORECASE) if name not in stages]
    return [BaseImage(name) for name in dict.fromkeys([*found, DATABASE, CACHE])]
