"""`python -m ops [--stack STACK] COMMAND`; the Makefile names the commands."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from infra.steps.common import in_words
from localcloud.errors import LocalCloudError
from ops import jobs, run, secret, status
from ops.errors import OperationError
from ops.target import Target


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops", description=__doc__)
    parser.add_argument("--stack", default="local")
    parser.add_argument("--port", type=int, default=4566, help="of the local cloud")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("status", help=status.status.__doc__)
    commands.add_parser("jobs", help=jobs.jobs.__doc__)
    storing = commands.add_parser("secret", help=secret.store.__doc__)
    storing.add_argument("name", metavar="NAME")
    running = commands.add_parser("run", help=run.run.__doc__)
    what = running.add_mutually_exclusive_group(required=True)
    what.add_argument("--service")
    what.add_argument("--job")
    running.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER)
    return parser.parse_args()


def tell_status(target: Target, given: argparse.Namespace) -> int:
    parts = status.status(target)
    print(*status.lines(parts), sep="\n")
    return int(any(part.problems for part in parts))


def tell_jobs(target: Target, given: argparse.Namespace) -> int:
    print(*jobs.jobs(target), sep="\n")
    return 0


def store_secret(target: Target, given: argparse.Namespace) -> int:
    print(secret.store(target, given.name))
    return 0


def run_once(target: Target, given: argparse.Namespace) -> int:
    if given.job:
        service, command = run.job_of(target, given.job)
    else:
        service, command = given.service, [word for word in given.words if word != "--"]
        if not command:
            raise OperationError('CMD: is required; write for example CMD="python -m app.seed"')
    return run.run(target, service, command, job=given.job)


COMMANDS = {"status": tell_status, "jobs": tell_jobs, "secret": store_secret, "run": run_once}


def main() -> int:
    try:
        given = arguments()
        return COMMANDS[given.command](Target.of(given.stack, given.port), given)
    except (OperationError, LocalCloudError) as error:
        print(f"Error: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"Error: {in_words(error) or error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
