"""The journal's streams and events, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from shop.errors import ConflictError, NotFoundError
from shop.store import journal
from shop.store.database import Database


@pytest.fixture
def stream(database: Database, now: datetime) -> str:
    """An open conversation of ann."""
    with database.writing() as tx:
        return journal.open_stream(tx, "conversation", "ann", "Stock of mugs", now=now)


def test_numbers_run_without_gaps_in_each_stream(database: Database, stream: str, now: datetime) -> None:
    """Events of each stream are numbered 1, 2, 3 whatever other streams do."""
    with database.writing() as tx:
        other = journal.open_stream(tx, "run", "ann", "Reorder", now=now)
        numbers = [
            journal.append(tx, each, "text", {}, now) for each in (stream, other, stream, other, stream)
        ]
    assert numbers == [1, 1, 2, 2, 3]


def test_writers_in_parallel_leave_no_gap(database: Database, stream: str, now: datetime) -> None:
    """Several writers at once give each event its own number and leave none out."""

    def write(_: int) -> int:
        with database.writing() as tx:
            return journal.append(tx, stream, "text", {}, now)

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(write, range(20)))
    assert numbers == list(range(1, 21))


def test_a_rolled_back_event_leaves_no_number_behind(database: Database, stream: str, now: datetime) -> None:
    """The number of an event whose transaction failed is given to the next event."""

    def fail() -> None:
        with database.writing() as tx:
            journal.append(tx, stream, "text", {"t": "lost"}, now)
            raise ConflictError("no")

    with pytest.raises(ConflictError):
        fail()
    with database.writing() as tx:
        assert journal.append(tx, stream, "text", {"t": "kept"}, now) == 1


def test_a_reader_goes_on_after_what_it_has_seen(database: Database, stream: str, now: datetime) -> None:
    """Reading after N gives N+1 and later, in order, at most as many as asked for."""
    with database.writing() as tx:
        journal.append_all(tx, stream, [("text", {"n": n}) for n in range(10)], now)
    with database.reading() as snapshot:
        events = journal.read(snapshot, stream, after=3, limit=2)
    assert [(e.number, e.body) for e in events] == [(4, {"n": 3}), (5, {"n": 4})]


def test_bodies_come_back_as_they_were(database: Database, stream: str, now: datetime) -> None:
    """A body with odd characters, even NUL and half a surrogate pair, comes back unchanged."""
    body = {"text": "Ünïcode ☂ \x00 \ud800 </script>", "n": [1, 2.5, None, True]}
    with database.writing() as tx:
        journal.append(tx, stream, "text", body, now)
    with database.reading() as snapshot:
        (event,) = journal.read(snapshot, stream)
    assert (event.body, event.at) == (body, now)


def test_an_event_of_an_unknown_stream_is_refused(database: Database, now: datetime) -> None:
    """An event cannot be added to a stream that does not exist."""
    with pytest.raises(NotFoundError), database.writing() as tx:
        journal.append(tx, "con_nowhere", "text", {}, now)


def test_a_key_names_one_stream(database: Database, now: datetime) -> None:
    """A key is found again and cannot start a second stream."""
    with database.writing() as tx:
        run = journal.open_stream(tx, "run", "ann", "Reorder", "reorder-2026-11-20", now=now)
    with database.reading() as snapshot:
        found = journal.find_by_key(snapshot, "reorder-2026-11-20")
        assert journal.find_by_key(snapshot, "reorder-2026-11-21") is None
    assert found is not None
    assert found.id == run
    with pytest.raises(ConflictError), database.writing() as tx:
        journal.open_stream(tx, "run", "ann", "Reorder", "reorder-2026-11-20", now=now)


def test_streams_are_listed_newest_first_and_paged(database: Database, now: datetime) -> None:
    """A page of streams is the newest before a moment, of one kind."""
    with database.writing() as tx:
        for day in range(5):
            journal.open_stream(tx, "conversation", "ann", f"day {day}", now=now + timedelta(days=day))
        journal.open_stream(tx, "run", "ann", "a run", now=now)
    with database.reading() as snapshot:
        first = journal.streams(snapshot, "conversation", limit=2)
        second = journal.streams(snapshot, "conversation", limit=2, before=first[-1].started_at)
    assert [s.title for s in first + second] == ["day 4", "day 3", "day 2", "day 1"]


def test_a_stream_tells_its_newest_number(database: Database, stream: str, now: datetime) -> None:
    """A listed stream carries the number of its newest event, 0 at first."""
    with database.writing() as tx:
        assert journal.stream(tx, stream).last == 0
        journal.append_all(tx, stream, [("text", {}), ("text", {})], now)
    with database.reading() as snapshot:
        assert journal.stream(snapshot, stream).last == 2


@pytest.mark.parametrize(("state", "ends"), [("running", False), ("done", True), ("stopped", True)])
def test_an_end_state_notes_when(
    database: Database, stream: str, now: datetime, state: str, ends: bool
) -> None:
    """Done, failed and stopped note the moment; the other states clear it."""
    with database.writing() as tx:
        journal.set_state(tx, stream, state, now)
    with database.reading() as snapshot:
        found = journal.stream(snapshot, stream)
    assert (found.state, found.ended_at) == (state, now if ends else None)


def test_a_state_moves_only_from_where_it_stands(database: Database, stream: str, now: datetime) -> None:
    """Of two that start the same conversation's turn only one succeeds."""
    with database.writing() as tx:
        assert journal.move_state(tx, stream, "open", "running", now)
        assert not journal.move_state(tx, stream, "open", "running", now)


def test_a_state_must_be_known(database: Database, stream: str, now: datetime) -> None:
    """A misspelt state is refused."""
    with pytest.raises(ConflictError, match="known are"), database.writing() as tx:
        journal.set_state(tx, stream, "finnished", now)


def test_events_since_a_moment_cross_streams(database: Database, stream: str, now: datetime) -> None:
    """The usage of a day is found in all streams, and only that day's."""
    with database.writing() as tx:
        other = journal.open_stream(tx, "run", "ann", "Reorder", now=now)
        journal.append(tx, stream, "usage", {"n": 1}, now - timedelta(days=1))
        journal.append(tx, stream, "usage", {"n": 2}, now)
        journal.append(tx, other, "usage", {"n": 3}, now)
        journal.append(tx, other, "text", {}, now)
    with database.reading() as snapshot:
        found = journal.events_since(snapshot, "usage", now - timedelta(hours=1))
    assert {event.body["n"] for event in found} == {2, 3}
