"""The Dockerfile of a folder that has none, but is a page to build: a package.json with a script `build`."""

import json
from pathlib import Path
from string import Template
from typing import NamedTuple

# As the front end of this project; the version of the server is fixed, so that the image's tag tells what it holds.
TEMPLATE = Template("""\
FROM node:24-alpine AS base
WORKDIR /app

FROM base AS build
${prepare}COPY ${files} ./
RUN ${install}
COPY . .
RUN ${manager} run build

FROM base
RUN npm install -g sirv-cli@3.0.1
COPY --from=build /app/${output} ./${output}
USER node
EXPOSE 3000
# A path without a file is one of the page's own, and gets index.html; a missing file with an extension is 404.
CMD ["sirv", "${output}", "--single", "--host", "0.0.0.0", "--port", "3000", "--quiet"]
""")


class Manager(NamedTuple):
    name: str
    prepare: str
    install: str


# The first lock that is there decides.
MANAGERS = {
    "pnpm-lock.yaml": Manager("pnpm", "RUN npm install -g pnpm@10.20.0\n", "pnpm install --frozen-lockfile"),
    "yarn.lock": Manager("yarn", "RUN npm install -g --force yarn@1.22.22\n", "yarn install --frozen-lockfile"),
    "package-lock.json": Manager("npm", "", "npm ci"),
}
# Where a build tool puts its pages, by the package that brings it; Vite's and most others' is dist.
OUTPUTS = {"react-scripts": "build", "next": "out", "@sveltejs/adapter-static": "build", "@11ty/eleventy": "_site"}
LEFT_OUT = ("node_modules", *{"dist", *OUTPUTS.values()})


def default_dockerfile(folder: Path) -> str | None:
    """None where the folder is no page that a known package manager builds."""
    try:
        package = json.loads((folder / "package.json").read_text())
        wanted = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
        scripts = package.get("scripts", {})
    except (OSError, ValueError, AttributeError, TypeError):
        return None
    lock = next((lock for lock in MANAGERS if (folder / lock).is_file()), None)
    if lock is None or "build" not in scripts or "__metadata:" in (folder / lock).read_text():
        return None  # the last is a lock of Yarn 2 or later, whose settings a Dockerfile must know
    manager = MANAGERS[lock]
    output = next((place for name, place in OUTPUTS.items() if name in wanted), "dist")
    return TEMPLATE.substitute(
        prepare=manager.prepare,
        files=" ".join(["package.json", lock]),
        install=manager.install,
        manager=manager.name,
        output=output,
    )
