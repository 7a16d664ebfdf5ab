"""Runs the Pulumi CLI on a stack of the local cloud, and reads the state that it saves."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from localcloud import supervision
from localcloud.environment import harmless
from localcloud.errors import LocalCloudError
from localcloud.place import PREVIEW, ROOT, STACK, Place

# This file holds the emulator process (its id and start time) with which Pulumi's state is known to agree. A preview's
# has its name behind a hyphen.
AGREES = "agrees"
STOPPED = "stopped"
END_SECONDS = 5.0


@contextmanager
def interrupts_left_to_the_child() -> Iterator[None]:
    """Ignore Ctrl-C here: `pulumi` receives it too, finishes its running steps and saves the state; wait for that."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def environment(place: Place) -> dict[str, str]:
    """What `pulumi` gets. The program imports `infra` from this checkout, even with another checkout's `.venv`."""
    return {**harmless(os.environ), **place.pulumi_environment, "PYTHONPATH": str(ROOT)}


def pulumi(place: Place, *arguments: str, quiet: bool = False) -> int:
    """Run `pulumi` in the foreground, its output the user's; returns its exit code."""
    (place.folder / "pulumi").mkdir(parents=True, exist_ok=True)
    output = subprocess.DEVNULL if quiet else None
    try:
        with interrupts_left_to_the_child():
            run = subprocess.run(["pulumi", *arguments], cwd=ROOT, env=environment(place), stdout=output, check=False)
    except FileNotFoundError:
        raise LocalCloudError("pulumi: neither on PATH nor in .tools/; run `make setup`, which installs it") from None
    if run.returncode < 0:  # it had no time to say so
        name = signal.Signals(-run.returncode).name
        raise LocalCloudError(f"pulumi {arguments[0]}: ended by {name}; run the same command again, which goes on")
    return run.returncode


def project(root: Path = ROOT) -> str:
    """The name in Pulumi.yaml. Reading it as YAML would take as long as all the rest of `make url`."""
    found = re.search(r"^name: *[\"']?([\w.-]+)", (root / "Pulumi.yaml").read_text(), re.MULTILINE)
    if not found:
        raise LocalCloudError("Pulumi.yaml: must have a line `name: <project>` and has none")
    return found[1]


def state_file(place: Place) -> Path:
    return states(place) / f"{place.stack}.json"


def states(place: Place) -> Path:
    return place.folder / "pulumi/.pulumi/stacks" / project()


def previews(place: Place) -> list[str]:
    """The preview environments that there are beside the stack `local`."""
    found = (re.fullmatch(rf"{STACK}-({PREVIEW})", file.stem) for file in states(place).glob("*.json"))
    return sorted(one[1] for one in found if one)


def locks(place: Place) -> Iterator[Path]:
    yield from (place.folder / "pulumi/.pulumi/locks").glob(f"**/{project()}/{place.stack}/*.json")


def deployment(place: Place) -> dict[str, Any]:
    """The stack's last saved deployment: `resources`, `pending_operations`; empty before the first `up`."""
    file = state_file(place)
    try:
        found = file.stat()
        return read_deployment(file, found.st_mtime_ns, found.st_ino, found.st_size)
    except FileNotFoundError:
        return {}
    except ValueError:
        raise LocalCloudError(
            f"{file}: Pulumi's state must be JSON and is not; copy {file.name}.bak over it, or start from nothing with"
            f" `make stop` and by deleting {place.folder}"
        ) from None


@lru_cache(maxsize=1)
def read_deployment(file: Path, *_version: int) -> dict[str, Any]:
    """Read once what Pulumi has written once: it may be megabytes, and a command asks for it many times."""
    return json.loads(file.read_text()).get("checkpoint", {}).get("latest") or {}


def outputs(place: Place) -> dict[str, Any]:
    for resource in deployment(place).get("resources", []):
        if resource["type"] == "pulumi:pulumi:Stack":
            return dict(resource.get("outputs", {}))
    return {}


def versions(place: Place) -> dict[str, str]:
    """The version of each service that the last successful run deployed."""
    return {name: str(service["version"]) for name, service in outputs(place).get("services", {}).items()}


def resource_ids(place: Place) -> set[tuple[str, str]]:
    """Name and id of what the stack holds in the cloud: neither the stack, providers nor components."""
    rows = deployment(place).get("resources", [])
    held = (row for row in rows if row.get("custom") and not row["type"].startswith("pulumi:providers:"))
    return {(row["urn"], row.get("id", "")) for row in held}


def resource_count(place: Place) -> int:
    return len(resource_ids(place))


def ensure(place: Place) -> None:
    """Create the stack on first use, and remove the lock that a killed `pulumi` left."""
    if not state_file(place).exists() and pulumi(place, "stack", "init", place.stack, "--no-select", quiet=True):
        raise LocalCloudError(f"pulumi: could not make the stack `{place.stack}`; its message is above")
    for lock in list(locks(place)):
        owner = json.loads(lock.read_text()).get("pid")
        if owner and is_at_work(owner):
            raise LocalCloudError(f"pulumi: another run (pid {owner}) is at work on this stack; wait for it or end it")
        lock.unlink()


def is_at_work(pid: int) -> bool:
    """Whether the process is a running `pulumi`: the id may belong to another program by now, or to a zombie."""
    import psutil  # imported here because only a run after a killed one needs it

    try:
        process = psutil.Process(pid)
        return process.name().startswith("pulumi") and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end_orphans(place: Place) -> None:
    """End what a killed `pulumi` leaves: its helpers (`pulumi-language-…`, `pulumi-resource-…`) wait for it for ever.

    Only those of this local cloud, by the variable that each got from the `pulumi` that started it; and none whose
    `pulumi` lives, as that of another shell does.
    """
    import psutil

    home = place.pulumi_environment["PULUMI_HOME"]
    found = []
    for process in psutil.process_iter(["name", "environ"]):
        is_ours = (process.info["environ"] or {}).get("PULUMI_HOME") == home
        if is_ours and process.info["name"].startswith("pulumi-"):
            with suppress(psutil.NoSuchProcess):
                parent = process.parent()
                if parent is None or not parent.name().startswith("pulumi"):
                    found += [process, *process.children(recursive=True)]
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(found, timeout=END_SECONDS)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def was_interrupted(place: Place) -> bool:
    """Whether the last run was killed, or the emulator was killed after it: then state and cloud may differ."""
    note = note_of(place)
    agrees = note.exists() and note.read_text() in (STOPPED, supervision.emulator_life(place))
    return state_file(place).exists() and not agrees


def note_disagreement(place: Place) -> None:
    """Call before a run: until it has ended, a change may be in the cloud and not yet in the state."""
    note_of(place).unlink(missing_ok=True)


def note_agreement(place: Place) -> None:
    """Call after a run. Holds for this emulator process only: it saves with a delay, so a kill may lose changes."""
    note_of(place).write_text(supervision.emulator_life(place))


def note_of(place: Place) -> Path:
    return place.folder / (f"{AGREES}-{place.preview}" if place.preview else AGREES)


def stop(place: Place) -> None:
    """Stop everything and keep the data. An orderly stop saves all, so the agreement holds for the next process too."""
    life = supervision.emulator_life(place)
    agreeing = [note for note in place.folder.glob(f"{AGREES}*") if life and note.read_text() in (life, STOPPED)]
    supervision.stop(place)
    end_orphans(place)
    for note in agreeing:
        note.write_text(STOPPED)
