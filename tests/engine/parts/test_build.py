"""Building an image from an unpacked context: which files it gets, and what is built only once."""

import asyncio
import io
import shutil
import tarfile
from pathlib import Path

import pytest

from localcloud.engine import build, node_apps, python_apps, stages
from localcloud.engine.build import Builder, describe, protect
from localcloud.engine.dockerfile import parse
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image, ImageStore
from localcloud.engine.paths import relative, within
from localcloud.engine.recipes import Cache, Say
from localcloud.engine.stages import Stages

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
    said: list[str] = []

    async def say(line: str) -> None:
        said.append(line)

    cache = Cache(context.with_name("cache"), "poetry")
    stages = Stages(parse("\n".join(lines), {}), context.parent, "Dockerfile", cache, say)
    asyncio.run(stages.build(context.with_name("root")))
    return tree(context.with_name("root")), said


def below(folder: str, *names: str) -> list[str]:
    return sorted(f"{folder}/{name}" for name in names)


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
        ("COPY . .", [name for name in FILES if "node_modules" not in name and ".venv" not in name]),
        ("COPY a.txt /app2/", ["../app2/a.txt"]),
        ("COPY a.txt /etc/x", ["../etc/x"]),
        ("RUN --mount=type=bind,source=src/deep,target=lib --mount=type=cache,target=/c true", ["lib/x.py"]),
    ],
)
def test_copies_follow_the_rules_of_copy(context: Path, line: str, files: list[str]) -> None:
    expected = sorted(str(Path(f"app/{name}")).replace("app/../", "") for name in files)
    assert arranged(context, "FROM a", "WORKDIR /app", line) == (expected, [])


def test_a_file_goes_into_a_folder_that_is_there(context: Path) -> None:
    files, _ = arranged(context, "FROM a", "WORKDIR /app", "COPY src/deep sub", "COPY a.txt sub")
    assert files == ["app/sub/a.txt", "app/sub/x.py"]


def test_links_and_modes_are_copied_as_they_are(context: Path) -> None:
    (context / "link").symlink_to("a.txt")
    (context / "src/link").symlink_to("main.py")
    (context / "a.txt").chmod(0o755)
    arranged(context, "FROM a", "WORKDIR /app", "COPY link a.txt ./", "COPY src src")
    root = context.with_name("root") / "app"
    assert (root / "link").is_symlink() and (root / "src/link").is_symlink()
    assert (root / "a.txt").stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("line", "notice"),
    [
        ("COPY src/node_modules .", "Left out: COPY src/node_modules /app/ (the recipe provides it)"),
        ("COPY --from=build /app/.venv .venv", "Left out: COPY /app/.venv /app/.venv (the recipe provides it)"),
        ("COPY --from=build /etc/x x", "Left out: COPY /etc/x /app/x (not made from this context)"),
        ("COPY --from=haproxy /x x", "Left out: COPY /x /app/x (not made from this context)"),
        ("COPY --from=7 /x x", "Left out: COPY /x /app/x (not made from this context)"),
        ("RUN apt-get install -y curl", "Left out: RUN apt-get install -y curl (this machine's own system is used)"),
        ("RUN ./configure", "Left out: RUN ./configure (neither an installer nor a build that the local cloud knows)"),
    ],
)
def test_what_belongs_to_the_container_s_system_is_left_out_with_a_notice(
    context: Path, line: str, notice: str
) -> None:
    lines = ("FROM a AS build", "WORKDIR /app", "FROM b", "WORKDIR /app", line)
    assert arranged(context, *lines) == ([], [notice])


@pytest.mark.parametrize(
    "line", ["COPY --from=ghcr.io/astral-sh/uv:1 /uv /bin/", "RUN useradd me && mkdir -p /x; pip install --upgrade pip"]
)
def test_what_only_prepares_a_container_needs_no_word(context: Path, line: str) -> None:
    assert arranged(context, "FROM a", "WORKDIR /app", line) == ([], [])


@pytest.mark.parametrize("source", ["--from=build /src/dist", "--from=0 /src/dist", "--from=BUILD src/dist"])
def test_what_a_stage_has_is_taken_from_that_stage(context: Path, source: str) -> None:
    lines = ("FROM a AS build", "WORKDIR /src", "COPY . .", "FROM b", "WORKDIR /app", f"COPY {source} site")
    assert arranged(context, *lines) == (["app/site/index.html"], [])


