"""Building an image from an unpacked context: which files it gets, and what is built only once."""

import asyncio
import io
import tarfile
from pathlib import Path

import pytest

from localcloud.engine import build
from localcloud.engine.build import Builder, arrange, describe, protect, relative, within
from localcloud.engine.dockerfile import parse
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image, ImageStore
from localcloud.engine.recipes import Cache, Say

FILES = ("a.txt", "b.txt", "src/main.py", "src/deep/x.py", "src/node_modules/m/i.js", "src/.venv/x", "dist/index.html")


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def tree(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink())


def arranged(context: Path, *lines: str) -> tuple[list[str], list[str]]:
    """The files of an image of these lines, and the notices."""
    root = context.with_name("root")
    root.mkdir()
    stages = parse("\n".join(lines), {})
    notices = list(arrange(stages[-1], stages, context, root))
    return tree(root), notices


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("COPY a.txt .", ["a.txt"]),
        ("COPY a.txt b.txt sub/", ["sub/a.txt", "sub/b.txt"]),
        ("COPY *.txt sub", ["sub/a.txt", "sub/b.txt"]),
        ("COPY a.txt renamed", ["renamed"]),
        ("COPY a.txt deep/er/renamed", ["deep/er/renamed"]),
        ("COPY src/deep .", ["x.py"]),
        ("COPY src lib", ["lib/deep/x.py", "lib/main.py"]),
        ("COPY /a.txt /app/", ["a.txt"]),
        ("COPY ./src/../a.txt .", ["a.txt"]),
        ("COPY . .", sorted(name for name in FILES if "node_modules" not in name and ".venv" not in name)),
    ],
)
def test_copies_follow_the_rules_of_copy(context: Path, line: str, files: list[str]) -> None:
    assert arranged(context, "FROM a", "WORKDIR /app", line) == (files, [])


def test_a_file_goes_into_a_folder_that_is_there(context: Path) -> None:
    files, _ = arranged(context, "FROM a", "WORKDIR /app", "COPY src/deep sub", "COPY a.txt sub")
    assert files == ["sub/a.txt", "sub/x.py"]


def test_with_the_root_as_working_folder_nothing_is_outside(context: Path) -> None:
    assert arranged(context, "FROM a", "COPY a.txt /etc/a") == (["etc/a"], [])


def test_links_and_modes_are_copied_as_they_are(context: Path) -> None:
    (context / "link").symlink_to("a.txt")
    (context / "src/link").symlink_to("main.py")
    (context / "a.txt").chmod(0o755)
    arranged(context, "FROM a", "WORKDIR /app", "COPY link a.txt ./", "COPY src src")
    root = context.with_name("root")
    assert (root / "link").is_symlink() and (root / "src/link").is_symlink()
    assert (root / "a.txt").stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("line", "notice"),
    [
        ("COPY a.txt /app2/", "Left out: COPY a.txt /app2/ (outside of WORKDIR /app)"),
        ("COPY a.txt /etc/x", "Left out: COPY a.txt /etc/x (outside of WORKDIR /app)"),
        ("COPY src/node_modules .", "Left out: COPY src/node_modules /app/ (the recipe provides it)"),
        ("COPY --from=build /app/.venv .venv", "Left out: COPY /app/.venv /app/.venv (the recipe provides it)"),
        ("COPY --from=build /etc/x x", "Left out: COPY /etc/x /app/x (not made from this context)"),
        ("COPY --from=nginx /x x", "Left out: COPY /x /app/x (not made from this context)"),
        ("COPY --from=7 /x x", "Left out: COPY /x /app/x (not made from this context)"),
    ],
)
def test_what_belongs_to_the_container_s_system_is_left_out_with_a_notice(
    context: Path, line: str, notice: str
) -> None:
    lines = ("FROM a AS build", "WORKDIR /app", "FROM b", "WORKDIR /app", line)
    assert arranged(context, *lines) == ([], [notice])


@pytest.mark.parametrize("source", ["--from=build /src/dist", "--from=0 /src/dist", "--from=build dist"])
def test_what_a_stage_made_is_taken_from_the_built_context(context: Path, source: str) -> None:
    lines = ("FROM a AS build", "WORKDIR /src", "FROM b", "WORKDIR /app", f"COPY {source} site")
    assert arranged(context, *lines) == (["site/index.html"], [])


