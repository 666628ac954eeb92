"""Stock, incoming and recent sales of many SKUs at one location, in a few grouped queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from shop.store import schema
from shop.store.database import Snapshot

_CHUNK = 500  # bound values in one IN list
_OPEN = ("placed", "partly_received")


@dataclass(frozen=True, slots=True)
class Cover:
    """What a SKU has at a location, in pieces, and how many pieces it sold over the days looked at."""

    available: int
    incoming: int
    sold: int


def covers(
    snapshot: Snapshot, location: str, skus: Iterable[str], *, until: date, days: int
) -> dict[str, Cover]:
    """The cover figures of each SKU; sales over the `days` before and including `until`."""
    wanted = sorted(set(skus))
    found: dict[str, Cover] = {}
    for chunk in _chunks(wanted):
        available = _available(snapshot, location, chunk)
        incoming = _incoming(snapshot, location, chunk)
        sold = _sold(snapshot, location, chunk, until, days)
        for sku in chunk:
            found[sku] = Cover(available.get(sku, 0), incoming.get(sku, 0), sold.get(sku, 0))
    return found


def days_of_cover(cover: Cover, more: int, days: int, cap: int = 9_999) -> int:
    """Whole days that stock plus incoming plus `more` pieces last at the recent rate of sales.

    >>> days_of_cover(Cover(available=20, incoming=10, sold=56), more=26, days=56)
    56
    >>> days_of_cover(Cover(available=1, incoming=0, sold=0), more=1, days=56)
    9999
    """
    pieces = cover.available + cover.incoming + more
    if pieces <= 0:
        return 0
    return min(cap, pieces * days // cover.sold) if cover.sold > 0 else cap


def _chunks(skus: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(skus), _CHUNK):
        yield skus[start : start + _CHUNK]


def _available(snapshot: Snapshot, location: str, skus: Sequence[str]) -> dict[str, int]:
    level = schema.stock_levels
    rows = snapshot.execute(
        select(level.c.sku, level.c.on_hand - level.c.committed - level.c.unavailable).where(
            level.c.location == location, level.c.sku.in_(skus)
        )
    )
    return {sku: int(pieces) for sku, pieces in rows}


def _incoming(snapshot: Snapshot, location: str, skus: Sequence[str]) -> dict[str, int]:
    order, line = schema.purchase_orders, schema.purchase_order_lines
    rows = snapshot.execute(
        select(line.c.sku, func.sum(line.c.quantity - line.c.received))
        .join(order, order.c.id == line.c.purchase_order)
        .where(
            order.c.location == location,
            order.c.status.in_(_OPEN),
            line.c.sku.in_(skus),
            line.c.quantity > line.c.received,
        )
        .group_by(line.c.sku)
    )
    return {sku: int(pieces) for sku, pieces in rows}


def _sold(snapshot: Snapshot, location: str, skus: Sequence[str], until: date, days: int) -> dict[str, int]:
    move = schema.stock_movements
    rows = snapshot.execute(
        select(move.c.sku, func.sum(-move.c.quantity))
        .where(
            move.c.location == location,
            move.c.sku.in_(skus),
            move.c.kind == "sale",
            move.c.day > until - timedelta(days=days),
            move.c.day <= until,
        )
        .group_by(move.c.sku)
    )
    return {sku: int(pieces) for sku, pieces in rows}
