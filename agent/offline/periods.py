"""Spans of time as operators say them, in whole days."""

import re
from typing import Final

_UNIT_DAYS: Final = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365}
_NUMBERS: Final = {
    word: number
    for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
}
_COUNTS: Final = {"a": 1, "an": 1, "one": 1, "couple": 2, "few": 3, **_NUMBERS}
_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_SHORT_MONTHS: Final = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_DAYS: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

PERIOD: Final = re.compile(
    rf"\b(?:(?:in|over|for|within|during)\s+)?(?:the\s+)?"
    rf"(?:(?:next|last|past|coming|following|previous|this)\s+)?"
    rf"(?:\d+|a\s+couple\s+of|a\s+few|couple\s+of|few|one|{'|'.join(_NUMBERS)}|an?)\s*[- ]?"
    rf"(?:days?|weeks?|fortnights?|months?|quarters?|years?)\b"
    rf"|\b(?:(?:in|over|for|within|during)\s+)?(?:the\s+)?(?:next|last|past|coming|previous|this)\s+"
    rf"(?:few\s+)?(?:days?|weeks?|fortnight|months?|quarters?|years?|{_DAYS}|{_MONTHS})\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?(?:\s+(?:{_MONTHS}|{_SHORT_MONTHS}))?"
    rf"(?:\s*(?:to|until|till|-|through)\s*(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?)?\s+(?:{_MONTHS}|{_SHORT_MONTHS})\b"
    rf"|\b(?:today|tonight|tomorrow|yesterday|this\s+morning|this\s+afternoon|(?:by|until|on|since)\s+(?:{_DAYS})|(?:in|since|during|before|after|until)\s+(?:{_MONTHS}))\b"
    r"|\b\d{4}-\d{2}-\d{2}\b",
    re.IGNORECASE,
)
"""A span or a day: 'next month', 'over the last 4 weeks', 'today', '2026-11-20'."""

_LENGTH: Final = re.compile(
    rf"(\d+|\b(?:a|an|one|couple|few|{'|'.join(_NUMBERS)})\b)?[\s-]*(?:of\s+)?(?<![a-z])(day|week|fortnight|month|quarter|year)"
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
