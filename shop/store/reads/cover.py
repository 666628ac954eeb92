"""Stock, incoming and recent sales of many SKUs at one location, in a few grouped queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import BindParameter, bindparam, func, select

from shop.recent_sales import shelf_days
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared

_CHUNK = 500  # bound values in one IN list
_OPEN = ("placed", "partly_received")


@dataclass(frozen=True, slots=True)
class Cover:
    """What a SKU has at a location, in pieces, and how many pieces it sold over the days looked at.

    `empty_days`: on so many of these days the shelf was empty, which says nothing of demand.
    """

    available: int
    incoming: int
    sold: int
    empty_days: int = 0


def covers(
    snapshot: Snapshot, location: str, skus: Iterable[str], *, until: date, days: int
) -> dict[str, Cover]:
    """The cover figures of each SKU; sales over the `days` before and including `until`."""
    wanted = sorted(set(skus))
    found: dict[str, Cover] = {}
    for chunk in _chunks(wanted):
        available = _available(snapshot, location, chunk)
        incoming = _incoming(snapshot, location, chunk)
        sold = _by_sku(_SOLD, snapshot, location, chunk, until, days)
        empty = _by_sku(_EMPTY, snapshot, location, chunk, until, days)
        for sku in chunk:
            figures = (available.get(sku, 0), incoming.get(sku, 0), sold.get(sku, 0), empty.get(sku, 0))
            found[sku] = Cover(*figures)
    return found


def days_of_cover(cover: Cover, more: int, days: int, cap: int = 9_999) -> int:
    """Whole days that stock plus incoming plus `more` pieces last at the recent rate of sales.

    The rate is that of the days on which the shelf was not empty (`shop/recent_sales.py`).

    >>> days_of_cover(Cover(available=20, incoming=10, sold=56), more=26, days=56)
    56
    >>> days_of_cover(Cover(available=1, incoming=0, sold=0), more=1, days=56)
    9999
    >>> days_of_cover(Cover(available=28, incoming=0, sold=28, empty_days=28), more=0, days=56)
    28
    """
    pieces = cover.available + cover.incoming + more
    if pieces <= 0:
        return 0
    shelf = shelf_days(cover.empty_days, days)
    return min(cap, pieces * shelf // cover.sold) if cover.sold > 0 else cap


def _chunks(skus: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(skus), _CHUNK):
        yield skus[start : start + _CHUNK]


def _available(snapshot: Snapshot, location: str, skus: Sequence[str]) -> dict[str, int]:
    rows = _AVAILABLE.rows(snapshot, {"b_location": location, "b_skus": skus})
    return {sku: int(pieces) for sku, pieces in rows}


def _incoming(snapshot: Snapshot, location: str, skus: Sequence[str]) -> dict[str, int]:
    rows = _INCOMING.rows(snapshot, {"b_location": location, "b_skus": skus})
    return {sku: int(pieces) for sku, pieces in rows}


def _by_sku(
    query: Prepared, snapshot: Snapshot, location: str, skus: Sequence[str], until: date, days: int
) -> dict[str, int]:
    values = {
        "b_location": location,
        "b_skus": skus,
        "b_after": until - timedelta(days=days),
        "b_until": until,
    }
    return {sku: int(figure) for sku, figure in query.rows(snapshot, values)}


# Built once: making a statement costs more than running it.
_LEVEL, _MOVE, _OUT = schema.stock_levels, schema.stock_movements, schema.stockout_days
_ORDER, _LINE = schema.purchase_orders, schema.purchase_order_lines
_PLACE: BindParameter[str] = bindparam("b_location")
_SKUS: BindParameter[list[str]] = bindparam("b_skus", expanding=True)
_AVAILABLE = Prepared(
    select(_LEVEL.c.sku, _LEVEL.c.on_hand - _LEVEL.c.committed - _LEVEL.c.unavailable).where(
        _LEVEL.c.location == _PLACE, _LEVEL.c.sku.in_(_SKUS)
    )
)
_INCOMING = Prepared(
    select(_LINE.c.sku, func.sum(_LINE.c.quantity - _LINE.c.received))
    .join(_ORDER, _ORDER.c.id == _LINE.c.purchase_order)
    .where(
        _ORDER.c.location == _PLACE,
        _ORDER.c.status.in_(_OPEN),
        _LINE.c.sku.in_(_SKUS),
        _LINE.c.quantity > _LINE.c.received,
    )
    .group_by(_LINE.c.sku)
)
_SOLD = Prepared(
    select(_MOVE.c.sku, func.sum(-_MOVE.c.quantity))
    .where(
        _MOVE.c.location == _PLACE,
        _MOVE.c.sku.in_(_SKUS),
        _MOVE.c.kind == "sale",
        _MOVE.c.day > bindparam("b_after", type_=_MOVE.c.day.type),
        _MOVE.c.day <= bindparam("b_until", type_=_MOVE.c.day.type),
    )
    .group_by(_MOVE.c.sku)
)
_EMPTY = Prepared(
    select(_OUT.c.sku, func.count())
    .where(
        _OUT.c.location == _PLACE,
        _OUT.c.sku.in_(_SKUS),
        _OUT.c.day > bindparam("b_after", type_=_OUT.c.day.type),
        _OUT.c.day <= bindparam("b_until", type_=_OUT.c.day.type),
    )
    .group_by(_OUT.c.sku)
)
