"""The files of a page whose names change with their content: where a build tool puts them, and how they are served."""

import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.pure.page_image import OUTPUTS

# Where a build tool puts such files below the page's folder, by the package that brings it; Vite's and most others' is
# the last. A tool that names no file by its content has None.
PREFIXES = {
    "react-scripts": "/static",
    "next": "/_next/static",
    "@sveltejs/kit": "/_app/immutable",
    "astro": "/_astro",
    "@11ty/eleventy": None,
}
USUAL_PREFIX = "/assets"
# A page's folder in an image: below its WORKDIR, or where usual web servers look.
FOLDERS = (
    *dict.fromkeys(["dist", *OUTPUTS.values(), "dist/client", "build/client", "public"]), "/usr/share/nginx/html",
    "/usr/share/caddy", "/srv", "/var/www/html", "/usr/local/apache2/htdocs", ".",
)  # fmt: skip
# A tool's own server has them elsewhere than at their path.
OWN_PLACES = {"/_next/static": (".next/static",)}
# The page itself, for when none of its tasks answers.
PAGE = "index.html"
FOREVER = "public, max-age=31536000, immutable"
ASKED_FOR = "no-cache"
# What the table of Python lacks or has otherwise than browsers want it; one machine's own table must not matter.
TYPES = {
    ".avif": "image/avif", ".js": "text/javascript", ".map": "application/json", ".mjs": "text/javascript",
    ".otf": "font/otf", ".ttf": "font/ttf", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json",
    ".webp": "image/webp", ".woff": "font/woff", ".woff2": "font/woff2",
}  # fmt: skip
KNOWN_TYPES = mimetypes.MimeTypes(filenames=())
# Copies that a page's own server hands out; CloudFront compresses by itself.
COMPRESSED = (".br", ".gz", ".zst")


def default_prefixes(folder: Path) -> tuple[str, ...]:
    """The paths below which the page of this folder has such files, by its build tool."""
    try:
        package = json.loads((folder / "package.json").read_text())
        wanted = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    except (OSError, ValueError, AttributeError, TypeError):
        wanted = {}
    found = next((prefix for name, prefix in PREFIXES.items() if name in wanted), USUAL_PREFIX)
    return () if found is None else (found,)


def places(folder: Path, given: Mapping[str, str] | None) -> dict[str, tuple[str, ...]]:
    """The paths with such files, and for each the folders of the image to look for them; the first that exists counts.

    `given`: path to folder, as the description says it; None where it says nothing.
    """
    if given is not None:
        return {prefix.rstrip("/"): (place,) for prefix, place in given.items()}
    return {
        prefix: (*OWN_PLACES.get(prefix, ()), *(f"{base}{prefix}" for base in FOLDERS))
        for prefix in default_prefixes(folder)
    }


def page_beside(folder: str, prefix: str) -> str | None:
    """Where the page is that asks for the files of a folder: above the part of it that is their path on the site."""
    return f"{folder.removesuffix(prefix)}/{PAGE}" if folder.endswith(prefix) else None


def is_hashed(name: str) -> bool:
    """Whether a part of the path ends like a hash: a digit, or a capital letter within a word, in the last eight.

    One hash in 400 looks like a word. It costs a question whether the file is still the same, and nothing else.
    """
    return any(len(part) >= 8 and re.search(r"\d|(?<=[A-Za-z0-9])[A-Z]", part[-8:]) for part in re.split("[./]", name))


def cache_control(name: str) -> str:
    return FOREVER if is_hashed(name) else ASKED_FOR


def content_type(name: str) -> str:
    suffix = Path(name).suffix.lower()
    found = TYPES.get(suffix) or KNOWN_TYPES.types_map[True].get(suffix) or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def served(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files below a folder, by their paths in it; compressed copies of one are left out."""
    names = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for name, path in names.items():
        original, suffix = name.rsplit(".", 1)[0], path.suffix
        if not (suffix in COMPRESSED and original in names):
            yield name, path
