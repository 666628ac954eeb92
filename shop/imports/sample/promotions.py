"""Promotions of the past and those planned; they lift demand while they run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from shop.imports.sample.period import day_number


@dataclass(frozen=True, slots=True)
class Promotion:
    """A discount on one SKU or category, both ends included; `lift` is demand while it runs, per cent."""

    id: str
    name: str
    sku: str | None
    category: str | None
    starts_on: date
    ends_on: date
    percent: int
    lift: int

    def covers(self, sku: str, category: str) -> bool:
        """Whether a SKU is part of it."""
        return self.sku == sku or self.category == category

    @property
    def days(self) -> slice:
        """Its day numbers."""
        return slice(max(0, day_number(self.starts_on)), max(0, day_number(self.ends_on) + 1))


def _promotion(
    number: int, name: str, what: str, starts: str, ends: str, percent: int, lift: int
) -> Promotion:
    by_sku = what.isupper() and "-" in what
    return Promotion(
        id=f"PR-{number}",
        name=name,
        sku=what if by_sku else None,
        category=None if by_sku else what,
        starts_on=date.fromisoformat(starts),
        ends_on=date.fromisoformat(ends),
        percent=percent,
        lift=lift,
    )


PROMOTIONS: Final = (
    _promotion(1, "Summer garden week", "Garden", "2025-06-14", "2025-06-22", 15, 170),
    _promotion(2, "Back to school", "Stationery", "2025-08-23", "2025-09-06", 10, 140),
    _promotion(3, "Black Friday lighting", "Lighting", "2025-11-27", "2025-12-01", 20, 230),
    _promotion(4, "Black Friday candles", "Candles", "2025-11-27", "2025-12-01", 20, 240),
    _promotion(5, "January white sale", "Bedding", "2026-01-03", "2026-01-18", 20, 210),
    _promotion(6, "Mothering Sunday", "Bath", "2026-03-07", "2026-03-15", 10, 150),
    _promotion(7, "Easter garden", "Garden", "2026-04-03", "2026-04-12", 15, 180),
    _promotion(8, "Camping season opens", "Outdoor", "2026-05-16", "2026-05-25", 15, 170),
    _promotion(9, "Mug of the month", "MUG-BLU-350", "2026-07-01", "2026-07-14", 15, 190),
    _promotion(10, "Back to school", "Stationery", "2026-08-22", "2026-09-05", 10, 140),
    _promotion(11, "Coffee week", "COF-HSE", "2026-09-28", "2026-10-04", 15, 180),
    _promotion(12, "Cosy October", "Bedding", "2026-10-10", "2026-10-18", 10, 140),
    _promotion(13, "Candlelight week", "Candles", "2026-11-02", "2026-11-08", 10, 150),
    _promotion(14, "Black Friday candles", "Candles", "2026-11-26", "2026-11-30", 20, 240),
    _promotion(15, "Black Friday lighting", "Lighting", "2026-11-26", "2026-11-30", 20, 230),
    _promotion(16, "Kettle offer", "KET-ENM-CRM", "2026-12-05", "2026-12-12", 15, 160),
    _promotion(17, "January white sale", "Bedding", "2027-01-02", "2027-01-17", 20, 210),
)
