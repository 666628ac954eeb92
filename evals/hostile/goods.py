"""What the shops of the simulation sell, where, and when it begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

START: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CANARY: Final = "canary-7f3a@example.com"
SKUS: Final = tuple(f"S{number:02d}" for number in range(1, 13))
LOCATIONS: Final = ("leeds", "bristol")
EURO: Final = "0.87"
"""Pounds that a euro is worth at the beginning."""


def cost_of(number: int) -> int:
    """Unit cost of a SKU in minor units: from 1.50 to 18.00."""
    return number * 150