def test_the_copies_of_the_stages_below_come_first(context: Path) -> None:
    (context / "b.txt").write_text("of the child")
    lines = ("FROM a AS x", "WORKDIR /app", "COPY a.txt f", "FROM x AS y", "COPY src s", "FROM y", "COPY b.txt f")
    assert arranged(context, *lines)[0] == ["f", "s/deep/x.py", "s/main.py"]
    assert (context.with_name("root") / "f").read_text() == "of the child"


def test_a_source_that_is_not_there_is_named(context: Path) -> None:
    with pytest.raises(EngineError, match=r"COPY failed: no\*\.txt is neither") as caught:
        arranged(context, "FROM a", "COPY no*.txt /x")
    assert caught.value.status == 400


def test_a_folder_with_a_longer_name_is_another_one() -> None:
    assert within("/app", "/app") and within("/app/x", "/app") and within("/x", "/")
    assert not within("/app2", "/app")
    assert (relative("/app/x/", "/app"), relative("/app", "/app"), relative("/x/y", "/")) == ("x", "", "x/y")


def test_files_of_an_image_are_read_only(context: Path) -> None:
    outside = context.parent / "outside"
    outside.touch(0o666)
    (context / "link").symlink_to(outside)
    before = outside.stat().st_mode
    (context / "a.txt").chmod(0o757)
    protect(context)
    assert (context / "a.txt").stat().st_mode & 0o777 == 0o555
    assert (context / "src/main.py").stat().st_mode & 0o222 == 0
    assert outside.stat().st_mode == before


class Environments(Cache):
    """Dependencies that take no time to install."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "poetry")
        self.made: list[tuple[str, bool]] = []
        self.problem: Exception | None = None

    async def python(self, context: Path, say: Say) -> Path:
        await say("installing")
        if self.problem:
            raise self.problem
        self.made.append(("python", True))
        return self.folder / "venv"

    async def node(self, context: Path, say: Say, *, production: bool) -> Path:
        self.made.append(("node", production))
        folder = self.folder / f"node-{production}"
        (folder / "node_modules").mkdir(parents=True, exist_ok=True)
        (folder / "node_modules/tool.js").write_text("")
        return folder


class World:
    """A builder whose commands are recorded and not run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = Environments(folder / "cache")
        self.images = ImageStore(folder / "images")
        self.builder = Builder(self.images, self.cache)
        self.said: list[str] = []
        self.commands: list[list[str]] = []

    async def say(self, line: str) -> None:
        self.said.append(line)

    async def run(self, say: Say, *command: str, cwd: Path, env: dict[str, str] | None = None) -> None:
        self.commands.append(list(command))
        if command[:2] == ("npm", "run"):
            (cwd / "dist").mkdir()
            (cwd / "dist/built").write_text("")

    async def build(self, **files: str) -> Image:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as bundle:
            for name, text in files.items():
                entry = tarfile.TarInfo(name.replace("_", ".", 1))
                entry.size = len(text)
                bundle.addfile(entry, io.BytesIO(text.encode()))
        archive.seek(0)
        return await self.builder.build(archive, "Dockerfile", {}, self.say)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.setattr(build, "run", made.run)
    monkeypatch.setattr(build, "tools", lambda: "python 3 node 22")
    return made


PYTHON = "FROM python\nWORKDIR /app\nCOPY poetry.lock .\nCMD run"


def test_a_python_image_has_its_environment_first_on_path_and_its_files_compiled(world: World) -> None:
    image = asyncio.run(world.build(Dockerfile=PYTHON, poetry_lock=""))
    environment = str(world.cache.folder / "venv")
    assert (image.path, image.caches) == ([environment + "/bin"], [environment])
    assert tree(world.images.root(image)) == ["poetry.lock"]
    assert (world.images.root(image) / "poetry.lock").stat().st_mode & 0o222 == 0
    ((_, *compiling),) = world.commands
    assert compiling[:3] == ["-m", "compileall", "-q"]
    assert compiling[3] == "-s" and compiling[5:7] == ["-p", str(world.images.root(image))]
    assert world.images.known(image.id) is image


def test_a_node_image_is_built_with_all_modules_and_runs_with_those_of_production(world: World) -> None:
    dockerfile = "FROM node\nWORKDIR /app\nRUN npm ci\nCOPY dist dist\nCMD run"
    package = '{"scripts": {"build": "x"}}'
    image = asyncio.run(world.build(Dockerfile=dockerfile, **{"package-lock_json": "", "package_json": package}))
    assert world.cache.made == [("node", False), ("node", True)]
    assert [command[0] for command in world.commands] == ["cp", "npm"]
    assert world.commands[0][:2] == ["cp", "-al"]
    root = world.images.root(image)
    assert (root / "node_modules").resolve() == world.cache.folder / "node-True/node_modules"
    assert (root / "dist/built").exists()
    assert (image.path, image.caches) == ([], [str(world.cache.folder / "node-True")])


