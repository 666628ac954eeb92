"""Work that outlives the request that started it: turns of a conversation and reorder runs.

What it does stands in the journal, so no page depends on the process or the request it began in. A server
that is asked to end waits for the work under way; what a kill cuts off is finished at the next start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Final

from shop.errors import ShopError

WORKERS: Final = 8
_LOG = logging.getLogger("shophand.work")


class Work:
    """The background work of one server process."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="shophand-work")
        self._lock = Lock()
        self._under_way: dict[str, Future[None]] = {}
        self._faults: dict[str, str] = {}

    def start(self, name: str, task: Callable[[], object]) -> bool:
        """Begin a task under a name; False while one of that name is under way."""
        with self._lock:
            if name in self._under_way:
                return False
            self._faults.pop(name, None)
            self._under_way[name] = self._pool.submit(self._run, name, task)
            return True

    def is_under_way(self, name: str) -> bool:
        """Whether a task of that name is at work in this process."""
        with self._lock:
            return name in self._under_way

    def fault_of(self, name: str) -> str:
        """Why a task ended before its time, in words; nothing if it did not."""
        with self._lock:
            return self._faults.get(name, "")

    def close(self) -> None:
        """Wait for what is under way and take nothing more."""
        self._pool.shutdown(wait=True)

    def _run(self, name: str, task: Callable[[], object]) -> None:
        fault = ""
        try:
            task()
        except ShopError as error:
            fault = str(error)
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it to tell
            _LOG.exception("background work failed", exc_info=error)
            fault = "this is a fault of ours; it is in the server's log"
        finally:
            with self._lock:
                self._under_way.pop(name, None)
                if fault:
                    self._faults[name] = fault
