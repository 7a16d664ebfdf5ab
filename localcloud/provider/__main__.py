"""`python -m localcloud.provider --port N --endpoint URL`: the provider for `PULUMI_DEBUG_PROVIDERS=aws:N`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from localcloud.provider.aws import memory
from localcloud.provider.errors import ProviderError
from localcloud.provider.protocol.journal import Journal
from localcloud.provider.protocol.requests import AwsProvider
from localcloud.provider.protocol.server import serve


async def run(provider: AwsProvider, port: int) -> None:
    task = asyncio.ensure_future(serve(provider, port, lambda bound: print(bound, flush=True)))
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, task.cancel)
    await task


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m localcloud.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="to listen on, loopback only (default: a free one)")
    parser.add_argument("--endpoint", required=True, help="the emulator's, such as http://127.0.0.1:4566")
    parser.add_argument("--journal", type=Path, help="a file that remembers creations which the engine may have missed")
    options = parser.parse_args()
    memory.limit_heaps()
    try:
        provider = AwsProvider(options.endpoint, Journal(options.journal))
    except ProviderError as error:
        sys.exit(str(error))
    asyncio.run(run(provider, options.port))


if __name__ == "__main__":
    main()
