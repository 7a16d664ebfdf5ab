"""Runs the app on HOST and PORT: `python -m app`."""

import signal
import sys
from contextlib import suppress
from threading import Timer
from types import FrameType

import uvicorn

from app import logs
from app.main import create_app
from app.settings import InvalidSettings, Settings

# Longer than the load balancer keeps an idle connection (60 s); otherwise it could send a request on a connection that
# this process has just closed.
KEEP_ALIVE_SECONDS = 75
# After SIGTERM the load balancer may still send a few requests: the process accepts new requests for DRAIN_SECONDS, and
# then running requests have SHUTDOWN_SECONDS to finish. ECS sends SIGKILL 30 s after SIGTERM.
DRAIN_SECONDS = 1
SHUTDOWN_SECONDS = 20


class Server(uvicorn.Server):
    """Accepts new requests for DRAIN_SECONDS after the first SIGTERM; a second signal ends that time at once."""

    draining = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and not self.draining:
            self.draining = True
            timer = Timer(DRAIN_SECONDS, super().handle_exit, (sig, frame))
            timer.daemon = True  # else the process would not end before the timer does
            timer.start()
        else:
            super().handle_exit(sig, frame)


def main() -> None:
    try:
        settings = Settings.load()
    except InvalidSettings as error:
        sys.exit(str(error))
    logs.configure(settings.log_level)
    # This handler has two uses: it ends the process before the server listens; and uvicorn raises the signal again
    # after a graceful shutdown, which without a handler would end the process with an error.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        proxy_headers=False,  # it would trust an address that the client itself wrote; see app/client.py
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    server = Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
