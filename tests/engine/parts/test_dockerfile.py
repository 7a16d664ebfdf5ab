"""What the engine reads from a Dockerfile."""

import pytest

from localcloud.engine.dockerfile import Copy, parse
from localcloud.engine.errors import EngineError
from localcloud.engine.health import HealthCheck

TWO_STAGES = """
# syntax=docker/dockerfile:1
ARG VERSION=22
FROM node:${VERSION} AS build
WORKDIR /src
EXPOSE 1
ENV SECRET=building
COPY . .
RUN npm ci && \\
    npm run build

FROM node:${VERSION}-slim
WORKDIR /srv
ENV NODE_ENV=production GREETING="good day"
ENV LEVEL=$NODE_ENV-1
COPY --from=build --chown=node /src/dist ./dist/
COPY package.json server.mjs ./
EXPOSE 3000 9000/udp
HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=10s --retries=5 CMD ["node", "health.mjs"]
STOPSIGNAL SIGINT
CMD ["node", "server.mjs"]
"""


def test_only_the_final_stage_runs() -> None:
    config = parse(TWO_STAGES, {})[-1].config()
    assert config == {
        "Env": ["NODE_ENV=production", "GREETING=good day", "LEVEL=production-1"],
        "Cmd": ["node", "server.mjs"],
        "Entrypoint": None,
        "ExposedPorts": {"3000/tcp": {}, "9000/udp": {}},
        "Healthcheck": {
            "Test": ["CMD", "node", "health.mjs"],
            "Interval": 90_000_000_000,
            "Timeout": 500_000_000,
            "StartPeriod": 10_000_000_000,
            "Retries": 5,
        },
        "Labels": {},
        "StopSignal": "SIGINT",
        "WorkingDir": "/srv",
    }


def test_copies_keep_their_stage() -> None:
    assert parse(TWO_STAGES, {})[-1].copies == [
        Copy(sources=("/src/dist",), destination="/srv/dist/", stage="build"),
        Copy(sources=("package.json", "server.mjs"), destination="/srv/", stage=None),
    ]


def test_build_arguments_replace_defaults() -> None:
    assert [stage.base for stage in parse(TWO_STAGES, {"VERSION": "24"})] == ["node:24", "node:24-slim"]


def test_a_stage_on_a_stage_inherits() -> None:
    text = "FROM python AS base\nWORKDIR /app\nENV A=1\nCMD run\nFROM base\nENV B=$A$A"
    config = parse(text, {})[-1].config()
    assert (config["WorkingDir"], config["Env"], config["Cmd"]) == ("/app", ["A=1", "B=11"], ["/bin/sh", "-c", "run"])


def test_no_healthcheck_means_none() -> None:
    assert HealthCheck.from_api(parse("FROM a\nHEALTHCHECK NONE\nCMD x", {})[-1].healthcheck) is None
    assert HealthCheck.from_api(None) is None


def test_without_a_start_period_the_retries_set_the_patience() -> None:
    check = HealthCheck.from_api(parse("FROM a\nHEALTHCHECK --interval=2s CMD probe", {})[-1].healthcheck)
    assert check is not None
    assert (check.test, check.patience) == (("/bin/sh", "-c", "probe"), 6)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("RUN true", "before FROM"),
        ("# nothing", "needs a FROM"),
        ("FROM a\nHEALTHCHECK --interval=soon CMD x", "10s or 1m30s"),
        ("FROM a\nCOPY alone", "a source and a destination"),
    ],
)
def test_mistakes_are_named(text: str, problem: str) -> None:
    with pytest.raises(EngineError, match=problem):
        parse(text, {})
