"""How a turn is stopped: a flag in this process, and a stop event in the journal for every other one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from agent.brain import TurnStoppedError
from agent.journal import EventKind, Journal

LOOK_EVERY_SECONDS: Final = 0.5
"""Between two pieces of a stream the journal is read at most this often."""


class StopFlag:
    """Asked before each model call and tool call, and between the pieces of a stream."""

    def __init__(
        self, journal: Journal, stream: str, after: int, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._journal = journal
        self._stream = stream
        self._after = after
        self._timer = timer
        self._looked_at = timer()
        self._event = threading.Event()

    def set(self) -> None:
        """Stop the turn; a wait between two tries ends at once."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait between two tries, at most until somebody stops the turn in this process."""
        self._event.wait(seconds)

    def check(self, *, quick: bool = False) -> None:
        """Raise TurnStoppedError if somebody asked for it; `quick` reads the journal only now and then."""
        if not self._event.is_set() and (not quick or self._timer() - self._looked_at >= LOOK_EVERY_SECONDS):
            self._looked_at = self._timer()
            if self._journal.of_kinds(self._stream, EventKind.STOP, after=self._after):
                self._event.set()
        if self._event.is_set():
            raise TurnStoppedError("stopped, as you asked")
