"""The days of the sample store: 18 months of history that end the day before its business date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

BUSINESS_DATE: Final = date(2026, 11, 20)
FIRST_DAY: Final = date(2025, 5, 20)
DAYS: Final = (BUSINESS_DATE - FIRST_DAY).days
"""Days of history; day 0 is FIRST_DAY and day DAYS would be the business date."""

HORIZON: Final = 150
"""Days after the business date for which demand is expected, so that the past could plan ahead."""


def calendar_day(day: int) -> date:
    """The calendar day of a day number.

    >>> calendar_day(0), calendar_day(DAYS)
    (datetime.date(2025, 5, 20), datetime.date(2026, 11, 20))
    """
    return FIRST_DAY + timedelta(days=day)


def day_number(when: date) -> int:
    """The day number of a calendar day.

    >>> day_number(BUSINESS_DATE) == DAYS
    True
    """
    return (when - FIRST_DAY).days
