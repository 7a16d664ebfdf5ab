"""Prints the OpenAPI document: `python -m app.openapi > openapi.json`. With --check, fails if that file is stale.

Needs no environment variables: the document has the default paths.
"""

import json
import sys
from pathlib import Path

from app.main import create_app
from app.settings import Settings

COMMITTED = Path(__file__).parents[1] / "openapi.json"


def document() -> str:
    settings = Settings.model_construct(api_prefix="/api", health_path="/api/health")
    return json.dumps(create_app(settings).openapi(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        sys.stdout.write(document())
    elif not COMMITTED.exists() or COMMITTED.read_text() != document():
        print(
            "openapi.json: does not match the code; run `python -m app.openapi > openapi.json` in backend/"
            " and commit the result",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
