"""Where throw-away databases lie: in memory where there is room, since each commit waits for a disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - callers make private directories in it
ENOUGH_BYTES: Final = 2**30
"""A run holds some dozens of stores of 20 MB each; a container has 64 MB of shared memory by default."""


def place_in_memory(memory: Path = SHARED_MEMORY, needed: int = ENOUGH_BYTES) -> Path | None:
    """The directory in memory if it may be written and has so many bytes free, else None: the system's own.

    >>> place_in_memory(Path("no/such/directory")) is None
    True
    """
    if not os.access(memory, os.W_OK):
        return None
    return memory if shutil.disk_usage(memory).free > needed else None
