"""Cancellations against the sales they undo.

A log does not say which sale a cancellation belongs to. The rule, decided here and nowhere else: a
cancellation undoes sales of the same customer and the same SKU that happened at most `within` before it.
The latest such sale of exactly that many pieces goes first; if there is none, the latest sales are reduced
until all pieces are found. If fewer pieces were sold in that time, or nobody knows the customer, the
cancellation is a return of goods: the demand was real, and it stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta


@dataclass(slots=True)
class OpenSale:
    """What is left of one sold line."""

    at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class Undone:
    """So many pieces of a sale that happened at `at` are undone; `whole` when nothing of the line is left."""

    at: datetime
    units: int
    whole: bool


def undo(sales: Iterable[OpenSale], at: datetime, units: int, within: timedelta) -> list[Undone]:
    """Take `units` cancelled pieces out of a customer's sales of one SKU; empty when they are not all there.

    >>> from datetime import datetime, timedelta
    >>> noon = datetime(2026, 5, 1, 12)
    >>> sales = [OpenSale(noon, 6), OpenSale(noon + timedelta(hours=1), 12)]
    >>> [(part.units, part.whole) for part in undo(sales, noon + timedelta(days=1), 6, timedelta(days=30))]
    [(6, True)]
    """
    open_sales = sorted(
        (sale for sale in sales if sale.units > 0 and at - within <= sale.at <= at),
        key=lambda sale: sale.at,
        reverse=True,
    )
    for sale in open_sales:
        if sale.units == units:
            return [_take(sale, units)]
    if sum(sale.units for sale in open_sales) < units:
        return []
    parts = []
    for sale in open_sales:
        if units == 0:
            break
        parts.append(_take(sale, min(units, sale.units)))
        units -= parts[-1].units
    return parts


def _take(sale: OpenSale, units: int) -> Undone:
    sale.units -= units
    return Undone(sale.at, units, whole=sale.units == 0)
