"""Whether the process that started a turn may still be working on it."""

from __future__ import annotations

import os
import socket
from datetime import datetime
from functools import cache
from typing import Any

from shop.clock import new_id
from shop.store.journal import StoredEvent


@cache
def _token(_pid: int) -> str:
    return new_id("proc")


def this_process() -> dict[str, Any]:
    """What a turn's first event says about its process: host, process id, and a token of its own."""
    pid = os.getpid()
    return {"host": socket.gethostname(), "pid": pid, "process": _token(pid)}


def alive(begun: StoredEvent, now: datetime, longest_seconds: float) -> bool:
    """Whether a turn may still be under way: young enough, and its process not known to be gone."""
    if (now - begun.at).total_seconds() > longest_seconds:
        return False
    here = this_process()
    if begun.body["host"] != here["host"]:
        return True  # nobody here can tell; the age decides
    if begun.body["pid"] == here["pid"]:
        return bool(begun.body["process"] == here["process"])
    try:
        os.kill(int(begun.body["pid"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
