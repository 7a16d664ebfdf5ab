"""The cost table in README.md, made from the stack dev: `make generate` writes it, `make check` says if it is stale."""

import re
import sys

from infra.planning.cost import table
from infra.planning.stack import planned
from infra.pure.paths import ROOT

README = ROOT / "README.md"
TABLE = re.compile(r"(?<=readme`, from the stack dev\. -->\n).*?(?=\n<!-- end -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    found = README.read_text()
    wanted = TABLE.sub(lambda _: table(planned("dev")), found)
    if arguments != ["--check"]:
        README.write_text(wanted)
    elif wanted != found:
        print("README.md: the cost table is stale; run `python -m infra.planning.readme`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
