"""`make plan`: what a stack's configuration needs and costs, without a cloud.

python -m infra.planning dev services.backend.desiredCount=2 services.backend.memoryMib=512
"""

import argparse
import sys
from typing import Any

import yaml

from infra.config.load import ConfigError, merged
from infra.planning.report import report
from infra.planning.stack import planned


def changed(assignments: list[str]) -> dict[str, Any]:
    """`a.b=1` as the section that it is; values as YAML has them."""
    found: dict[str, Any] = {}
    for one in assignments:
        path, given, value = one.partition("=")
        try:
            section: Any = yaml.safe_load(value)
        except yaml.YAMLError:
            given = ""
        if not given or not path:
            raise ConfigError(f"SET: must be key=value, got {one!r}; write for example services.backend.memoryMib=512")
        for key in reversed(path.split(".")):
            section = {key: section}
        found = merged(found, section)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.planning", description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("changes", nargs="*", metavar="key=value", help="in place of what the files say")
    given = parser.parse_args()
    try:
        print("\n".join(report(planned(given.stack, changed(given.changes)))))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
