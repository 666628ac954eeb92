"""What a category's SKUs sold each week, at what price, and in how much of the week they could be bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import log
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, or_, select

from shop.store.reads import prices
from shop.store.schema import products, promotions, stock_levels, stock_movements, stockout_days

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from shop.model import Product
    from shop.store.database import Snapshot

    Floats = NDArray[np.float64]

WEEKS: Final = 52
MOST_SKUS: Final = 400
"""So many SKUs of a category tell what is usual in it; those whose price changed most lately come first."""

_DAYS: Final = WEEKS * 7


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Pieces sold, mean log price and open share of each SKU (rows, in the order of `skus`) and week."""

    skus: tuple[str, ...]
    sold: Floats
    log_price: Floats
    open_share: Floats


def price_history(snapshot: Snapshot, product: Product, today: date) -> PriceHistory:
    """The 52 weeks before today of a product's category, the product itself always among them.

    A day counts as open unless every shelf of the SKU was empty on it or it was not launched yet. The price
    of a day is the one in force, less the best promotion that ran. Memory: 400 SKUs by 52 weeks at most.
    """
    import numpy as np  # noqa: PLC0415 - only an estimate needs it

    first = today - timedelta(days=_DAYS)
    launched = _members(snapshot, product)
    skus = tuple(launched)
    row = {sku: place for place, sku in enumerate(skus)}
    sold = np.zeros((len(skus), _DAYS))
    for sku, day, pieces in _sales(snapshot, skus, first, today):
        sold[row[sku], (day - first).days] = max(0, pieces)
    is_open = np.ones_like(sold)
    for sku, day, empty, shelves in _empty_days(snapshot, skus, first, today):
        if empty >= shelves:
            is_open[row[sku], (day - first).days] = 0
    for sku, launch in launched.items():
        if launch is not None and launch > first:
            is_open[row[sku], : min((launch - first).days, _DAYS)] = 0
    paid = np.stack([_prices(snapshot, known, first) for known in _products(snapshot, skus)])
    paid += _discounts(snapshot, product.category, skus, first, today)
    open_days = is_open.reshape(len(skus), WEEKS, 7)
    days = np.maximum(open_days.sum(axis=2), 1e-9)
    return PriceHistory(
        skus,
        (sold * is_open).reshape(len(skus), WEEKS, 7).sum(axis=2),
        (paid.reshape(len(skus), WEEKS, 7) * open_days).sum(axis=2) / days,
        open_days.mean(axis=2),
    )


def _members(snapshot: Snapshot, product: Product) -> dict[str, date | None]:
    table = products.c
    rows = snapshot.execute(
        select(table.sku, table.launched_on)
        .where(table.category == product.category, table.currency == product.price.currency)
        .where(table.price_minor > 0)
        .order_by(table.price_changed_at.is_(None), table.price_changed_at.desc(), table.sku)
        .limit(MOST_SKUS)
    )
    return {product.sku: product.launched_on} | {row.sku: row.launched_on for row in rows}


def _sales(
    snapshot: Snapshot, skus: tuple[str, ...], first: date, today: date
) -> list[tuple[str, date, int]]:
    table = stock_movements.c
    rows = snapshot.execute(
        select(table.sku, table.day, func.sum(table.quantity))
        .where(table.sku.in_(skus), table.kind == "sale", table.day >= first, table.day < today)
        .group_by(table.sku, table.day)
    )
    return [(sku, day, -int(pieces)) for sku, day, pieces in rows]


def _empty_days(
    snapshot: Snapshot, skus: tuple[str, ...], first: date, today: date
) -> list[tuple[str, date, int, int]]:
    """Days on which shelves of a SKU were empty: how many, of how many that it has."""
    shelves = (
        select(stock_levels.c.sku, func.count().label("number"))
        .where(stock_levels.c.sku.in_(skus))
        .group_by(stock_levels.c.sku)
    )
    number = {row.sku: row.number for row in snapshot.execute(shelves)}
    table = stockout_days.c
    rows = snapshot.execute(
        select(table.sku, table.day, func.count())
        .where(table.sku.in_(skus), table.day >= first, table.day < today)
        .group_by(table.sku, table.day)
    )
    return [(sku, day, empty, number.get(sku, 1)) for sku, day, empty in rows]


def _products(snapshot: Snapshot, skus: tuple[str, ...]) -> list[tuple[int, list[tuple[datetime, int]]]]:
    """The present price and the changes of each SKU, in order."""
    changed = prices.changes(snapshot, skus)
    rows = snapshot.execute(
        select(products.c.sku, products.c.price_minor, products.c.currency).where(products.c.sku.in_(skus))
    )
    known = {
        sku: (minor, [(at, one.minor) for at, one in changed.get(sku, ()) if one.currency == currency])
        for sku, minor, currency in rows
    }
    return [known[sku] for sku in skus]


def _prices(_snapshot: Snapshot, known: tuple[int, list[tuple[datetime, int]]], first: date) -> Floats:
    """The logarithm of the price in force on each day."""
    import numpy as np  # noqa: PLC0415 - only an estimate needs it

    present, changed = known
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    paid = np.full(_DAYS, log(changed[0][1] if changed and changed[0][1] > 0 else max(present, 1)))
    for at, minor in changed:
        if minor > 0:
            paid[max(0, (at - start).days) :] = log(minor)
    return paid


def _discounts(snapshot: Snapshot, category: str, skus: tuple[str, ...], first: date, today: date) -> Floats:
    """The logarithm of what a promotion leaves of the price, for each SKU and day; the best one counts."""
    import numpy as np  # noqa: PLC0415 - only an estimate needs it

    left = np.zeros((len(skus), _DAYS))
    table = promotions.c
    running = snapshot.execute(
        select(promotions)
        .where(or_(table.sku.in_(skus), table.category == category))
        .where(table.starts_on < today, table.ends_on >= first)
    )
    for one in running:
        share = 1 - float(one.discount_percent) / 100
        days = slice(max(0, (one.starts_on - first).days), max(0, (one.ends_on - first).days + 1))
        rows = slice(None) if one.sku is None else slice(skus.index(one.sku), skus.index(one.sku) + 1)
        if share > 0:
            left[rows, days] = np.minimum(left[rows, days], log(share))
    return left
