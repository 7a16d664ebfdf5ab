"""The commands of the local cloud, as the Makefile names them."""

import errno
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from localcloud import access, docker_engine, gateway, leftovers, room, shell, stack, stack_file, supervision
from localcloud.errors import LocalCloudError
from localcloud.lock import only_command
from localcloud.place import MAILBOX_PATH, STACK, Place, preview_stack
from localcloud.ports import BLOCKED_PORTS

# How old the secret may be that a task of the back end uses: its own `REFRESH_SECONDS`.
REFRESH_SECONDS = 30
# No space, no right.
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)
UNATTENDED = ("--yes", "--skip-preview")


class Commands(click.Group):
    """Prints a user's problem as one message, without a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except LocalCloudError as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            if error.errno not in DISK_ERRORS or not error.filename:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None


@click.group(cls=Commands)
@click.option("--port", type=click.IntRange(1024, 65000), default=4566, show_default=True, help="The gateway's port.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where state is kept.  [default: .local/<port>]")
@click.option("--preview", help="A preview environment beside the stack `local`, such as pr-12, in its place.")
@click.pass_context
def main(ctx: click.Context, port: int, folder: Path | None, preview: str | None) -> None:
    """A local cloud for the stack `local`, and for preview environments of it."""
    if preview is not None:
        try:
            preview_stack(STACK, preview)
        except LocalCloudError as error:
            raise click.ClickException(str(error)) from None
    ctx.obj = Place.of(port, folder, preview)


@main.command()
@click.option(
    "--engine",
    type=click.Choice(docker_engine.ENGINES),
    help="What runs the containers: `process`, or this machine's Docker engine.  [default: as before, or process]",
)
@click.option("--replace", metavar="URN", help="A resource to make anew; `**::name` stands for the end of its URN.")
@click.pass_obj
def up(place: Place, engine: str | None, replace: str | None) -> None:
    """Start the local cloud and deploy the stack; changes nothing where nothing changed."""
    if place.port in BLOCKED_PORTS:
        raise LocalCloudError(
            f"PORT: browsers open no page at port {place.port}; choose another such as PORT={place.port + 100}"
        )
    stack_file.check()
    room.check(place)
    started = time.monotonic()
    with only_command(place, "up"):
        is_in_use = bool(stack.resource_count(place) or supervision.states(place))
        docker_engine.choose(place, engine, is_in_use=is_in_use)
        if supervision.is_outdated(place):
            click.echo("The local cloud's own code changed: starting it anew")
            stack.stop(place)
        if supervision.start(place):
            click.echo(f"Local cloud started in {time.monotonic() - started:.1f} s")
        if place.preview:
            prepare_preview(place)
        prepare(place)
        before, existed = stack.versions(place), stack.resource_ids(place)
        anew = ("--replace", replace) if replace else ()
        if unattended(place, "up", "--suppress-outputs", *anew):
            kept = " what was created is kept;" if stack.resource_ids(place) - existed else ""
            raise LocalCloudError(
                f"pulumi up: failed after {time.monotonic() - started:.0f} s with the message above;{kept}"
                " fix the cause and run `make up` again (logs of the services: `make logs`)"
            )
        stack.note_agreement(place)
    click.echo(f"\n{deployed(before, stack.versions(place))}, in {time.monotonic() - started:.0f} s")
    describe(place)


def deployed(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What an `up` did to each app: `Deployed backend 1a2b → 3c4d, frontend 5e6f (unchanged)`."""
    changes = []
    for name, version in sorted(after.items()):
        old = before.get(name)
        moved = f"{old} → {version}" if old and old != version else version
        changes.append(f"{name} {moved}{' (unchanged)' if old == version else ''}")
    return f"Deployed {', '.join(changes)}" if after != before else f"No new version: {', '.join(changes) or 'no app'}"


def unattended(place: Place, *words: str) -> int:
    return stack.pulumi(place, words[0], "--stack", place.stack, *UNATTENDED, *words[1:])


def prepare_preview(place: Place) -> None:
    """It stands on what the stack `local` has, and its settings are those of that one's file."""
    if not stack.versions(place.of_base):
        raise LocalCloudError(
            "PREVIEW: a preview environment stands beside the stack, which is not deployed; run `make up`"
        )
    stack_file.write_preview(place.stack, STACK, stack.project())


