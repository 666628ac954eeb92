"""Transactions of one tenant's database, on connections that stay open between them."""

import pytest
from sqlalchemy import func, insert, select

from shop.errors import StoreError
from shop.store import schema
from shop.store.database import Database
from shop.store.prepared import Prepared

PLACES = schema.locations
MOON = {"id": "moon", "name": "Moon", "rank": 9}
COUNT = Prepared(select(func.count()).select_from(PLACES))


def _places(db: Database) -> int:
    with db.reading() as snapshot:
        return int(COUNT.scalar(snapshot))


@pytest.mark.parametrize("prepared", [True, False])
def test_what_failed_leaves_nothing_and_the_next_one_works(sqlite_database: Database, prepared: bool) -> None:
    """An exception takes everything back, whichever way it was written, and the connection serves again."""
    for attempt in (1, 2):
        with pytest.raises(ZeroDivisionError):
            _write_and_fail(sqlite_database, prepared=prepared)
        assert _places(sqlite_database) == 0, attempt
    with sqlite_database.writing() as tx:
        tx.execute(insert(PLACES), MOON)
    assert _places(sqlite_database) == 1


def _write_and_fail(db: Database, *, prepared: bool) -> None:
    with db.writing() as tx:
        if prepared:
            Prepared(PLACES.insert()).run(tx, MOON)
        else:
            tx.execute(insert(PLACES), MOON)
        raise ZeroDivisionError


def test_a_read_inside_a_write_sees_the_moment_before_it(sqlite_database: Database) -> None:
    """Each open transaction has a connection of its own, and both ways of writing share that of theirs."""
    with sqlite_database.writing() as tx:
        Prepared(PLACES.insert()).run(tx, MOON)
        tx.execute(insert(PLACES), {"id": "mars", "name": "Mars", "rank": 10})
        assert _places(sqlite_database) == 0
        assert COUNT.scalar(tx) == 2
    assert _places(sqlite_database) == 2


def test_a_snapshot_does_not_move(sqlite_database: Database) -> None:
    """What is read through one snapshot is of one moment, whatever is written meanwhile."""
    with sqlite_database.reading() as snapshot:
        assert COUNT.scalar(snapshot) == 0
        with sqlite_database.writing() as tx:
            Prepared(PLACES.insert()).run(tx, MOON)
        assert (COUNT.scalar(snapshot), snapshot.scalar(select(func.count()).select_from(PLACES))) == (0, 0)
    assert _places(sqlite_database) == 1


def test_a_refused_statement_is_told_in_our_words(sqlite_database: Database) -> None:
    """A second row of one id is a StoreError, and nothing of the transaction stays."""
    twice = [MOON, MOON]
    with pytest.raises(StoreError, match="refused"), sqlite_database.writing() as tx:
        Prepared(PLACES.insert()).run_each(tx, twice)
    assert _places(sqlite_database) == 0


def test_closed_it_opens_again(sqlite_database: Database) -> None:
    """After all connections were given back the next transaction makes a new one."""
    assert _places(sqlite_database) == 0
    sqlite_database.close()
    assert _places(sqlite_database) == 0
