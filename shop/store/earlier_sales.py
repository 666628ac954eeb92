"""The sales of the year before a plan's history, by category: all that a season of a year is read from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import func, select

from shop.plan_inputs import EarlierSales
from shop.store import schema
from shop.store.reads.signals import known_promotions, live_signals

if TYPE_CHECKING:
    from shop.plan_inputs import Floats
    from shop.store.database import Snapshot

EARLIER_DAYS: Final = 364


def earlier_sales(snapshot: Snapshot, until: date) -> EarlierSales | None:
    """Pieces per category on each of the 364 days before `until`; None if nothing was sold in them.

    Days on which a promotion or another demand signal held for a category, or for everything, tell nothing
    of a usual year. So do the days before the first sale of the store.
    """
    starts_on = until - timedelta(days=EARLIER_DAYS)
    moved, products = schema.stock_movements, schema.products
    query = (
        select(products.c.category, moved.c.day, func.sum(-moved.c.quantity))
        .join(products, products.c.sku == moved.c.sku)
        .where(moved.c.kind == "sale", moved.c.day >= starts_on, moved.c.day < until)
        .group_by(products.c.category, moved.c.day)
    )
    rows = [
        (str(category), (day - starts_on).days, int(sold)) for category, day, sold in snapshot.execute(query)
    ]
    if not rows:
        return None
    names = sorted({category for category, _, _ in rows})
    place = {name: column for column, name in enumerate(names)}
    pieces = np.zeros((EARLIER_DAYS, len(names)))
    for category, number, sold in rows:
        pieces[number, place[category]] = max(sold, 0)
    first = min(number for _, number, _ in rows)
    _leave_out_signals(snapshot, starts_on, pieces, place)
    return EarlierSales(category=np.array(names, dtype=np.object_), pieces=pieces[first:])


def _leave_out_signals(snapshot: Snapshot, starts_on: date, pieces: Floats, place: dict[str, int]) -> None:
    for signal in (*known_promotions(snapshot, starts_on), *live_signals(snapshot, starts_on)):
        if not signal.is_demand or signal.sku is not None or signal.ends_on is None:
            continue
        first, last = ((day - starts_on).days for day in (signal.starts_on, signal.ends_on))
        days = slice(max(first, 0), max(last + 1, 0))
        if signal.category is None:
            pieces[days] = np.nan
        elif signal.category in place:
            pieces[days, place[signal.category]] = np.nan
