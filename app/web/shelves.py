"""Places in the list of shelves: a SKU and a location."""

from __future__ import annotations

from shop.errors import InvalidActionError
from shop.store.reads.tables import Shelf


def mark_of_shelf(one: Shelf) -> str:
    """The place of a shelf in the list."""
    return f"{one.sku}~{one.location}"


def shelf_behind(after: str) -> tuple[str, str] | None:
    """The SKU and location that a mark names, None for the beginning; raises InvalidActionError.

    >>> shelf_behind("MUG~1~leeds"), shelf_behind("")
    (('MUG~1', 'leeds'), None)
    """
    if not after:
        return None
    sku, mark, location = after.rpartition("~")
    if not mark:
        raise InvalidActionError(f"{after!r} is no place in this list")
    return sku, location
