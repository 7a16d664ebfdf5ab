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

# Longer than the load balancer keeps an idle connection (60 s), else it sends requests into one that just closed.
KEEP_ALIVE_SECONDS = 75
# After SIGTERM a load balancer's last requests may still be on their way: they are taken a moment longer, then those
# that run may end. ECS kills 30 s after SIGTERM.
DRAIN_SECONDS = 1
SHUTDOWN_SECONDS = 20


class Server(uvicorn.Server):
    """Goes on taking requests for DRAIN_SECONDS after the first SIGTERM; any further signal ends that."""

    draining = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and not self.draining:
            self.draining = True
            timer = Timer(DRAIN_SECONDS, super().handle_exit, (sig, frame))
            timer.daemon = True  # a further signal need not wait for it
            timer.start()
        else:
            super().handle_exit(sig, frame)


def main() -> None:
    try:
        settings = Settings.load()
    except InvalidSettings as error:
        sys.exit(str(error))
    logs.configure(settings.log_level)
    # Before the server listens, this ends the process; and the server raises the signal again after its graceful end,
    # which without this would be a death by signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        proxy_headers=False,  # it would take the client's own word for its address; see app/client.py
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
