"""`make new`: what a project of a user's own has, and what it says where it cannot be made."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.stack_files import PROJECT
from toolchain.steps import ROOT

NAME = "my-shop"
IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@b.c",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@b.c",
}
# git's own files say nothing about who commits.
NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "1",
          "GIT_CONFIG_KEY_0": "user.useConfigOnly", "GIT_CONFIG_VALUE_0": "true"}  # fmt: skip
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def new(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command, by a Python that has no packages."""
    return subprocess.run(
        [sys.executable, "-E", "-S", "-m", "new", *words], cwd=ROOT, env={**os.environ, **NOBODY, **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / NAME
    made = new(NAME, str(folder), **IDENTITY)
    assert made.returncode == 0, made.stderr
    assert f"Made {folder}. Its history begins with the commit: Made from commit " in made.stdout
    return folder


def files(project: Path) -> list[Path]:
    return [project / name for name in git(project, "ls-files").splitlines()]


def test_all_of_it_is_in_one_commit_which_names_the_one_that_it_came_from(project: Path) -> None:
    assert git(project, "status", "--short", "--ignored") == ""
    (subject,) = git(project, "log", "--format=%s").splitlines()
    assert subject == f"Made from commit {git(ROOT, 'rev-parse', '--short', 'HEAD').strip()} of {PROJECT}"


def test_it_has_its_own_name_everywhere(project: Path) -> None:
    named = {str(file.relative_to(project)) for file in files(project) if PROJECT.encode() in file.read_bytes()}
    assert named == {"infra/LICENSE", "tests/unit/pure/test_pure.py"}
    assert f"name: {NAME}\n" in (project / "Pulumi.yaml").read_text()
    assert (project / "README.md").read_text().startswith(f"# {NAME}\n")


def test_its_tests_of_the_program_need_no_app_of_a_certain_name(project: Path) -> None:
    named = [
        file for file in (project / "tests").rglob("*.py") if re.search('ROOT / "(back|front)end', file.read_text())
    ]
    assert named == []


def test_it_has_nothing_of_our_apps(project: Path) -> None:
    names = [str(file.relative_to(project)) for file in files(project)]
    ours = (
        "backend/app/items",
        "frontend/src/features",
        "benchmarks",
        "tests/e2e",
        "new",
        "maintain.mk",
        "docs/images",
    )
    assert not [name for name in names if name.startswith(ours)]
    assert "REQUESTS_PER_MINUTE" not in (project / "Pulumi.local.yaml").read_text()
    assert len([name for name in names if name.startswith(("backend/", "frontend/"))]) < 25


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_nothing_of_it_imports_what_it_has_not(project: Path) -> None:
    """A module of this checkout that was left out: a check of mypy tells it too, after minutes."""
    missing = [
        f"{file.relative_to(project)}: {name}"
        for file in files(project)
        if file.suffix == ".py"
        for name in imported(file)
        if (ROOT / name.partition(".")[0] / "__init__.py").exists()
        and not any((project / (name.replace(".", "/") + end)).exists() for end in (".py", "/__init__.py"))
    ]
    assert missing == []


def test_every_link_of_its_papers_leads_to_a_file(project: Path) -> None:
    papers = [file for file in files(project) if file.suffix == ".md"]
    assert len(papers) > 10
    broken = [
        f"{paper.relative_to(project)}: {link}"
        for paper in papers
        for link in LINK.findall(paper.read_text())
        if not (paper.parent / link).exists()
    ]
    assert broken == []


def test_a_folder_in_a_repository_gets_no_history_of_its_own(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    made = new(NAME, str(tmp_path / "shop"))
    assert "Its folder is in a git repository already" in made.stdout, made.stderr
    assert (tmp_path / "shop/app.yaml").exists() and not (tmp_path / "shop/.git").exists()


def test_who_has_told_git_no_name_commits_later(tmp_path: Path) -> None:
    made = new(NAME, str(tmp_path / "shop"))
    assert made.returncode == 0
    assert "`git commit` said: " in made.stdout and "commit its files yourself" in made.stdout
    assert (tmp_path / "shop/app.yaml").exists()


@pytest.mark.parametrize(
    ("name", "folder", "problem"),
    [
        ("", "{0}/x", "NAME: must be 1 to 100 letters, digits, - . _, and a letter or digit at both ends, got ''"),
        ("my shop", "{0}/x", "NAME: must be 1 to 100 letters, digits"),
        (NAME, "{0}", "DIR: must be a new or an empty folder, got "),
        (NAME, "{0}/taken", "DIR: must be a new or an empty folder, got "),
        (NAME, str(ROOT / "shop"), "DIR: must be outside of this checkout, got "),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(tmp_path: Path, name: str, folder: str, problem: str) -> None:
    (tmp_path / "taken").touch()
    made = new(name, folder.format(tmp_path))
    assert made.returncode == 1 and made.stderr.startswith(problem), made.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"] and not (ROOT / "shop").exists()
