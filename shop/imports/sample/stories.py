"""Situations that the sample store is made to show; the tests check each by its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class StockTarget:
    """A shelf that shall hold so many days of expected sales at the business date.

    The last delivery reached it `arrived` days before; nothing has been ordered for it since.
    """

    sku: str
    location: str
    cover_days: int
    arrived: int


STOCK_TARGETS: Final = (
    StockTarget("CAP-01", "leeds", 5, 25),
    StockTarget("CAP-01", "bristol", 14, 25),
    StockTarget("CAP-01", "glasgow", 15, 25),
    StockTarget("JAR-1000", "bristol", 400, 90),
    StockTarget("KET-ENM-RED", "leeds", 2, 30),
    StockTarget("KET-ENM-RED", "glasgow", 130, 60),
    StockTarget("MAT-30", "leeds", 4, 40),
    StockTarget("PEP-30", "leeds", 6, 30),
)
