"""Places for stores used again and again, each with a store changed as a case says and its own engine."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from evals.harness.change import Change
from evals.harness.changes import SetProduct
from evals.harness.messages import NameProduct
from evals.harness.places import Place
from shop.store.database import Database
from tools.todays_plan import forget


class Slot:
    """A place for one store at a time, with an engine that keeps its connections."""

    def __init__(self, home: Path, template: Path) -> None:
        home.mkdir()
        self.home = home
        self.place = Place(template, home / "shop.db")
        self.url = f"sqlite:///{self.place.path}"
        self.db = Database(self.url)
        self._told = ""

    def fill(self, changes: Sequence[Change]) -> None:
        """Put the changed store in the place; ValueError for a change that cannot be made.

        Plans and names are kept by the store's address: those of an unchanged store serve every such case,
        a plan of a changed one only a store that was changed in the same way just after it, and so its names
        if they are what was changed.
        """
        told = _told(changes)
        if told != self._told and not self.db.url.endswith("#sample"):
            forget(self.db)
        self._told = told
        self.db.url = f"{self.url}#{_kind(changes, told)}"
        self.place.renew()
        if changes:
            make(self.place.beside, changes)

    def clear(self) -> None:
        """Leave nothing of the store but its place."""
        shutil.rmtree(self.home / "guides", ignore_errors=True)

    def close(self) -> None:
        """Give the place up."""
        self.db.close()
        self.place.close()


def _told(changes: Sequence[Change]) -> str:
    """A digest of the changes; empty without any."""
    told = "\n".join(f"{type(one).__name__} {one!r}" for one in changes)
    return hashlib.sha256(told.encode()).hexdigest() if changes else ""


def _kind(changes: Sequence[Change], told: str) -> str:
    """What a store is for those that keep its plan or its names."""
    if not changes:
        return "sample"
    renamed = any(isinstance(one, NameProduct) or _titles(one) for one in changes)
    return f"names-{told}" if renamed else "changed"


def _titles(change: Change) -> bool:
    return isinstance(change, SetProduct) and (change.title, change.status) != (None, None)


def make(store: sqlite3.Connection, changes: Sequence[Change], noted: Sequence[tuple[str]] = ()) -> None:
    """Make the changes, and leave of what the watch notes only what it had noted before."""
    try:
        store.execute("BEGIN IMMEDIATE")
        with store:
            for one in changes:
                one.apply(store)
            store.execute("DELETE FROM evaluation_watch")
            store.executemany("INSERT OR IGNORE INTO evaluation_watch VALUES (?)", noted)
    except (sqlite3.Error, TypeError) as error:
        raise ValueError(f"the world cannot be changed like this: {error}") from error
