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


def test_who_looks_makes_no_answer_out_of_date(sqlite_database: Database, now: datetime) -> None:
    """A sign-in and a look at a customer are in the audit and change nothing that was answered."""
    kept, numbers = Kept("main"), count(1)
    asked(sqlite_database, kept, now, lambda: next(numbers))
    with sqlite_database.writing() as tx:
        for event in ("session.begun", "customer.read"):
            chain.append(tx, "main", now, Actor("human", "x"), event, body={})
    assert asked(sqlite_database, kept, now, lambda: next(numbers)) == 1


def test_an_answer_of_before_is_not_kept_for_later(sqlite_database: Database, now: datetime) -> None:
    """Somebody who still reads the store as it was leaves no old answer to those after the change."""
    kept, numbers = Kept("main"), count(1)
    with sqlite_database.reading() as early:
        early.exec_driver_sql("SELECT count(*) FROM audit")  # the snapshot begins with the first read
        with sqlite_database.writing() as tx:
            chain.append(tx, "main", now, Actor("system", "x"), "something", body={})
        with sqlite_database.reading() as late:
            kept.queue.at(late)
        assert kept.of(early, now, "waiting", lambda: next(numbers)) == 1
    assert asked(sqlite_database, kept, now, lambda: next(numbers)) == 2


def test_a_long_answer_is_given_while_it_is_made_anew(now: datetime) -> None:
    """Past its time the known one is given at once, and the next to ask gets the new one."""
    kept, numbers = Kept("main"), count(1)
    begun: list[Callable[[], None]] = []
    later = now + timedelta(seconds=60)

    def asked_at(moment: datetime) -> tuple[int, datetime]:
        return kept.lately(moment, "replay", lambda: next(numbers), begun.append, seconds=60)

    assert asked_at(now) == (1, now)
    assert (asked_at(later), len(begun)) == ((1, now), 1)
    begun[0]()
    assert (asked_at(later), len(begun)) == ((2, later), 1)