def test_a_stage_that_nothing_comes_from_is_not_built(context: Path) -> None:
    lines = ("FROM a AS tests", "COPY absent.txt .", "RUN go test", "FROM b", "COPY a.txt .")
    assert arranged(context, *lines) == (["a.txt"], [])


def test_the_copies_of_the_stages_below_come_first(context: Path) -> None:
    (context / "b.txt").write_text("of the child")
    lines = ("FROM a AS x", "WORKDIR /app", "COPY a.txt f", "FROM x AS y", "COPY src s", "FROM y", "COPY b.txt f")
    assert arranged(context, *lines)[0] == below("app", "f", "s/deep/x.py", "s/main.py")
    assert (context.with_name("root") / "app/f").read_text() == "of the child"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (("COPY no*.txt /x",), r"Dockerfile:2: COPY failed: no\*\.txt is neither"),
        (("WORKDIR /w", "FROM b", "COPY --from=0 /w/dist ."), "Dockerfile:4: COPY failed: /w/dist is neither"),
        (("ADD https://example.com/x /x",), "Dockerfile:2: ADD https.*: the local cloud downloads nothing"),
        (("RUN pipenv install --system",), "Dockerfile:2: RUN pipenv install --system: .*pipenv requirements >"),
        (("RUN pdm sync",), "Dockerfile:2: RUN pdm sync: .*pdm export -o requirements.txt"),
        (("RUN bun install",), "Dockerfile:2: RUN bun install: .*use npm, pnpm or Yarn"),
        (("RUN cd /x && go build -o app",), "Dockerfile:2: RUN go build -o app: .*ENGINE=docker"),
        (("RUN poetry install",), "Dockerfile:2: RUN poetry install: needs poetry.lock.*`poetry lock`.*dockerignore"),
        (("RUN uv sync --locked",), "Dockerfile:2: RUN uv sync --locked: needs uv.lock.*`uv lock`"),
        (("RUN npm ci",), "Dockerfile:2: RUN npm ci: needs package.json"),
    ],
)
def test_what_cannot_be_built_is_named_with_its_line_and_what_to_do(
    context: Path, lines: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(EngineError, match=problem) as caught:
        arranged(context, "FROM a", *lines)
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


class World:
    """A builder whose commands are recorded and not run; what they would make is there after them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = Cache(folder / "cache", "poetry")
        self.images = ImageStore(folder / "images")
        self.builder = Builder(self.images, self.cache)
        self.said: list[str] = []
        self.commands: list[list[str]] = []
        self.environments: list[dict[str, str]] = []
        self.problem: Exception | None = None

    async def say(self, line: str) -> None:
        self.said.append(line)

    async def run(self, say: Say, *command: str, cwd: Path, env: dict[str, str] | None = None) -> None:
        self.commands.append(list(command))
        self.environments.append(env or {})
        if self.problem:
            raise self.problem
        if command[1:3] == ("-m", "venv"):
            (Path(command[-1]) / "bin").mkdir(parents=True)
        if command[:2] == ("npm", "ci"):
            (cwd / "node_modules").mkdir()
            (cwd / "node_modules/tool.js").write_text("")
        if command[:1] == ("cp",):
            shutil.copytree(command[-2], command[-1])
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

    def made(self, *words: str) -> list[list[str]]:
        return [command for command in self.commands if command[: len(words)] == list(words)]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    for module in (build, stages, python_apps, node_apps):
        monkeypatch.setattr(module, "run", made.run)
    monkeypatch.setattr(build, "tools", lambda: "python 3 node 22")
    return made


PYTHON = "FROM python\nWORKDIR /app\nCOPY poetry.lock pyproject.toml ./\nRUN poetry install --only main\nCMD run"
LOCK = {"poetry_lock": "", "pyproject_toml": ""}
PAGE = {"package-lock_json": "", "package_json": '{"scripts": {"build": "x"}}'}


def test_a_python_image_has_its_environment_first_on_path_and_its_files_compiled(world: World) -> None:
    image = asyncio.run(world.build(Dockerfile=PYTHON, **LOCK))
    (environment,) = image.caches
    assert Path(environment).parent == world.cache.folder / "venvs"
    assert (image.path, image.env) == ([environment + "/bin"], {"VIRTUAL_ENV": environment})
    assert tree(world.images.root(image)) == ["app/poetry.lock", "app/pyproject.toml"]
    assert (world.images.root(image) / "app/poetry.lock").stat().st_mode & 0o222 == 0
    assert world.commands[1][:4] == ["poetry", "install", "--only", "main"]
    python, *compiling = world.commands[-1]
    assert python == f"{environment}/bin/python", "another version's files would not be read"
    assert compiling[:3] == ["-m", "compileall", "-q"]
    assert compiling[3] == "-s" and compiling[5:7] == ["-p", str(world.images.root(image))]
    assert world.images.known(image.id) is image


def test_a_node_image_is_built_with_all_modules_and_runs_with_those_that_its_dockerfile_copies(world: World) -> None:
    dockerfile = """
        FROM node AS base
        WORKDIR /src
        COPY package.json package-lock.json ./
        FROM base AS build
        ARG TITLE=shop
        ENV API=/src/api
        RUN npm ci
        RUN MODE=x npm run build
        FROM base AS modules
        RUN npm ci --omit=dev
        FROM node
        WORKDIR /app
        COPY --from=build /src/dist dist
        COPY --from=modules /src/node_modules ./node_modules
        CMD run
    """
    image = asyncio.run(world.build(Dockerfile=dockerfile, **PAGE))
    assert [command[:3] for command in world.commands] == [
        ["npm", "ci", "--no-audit"],
        ["cp", "-al", world.commands[1][2]],
        ["npm", "run", "build"],
        ["npm", "ci", "--omit=dev"],
    ][: len(world.commands)]
    building = world.environments[2]
    assert (building["TITLE"], building["MODE"]) == ("shop", "x")
    assert building["API"].endswith("/1/src/api") and "/src/node_modules/.bin:" in building["PATH"]
    root = world.images.root(image)
    (modules,) = image.caches
    assert (root / "app/node_modules").resolve() == Path(modules) / "node_modules"
    assert (root / "app/dist/built").exists()


@pytest.mark.parametrize(
    ("lines", "place", "production"),
    [
        ("COPY package.json .", None, False),
        ("COPY package*.json ./\nRUN npm install", "app", False),
        ("COPY package*.json ./\nENV NODE_ENV=production\nRUN npm ci", "app", True),
        ("COPY --from=b /b/node_modules node_modules", "app", False),
        ("COPY --from=b /b /c", "c", False),
        ("COPY --from=b /b ./", "app", False),
    ],
)
def test_modules_are_where_the_dockerfile_puts_them(
    world: World, lines: str, place: str | None, production: bool
) -> None:
    below = "FROM node AS b\nWORKDIR /b\nCOPY package*.json ./\nRUN npm ci"
    image = asyncio.run(world.build(Dockerfile=f"{below}\nFROM node\nWORKDIR /app\n{lines}\nCMD run", **PAGE))
    found = [str(path.parent) for path in map(Path, tree(world.images.root(image))) if path.name == "node_modules"]
    assert found == ([place] if place else [])
    assert len(image.caches) == len(found)
    assert bool(world.made("npm", "ci", "--omit=dev")) == production


def test_equal_builds_share_the_result(world: World) -> None:
    async def twice() -> list[Image]:
        return await asyncio.gather(*(world.build(Dockerfile=PYTHON, **LOCK) for _ in range(2)))

    first, second = asyncio.run(twice())
    assert first.id == second.id
    assert len(world.made("poetry")) == 1
    assert "Using the image that this content was built to before" in world.said
    assert list(world.cache.builds.iterdir()) == []


def test_what_is_left_out_is_told(world: World) -> None:
    asyncio.run(world.build(Dockerfile="FROM a\nRUN apk add curl\nCMD run"))
    assert world.said == ["Left out: RUN apk add curl (this machine's own system is used)"]


def test_nothing_is_left_of_a_failed_build_and_the_next_one_succeeds(world: World) -> None:
    world.problem = EngineError(500, "no such package")
    with pytest.raises(EngineError, match="no such package"):
        asyncio.run(world.build(Dockerfile=PYTHON, **LOCK))
    assert list(world.cache.builds.iterdir()) == []
    assert list(world.images.folder.iterdir()) == []
    world.problem = None
    asyncio.run(world.build(Dockerfile=PYTHON, **LOCK))


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
