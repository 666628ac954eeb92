"""Counts over the journal for whoever watches the servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from shop.store.database import Snapshot
from shop.store.journal import StoredEvent
from shop.store.journal_schema import events, streams


def streams_by_state(snapshot: Snapshot, kind: str) -> dict[str, int]:
    """How many streams of a kind stand in each state."""
    query = select(streams.c.state, func.count()).where(streams.c.kind == kind).group_by(streams.c.state)
    return {state: int(number) for state, number in snapshot.execute(query)}


def events_between(
    snapshot: Snapshot, kinds: tuple[str, ...], after: datetime, until: datetime
) -> Iterator[StoredEvent]:
    """Events of these kinds in any stream, written after a moment and not after another one, by time."""
    query = (
        select(events)
        .where(events.c.kind.in_(kinds), events.c.at > after, events.c.at <= until)
        .order_by(events.c.at, events.c.stream, events.c.number)
    )
    for row in snapshot.execute(query):
        yield StoredEvent(row.stream, row.number, row.at, row.kind, json.loads(row.body))
