"""Spans of time as operators say them, in whole days."""

import re
from typing import Final

from agent.numbers_in_words import UNDER_A_HUNDRED, value_of
from agent.offline.calendar_words import MONTHS, SHORT_MONTHS, WEEKDAYS

_UNIT_DAYS: Final = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365}
_FEW: Final = {"a": 1, "an": 1, "few": 3}
_MONTHS: Final = "|".join(MONTHS)
_SHORT_MONTHS: Final = "|".join(("sept", *(one for one in SHORT_MONTHS if one != "may")))
_DAYS: Final = "|".join(WEEKDAYS)

PERIOD: Final = re.compile(
    rf"\b(?:(?:in|over|for|within|during)\s+)?(?:the\s+)?"
    rf"(?:(?:next|last|past|coming|following|previous|this)\s+)?"
    rf"(?:\d+|a\s+couple\s+of|a\s+few|couple\s+of|few|{UNDER_A_HUNDRED}|an?)\s*[- ]?"
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
    rf"(\d+|\b(?:a|an|couple|few|{UNDER_A_HUNDRED})\b)?[\s-]*(?:of\s+)?(?<![a-z])(day|week|fortnight|month|quarter|year)"
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
    return str((_FEW.get(count) or value_of(count)) * _UNIT_DAYS[hit.group(2)])
