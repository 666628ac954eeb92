"""Spans of time as operators say them, in whole days."""

import re
from typing import Final

_UNIT_DAYS: Final = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365}
_COUNTS: Final = {"a": 1, "an": 1, "one": 1, "couple": 2, "few": 3, "two": 2, "three": 3, "four": 4, "six": 6}
_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

PERIOD: Final = re.compile(
    rf"\b(?:(?:in|over|for|within|during)\s+)?(?:the\s+)?"
    rf"(?:(?:next|last|past|coming|following|previous|this)\s+)?"
    rf"(?:\d+|a\s+couple\s+of|a\s+few|couple\s+of|few|one|two|three|four|six|an?)\s*[- ]?"
    rf"(?:days?|weeks?|fortnights?|months?|quarters?|years?)\b"
    rf"|\b(?:(?:in|over|for|within|during)\s+)?(?:the\s+)?(?:next|last|past|coming|previous|this)\s+"
    rf"(?:few\s+)?(?:days?|weeks?|fortnight|months?|quarters?|years?|{_DAYS}|{_MONTHS})\b"
    rf"|\b(?:today|tonight|tomorrow|yesterday|this\s+morning|this\s+afternoon|(?:by|until|on|since)\s+(?:{_DAYS}))\b"
    r"|\b\d{4}-\d{2}-\d{2}\b",
    re.IGNORECASE,
)
"""A span or a day: 'next month', 'over the last 4 weeks', 'today', '2026-11-20'."""

_LENGTH: Final = re.compile(
    r"(\d+|\b(?:a|an|one|couple|few|two|three|four|six)\b)?[\s-]*(?:of\s+)?(?<![a-z])(day|week|fortnight|month|quarter|year)"
)


def days_of(said: str) -> str:
    """The length of a period in days as text, empty when it tells a single day or has no length.

    A month counts 30 days and a quarter 91: forecasts run by days.

    >>> [days_of(said) for said in ("next month", "the last 4 weeks", "a couple of days", "today")]
    ['30', '28', '2', '']
    """
    hit = _LENGTH.search(said.lower())
    if hit is None:
        return ""
    count = hit.group(1) or "1"
    return str((int(count) if count.isdigit() else _COUNTS[count]) * _UNIT_DAYS[hit.group(2)])
