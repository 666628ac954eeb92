"""Conversations and runs page by page, newest first."""

from __future__ import annotations

from datetime import UTC, datetime

from app.bootstrap import House
from shop.errors import InvalidActionError
from shop.store import journal
from shop.store.journal import Stream


def streams_behind(house: House, kind: str, after: str, limit: int, owner: str | None = None) -> list[Stream]:
    """Streams of a kind behind a mark, from the newest if it is empty; raises InvalidActionError."""
    with house.db.reading() as snapshot:
        return journal.streams(snapshot, kind, limit, _moment(after), owner=owner)


def mark_of_stream(one: Stream) -> str:
    """The place of a stream in its list."""
    return one.started_at.isoformat()


def _moment(text: str) -> datetime | None:
    """The place that a mark names; a plus that an address turned into a space is read as a plus."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidActionError(f"{text!r} is no place in this list") from error