def prepare(place: Place) -> bool:
    """Make the stack ready for a run. Whether the last run or the local cloud was killed: then it refreshes first."""
    interrupted = stack.was_interrupted(place)
    outdated = interrupted or access.is_gone(place)
    stack.ensure(place)
    stack.note_disagreement(place)
    if outdated:
        why = "The last run failed or was killed" if interrupted else "The password's secret is gone"
        click.echo(f"{why}: comparing the stack with what exists")
        # The provider's journal lists what was being created at that moment, so Pulumi's own list can be dropped.
        if unattended(place, "refresh", "--suppress-outputs", "--clear-pending-creates"):
            raise LocalCloudError("pulumi refresh: failed with the message above; run the same command again")
    return outdated


def describe(place: Place) -> None:
    outputs = stack.outputs(place)
    click.echo(f"  Site      {outputs.get('url', '(not deployed)')}")
    if link := access.sign_in_link(place, outputs.get("url", "")):
        click.echo(f"  Sign in   {link}")
    if "mail_address" in outputs:
        click.echo(f"  Mailbox   {place.endpoint}{MAILBOX_PATH}")
    saving = gateway.saving(place)
    if saving and saving.error:
        click.echo(
            f"  Warning   the emulator could not save its state for {saving.saved_seconds_ago:.0f} s ({saving.error});"
            " changes since then are lost if it stops. Fix the cause (a full disk?); it retries by itself"
        )
    click.echo('  Next      make logs, make status, make down; for plain pulumi and aws: eval "$(make -s env)"')


@main.command()
@click.pass_obj
def down(place: Place) -> None:
    """Destroy the stack with its preview environments, then stop everything; of one of these, destroy it alone."""
    stack_file.check()
    with only_command(place, "down"):
        for preview in [place.preview] if place.preview else stack.previews(place):
            destroy(replace(place, preview=preview), "--remove")
        if place.preview:
            return
        destroy(place)
        stack.stop(place)
        if place.docker_engine:
            docker_engine.remove_all(place, place.docker_engine)


def destroy(place: Place, *options: str) -> None:
    """`--remove`: its state and its file, too."""
    if not (stack.deployment(place).get("resources") or (place.preview and stack.state_file(place).exists())):
        return
    if place.preview:
        stack_file.write_preview(place.stack, STACK, stack.project())
    supervision.start(place)
    was_killed = prepare(place)
    if unattended(place, "destroy", *options):
        raise LocalCloudError("pulumi destroy: failed with the message above; run the same command again to continue")
    if was_killed:
        leftovers.clear(place)
    stack.note_agreement(place)


@main.command()
@click.pass_obj
def stop(place: Place) -> None:
    """Stop everything and keep the data."""
    with only_command(place, "stop"):
        stack.stop(place)


@main.command()
@click.pass_obj
def url(place: Place) -> None:
    """Print the site's URL."""
    found = stack.outputs(place).get("url")
    if not found:
        raise LocalCloudError("url: the stack is not deployed; run `make up`")
    click.echo(found)


@main.command()
@click.pass_obj
def password(place: Place) -> None:
    """Print the password that opens the site."""
    found = access.password(place)
    if not found:
        raise LocalCloudError(
            "password: the stack is not deployed, or is open to everyone; run `make up` or `make status`"
        )
    click.echo(found)


@main.command()
@click.pass_obj
def new_password(place: Place) -> None:
    """Set a new random password, which ends all sessions."""
    access.renew(place)
    click.echo(f"The app takes it within {REFRESH_SECONDS} s, and all have to sign in again:")
    describe(place)


@main.command()
@click.pass_obj
def status(place: Place) -> None:
    """Print what runs."""
    states = supervision.states(place)
    for name, state in states.items():
        click.echo(f"  {name:<10}{state}")
    if not states:
        click.echo("  Nothing runs; `make up` starts it")
    if host := place.docker_engine:
        click.echo(f"  docker    {docker_engine.version(host) or 'does not answer'} at {host}")
    click.echo(f"  stack     {stack.resource_count(place)} resources")
    describe(place)


@main.command()
@click.pass_obj
def env(place: Place) -> None:
    """Print what makes a shell's pulumi and aws work on the local cloud, and `localcloud_off`, the way back."""
    click.echo(shell.script(place, os.environ))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def pulumi(place: Place, arguments: tuple[str, ...]) -> None:
    """Run any pulumi command against the local cloud."""
    sys.exit(stack.pulumi(place, *arguments))
