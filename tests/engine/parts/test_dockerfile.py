"""What the engine reads from a Dockerfile."""

from pathlib import Path

import pytest

from localcloud.engine.dockerfile import BASE_PATH, Copy, Stage, parse
from localcloud.engine.errors import EngineError

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


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("RUN true", "before FROM"),
        ("# nothing", "needs a FROM"),
        ("FROM a\nHEALTHCHECK --interval=soon CMD x", "Dockerfile:2: HEALTHCHECK: --interval is a duration like 10s"),
        ("FROM a\nHEALTHCHECK --interval=1s2 CMD x", "10s or 1m30s, got 1s2"),
        ("FROM a\nHEALTHCHECK --every=1s CMD x", "Dockerfile:2: HEALTHCHECK: unknown option --every"),
        ("FROM a\n\nCOPY alone", "Dockerfile:3: COPY: needs a source and a destination, got alone"),
        ('FROM a\nADD ["a"]', "ADD: needs a source and a destination"),
        ("FROM a\nCOPY --parents a b", "COPY: unknown option --parents; the local cloud knows --from, --chown"),
        ("FROM a\nADD --from=x a b", "ADD: unknown option --from"),
        ("FROM --quick a", "Dockerfile:1: FROM: unknown option --quick"),
        ("FROM a\nVOLUME /data", "Dockerfile:2: VOLUME: the local cloud does not know this instruction"),
        ("FROM a\nSHELL ['bash']", "SHELL"),
        ("FROM a\nONBUILD RUN x", "ONBUILD"),
        ("FROM a\nFETCH x", "Dockerfile:2: FETCH: unknown instruction; known are ADD, ARG, CMD"),
        ("FROM a\nRUN --cache=x pip install", "RUN: unknown option --cache; the local cloud knows --mount"),
        ("FROM a\nUSER --quick app", "USER: unknown option --quick; the local cloud knows none"),
        ("FROM a\nRUN <<EOF\ntrue\nEOF", "Dockerfile:2: RUN: the local cloud reads no here-documents"),
        ("FROM a\nCOPY <<'E' /x\ntrue\nE", "Dockerfile:2: COPY: the local cloud reads no here-documents"),
        ("FROM a\nRUN", "RUN: needs an argument"),
        ("FROM a\nCMD  ", "CMD: needs an argument"),
        ("FROM a AS", "FROM: needs `image` or `image AS name`, got a AS"),
        ("FROM a b c", "FROM: needs `image` or `image AS name`"),
        ("FROM a AS 1st", "a stage's name is .* got 1st"),
        ("FROM $NOTHING", "FROM: names no image, got \\$NOTHING"),
        ("FROM a\nENV NAME", "ENV: needs name=value, got NAME"),
        ("FROM a\nENV A=1 B C=2", "ENV: needs name=value, got B; a value with spaces needs quotes"),
        ('FROM a\nENV A="1', 'ENV: no closing quotation in A="1'),
        ("FROM a\nENV A=${B:-1}", "ENV: the local cloud knows \\$NAME and \\${NAME} only, got \\${B:-1}"),
        ("FROM a\nWORKDIR /a /b", "WORKDIR: takes one argument, got 2"),
        ("FROM a\nEXPOSE http", "EXPOSE: a port is written like 8000 or 8000/tcp, got http"),
        ("FROM a\nSTOPSIGNAL SIGNONE", "STOPSIGNAL: not a signal: SIGNONE"),
        ("FROM a\nHEALTHCHECK CURL x", "HEALTHCHECK: needs `CMD command` or `NONE`, got CURL x"),
        ("FROM a\nHEALTHCHECK --retries=few CMD x", "HEALTHCHECK: --retries is a whole number, got few"),
        ('FROM a\nCMD ["serve", 80]', "the JSON form is a list of strings"),
    ],
)
def test_mistakes_are_named(text: str, problem: str) -> None:
    with pytest.raises(EngineError, match=problem) as caught:
        parse(text, {})
    assert caught.value.status == 400


def test_what_the_builder_knows_and_the_laptop_replaces_is_read() -> None:
    text = """
        FROM --platform=linux/amd64 a:1@sha256:0123 AS base
        ARG VERSION=1
        RUN --mount=type=cache,target=/root/.cache pip install x
        COPY --chown=app:app --chmod=755 --link a b ./
        ENV A="it's" B=${A}x
        EXPOSE 8000-8010/udp $PORT
        USER 1000:1000
        STOPSIGNAL 15
        CMD serve --port 80
    """
    stage = parse(text, {})[-1]
    assert (stage.base, stage.cmd) == ("a:1@sha256:0123", ["/bin/sh", "-c", "serve --port 80"])
    assert stage.env["A"] == "it's"


ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("folder", ["backend", "frontend"])
def test_the_images_of_the_built_in_app_are_understood(folder: str) -> None:
    (*_, final) = parse((ROOT / folder / "Dockerfile").read_text(), {})
    assert (final.workdir, final.stop_signal) == ("/app", "SIGTERM")
    assert final.cmd and final.copies


