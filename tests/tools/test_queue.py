"""The queue in memory is the inbox of the database, whatever happened since it was read."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shop.store.database import Database
from tests.gate import AGENT, PRIYA, SAM, Gate, big_order, order, session
from tools.ledger import inbox, queue
from tools.ledger.inbox import Order, Shown
from tools.ledger.queue import Queue

FILTERS = (
    Shown(),
    Shown(order=Order.MONEY),
    Shown(order=Order.AGE),
    Shown(snoozed=True),
    Shown(kind="place_purchase_order", words="northwind"),
    Shown(kind="change_price"),
    Shown(words="no such words"),
)

STEPS: tuple[Callable[[Gate], object], ...] = (
    lambda gate: gate.desk.submit(big_order(), session(AGENT)),
    lambda gate: gate.desk.submit(order(480, "4.50"), session(AGENT)),
    lambda gate: gate.desk.submit(order(4), session(AGENT)),
    lambda gate: gate.desk.snooze("A-2", gate.now + timedelta(hours=4), SAM),
    lambda gate: gate.desk.edit("A-1", order(260, "4.50"), SAM),
    lambda gate: gate.desk.submit(big_order(), session(AGENT, conversation="con_2")),
    lambda gate: gate.later(hours=5),
    lambda gate: gate.desk.reject("A-3", PRIYA, "too much"),
    lambda gate: gate.desk.approve("A-2", PRIYA),
    lambda gate: gate.later(hours=80),
    lambda gate: gate.desk.expire_due(),
)


def check_same(gate: Gate, known: Queue) -> None:
    """Every filter leaves the same lines here and in the database, and so do the piles."""
    with gate.db.reading() as snapshot:
        standing = known.at(snapshot)
        for shown in FILTERS:
            numbers = [one.number for one in standing.shown(shown, gate.now)]
            found = inbox.lines(snapshot, "main", gate.now, shown)
            assert inbox.lines_of(snapshot, "main", numbers) == found
        assert standing.piles(gate.now) == inbox.piles(snapshot, "main", gate.now)


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk over the small store."""
    return Gate(sqlite_database)


def test_the_queue_follows_every_change(gate: Gate) -> None:
    """After each step a queue that was read long ago says what the database says."""
    known = Queue("main")
    check_same(gate, known)
    for step in STEPS:
        step(gate)
        check_same(gate, known)


def test_many_changes_are_read_at_once(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind by more than it follows one by one, the queue is read anew and is the same."""
    known = Queue("main")
    check_same(gate, known)
    monkeypatch.setattr(queue, "MOST_CHANGES", 3)
    for step in STEPS[:9]:
        step(gate)
    check_same(gate, known)


def test_an_older_snapshot_takes_nothing_back(gate: Gate) -> None:
    """Somebody who still reads the store as it was is told of the later queue."""
    known = Queue("main")
    with gate.db.reading() as early:
        known.at(early)
        gate.desk.submit(big_order(), session(AGENT))
        with gate.db.reading() as late:
            assert len(known.at(late).shown(Shown(), gate.now)) == 1
        assert len(known.at(early).shown(Shown(), gate.now)) == 1
