"""The journal as turns use it, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from agent.caps import Meter
from agent.journal import Draft, EventKind, Journal
from agent.models import Caps, ModelSettings, Usage
from shop.errors import CapReachedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shop.store.database import Database


@pytest.fixture
def journal(database: Database, clock: Callable[[], datetime]) -> Journal:
    """A journal on both databases."""
    return Journal(database, clock)


@pytest.fixture
def stream(journal: Journal) -> str:
    """An open conversation."""
    return journal.open("conversation", "sam", "")


def test_what_is_written_is_given_back_with_its_number(journal: Journal, stream: str) -> None:
    """A written event is the event that a reader gets."""
    first = journal.write(stream, EventKind.NOTICE, {"turn": 1, "text": "a"})
    both = journal.write_all(stream, [Draft(EventKind.TEXT, {"n": 1}), Draft(EventKind.TEXT, {"n": 2})])
    assert [first, *both] == journal.read(stream)
    assert journal.read(stream, after=2) == both[1:]
    assert journal.of_kinds(stream, EventKind.NOTICE) == [first]
    assert journal.write_all(stream, []) == []


def test_turns_are_numbered_and_begin_one_at_a_time(journal: Journal, stream: str) -> None:
    """A turn begins with its number, and no second one until it has ended."""
    begun = journal.begin_turn(stream, {"text": "a"})
    assert begun is not None
    assert begun[0].body == {"turn": 1, "text": "a"}
    assert journal.begin_turn(stream, {"text": "b"}) is None
    assert journal.in_state("conversation", "running")[0].id == stream
    assert journal.move_state(stream, "running", "open", [Draft(EventKind.END, {"turn": 1})]) is not None
    again = journal.begin_turn(stream, {"text": "b"})
    assert again is not None
    assert (again[0].body["turn"], again[0].number) == (2, 3)


def test_a_turn_is_ended_once(journal: Journal, stream: str) -> None:
    """Of two that end the same turn one writes, the other writes nothing."""
    journal.begin_turn(stream, {"text": "a"})
    end = [Draft(EventKind.END, {"turn": 1})]
    assert journal.move_state(stream, "running", "open", end) is not None
    assert journal.move_state(stream, "running", "open", end) is None
    assert [event.kind for event in journal.read(stream)] == ["user", "end"]


def test_an_unknown_stream_is_not_found(journal: Journal) -> None:
    """Writing to nowhere is an error."""
    with pytest.raises(NotFoundError):
        journal.write("con_x", EventKind.TEXT, {})


def used(**more: Any) -> Usage:
    """A model call of a thousand tokens."""
    return Usage("m", 900, 100, 2.0, **more)


def test_a_day_is_counted_over_all_streams(journal: Journal, stream: str) -> None:
    """Usage of runs and conversations counts together, and only today's."""
    run = journal.open("run", "sam", "", "key-1")
    for each in (stream, run):
        journal.write(each, EventKind.USAGE, {"turn": 1, "step": 1, **used().body()})
    settings = ModelSettings(day=Caps(tokens=2_001), turn=Caps())
    meter = Meter(settings, journal, lambda: 0.0)
    meter.check()
    meter.add(used())
    with pytest.raises(CapReachedError, match="2,001 tokens for today is reached \\(3,000 used\\)"):
        meter.check()


def test_yesterday_does_not_count(database: Database, now: datetime) -> None:
    """A new day in UTC starts at nothing."""
    yesterday = Journal(database, lambda: now - timedelta(days=1))
    stream = yesterday.open("conversation", "sam", "")
    yesterday.write(stream, EventKind.USAGE, {"turn": 1, "step": 1, **used().body()})
    Meter(ModelSettings(day=Caps(tokens=1), turn=Caps()), Journal(database, lambda: now), lambda: 0.0).check()


def test_a_turn_has_its_seconds(journal: Journal) -> None:
    """Time counts from the start of the turn."""
    moments = iter([0.0, 1.0, 5.0])
    meter = Meter(ModelSettings(turn=Caps(seconds=5)), journal, lambda: next(moments))
    meter.check_time()
    with pytest.raises(CapReachedError, match="5 seconds for this request"):
        meter.check_time()
