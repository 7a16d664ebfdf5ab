"""The image's HEALTHCHECK: asks the server in the same container for `/live`. Uses the standard library only."""

import os
import sys
from http.client import HTTPConnection, HTTPException

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # to be replaced
TIMEOUT_SECONDS = 3


def main() -> int:
    host = os.environ.get("HOST", "127.0.0.1")
    path = f"{os.environ.get('HEALTH_PATH', '/api/health')}/live"
    connection = HTTPConnection(ANY_ADDRESS.get(host, host), int(os.environ.get("PORT", "8000")), TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        print(f"{path}: {error}")
        return 1
    if status != 200:
        print(f"{path}: status {status}")
    return int(status != 200)


if __name__ == "__main__":
    sys.exit(main())
