"""Which data folder a database container gets, and when the folder is deleted.

MiniStack removes a container in the same way (stop, then remove with its volumes) when it stops, when it starts after
a crash, and when a DB instance is deleted. Only in the last case may data be deleted. So the engine asks RDS: data is
deleted when RDS knew the instance before its container was removed, and soon afterwards answers that the instance does
not exist. Otherwise the data stays, and the next container of that instance uses it. A container that is created for
the same name by the same emulator process (label `ministack.boot`) after such a removal belongs to a new instance, and
starts empty.

The data of a snapshot, made while the instance ran or left as its last one, is kept under the snapshot's name, and a
container with the label `db_snapshot` starts with a copy of it.
"""

import asyncio
import contextlib
import json
import logging
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from localcloud.engine.emulator import Emulator
from localcloud.engine.errors import EngineError
from localcloud.engine.standstill import standing_still

INSTANCE_LABEL = "db_id"
LIFE_LABEL = "ministack.boot"
SNAPSHOT_LABEL = "db_snapshot"
GONE_WITHIN_SECONDS = 15
ASK_EVERY_SECONDS = 0.25

logger = logging.getLogger(__name__)


def owner(labels: Mapping[str, str]) -> tuple[str, str]:
    """Account and region of the container's instance."""
    return labels.get("account_id", "000000000000"), labels.get("region", "us-east-1")


def copy(source: Path, target: Path) -> None:
    """With owners and modes, which PostgreSQL insists on."""
    subprocess.run(["cp", "--archive", str(source), str(target)], check=True)


class Databases:
    """`<state>/postgres/<DB instance id>`, and beside it a file `<id>.removed` from the removal until the decision."""

    def __init__(self, folder: Path, emulator: Emulator | None) -> None:
        self.folder = folder
        self.snapshots = folder.with_name("snapshots")
        self.emulator = emulator
        for made in (folder, self.snapshots):
            made.mkdir(parents=True, exist_ok=True)
        self._decisions: set[asyncio.Task[None]] = set()

    def claim(self, labels: Mapping[str, str], name: str) -> Path:
        """The data folder for a new container, emptied if it belonged to a deleted instance."""
        data = self.folder / Path(labels.get(INSTANCE_LABEL) or name).name
        note = self._note(data)
        with contextlib.suppress(FileNotFoundError, ValueError):
            if json.loads(note.read_text()).get("life") == labels.get(LIFE_LABEL):
                self._delete(data)
        note.unlink(missing_ok=True)
        snapshot = labels.get(SNAPSHOT_LABEL)
        if snapshot and not data.exists():
            kept = self.snapshots / Path(snapshot).name
            if not kept.exists():
                raise EngineError(500, f"snapshot {snapshot}: holds no data")
            copy(kept, data)
        return data

    async def keep(self, data: Path, process: int, snapshot: str) -> None:
        """Copy the data of a server that runs. What a snapshot of the same name held is gone."""
        kept = self.snapshots / Path(snapshot).name
        unfinished = kept.with_name(kept.name + ".unfinished")

        def take() -> None:
            for old in (unfinished, kept):
                shutil.rmtree(old, ignore_errors=True)
            with standing_still(process):
                copy(data, unfinished)
            unfinished.rename(kept)

        await asyncio.to_thread(take)

    async def forget(self, snapshot: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self.snapshots / Path(snapshot).name, ignore_errors=True)

    async def is_wanted(self, labels: Mapping[str, str]) -> bool | None:
        """Whether RDS knows the container's instance; None if that is unknown. To be asked before the removal."""
        if INSTANCE_LABEL not in labels or self.emulator is None:
            return None
        account, region = owner(labels)
        return await self.emulator.has_database(labels[INSTANCE_LABEL], account, region)

    def released(self, data: Path, labels: Mapping[str, str], wanted: bool | None) -> None:
        """Decide about the data of a container that was removed with its volumes."""
        if INSTANCE_LABEL not in labels:
            self._delete(data)
            return
        self._note(data).write_text(json.dumps({"life": labels.get(LIFE_LABEL)}))
        if wanted:
            task = asyncio.create_task(self._decide(data, labels))
            self._decisions.add(task)
            task.add_done_callback(self._decisions.discard)

    async def _decide(self, data: Path, labels: Mapping[str, str]) -> None:
        for _ in range(int(GONE_WITHIN_SECONDS / ASK_EVERY_SECONDS)):
            if not self._note(data).exists():
                return  # claimed by a new container meanwhile
            wanted = await self.is_wanted(labels)
            if wanted is None:
                return  # RDS does not answer: the emulator was stopping
            if not wanted and self._note(data).exists():
                await self._keep_for_snapshots(data, labels)
                self._delete(data)
                return
            await asyncio.sleep(ASK_EVERY_SECONDS)

    async def _keep_for_snapshots(self, data: Path, labels: Mapping[str, str]) -> None:
        """The server has ended, so a copy of its folder is whole. Only the final snapshot has none yet."""
        if self.emulator is None:
            return
        account, region = owner(labels)
        for name in await self.emulator.snapshots_of(labels[INSTANCE_LABEL], account, region):
            if not (self.snapshots / name).exists():
                await asyncio.to_thread(copy, data, self.snapshots / name)

    def _delete(self, data: Path) -> None:
        logger.info("database %s was deleted: removing its data", data.name)
        shutil.rmtree(data, ignore_errors=True)
        self._note(data).unlink(missing_ok=True)

    @staticmethod
    def _note(data: Path) -> Path:
        return data.with_name(data.name + ".removed")
