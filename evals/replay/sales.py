"""A sales log as daily demand per SKU, read by the product's own import, and prices from before the split."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from shop.errors import ImportFileError
from shop.imports.reading import CsvRows, opened
from shop.imports.sales_lines import SalesColumns
from shop.imports.sales_log import SalesLog

NET_WITHIN = timedelta(days=30)
ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class Sales:
    """Pieces per calendar day (rows) and SKU (columns), from `starts_on`; `price_minor` per piece."""

    starts_on: date
    sku: NDArray[np.object_]
    pieces: NDArray[np.int64]
    price_minor: NDArray[np.int64]

    @property
    def days(self) -> int:
        """Calendar days of the log."""
        return int(self.pieces.shape[0])


def read_sales(path: Path, held_out_days: int, least_sale_days: int) -> Sales:
    """Sales of the SKUs that sold on at least so many days before the held-out part began.

    Cancellations are netted as in an import. The price is the median of the lines before the held-out
    part. Raises ImportFileError when the file cannot be read or is too short.
    """
    log = _log_of(path)
    days = (log.last_day - log.first_day).days + 1
    if days <= held_out_days:
        raise ImportFileError(
            f"{path.name} has {days} days of sales, fewer than the {held_out_days} held out"
        )
    codes = {sku: column for column, sku in enumerate(log.skus)}
    pieces = np.zeros((days, len(codes)), dtype=np.int64)
    for (sku, day), found in log.days.items():
        pieces[(day - log.first_day).days, codes[sku]] = found.units
    split = log.first_day + timedelta(days=days - held_out_days)
    kept = np.flatnonzero((pieces[: days - held_out_days] > 0).sum(axis=0) >= least_sale_days)
    names = [log.skus[column] for column in kept.tolist()]
    price = np.array([_median_before(log.prices[sku], split) for sku in names], dtype=np.int64)
    sold = np.flatnonzero(price > 0)
    return Sales(log.first_day, np.array(names, dtype=np.object_)[sold], pieces[:, kept[sold]], price[sold])


def _log_of(path: Path) -> SalesLog:
    with opened(path) as file:
        rows = CsvRows(path.name, file)
        columns = SalesColumns.of(rows.header, path.name)
        log = SalesLog(columns, "GBP", ZoneInfo(ZONE), datetime.now(UTC).date())
        for line, cells in rows:
            log.add(line, cells)
    log.settle(NET_WITHIN)
    return log


def _median_before(months: dict[tuple[int, int], Counter[int]], split: date) -> int:
    lines: Counter[int] = Counter()
    for (year, month), prices in months.items():
        if (year, month) < (split.year, split.month):
            lines += prices
    return int(np.median(list(lines.elements()))) if lines else 0
