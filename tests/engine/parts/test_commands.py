"""What is read from a RUN line."""

import pytest

from localcloud.engine.commands import commands


def read(text: str, **env: str) -> list[tuple[str, str]]:
    found = commands(text, "/app", env, lambda folder, path: path == "package-lock.json")
    return [(command.folder, str(command)) for command in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("npm ci && npm run build", ["npm ci", "npm run build"]),
        ("set -eux; pip install 'a>=1' b || true", ["set -eux", "pip install 'a>=1' b", "true"]),
        ("sudo pip install x > /dev/null 2>&1", ["pip install x"]),
        ("pip install $WHAT ${WHAT} $OTHER", ["pip install x x '$OTHER'"]),
        (". venv/bin/activate && pip install x", [". venv/bin/activate", "pip install x"]),
        ("echo 'a && b'", ["echo 'a && b'"]),
        ("(a; b) | c", ["a", "b", "c"]),
        ("", []),
    ],
)
def test_the_commands_of_a_line(text: str, found: list[str]) -> None:
    assert [command for _, command in read(text, WHAT="x")] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd web && npm ci && cd ../api && npm ci", [("/app/web", "npm ci"), ("/app/api", "npm ci")]),
        ("cd /srv; npm ci", [("/srv", "npm ci")]),
    ],
)
def test_a_change_of_folder_holds_for_the_rest_of_the_line(text: str, found: list[tuple[str, str]]) -> None:
    assert read(text) == found


def test_variables_hold_for_one_command_or_when_exported_for_the_rest() -> None:
    found = commands("A=1 x && export B=2 && C=3; y $B", "/", {"D": "4"}, lambda *_: False)
    assert [(command.words, dict(command.env)) for command in found] == [
        (("x",), {"A": "1", "D": "4"}),
        (("y", "$B"), {"B": "2", "C": "3", "D": "4"}),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "if [ -f yarn.lock ]; then yarn; elif [ -f package-lock.json ]; then npm ci; else z; fi; x",
            ["npm ci", "x"],
        ),
        ("if [ -f package-lock.json ]; then npm ci; elif [ -f package-lock.json ]; then yarn; else z; fi", ["npm ci"]),
        ("if test -f pnpm-lock.yaml; then corepack enable pnpm && pnpm i; else npm install; fi", ["npm install"]),
        ("if [ -f package-lock.json ]; then if [ -f x ]; then a; else b; fi; c; fi", ["b", "c"]),
    ],
)
def test_only_the_branch_that_holds_runs(text: str, found: list[str]) -> None:
    assert [command for _, command in read(text)] == found
