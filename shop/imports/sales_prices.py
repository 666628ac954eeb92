"""Selling prices out of a sales log: one price for each SKU and month, robust against volume prices.

A wholesale log mixes list prices and volume prices on the same day. The price of a month is the (lower)
median of its lines, so it is a price that somebody really paid; the newest month gives today's price.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from shop.imports import cells
from shop.imports.store_claim import IMPORT_REF
from shop.store.loading import Difference, Row, compare, stored_rows

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping

    from shop.imports.sales_log import SalesLog
    from shop.store.database import Snapshot

_COLUMNS: Final = ("sku", "at", "price_minor", "currency", "source")
Dated = tuple[datetime, int]


def median_price(lines: Mapping[int, int]) -> int:
    """The lower median of prices weighted by their number of lines.

    >>> median_price({255: 3, 210: 2, 295: 1})
    255
    """
    half = (sum(lines.values()) + 1) // 2
    for price in sorted(lines):
        half -= lines[price]
        if half <= 0:
            return price
    raise ValueError("no lines")


def monthly_prices(
    months: Mapping[tuple[int, int], Counter[int]], first_days: Mapping[tuple[int, int], date]
) -> list[tuple[date, int]]:
    """(first day it was seen, price in minor units) of each month whose price is above zero, oldest first."""
    prices = [(first_days[month], median_price(lines)) for month, lines in sorted(months.items())]
    return [(day, price) for day, price in prices if price > 0]


def only_changes(prices: list[Dated]) -> list[Dated]:
    """The prices that differ from the one before, and the first.

    >>> from datetime import datetime
    >>> months = [(datetime(2026, 1, 5), 255), (datetime(2026, 2, 2), 255), (datetime(2026, 3, 2), 295)]
    >>> [(at.month, price) for at, price in only_changes(months)]
    [(1, 255), (3, 295)]
    """
    return [
        (day, price)
        for place, (day, price) in enumerate(prices)
        if place == 0 or price != prices[place - 1][1]
    ]


def plan_prices(snapshot: Snapshot, log: SalesLog) -> tuple[Difference, dict[str, int]]:
    """(what changes among the stored prices, SKU -> today's price in minor units).

    Imported prices of the days that the log covers are replaced, those before and after stay. A price that
    was changed here, by an action, stays today's price: this store is the book of record for it.
    """
    stored = [row for row in stored_rows(snapshot, "price_changes", _COLUMNS) if row["sku"] in log.prices]
    begin = cells.midnight(log.first_day, log.zone)
    end = cells.midnight(log.last_day + timedelta(days=1), log.zone)
    imported = [row for row in stored if row["source"] == IMPORT_REF]
    older = _latest(row for row in imported if row["at"] < begin)
    newer = _latest(row for row in imported if row["at"] >= end)
    changed_here = _latest(row for row in stored if row["source"] != IMPORT_REF)
    wanted: list[Row] = []
    today: dict[str, int] = {}
    first_days = _first_days(log)
    for sku, months in log.prices.items():
        before = [older[sku]] if sku in older else []
        prices = [
            (cells.midnight(day, log.zone), price) for day, price in monthly_prices(months, first_days[sku])
        ]
        wanted += [
            _row(sku, change, log.currency) for change in only_changes([*before, *prices])[len(before) :]
        ]
        known = [*before, *prices, *([newer[sku]] if sku in newer else [])]
        today[sku] = changed_here[sku][1] if sku in changed_here else known[-1][1] if known else 0
    covered = [row for row in imported if begin <= row["at"] < end]
    return compare("price_changes", ("sku", "at", "source"), covered, wanted, remove_missing=True), today


def _row(sku: str, change: Dated, currency: str) -> Row:
    at, price = change
    return {"sku": sku, "at": at, "price_minor": price, "currency": currency, "source": IMPORT_REF}


def _latest(rows: Iterable[Row]) -> dict[str, Dated]:
    latest: dict[str, Dated] = {}
    for row in rows:
        latest[row["sku"]] = max(
            latest.get(row["sku"], (row["at"], row["price_minor"])), (row["at"], row["price_minor"])
        )
    return latest


def _first_days(log: SalesLog) -> dict[str, dict[tuple[int, int], date]]:
    first: dict[str, dict[tuple[int, int], date]] = defaultdict(dict)
    for sku, day in log.days:
        month = (day.year, day.month)
        first[sku][month] = min(day, first[sku].get(month, day))
    return first
