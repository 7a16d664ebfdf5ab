"""The images of the project on a real Docker engine, built by the project's own code."""

import contextlib
import io
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from docker.models.containers import Container

from infra.components.task import WRITABLE_MIB
from infra.pure.image_tag import image_tag
from infra.pure.paths import ROOT
from infra.steps import builder
from tests.docker.engine import Engine
from tests.engine.support import eventually, get

PLATFORM = "linux/amd64"
APPS = ("backend", "frontend")
# What the project adds to its base images: a library too many should be noticed.
MOST_MIB = {"backend": 150, "frontend": 3}
ENVIRONMENTS = {
    "backend": {
        "ACCESS": "open",
        "DATABASE_HOST": "nowhere.invalid",
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": "app",
        "DATABASE_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:x",
        "DATABASE_SSLMODE": "verify-full",
        "S3_BUCKET": "bucket",
        "MAIL_FROM": "me@example.org",
        "MAIL_TO": "me@example.org",
        "SES_CONFIGURATION_SET": "set",
        "AWS_REGION": "us-east-1",
    },
    "frontend": {},
}
PROBES = {"backend": ":8000/api/health/live", "frontend": ":3000/healthz"}


@pytest.fixture(scope="module")
def engine(docker_engine: Engine) -> Iterator[Engine]:
    """Found by the builder as it finds a user's engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", docker_engine.host)
        yield docker_engine


def build(folder: Path) -> tuple[str, str]:
    """The image's name, and what its build said."""
    said = io.StringIO()
    url, tag = f"localcloud-test/{folder.name}", image_tag(folder)
    with contextlib.closing(builder.connect()) as client, contextlib.redirect_stdout(said):
        builder.build(client, folder, url, tag, PLATFORM, None)
    return f"{url}:{tag}", said.getvalue()


@pytest.fixture(scope="module")
def images(engine: Engine) -> dict[str, str]:
    return {app: build(ROOT / app)[0] for app in APPS}


@contextlib.contextmanager
def running(engine: Engine, image: str, app: str) -> Iterator[Container]:
    """As ECS runs it by the task definition: nothing can be written but what is in memory."""
    with engine.client() as client:
        tmpfs = {path: f"size={size}m" for path, size in WRITABLE_MIB.items()}
        options: dict[str, Any] = {"read_only": True, "tmpfs": tmpfs, "init": True, "environment": ENVIRONMENTS[app]}
        container = client.containers.run(image, detach=True, **options)
        try:
            eventually(lambda: answers(container, app))
            yield container
        finally:
            container.remove(force=True, v=True)


def answers(container: Container, app: str) -> bool:
    container.reload()
    assert container.status == "running", container.logs().decode()
    address = container.attrs["NetworkSettings"]["IPAddress"]
    try:
        return bool(get(f"http://{address}{PROBES[app]}"))
    except (URLError, ConnectionError):
        return False


def said_by(container: Container, command: str) -> str:
    code, output = container.exec_run(["sh", "-c", command])
    assert code == 0, output
    assert isinstance(output, bytes)
    return output.decode().strip()


def steps(said: str) -> dict[str, bool]:
    """The Dockerfile's steps, but for FROM, that a build went through, and whether each came from the cache."""
    named = dict(re.findall(r"^\w+: #(\d+) \[[^\]]*\d/\d+\] (?!FROM)(.*)$", said, re.MULTILINE))
    cached = set(re.findall(r"^\w+: #(\d+) CACHED$", said, re.MULTILINE))
    return {name: number in cached for number, name in named.items()}


@pytest.mark.parametrize("app", APPS)
def test_it_runs_on_a_read_only_file_system_as_nobody_special_and_stops_with_exit_code_0(
    engine: Engine, images: dict[str, str], app: str
) -> None:
    with running(engine, images[app], app) as container:
        assert said_by(container, "id -u") != "0"
        assert said_by(container, "touch /tmp/x && ! touch /app/x 2>/dev/null && echo kept") == "kept"
        container.stop(timeout=30)
        container.reload()
        assert container.attrs["State"]["ExitCode"] == 0, container.logs().decode()


