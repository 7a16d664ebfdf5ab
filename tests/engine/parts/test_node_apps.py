"""Which of a Dockerfile's commands install an app's packages for Node.js, with which tool, and under which name."""

import json
import re
from pathlib import Path

import pytest

from localcloud.engine.node_apps import (
    BERRY,
    MANAGERS,
    Modules,
    global_packages,
    manager_of,
    modules_name,
    node_install,
    package_of,
    problem,
    said_manager,
)


@pytest.mark.parametrize(
    ("line", "production"),
    [
        ("npm ci", False),
        ("npm install --no-audit", False),
        ("npm ci --omit=dev", True),
        ("npm i --production", True),
        ("npm ci --omit dev", None),
        ("npm ci --only=production", True),
        ("pnpm install --frozen-lockfile", False),
        ("pnpm i --prod --frozen-lockfile", True),
        ("pnpm install -P", True),
        ("yarn", False),
        ("yarn --frozen-lockfile", False),
        ("yarn install --immutable --production=false", False),
        ("yarn install --production", True),
        ("yarn workspaces focus --production", True),
        ("npm run build", None),
        ("npm install -g serve", None),
        ("yarn build", None),
        ("pip install x", None),
    ],
)
def test_commands_that_install_an_app_s_packages(tmp_path: Path, line: str, production: bool | None) -> None:
    found = node_install(tuple(line.split()), {}, tmp_path)
    assert (found.production if found else None) == production
    assert not found or found.tool == line.split()[0]


def test_an_environment_of_production_installs_for_production(tmp_path: Path) -> None:
    found = node_install(("npm", "ci"), {"NODE_ENV": "production"}, tmp_path)
    assert found and found.production


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("npm install -g serve@14 pnpm@10", ["serve@14", "pnpm@10"]),
        ("npm i --global npm corepack", []),
        ("npm install serve", []),
        ("yarn global add serve", []),
    ],
)
def test_programs_that_a_dockerfile_installs(line: str, names: list[str]) -> None:
    assert global_packages(tuple(line.split())) == names


@pytest.mark.parametrize(
    ("tool", "said", "package"),
    [
        ("npm", "npm@11.0.0", None),
        ("pnpm", "", MANAGERS["pnpm"].package),
        ("pnpm", "pnpm@9.12.3+sha512.abc", "pnpm@9.12.3"),
        ("pnpm", "yarn@4.1.0", MANAGERS["pnpm"].package),
        ("yarn", "yarn@1.22.19", "yarn@1.22.19"),
        ("yarn", "yarn@4.1.0", MANAGERS["yarn"].package),
    ],
)
def test_a_tool_has_the_version_that_the_project_names(
    tmp_path: Path, tool: str, said: str, package: str | None
) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"packageManager": said}))
    assert package_of(MANAGERS[tool], tmp_path) == package
    assert package_of(BERRY, tmp_path) == ("@yarnpkg/cli-dist@4.1.0" if said == "yarn@4.1.0" else BERRY.package)
    assert said_manager(tmp_path) == MANAGERS.get(said.partition("@")[0])


def test_yarn_s_later_versions_are_known_by_their_lock(tmp_path: Path) -> None:
    assert manager_of("yarn", tmp_path) is MANAGERS["yarn"]
    (tmp_path / "yarn.lock").write_text("__metadata:\n  version: 8\n")
    assert manager_of("yarn", tmp_path) is BERRY


NPM = Modules(tool="npm", manager=MANAGERS["npm"], production=False)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "package.json").write_text('{"name": "a", "dependencies": {"x": "1"}}')
    (tmp_path / "package-lock.json").write_text("lock")
    return tmp_path


def test_modules_are_named_by_the_lock_and_what_the_lock_must_agree_with(app: Path) -> None:
    names, package = [modules_name(NPM, app, "24")], app / "package.json"
    package.write_text('{"name": "b", "scripts": {"x": "y"}, "dependencies": {"x": "1"}}')
    assert modules_name(NPM, app, "24") == names[0], "not by what the lock does not depend on"
    for text in ("{}", '{"dependencies": {}}', '{"devDependencies": {}}', '{"overrides": {}}', '{"resolutions": {}}'):
        package.write_text(text)
        names.append(modules_name(NPM, app, "24"))
    (app / ".npmrc").write_text("registry=x")
    names.append(modules_name(NPM, app, "24"))
    (app / "package-lock.json").write_text("other")
    names += [modules_name(NPM, app, version) for version in ("24", "26")]
    names.append(modules_name(Modules(tool="npm", manager=MANAGERS["npm"], production=True), app, "26"))
    assert len(set(names)) == 10


@pytest.mark.parametrize(
    ("file", "text", "tool", "told"),
    [
        ("package-lock.json", None, "npm", "needs package-lock.json.*`npm install --package-lock-only`.*dockerignore"),
        ("package.json", None, "npm", "needs package.json, and it is not there"),
        ("x", "", "pnpm", "needs pnpm-lock.yaml.*`pnpm install --lockfile-only`"),
        ("x", "", "yarn", "needs yarn.lock.*`yarn install`"),
        ("package.json", '{"workspaces": ["a"]}', "npm", "names workspaces.*ENGINE=docker"),
        ("pnpm-workspace.yaml", "packages:\n  - a\n", "pnpm", "names workspaces"),
    ],
)
def test_what_a_recipe_cannot_install_is_told(app: Path, file: str, text: str | None, tool: str, told: str) -> None:
    if text is None:
        (app / file).unlink()
    else:
        (app / file).write_text(text)
    found = problem(Modules(tool=tool, manager=MANAGERS[tool], production=False), app)
    assert re.search(told, str(found))


def test_an_app_with_its_lock_has_no_problem(app: Path) -> None:
    assert problem(NPM, app) is None
    (app / "pnpm-lock.yaml").touch()
    (app / "pnpm-workspace.yaml").write_text("onlyBuiltDependencies:\n  - esbuild\n")
    assert problem(Modules(tool="pnpm", manager=MANAGERS["pnpm"], production=False), app) is None
