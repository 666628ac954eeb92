"""A server that ends well.

Asked to by SIGTERM it says that it is not ready, lets go of whoever only listens, finishes what is under way,
and exits with 0.
"""

from __future__ import annotations

import signal
import sys
from socket import socket
from types import FrameType
from typing import Any

import uvicorn


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

    def until_asked_to_end(self) -> None:
        """Serve; SIGTERM and Ctrl-C end it, after requests and background work, with exit code 0."""
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            self.run()
        except KeyboardInterrupt:
            return
        finally:
            signal.signal(signal.SIGTERM, before)
