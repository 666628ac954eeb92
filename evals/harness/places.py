"""Places for stores that are used again: a store is as new in a fraction of a millisecond.

A place holds a copy of a template. Nothing is ever written into that copy: it is in WAL mode, so what a case
writes goes into the log beside it, and a reader that never ends keeps SQLite from moving the log's pages into
the file. To make the store new the log is emptied and the header of its index made invalid, as after a crash:
every connection then reads the log anew, finds nothing in it and drops the pages that it kept
(https://www.sqlite.org/walformat.html, section 2.3). Connections stay open all the while, and with them the
schema that each has parsed (100 triggers and 180 tables and indices take 2 ms) and its compiled statements.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from shop.errors import StoreError

_INDEX_HEADER: Final = bytes(136)
"""Two copies of the index's header and what was checkpointed; zeros are no valid header."""


class Place:
    """A file with a store in it that can be made new; not for two stores at a time.

    `beside` is a way to the tables that does not go through the code under test.
    """

    def __init__(self, template: Path, path: Path) -> None:
        shutil.copyfile(template, path)
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self.beside = _connected(path)
        self._reader = _connected(path)
        self._hold()
        # Closing a file gives up all locks on it that this process has, so it stays open.
        self._index = os.open(path.with_name(f"{path.name}-shm"), os.O_RDWR)
        self._untouched = _stamp(path)

    def renew(self) -> None:
        """Make the store the template's again; raises StoreError when something was written past the log."""
        if _stamp(self.path) != self._untouched:
            raise StoreError(f"{self.path} was written to beside its log")
        self._reader.rollback()
        os.truncate(self._log, 0)
        os.pwrite(self._index, _INDEX_HEADER, 0)
        self._hold()

    def close(self) -> None:
        """Close the files; what stands in them is of no use to anybody."""
        self._reader.close()
        self.beside.close()
        os.close(self._index)

    def _hold(self) -> None:
        """Begin a reading of the template, so that no page of the log is moved into the file."""
        self._reader.execute("BEGIN")
        self._reader.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # nobody needs this store after a crash
    return connection


def _stamp(path: Path) -> tuple[int, int]:
    known = path.stat()
    return known.st_mtime_ns, known.st_size
