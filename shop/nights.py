"""Where the states of series lie from one night's run to the next: a directory for each day that was planned.

Each holds a file for each partition, and is marked complete when all are there, with the code they were made
by. A run goes on from the newest complete day before its own, so that one that was cut off and started again
finds what it found the first time. What lies before that one is removed then: the files that were written
here, of days that are marked complete, and the directory if nothing else is in it.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

COMPLETE: Final = "complete"
OURS: Final = ("part-*.npz", "part-*.half")
"""The files of a day: the states of each partition, and what is left of one that was cut off."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Nights:
    """The states that a run goes on from (None: there are none) and where its own go."""

    root: Path
    before: Path | None
    after: Path
    code: str

    @classmethod
    def of(cls, root: Path, today: date, code: str) -> Nights:
        """The days kept under `root`, as a run of `today` with this `code` sees them."""
        after = root / today.isoformat()
        after.mkdir(parents=True, exist_ok=True)
        earlier = [day for day in _complete_days(root, code) if day.name < after.name]
        return cls(root, max(earlier, default=None), after, code)

    def complete(self) -> None:
        """All states of this run are there; what lies before those it went on from is not needed any more."""
        (self.after / COMPLETE).write_text(self.code, encoding="utf-8")
        kept = {self.after.name, self.before.name if self.before else self.after.name}
        for day in _days(self.root):
            if day.name < min(kept) and _mark(day) is not None:
                _remove(day)


def _days(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir() and _is_day(path.name)]


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _complete_days(root: Path, code: str) -> list[Path]:
    return [day for day in _days(root) if _mark(day) == code]


def _mark(day: Path) -> str | None:
    """The code that a complete day was made by; None for any other directory."""
    try:
        return (day / COMPLETE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _remove(day: Path) -> None:
    """Remove the files that were written here, the mark last; what somebody else put there stays."""
    try:
        for pattern in OURS:
            for path in day.glob(pattern):
                path.unlink()
        (day / COMPLETE).unlink()
        if not any(day.iterdir()):
            day.rmdir()
    except OSError as fault:
        _log.warning("the states of %s are not needed any more, but stay: %s", day.name, fault)


def name_of(path: Path) -> str:
    """The contents of a file as 64 digits; nothing where it cannot be read, as if it were not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
