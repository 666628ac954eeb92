"""Months, days of the week and dates as they are written."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
SHORT_MONTHS: Final = tuple(month[:3] for month in MONTHS)
ISO: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def day_of(text: str) -> date | None:
    """The day that an ISO date names; None where the calendar has no such day.

    >>> day_of("2026-02-28"), day_of("2026-02-30")
    (datetime.date(2026, 2, 28), None)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def place_of(words: str, names: tuple[str, ...]) -> int | None:
    """Which of some names is the first of them that the words contain.

    >>> place_of("until friday", WEEKDAYS), place_of("soon", WEEKDAYS)
    (4, None)
    """
    return next((place for place, name in enumerate(names) if name in words), None)
