"""Answers about the whole ledger are worked out once for each state of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from app.kept import SECONDS, Kept
from shop.store.database import Database
from tools.ledger import chain
from tools.ledger.chain import Actor


def asked(db: Database, kept: Kept, now: datetime, answer: Callable[[], int]) -> int:
    """One question about the ledger."""
    with db.reading() as snapshot:
        return kept.of(snapshot, now, "waiting", answer)


def test_an_answer_holds_until_the_ledger_goes_on(sqlite_database: Database, now: datetime) -> None:
    """The next entry of the audit makes the answer anew, whoever wrote it."""
    kept, numbers = Kept("main"), count(1)
    assert [asked(sqlite_database, kept, now, lambda: next(numbers)) for _ in range(3)] == [1, 1, 1]
    with sqlite_database.writing() as tx:
        chain.append(tx, "main", now, Actor("system", "x"), "something", body={})
    assert asked(sqlite_database, kept, now, lambda: next(numbers)) == 2


def test_an_answer_does_not_outlive_its_time(sqlite_database: Database, now: datetime) -> None:
    """What time alone changes is seen after a few seconds."""
    kept, numbers = Kept("main"), count(1)
    asked(sqlite_database, kept, now, lambda: next(numbers))
    later = now + timedelta(seconds=SECONDS)
    assert asked(sqlite_database, kept, later, lambda: next(numbers)) == 2