@pytest.mark.parametrize("app", APPS)
def test_it_holds_nothing_to_build_with_and_nothing_for_docker_to_run_beside_it(
    engine: Engine, images: dict[str, str], app: str
) -> None:
    tools = "pip pip3 poetry npm npx yarn corepack gcc cc make git curl"
    with running(engine, images[app], app) as container:
        assert said_by(container, f"for tool in {tools}; do command -v $tool; done; true") == ""
        assert "Health" not in container.attrs["State"]


def test_the_backends_code_is_compiled_and_trusts_the_authorities_of_rds(
    engine: Engine, images: dict[str, str]
) -> None:
    count = "import os, ssl; print(len(ssl.create_default_context(cafile=os.environ['{}']).get_ca_certs()))"
    with running(engine, images["backend"], "backend") as container:
        assert said_by(container, f'python -c "{count.format("DATABASE_SSL_ROOT_CERT")}"') == "108"
        sources = "find app migrations .venv/lib -name '*.py' -size +0 | wc -l"
        compiled = "find app migrations .venv/lib -name '*.pyc' -size +0 | wc -l"
        assert int(said_by(container, compiled)) >= int(said_by(container, sources)) > 500


@pytest.mark.parametrize("app", APPS)
def test_a_second_build_takes_every_layer_from_the_cache(engine: Engine, images: dict[str, str], app: str) -> None:
    again = steps(build(ROOT / app)[1])
    assert len(again) > 7
    assert all(again.values()), again


@pytest.mark.parametrize(
    ("app", "file", "comment", "expensive"),
    [("backend", "app/main.py", "#", "RUN poetry install"), ("frontend", "src/main.tsx", "//", "RUN npm ci")],
)
def test_other_code_installs_nothing_anew(
    engine: Engine, images: dict[str, str], tmp_path: Path, app: str, file: str, comment: str, expensive: str
) -> None:
    copy = Path(shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("node_modules", ".venv")))
    with (copy / file).open("a") as code:
        code.write(f"\n{comment} {uuid.uuid4()}\n")  # never built before
    found = steps(build(copy)[1])
    assert [cached for step, cached in found.items() if step.startswith(expensive)].count(False) == 0
    assert not all(found.values())


@pytest.mark.parametrize("app", APPS)
def test_a_checkout_that_only_its_owner_may_read_gives_the_same_image(
    engine: Engine, images: dict[str, str], tmp_path: Path, app: str
) -> None:
    copy = Path(shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("node_modules", ".venv")))
    for file in copy.rglob("*"):
        file.chmod(file.stat().st_mode & 0o700)
    image, said = build(copy)
    assert image == images[app]
    assert all(steps(said).values())
    with running(engine, image, app) as container:
        assert said_by(container, "find /app ! -readable") == ""


@pytest.mark.parametrize("app", APPS)
def test_it_is_as_small_as_its_libraries(engine: Engine, images: dict[str, str], app: str) -> None:
    with engine.client() as client:
        image = client.images.get(images[app])
        base = client.images.get(re.findall(r"^FROM (\S+)", (ROOT / app / "Dockerfile").read_text(), re.MULTILINE)[0])
        added = (image.attrs["Size"] - base.attrs["Size"]) / 2**20
    print(f"{app}: {added:.1f} MiB on {base.tags[0]} of {base.attrs['Size'] / 2**20:.1f} MiB")
    assert 0 < added < MOST_MIB[app]


def test_a_failing_step_is_told_with_the_file_and_line(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    (folder / "app").mkdir(parents=True)
    (folder / "app/x.py").write_text("def (\n")
    base = re.findall(r"^FROM (\S+)", (ROOT / "backend/Dockerfile").read_text(), re.MULTILINE)[0]
    (folder / "Dockerfile").write_text(f"FROM {base}\nCOPY app app\nRUN python3 -m compileall -q app\n")
    with pytest.raises(Exception, match="broken: the build failed") as caught:
        build(folder)
    assert re.search(r'File "app/x.py", line 1', str(caught.value))
