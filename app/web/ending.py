"""A server that ends well.

Asked to by SIGTERM it says that it is not ready, lets go of whoever only listens, finishes what is under way,
and exits with 0.
"""

from __future__ import annotations

import signal
import sys
from socket import AF_INET, AF_INET6, create_server, socket
from types import FrameType
from typing import Any

import uvicorn

from shop.errors import SetupError


def listening(host: str, port: int) -> socket:
    """A socket that is bound to an address; port 0 is any that is free. Raises SetupError."""
    family = AF_INET6 if ":" in host else AF_INET
    try:
        return create_server((host, port), family=family)
    except OSError as error:
        raise SetupError(f"cannot listen on {host}, port {port}: {error.strerror}") from error


class DeskServer(uvicorn.Server):
    """uvicorn raises the signal that ended it once more; here that is exit code 0, not a crash."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """From the signal's handler, which may have interrupted anything: no lock is taken here."""
        app: Any = self.config.app
        app.state.ending = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Let the readers go first: they would be waited for."""
        app: Any = self.config.app
        app.state.readers.end()
        await super().shutdown(sockets)

    def until_asked_to_end(self, listener: socket) -> None:
        """Serve at a bound socket; SIGTERM and Ctrl-C end it, after what is under way, with exit code 0."""
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            self.run([listener])
        except KeyboardInterrupt:
            return
        finally:
            signal.signal(signal.SIGTERM, before)
