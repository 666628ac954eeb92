"""Progress on stderr: one line that moves on a terminal, one line for each new phase elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Final, Self

_EVERY_SECONDS: Final = 0.1


class ProgressLine:
    """Shows how far a long step is; usable as a context manager, which clears the line at the end."""

    def __init__(self) -> None:
        self._looks = sys.stderr.isatty()
        self._phase = ""
        self._shown_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._looks and self._phase:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def show(self, phase: str, rows: int | None = None) -> None:
        """Tell the phase and, where there is one, the count so far."""
        count = "" if rows is None else f" {rows:,} rows"
        now = time.monotonic()
        if self._looks and (phase != self._phase or now - self._shown_at >= _EVERY_SECONDS):
            sys.stderr.write(f"\r\x1b[2K{phase}{count}")
            sys.stderr.flush()
            self._shown_at = now
        elif not self._looks and phase != self._phase:
            sys.stderr.write(f"{phase} ...\n")
            sys.stderr.flush()
        self._phase = phase
