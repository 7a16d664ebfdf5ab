"""Images: immutable folders named by the hash of their content, and the tags that point at them."""

import contextlib
import gzip
import hashlib
import io
import json
import platform
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.engine import postgres, valkey
from localcloud.engine.errors import EngineError

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"


ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def split(reference: str) -> tuple[str, str]:
    """Repository and tag (`latest` by default) or digest."""
    repository, at, digest = reference.partition("@")
    if at:
        return repository.rpartition(":")[0] if ":" in repository.rpartition("/")[2] else repository, digest
    name, colon, tag = reference.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (reference, "latest")


@dataclass(kw_only=True)
class Image:
    """`config` is the Docker API's; `path` are folders that come first on PATH; `caches` are the folders of its
    dependencies, `env` variables that these need; `postgres` and `valkey` mark the images that stand for a database
    and a cache, without a folder."""

    config: dict[str, Any]
    content: str
    created: str
    path: list[str] = field(default_factory=list)
    caches: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    postgres: bool = False
    valkey: bool = False

    @property
    def layer(self) -> tuple[bytes, bytes]:
        """The layer for the registry, plain and compressed: only the content's name, the files stay where they run."""
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w") as archive:
            entry = tarfile.TarInfo("content")
            entry.size = len(self.content)
            archive.addfile(entry, io.BytesIO(self.content.encode()))
        return plain.getvalue(), gzip.compress(plain.getvalue(), mtime=0)

    @property
    def blob(self) -> bytes:
        """The registry's config blob, whose hash is the image's id."""
        rootfs = {"type": "layers", "diff_ids": [sha256(self.layer[0])]}
        return canonical({"architecture": ARCHITECTURE, "os": "linux", "config": self.config, "rootfs": rootfs})

    @property
    def id(self) -> str:
        return sha256(self.blob)

    @property
    def manifest(self) -> bytes:
        layer = self.layer[1]
        return canonical(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST_TYPE,
                "config": {"mediaType": CONFIG_TYPE, "size": len(self.blob), "digest": self.id},
                "layers": [{"mediaType": LAYER_TYPE, "size": len(layer), "digest": sha256(layer)}],
            }
        )

    @property
    def digest(self) -> str:
        return sha256(self.manifest)


class ImageStore:
    """`<state>/images`: a folder per image, moved there complete, and `tags.json`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._images: dict[str, Image] = {}
        for unfinished in folder.glob(".building-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        for record in folder.glob("*/image.json"):
            values = json.loads(record.read_text())
            image = Image(**values)
            if "env" not in values:
                self._give_folders(image)
                record.write_bytes(canonical(vars(image)))
            self._images[image.id] = image
        self.tags: dict[str, str] = {}
        with contextlib.suppress(FileNotFoundError):
            tags = json.loads((folder / "tags.json").read_text())
            self.tags = {tag: image_id for tag, image_id in tags.items() if image_id in self._images}

    def __iter__(self) -> Iterator[Image]:
        return iter(list(self._images.values()))

    def root(self, image: Image) -> Path:
        """The files, as the process finds them."""
        return self.folder / image.id.removeprefix("sha256:") / "root"

    def _give_folders(self, image: Image) -> None:
        """An image of before November 2026 is its WORKDIR's files alone; now it is the file system around them too.

        Delete it when no local cloud has such an image any more.
        """
        root, workdir = self.root(image), str(image.config.get("WorkingDir") or "/").strip("/")
        files = root.with_name("files")
        if root.exists() and workdir and not files.exists():
            root.rename(files)
        if files.exists():
            (root / workdir).parent.mkdir(parents=True, exist_ok=True)
            files.rename(root / workdir)

    def add(self, image: Image, built: Path) -> None:
        """Take over a built folder (`root/` inside), in one step."""
        (built / "image.json").write_bytes(canonical(vars(image)))
        built.rename(self.root(image).parent)
        self._images[image.id] = image

    def known(self, image_id: str) -> Image | None:
        return self._images.get(image_id)

    def find(self, name: str) -> Image:
        """By tag, id, the start of an id, or repository@digest."""
        repository, tag = split(name)
        if postgres.is_database(repository, tag):
            return postgres_image()
        if valkey.is_cache(repository):
            return valkey_image()
        if image_id := self.tags.get(f"{repository}:{tag}"):
            return self._images[image_id]
        start = name.removeprefix("sha256:")
        for image in self:
            if tag == image.digest or (start and image.id.removeprefix("sha256:").startswith(start)):
                return image
        raise EngineError(404, f"No such image: {name}; it was never built here (the engine downloads no images)")

    def names(self, image: Image) -> list[str]:
        return sorted(tag for tag, image_id in self.tags.items() if image_id == image.id)

    def tag(self, image: Image, repository: str, tag: str) -> None:
        if not (image.postgres or image.valkey):
            self.tags[f"{repository}:{tag}"] = image.id
            self._save_tags()

    def remove(self, name: str, in_use: bool) -> list[dict[str, str]]:
        """Remove a tag, and the image with its last one; the Docker API's list of what was done."""
        image = self.find(name)
        reference = ":".join(split(name))
        tags = [reference] if reference in self.tags else self.names(image)
        remaining = [tag for tag in self.names(image) if tag not in tags]
        if in_use and not remaining:
            raise EngineError(409, f"conflict: unable to remove {name}: a running container uses it")
        for tag in tags:
            del self.tags[tag]
        self._save_tags()
        done = [{"Untagged": tag} for tag in tags]
        if not remaining and image.id in self._images:
            del self._images[image.id]
            shutil.rmtree(self.root(image).parent, ignore_errors=True)
            done.append({"Deleted": image.id})
        return done

    def _save_tags(self) -> None:
        temporary = self.folder / ".tags.json"
        temporary.write_bytes(canonical(self.tags))
        temporary.replace(self.folder / "tags.json")


def postgres_image() -> Image:
    """A database as an image: nothing is stored for it."""
    config: dict[str, Any] = {
        "Env": [],
        "Cmd": ["postgres"],
        "Entrypoint": ["docker-entrypoint.sh"],
        "Labels": {},
        "StopSignal": "SIGINT",
    }
    config |= {"ExposedPorts": {"5432/tcp": {}}, "WorkingDir": "/"}
    return Image(config=config, content=f"postgres {postgres.VERSION}", created="2025-01-01T00:00:00Z", postgres=True)


def valkey_image() -> Image:
    """A cache as an image."""
    config: dict[str, Any] = {"Env": [], "Cmd": ["valkey-server"], "Entrypoint": ["docker-entrypoint.sh"], "Labels": {}}
    config |= {"ExposedPorts": {f"{valkey.PORT}/tcp": {}}, "WorkingDir": "/"}
    return Image(config=config, content="valkey", created="2025-01-01T00:00:00Z", valkey=True)