@pytest.mark.parametrize(
    ("lines", "made"),
    [
        ("COPY package.json .", []),
        ("COPY package.json .\nRUN npm install x", [("node", True)]),
        ("COPY --from=b /app/node_modules node_modules", [("node", True)]),
    ],
)
def test_modules_are_installed_where_the_dockerfile_asks_for_them(
    world: World, lines: str, made: list[tuple[str, bool]]
) -> None:
    dockerfile = f"FROM node AS b\nWORKDIR /app\nFROM node\nWORKDIR /app\n{lines}\nCMD run"
    asyncio.run(world.build(Dockerfile=dockerfile, **{"package-lock_json": "", "package_json": "{}"}))
    assert (world.cache.made, world.commands) == (made, [])


def test_equal_builds_share_the_result(world: World) -> None:
    async def twice() -> list[Image]:
        return await asyncio.gather(*(world.build(Dockerfile=PYTHON, poetry_lock="") for _ in range(2)))

    first, second = asyncio.run(twice())
    assert first.id == second.id
    assert world.cache.made == [("python", True)]
    assert "Using the image that this content was built to before" in world.said
    assert list(world.cache.builds.iterdir()) == []


def test_what_is_left_out_is_told(world: World) -> None:
    asyncio.run(world.build(Dockerfile="FROM a\nWORKDIR /app\nCOPY x.txt /etc/\nCMD run", x_txt=""))
    assert world.said == ["Left out: COPY x.txt /etc/ (outside of WORKDIR /app)"]


def test_nothing_is_left_of_a_failed_build_and_the_next_one_succeeds(world: World) -> None:
    world.cache.problem = EngineError(500, "no such package")
    with pytest.raises(EngineError, match="no such package"):
        asyncio.run(world.build(Dockerfile=PYTHON, poetry_lock=""))
    assert list(world.cache.builds.iterdir()) == []
    assert list(world.images.folder.iterdir()) == []
    world.cache.problem = None
    asyncio.run(world.build(Dockerfile=PYTHON, poetry_lock=""))


def test_an_image_is_named_by_all_that_it_depends_on(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (context / "Dockerfile").write_text("FROM a\nCMD run")
    (context / "other").write_text("FROM a\nCMD run")

    def content(dockerfile: str = "Dockerfile", content: str = "c", **build_args: str) -> str:
        return describe(context, dockerfile, build_args, content)[0].content

    monkeypatch.setattr(build, "tools", lambda: "node 22")
    names = [content(), content("other"), content(content="d"), content(A="1"), content(A="2")]
    monkeypatch.setattr(build, "tools", lambda: "node 24")
    names.append(content())
    monkeypatch.setattr(build, "RECIPE_VERSION", "next")
    names.append(content())
    assert len(set(names)) == 7
    assert content(A="1", B="2") == content(B="2", A="1")
    image, _ = describe(context, "Dockerfile", {}, "c")
    assert image.created.endswith("Z") and len(image.created) == 20


@pytest.mark.parametrize(
    ("text", "problem"), [(None, "is it in .dockerignore"), ("FROM a", "its final stage needs a CMD")]
)
def test_a_context_that_cannot_run_is_refused(context: Path, text: str | None, problem: str) -> None:
    if text:
        (context / "Dockerfile").write_text(text)
    with pytest.raises(EngineError, match=problem) as caught:
        describe(context, "Dockerfile", {}, "c")
    assert caught.value.status == 400


def test_an_entrypoint_is_enough_to_run(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "tools", lambda: "")
    (context / "Dockerfile").write_text('FROM a\nENTRYPOINT ["x"]')
    assert describe(context, "Dockerfile", {}, "c")[0].config["Entrypoint"] == ["x"]


def test_a_context_s_files_are_executable_or_not_and_nothing_else_of_their_modes_counts(tmp_path: Path) -> None:
    def unpacked(folder: str, executable: int, plain: int) -> str:
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as bundle:
            for name, mode in (("run", executable), ("text", plain)):
                entry = tarfile.TarInfo(name)
                entry.mode = mode
                bundle.addfile(entry)
        data.seek(0)
        (tmp_path / folder).mkdir()
        content = build.unpack(data, tmp_path / folder)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / folder).iterdir()}
        assert modes == {"run": 0o755, "text": 0o644}
        return content

    assert unpacked("a", 0o700, 0o600) == unpacked("b", 0o755, 0o644)
