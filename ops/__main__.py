"""`python -m ops [--stack STACK] COMMAND`; the Makefile names the commands."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.errors import LocalCloudError
from ops import (
    backup,
    bootstrap,
    cost,
    deployments,
    diagram,
    doctor,
    environments,
    files,
    jobs,
    log_lines,
    logs,
    night,
    preview,
    psql,
    restore,
    rollback,
    run,
    secret,
    shell,
    status,
    trouble,
    upgrade_database,
    upgrade_hosts,
)
from ops.errors import OperationError
from ops.part import moment
from ops.target import Target


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops", description=__doc__)
    parser.add_argument("--stack", default="local")
    parser.add_argument("--preview", help="an environment of a pull request on the stack, such as pr-12")
    parser.add_argument("--port", type=int, default=4566, help="of the local cloud")
    parser.add_argument("--folder", type=Path, help="where the local cloud keeps its state")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help=environments.up.__doc__)
    commands.add_parser("down", help=environments.down.__doc__)
    of_requests = commands.add_parser("previews", help=environments.listed.__doc__)
    of_requests.add_argument("--older", type=int, metavar="DAYS", help="destroy those")
    commands.add_parser("status", help=status.status.__doc__)
    reading = commands.add_parser("logs", help=logs.logs.__doc__)
    reading.add_argument("--service", help="the one whose log is read; all without it")
    reading.add_argument("--since", default="10m", help="how far back, as 90s, 10m, 2h or 1d")
    reading.add_argument("--filter", default="", metavar="TEXT", help="only lines that contain it")
    reading.add_argument("--no-follow", action="store_true", help="end after what there is")
    reading.add_argument("--raw", action="store_true", help="the lines alone, as the services wrote them")
    looking = commands.add_parser("doctor", help=doctor.doctor.__doc__)
    looking.add_argument("--drift", action="store_true", help="also whether the stack is as the program says; minutes")
    commands.add_parser("diagram", help=diagram.diagram.__doc__)
    commands.add_parser("cost", help=cost.cost.__doc__)
    commands.add_parser("sleep", help=night.sleep.__doc__)
    commands.add_parser("wake", help=night.wake.__doc__)
    commands.add_parser("jobs", help=jobs.jobs.__doc__)
    storing = commands.add_parser("secret", help=secret.store.__doc__)
    storing.add_argument("name", metavar="NAME")
    running = commands.add_parser("run", help=run.run.__doc__)
    what = running.add_mutually_exclusive_group(required=True)
    what.add_argument("--service")
    what.add_argument("--job")
    running.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER)
    opening = commands.add_parser("shell", help=shell.shell.__doc__)
    opening.add_argument("--service", required=True)
    opening.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER, help="a shell without it")
    asking = commands.add_parser("psql", help=psql.psql.__doc__)
    asking.add_argument("--write", action="store_true", help="not read-only")
    asking.add_argument("words", metavar="ARGS", nargs=argparse.REMAINDER, help="psql's own")
    holding = commands.add_parser("tunnel", help=psql.tunnel.__doc__)
    holding.add_argument("--local-port", type=int, help="the port of 127.0.0.1; any free one without it")
    listing = commands.add_parser("deployments", help=deployments.deployments.__doc__)
    listing.add_argument("--service", help="only those that gave it another version")
    listing.add_argument("--json", action="store_true", help="for programs")
    keeping = commands.add_parser("backup", help=backup.backup.__doc__)
    keeping.add_argument("--name", help="of the snapshot; the time without it")
    restoring = commands.add_parser("restore", help=restore.restore.__doc__)
    source = restoring.add_mutually_exclusive_group()
    source.add_argument("--snapshot", help="lists what there is without any of these")
    source.add_argument("--at", metavar="TIME")
    source.add_argument(
        "--file", metavar="KEY", help="of the bucket: an older version of it, or the one that was deleted"
    )
    restoring.add_argument("--version", help="of the file")
    source.add_argument("--deleted-since", metavar="TIME", help="all files that were deleted since then")
    source.add_argument("--drop", metavar="DATABASE", help="delete what an earlier restore left")
    commands.add_parser("preview", help=preview.__doc__)
    preparing = commands.add_parser("bootstrap", help=bootstrap.prepare.__doc__)
    preparing.add_argument("--remove", action="store_true", help="the roles; what holds states stays")
    back = commands.add_parser("rollback", help=rollback.rollback.__doc__)
    back.add_argument("service", metavar="SERVICE")
    back.add_argument("version", metavar="VERSION", nargs="?", help="lists them without it")
    newer = commands.add_parser("upgrade-database", help=upgrade_database.upgrade.__doc__)
    newer.add_argument("--version", help="lists them without it")
    commands.add_parser("upgrade-hosts", help=upgrade_hosts.upgrade_hosts.__doc__)
    return parser.parse_args()


def after_dashes(words: list[str]) -> list[str]:
    return words[1:] if words[:1] == ["--"] else words


def tell_status(target: Target, given: argparse.Namespace) -> int:
    parts = status.status(target)
    print(*status.lines(parts), sep="\n")
    return int(any(part.problems for part in parts))


def examine(target: Target, given: argparse.Namespace) -> int:
    found = doctor.doctor(target, with_drift=given.drift)
    print(*([f"! {one}" for one in found] or ["Nothing found; `status` tells whether all of it runs"]), sep="\n")
    return int(bool(found))


def read_logs(target: Target, given: argparse.Namespace) -> int:
    past_ms = log_lines.milliseconds(given.since)
    follower = logs.Follower(target, past_ms=past_ms, service=given.service, text=given.filter)
    known = follower.services()
    logs.refuse_unknown(given.service, known)
    width = max(map(len, known), default=0)
    try:
        for line in logs.logs(follower, follow=not given.no_follow):
            if isinstance(line, str):
                print(line, file=sys.stderr)
            elif given.raw:
                print(line.text, flush=True)
            else:
                print(log_lines.shown(line, width, colours=sys.stdout.isatty()), flush=True)
    except KeyboardInterrupt:
        pass  # the way to end it
    return 0


def tell_jobs(target: Target, given: argparse.Namespace) -> int:
    print(*jobs.jobs(target), sep="\n")
    return 0


def tell_cost(target: Target, given: argparse.Namespace) -> int:
    print(*cost.cost(target), sep="\n")
    return 0


def draw(target: Target, given: argparse.Namespace) -> int:
    return tell(diagram.diagram(target))


def go_to_sleep(target: Target, given: argparse.Namespace) -> int:
    return tell(night.sleep(target))


def wake_up(target: Target, given: argparse.Namespace) -> int:
    return tell(night.wake(target))


def tell(lines: Iterator[str]) -> int:
    """Each line when what it tells has happened."""
    for line in lines:
        print(line, flush=True)
    return 0


def store_secret(target: Target, given: argparse.Namespace) -> int:
    print(secret.store(target, given.name))
    return 0


def run_once(target: Target, given: argparse.Namespace) -> int:
    if given.job:
        service, command = run.job_of(target, given.job)
    else:
        service, command = given.service, after_dashes(given.words)
        if not command:
            raise OperationError('CMD: is required; write for example CMD="python -m app.seed"')
    return run.run(target, service, command, job=given.job)


def open_shell(target: Target, given: argparse.Namespace) -> int:
    return shell.shell(target, given.service, after_dashes(given.words))


def roll_back(target: Target, given: argparse.Namespace) -> int:
    if given.version:
        return rollback.rollback(target, given.service, given.version)
    print(*rollback.lines(target, given.service), sep="\n")
    return 0


def list_deployments(target: Target, given: argparse.Namespace) -> int:
    found = deployments.deployments(target, given.service)
    if given.json:
        print(deployments.as_json(found))
    else:
        print(*deployments.lines(found), sep="\n")
    return 0


def back_up(target: Target, given: argparse.Namespace) -> int:
    print(backup.backup(target, given.name))
    return 0


def bring_back(target: Target, given: argparse.Namespace) -> int:
    if given.snapshot:
        return restore.restore(target, restore.of_snapshot(target, given.snapshot))
    if given.at:
        return restore.restore(target, restore.of_moment(target, given.at))
    if given.file:
        print(*files.restore_file(target, given.file, given.version), sep="\n")
        return 0
    if given.deleted_since:
        print(files.restore_deleted(target, moment("DELETED_SINCE", given.deleted_since)))
        return 0
    print(*([restore.drop(target, given.drop)] if given.drop else restore.lines(target)), sep="\n")
    return 0


def ask_database(target: Target, given: argparse.Namespace) -> int:
    return psql.psql(target, after_dashes(given.words), write=given.write)


def hold_tunnel(target: Target, given: argparse.Namespace) -> int:
    return psql.tunnel(target, given.local_port)


def prepare_account(target: Target, given: argparse.Namespace) -> int:
    for line in (bootstrap.remove if given.remove else bootstrap.prepare)(target):
        print(line, flush=True)
    return 0


def renew_database(target: Target, given: argparse.Namespace) -> int:
    if given.version:
        return upgrade_database.upgrade(target, given.version)
    print(*upgrade_database.lines(target), sep="\n")
    return 0


def renew_hosts(target: Target, given: argparse.Namespace) -> int:
    return upgrade_hosts.upgrade_hosts(target)


def tell_changes(target: Target, given: argparse.Namespace) -> int:
    told, code = preview.preview(target)
    print(told)
    return code


def make_environment(target: Target, given: argparse.Namespace) -> int:
    return environments.up(of_preview(target, f"pulumi up -s {target.base}"))


def destroy_environment(target: Target, given: argparse.Namespace) -> int:
    return environments.down(of_preview(target, f"pulumi destroy -s {target.base}"))


def of_preview(target: Target, otherwise: str) -> Target:
    """The target; a problem where it is a whole stack, which the command `otherwise` is for."""
    if target.preview is None:
        raise OperationError(f"PREVIEW: is required with a stack on AWS, such as pr-12; for all of it: `{otherwise}`")
    return target


def list_environments(target: Target, given: argparse.Namespace) -> int:
    return tell(environments.listed(target, given.older))


COMMANDS = {
    "up": make_environment,
    "down": destroy_environment,
    "previews": list_environments,
    "status": tell_status,
    "doctor": examine,
    "logs": read_logs,
    "diagram": draw,
    "cost": tell_cost,
    "sleep": go_to_sleep,
    "wake": wake_up,
    "jobs": tell_jobs,
    "secret": store_secret,
    "run": run_once,
    "shell": open_shell,
    "psql": ask_database,
    "tunnel": hold_tunnel,
    "deployments": list_deployments,
    "backup": back_up,
    "restore": bring_back,
    "rollback": roll_back,
    "bootstrap": prepare_account,
    "preview": tell_changes,
    "upgrade-database": renew_database,
    "upgrade-hosts": renew_hosts,
}
# Those that are about a preview environment, too. The others are about what it shares with its base.
OF_PREVIEWS = ("up", "down", "status", "diagram", "logs", "run", "shell", "psql", "tunnel", "deployments")


def main() -> int:
    target = None
    try:
        given = arguments()
        target = Target.of(given.stack, given.port, given.folder, given.preview)
        if given.preview and given.command not in OF_PREVIEWS:
            raise OperationError(f"PREVIEW: {given.command} is about what it shares with {given.stack}; leave it out")
        return COMMANDS[given.command](target, given)
    except BrokenPipeError:  # who reads has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OperationError, LocalCloudError) as error:
        print(f"Error: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"Error: {trouble.in_words(error, target)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
