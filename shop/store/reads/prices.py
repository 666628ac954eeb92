"""Reads for pricing: prices in force at a moment, pieces sold and in stock, what competitors ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, func, select

from shop.competition import CompetitorPrice
from shop.money import Money
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.pricing_schema import competitor_prices
from shop.store.schema import price_changes, products, stock_levels, stock_movements

_CHUNK: Final = 500  # bound values in one IN list

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

Changes = dict[str, list[tuple[datetime, Money]]]


def changes(snapshot: Snapshot, skus: Iterable[str]) -> Changes:
    """The selling prices that each SKU was given, oldest first; a SKU without any is left out.

    Where the oldest change knows what held before it, that price stands first, from long ago.
    """
    found: Changes = {}
    for row in _rows(snapshot, _CHANGES, skus):
        if row.sku not in found and row.before_minor is not None:
            found[row.sku] = [(_LONG_AGO, Money(row.before_minor, row.currency))]
        found.setdefault(row.sku, []).append((row.at, Money(row.price_minor, row.currency)))
    return found


def in_force(changed: Sequence[tuple[datetime, Money]], at: datetime, present: Money) -> Money:
    """The price that held at a moment; before the oldest known one, that one; without any, the present."""
    same = [(when, price) for when, price in changed if price.currency == present.currency]
    before = [price for when, price in same if when <= at]
    return before[-1] if before else same[0][1] if same else present


def sold(snapshot: Snapshot, skus: Iterable[str], *, first: date, last: date) -> dict[str, int]:
    """Pieces sold of each SKU from `first` to `last`, both included; a SKU without sales is left out."""
    rows = _rows(snapshot, _SOLD, skus, b_first=first, b_last=last)
    return {row.sku: -int(row.pieces) for row in rows}


def available(snapshot: Snapshot, skus: Iterable[str]) -> dict[str, int]:
    """On hand less committed less unavailable of each SKU over all locations, at least 0."""
    return {row.sku: max(0, int(row.pieces)) for row in _rows(snapshot, _AVAILABLE, skus)}


def seen_at_competitors(snapshot: Snapshot, skus: Iterable[str]) -> dict[str, list[CompetitorPrice]]:
    """What competitors were seen to ask for each SKU; a SKU without any is left out."""
    found: dict[str, list[CompetitorPrice]] = {}
    for row in _rows(snapshot, _COMPETITORS, skus):
        price = Money(row.price_minor, row.currency)
        found.setdefault(row.sku, []).append(CompetitorPrice(row.sku, row.competitor, price, row.seen_on))
    return found


def skus_for_sale(snapshot: Snapshot, category: str) -> list[str]:
    """The SKUs of a category that are for sale, sorted."""
    table = products.c
    rows = select(table.sku).where(table.category == category, table.status == "active").order_by(table.sku)
    return list(snapshot.execute(rows).scalars())


def _rows(snapshot: Snapshot, statement: Prepared, skus: Iterable[str], **more: Any) -> Iterator[Any]:
    wanted = sorted(set(skus))
    for start in range(0, len(wanted), _CHUNK):
        yield from statement.rows(snapshot, {"b_skus": wanted[start : start + _CHUNK], **more})


# Built once: making a statement costs more than running it.
_SKUS: Final[BindParameter[list[str]]] = bindparam("b_skus", expanding=True)
_CHANGES: Final = Prepared(
    select(price_changes)
    .where(price_changes.c.sku.in_(_SKUS))
    .order_by(price_changes.c.sku, price_changes.c.at, price_changes.c.id)
)
_SOLD: Final = Prepared(
    select(stock_movements.c.sku, func.sum(stock_movements.c.quantity).label("pieces"))
    .where(
        stock_movements.c.sku.in_(_SKUS),
        stock_movements.c.kind == "sale",
        stock_movements.c.day.between(bindparam("b_first"), bindparam("b_last")),
    )
    .group_by(stock_movements.c.sku)
)
_LEVEL: Final = stock_levels.c
_AVAILABLE: Final = Prepared(
    select(_LEVEL.sku, func.sum(_LEVEL.on_hand - _LEVEL.committed - _LEVEL.unavailable).label("pieces"))
    .where(_LEVEL.sku.in_(_SKUS))
    .group_by(_LEVEL.sku)
)
_COMPETITORS: Final = Prepared(
    select(competitor_prices)
    .where(competitor_prices.c.sku.in_(_SKUS))
    .order_by(competitor_prices.c.sku, competitor_prices.c.competitor)
)
