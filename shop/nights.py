"""Where the states of series lie from one night's run to the next: a directory for each day that was planned.

Each holds a file for each partition, and is marked complete when all are there, with the code they were made
by. A run goes on from the newest complete day before its own, so that one that was cut off and started again
finds what it found the first time. The day before that one is removed then.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

COMPLETE: Final = "complete"


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
            if day.name < min(kept):
                shutil.rmtree(day)


def _days(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir() and _is_day(path.name)]


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _complete_days(root: Path, code: str) -> list[Path]:
    marks = [(day, day / COMPLETE) for day in _days(root)]
    return [day for day, mark in marks if mark.exists() and mark.read_text(encoding="utf-8") == code]


def name_of(path: Path) -> str:
    """The contents of a file as 64 digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
