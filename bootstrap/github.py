"""The repository whose workflows may deploy, and the subject that GitHub's tokens for them have.

https://docs.github.com/en/actions/reference/security/oidc
"""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE = Path(__file__).parent / "github.yaml"
EXAMPLE = "octo-org/octo-repo"
Id = Annotated[int, Field(gt=0)]


class GithubError(Exception):
    """A mistake in github.yaml, in words for the person who wrote it."""


class Ids(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: Id
    repository: Id


class Github(BaseModel):
    """`ids`: those that the repository's tokens name; None for one whose tokens name none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # No `*`: it would be one in no role's condition, but in no name of GitHub's either.
    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$")]
    ids: Ids | None = None

    def subject(self, rest: str) -> str:
        """The one form that this repository's tokens have: whoever gets the name later has tokens with other ids."""
        if self.ids is None:
            return f"repo:{self.repository}:{rest}"
        owner, _, name = self.repository.partition("/")
        return f"repo:{owner}@{self.ids.owner}/{name}@{self.ids.repository}:{rest}"

    def deploying(self, environment: str) -> list[str]:
        """Jobs that run behind the environment: its protection rules say from which branches, and who agrees."""
        return [self.subject(f"environment:{environment}")]

    def reading(self) -> list[str]:
        """Jobs on pull requests from branches of the repository (those from forks get no token), and those of main."""
        return [self.subject("pull_request"), self.subject("ref:refs/heads/main")]


def github(file: Path = FILE) -> Github:
    try:
        given = yaml.safe_load(file.read_text())
        found = Github.model_validate(given)
    except (ValidationError, yaml.YAMLError) as error:
        problems = error.errors() if isinstance(error, ValidationError) else [{"loc": (), "msg": str(error)}]
        lines = [f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in problems]
        raise GithubError(
            f"bootstrap/{file.name}: " + "; ".join(lines) + f"; write for example `repository: {EXAMPLE}` and"
            " `ids: {owner: 123456, repository: 456789}`"
        ) from None
    if found.repository == EXAMPLE:
        raise GithubError(
            f"bootstrap/{file.name}: repository: must be yours, got the example {EXAMPLE};"
            " write your owner/name, and its ids where its tokens have them (docs/ci-cd.md)"
        )
    return found
