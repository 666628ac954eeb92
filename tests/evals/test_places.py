"""Places for stores: as new after every case, whatever was written, with connections that stay open."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from evals.harness.places import Place
from evals.harness.template import remove_unused, watch
from evals.harness.world import Worlds
from shop.errors import StoreError
from shop.store.database import Database


@pytest.fixture
def place(empty_template: Path, tmp_path: Path) -> Iterator[Place]:
    """A place with an empty store in it."""
    made = Place(empty_template, tmp_path / "place.db")
    yield made
    made.close()


def _locations(place: Place, db: Database) -> tuple[int, int]:
    """How many there are, as the code under test sees it and as it is seen beside it."""
    question = "SELECT count(*) FROM locations"
    with db.reading() as snapshot:
        seen = snapshot.scalar(text(question))
    return seen, place.beside.execute(question).fetchone()[0]


def _add(db: Database, first: int, count: int) -> None:
    with db.writing() as transaction:
        for number in range(first, first + count):
            transaction.execute(
                text("INSERT INTO locations (id, name, rank) VALUES (:id, :name, 1)"),
                {"id": f"l{number}", "name": f"Place {number} {'x' * 3_000}"},
            )


def test_a_place_is_as_new(place: Place) -> None:
    """More pages than SQLite lets the log grow to, in several transactions, are gone for every connection."""
    db = Database(f"sqlite:///{place.path}")
    before = place.path.read_bytes()
    for _ in range(2):
        assert _locations(place, db) == (0, 0)
        _add(db, 0, 1_500)
        _add(db, 1_500, 3)
        assert _locations(place, db) == (1_503, 1_503)
        place.renew()
    assert _locations(place, db) == (0, 0)
    assert place.path.read_bytes() == before
    db.close()


def test_what_is_written_past_the_log_is_noticed(place: Place) -> None:
    """A place whose file was changed is not passed on as new."""
    with place.path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(StoreError, match="beside its log"):
        place.renew()


def test_only_stores_that_nobody_uses_are_removed(tmp_path: Path) -> None:
    """The present store and those that another version took of late stay; what is old goes."""
    names = ("kept", "lately", "old")
    kept, lately, old = (tmp_path / f"evaluation-store-{name}.db" for name in names)
    for path, days in ((kept, 9), (lately, 1), (old, 9)):
        path.write_bytes(b"")
        os.utime(path, (time.time() - 86_400 * days,) * 2)
    remove_unused(tmp_path, kept)
    assert sorted(tmp_path.iterdir()) == [kept, lately]


def test_a_store_may_be_watched_again(tmp_path: Path) -> None:
    """A copy of a watched store gets one watch, with nothing noted, and triggers that write to it."""
    with closing(sqlite3.connect(tmp_path / "s.db")) as store:
        store.execute("CREATE TABLE orders (id TEXT)")
    for _ in range(2):
        watch(tmp_path / "s.db")
        with closing(sqlite3.connect(tmp_path / "s.db")) as store, store:
            assert store.execute("SELECT * FROM evaluation_watch").fetchall() == []
            store.execute("INSERT INTO orders VALUES ('1')")
            assert store.execute("SELECT * FROM evaluation_watch").fetchall() == [("orders",)]


class _TakenMeanwhile(list[Any]):
    """A list whose last piece another thread takes just after it was looked at."""

    def __len__(self) -> int:
        return 1


def test_the_last_free_place_may_be_taken_meanwhile(empty_template: Path, tmp_path: Path) -> None:
    """Of two threads that see one free place the second gets a new one."""
    with closing(Worlds(tmp_path, empty_template)) as made:
        made._free[empty_template] = _TakenMeanwhile()
        with made.fresh() as world:
            assert world.db.url.startswith(f"sqlite:///{tmp_path}")