def final(*lines: str) -> Stage:
    return parse("\n".join(["FROM a", *lines]), {})[-1]


def test_options_that_only_concern_docker_are_passed_over() -> None:
    stage = parse("FROM --platform=linux/arm64 a AS b\nADD --chmod=444 x y\nUSER app\nCOPY --link --chown=u z w", {})[
        -1
    ]
    assert (stage.name, stage.base) == ("b", "a")
    assert [copy.sources for copy in stage.copies] == [("x",), ("z",)]


def test_the_forms_of_each_instruction() -> None:
    stage = final(
        "ENV OLD form of it", "LABEL a=b c='d e'", "WORKDIR /srv", "WORKDIR sub/./x/", "EXPOSE 80 81/udp", "CMD a b"
    )
    assert stage.env == {"PATH": BASE_PATH, "OLD": "form of it"}
    assert stage.labels == {"a": "b", "c": "d e"}
    assert stage.workdir == "/srv/sub/x"
    assert stage.ports == {"80/tcp": {}, "81/udp": {}}
    assert stage.cmd == ["/bin/sh", "-c", "a b"]
    assert stage.runs == []


def test_an_entrypoint_resets_the_command_of_the_image_below_only() -> None:
    stage = final('CMD ["a"]', 'ENTRYPOINT ["b"]')
    assert (stage.entrypoint, stage.cmd) == (["b"], ["a"])
    above = parse('FROM a AS x\nCMD ["a"]\nFROM x\nENTRYPOINT ["b"]', {})[-1]
    assert (above.entrypoint, above.cmd) == (["b"], None)


def test_a_path_that_is_not_the_base_image_s_is_shown() -> None:
    assert final("ENV PATH=/x:$PATH").config()["Env"] == [f"PATH=/x:{BASE_PATH}"]
    assert final().config()["Env"] == []


def test_steps_are_noted() -> None:
    assert final("RUN npm ci && \\", "  npm run build", "RUN true").runs == ["npm ci &&   npm run build", "true"]


@pytest.mark.parametrize(
    ("line", "destination"),
    [
        ("COPY a .", "/w/"),
        ("COPY a b", "/w/b"),
        ("COPY a b/", "/w/b/"),
        ("COPY a c b", "/w/b/"),
        ('COPY ["a", "/x//b"]', "/x/b"),
        ("COPY a ./", "/w/"),
        ("COPY [a b", "/w/b"),
    ],
)
def test_destinations_are_absolute_and_folders_end_with_a_slash(line: str, destination: str) -> None:
    assert final("WORKDIR /w", line).copies[0].destination == destination


@pytest.mark.parametrize(
    "check", ["NONE", "--start-interval=1.5ms --start-period=1h2m --timeout=4us --retries=7 CMD c  x"]
)
def test_a_health_check_that_docker_takes_has_no_effect(check: str) -> None:
    assert final(f"HEALTHCHECK {check}").config() == final().config()


def test_a_stage_inherits_everything_that_runs_and_changes_nothing_of_its_parent() -> None:
    lines = ["FROM a AS p", "LABEL l=1", "EXPOSE 1", 'ENTRYPOINT ["e"]', "STOPSIGNAL 9"]
    parent, other, child = parse("\n".join([*lines, "FROM b", "FROM p", "LABEL m=2", "EXPOSE 2", "ENV X=1"]), {})
    assert (child.parent, other.parent, other.name) == (parent, None, "1")
    assert (child.labels, child.ports) == ({"l": "1", "m": "2"}, {"1/tcp": {}, "2/tcp": {}})
    assert (parent.labels, parent.ports, "X" in parent.env) == ({"l": "1"}, {"1/tcp": {}}, False)
    assert (child.entrypoint, child.stop_signal) == (["e"], "9")


def test_arguments_have_defaults_and_are_taken_from_the_builder() -> None:
    text = "ARG A=1 B\nFROM a\nENV X=$A-$B"
    assert parse(text, {})[-1].env["X"] == "1-"
    assert parse(text, {"B": "2"})[-1].env["X"] == "1-2"
