"""Places for stores: as new after every case, whatever was written, with connections that stay open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evals.harness.places import Place
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
