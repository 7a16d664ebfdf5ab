"""`make new`: a project of a user's own, in which the same commands work."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from localcloud import stack
from tests.e2e.browser import chromium
from tests.e2e.checkout import SOURCE, Checkout, wait_until
from tests.e2e.development import START_SECONDS, Development
from tests.e2e.load import steady_load
from toolchain import pulumi_cli, steps

NAME = "my-shop"
GREETING = "Hello from FastAPI"


@dataclass(frozen=True, kw_only=True)
class Project(Checkout):
    """A project that was made, and is used as its README says."""

    def make(self, *words: str) -> str:
        """Run `make`, which must succeed; what it printed."""
        run = subprocess.run(
            ["make", "--no-print-directory", *words, f"PORT={self.port}"],
            cwd=self.root, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}, text=True, timeout=500, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout
        return run.stdout

    def git(self, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=True).stdout

    def share_tools(self) -> None:
        """What is installed here serves it too: the packages of its apps are fewer than those of ours."""
        (self.root / ".venv").symlink_to(SOURCE / ".venv")
        (self.root / ".tools/stamps").mkdir(parents=True)
        for tool in (SOURCE / ".tools").iterdir():
            if tool.is_dir() and tool.name != "stamps":
                (self.root / ".tools" / tool.name).symlink_to(tool)
        modules = self.root / "frontend/node_modules"
        subprocess.run(["cp", "-a", SOURCE / "frontend/node_modules", modules], check=True)
        modules.touch()  # newer than the lock file, which is a copy as well
        if (SOURCE / ".mypy_cache").exists():
            shutil.copytree(SOURCE / ".mypy_cache", self.root / ".mypy_cache")
        for title, files in {
            "poetry": ["toolchain/poetry.txt"],
            "python-packages": ["pyproject.toml", "poetry.lock"],
            "emulator": ["localcloud/emulator/pyproject.toml", "localcloud/emulator/poetry.lock"],
            "pulumi": [str(file.relative_to(SOURCE)) for file in (pulumi_cli.RELEASE, *pulumi_cli.SOURCES)],
            "back-end-packages": ["backend/pyproject.toml", "backend/poetry.lock"],
            "front-end-packages": ["frontend/package.json", "frontend/package-lock.json"],
        }.items():
            (self.root / ".tools/stamps" / title).write_text(steps.digest(*(self.root / file for file in files)))

    def shown(self, address: str) -> str:
        """What a browser shows, when the API has answered."""
        with chromium() as browser:
            page = browser.new_page()
            page.goto(address)
            page.locator("main p", has_not_text="…").wait_for()
            return page.inner_text("main")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, ports: Iterator[int]) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("new") / NAME
    subprocess.run(["make", "new", f"NAME={NAME}", f"DIR={root}"], cwd=SOURCE, check=True)
    made = Project(root=root, port=next(ports))
    made.share_tools()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack, "project", lambda: NAME)
        yield made
        made.stop()


@pytest.fixture(scope="module")
def deployed(project: Project) -> Project:
    project.make("up")
    return project


def test_its_page_shows_what_its_api_says(deployed: Project) -> None:
    assert deployed.shown(deployed.url) == f"{NAME}\n\n{GREETING}"


def test_with_make_dev_a_change_of_the_api_is_seen_at_once(deployed: Project, tmp_path: Path) -> None:
    with Development.of(deployed, tmp_path / "output") as development:
        assert deployed.shown(f"http://localhost:{deployed.place.dev_port}") == f"{NAME}\n\n{GREETING}"

        def message() -> str:
            try:
                return str(development.site.get("/api/hello").json()["message"])
            except (httpx.TransportError, ValueError):
                return ""  # it starts again

        deployed.edit("backend/app/main.py", GREETING, "Changed")
        wait_until(lambda: message() == "Changed", START_SECONDS)
        deployed.edit("backend/app/main.py", "Changed", GREETING)
        development.process.send_signal(signal.SIGINT)
        assert development.process.wait(60) == 0, development.lines


def test_a_change_in_each_is_deployed_and_others_take_over_their_paths_without_a_lost_request(
    deployed: Project,
) -> None:
    deployed.edit("backend/app/main.py", GREETING, "Good morning")
    deployed.edit("frontend/src/app.tsx", f"<h1>{NAME}</h1>", "<h1>My shop</h1>")
    deployed.edit("app.yaml", "  backend:", "  api:")
    deployed.edit("app.yaml", "  frontend:", "  web:")
    with steady_load(deployed.stranger, "/api/hello", lambda response: response.json()["message"]) as load:
        deployed.make("up")
    assert load.failed == {}, load.statuses
    assert set(load.observed) == {GREETING, "Good morning"}
    assert deployed.outputs["services"].keys() == {"api", "web"}
    assert deployed.shown(deployed.url) == "My shop\n\nGood morning"
    deployed.git("checkout", "--", "app.yaml", "backend", "frontend")


def test_its_checks_and_its_tests_pass_and_its_generated_files_are_fresh(project: Project) -> None:
    (project.root / "shop").mkdir()
    (project.root / "shop/main.py").write_text("import os ; print ( os )\n")  # an app's format is its own affair
    project.make("check")
    project.make("test")
    project.make("generate")
    assert project.git("status", "--short", "--untracked-files=no") == ""


def test_it_tells_what_a_month_costs(project: Project) -> None:
    told = project.make("plan", "STACK=dev")
    assert "backend" in told and "USD a month" in told and "db.t4g" not in told


def test_without_a_page_nothing_asks_for_one(project: Project) -> None:
    hidden = project.root / "frontend-elsewhere"
    (project.root / "frontend").rename(hidden)
    try:
        wanted = project.make("--dry-run", "check", "test-besides", "format")
        (project.root / "frontend").mkdir()
        assert "check-backend" in wanted and "cd backend" in wanted
        assert "check-frontend" not in wanted and "cd frontend" not in wanted
        project.make("develop")
    finally:
        (project.root / "frontend").rmdir()
        hidden.rename(project.root / "frontend")


def test_down_leaves_nothing(deployed: Project) -> None:
    deployed.make("down")
    assert deployed.processes() == []
    assert deployed.make("rename", "NAME=other").startswith("Renamed in: Pulumi.yaml, Pulumi.dev.yaml")
