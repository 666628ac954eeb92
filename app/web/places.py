"""Places in lists: a moment, a moment with an id, a shelf, a number; what is none is refused in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from app.bootstrap import House
from shop.errors import InvalidActionError
from shop.store import journal
from shop.store.journal import Stream
from shop.store.reads.tables import Shelf

_DIGITS: Final = 9


def streams_behind(house: House, kind: str, after: str, limit: int, owner: str | None = None) -> list[Stream]:
    """Streams of a kind behind a mark, from the newest if it is empty; raises InvalidActionError."""
    with house.db.reading() as snapshot:
        return journal.streams(snapshot, kind, limit, moment_at(after) if after else None, owner=owner)


def mark_of_stream(one: Stream) -> str:
    """The place of a stream in its list."""
    return one.started_at.isoformat()


def moment_at(text: str) -> datetime:
    """The moment that a mark names; a plus that an address turned into a space is read as a plus.

    Raises InvalidActionError.
    """
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidActionError(f"{text!r} is no place in this list") from error


def number_at(text: str) -> int | None:
    """A whole number of at most nine digits, which fits every numbered column; None for anything else.

    >>> number_at("17"), number_at("-1"), number_at("1" * 10)
    (17, None, None)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def mark_of_shelf(one: Shelf) -> str:
    """The place of a shelf in the list."""
    return f"{one.sku}~{one.location}"


def shelf_at(after: str) -> tuple[str, str] | None:
    """The SKU and location that a mark names, None for the beginning; raises InvalidActionError.

    >>> shelf_at("MUG~1~leeds"), shelf_at("")
    (('MUG~1', 'leeds'), None)
    """
    if not after:
        return None
    sku, mark, location = after.rpartition("~")
    if not mark:
        raise InvalidActionError(f"{after!r} is no place in this list")
    return sku, location
