"""Days that lie behind: "since Monday", "in October", "between 2026-10-01 and 2026-10-31", counted from the store's day."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from agent.numbers_in_words import UNDER_A_HUNDRED, value_of
from agent.offline.calendar_words import ISO, SHORT_MONTHS, WEEKDAYS, day_of, place_of

_MONTH: Final = re.compile(rf"\b({'|'.join(SHORT_MONTHS)})[a-z]*\b")
_DAY: Final = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!-)")
_LAST: Final = re.compile(rf"\b(\d+|an?|{UNDER_A_HUNDRED})?\s*(day|week|fortnight|month|year)s?\b")
_DAYS: Final = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}


def past_span(said: str, today: date | None) -> tuple[date, date] | None:
    """The first and the last day of a period said on `today` that lies behind; None where that is not clear.

    >>> friday = date(2026, 11, 20)
    >>> [[str(day) for day in past_span(said, friday) or ()] for said in ("last week", "october", "tuesday")]
    [['2026-11-09', '2026-11-15'], ['2026-10-01', '2026-10-31'], ['2026-11-17', '2026-11-17']]
    """
    words = said.lower().strip()
    iso = ISO.search(words)
    if iso is not None:
        day = day_of(iso[0])
        return None if day is None else (day, day)
    if today is None:
        return None
    return _named(words, today) or _month(words, today) or _weekday(words, today) or _length(words, today)


def _named(words: str, today: date) -> tuple[date, date] | None:
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    spans = {
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "today": (today, today),
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this month": (first, today),
        "last month": (before.replace(day=1), before),
        "this year": (date(today.year, 1, 1), today),
        "last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
    return next((span for name, span in spans.items() if name in words), None)


def _month(words: str, today: date) -> tuple[date, date] | None:
    named = _MONTH.search(words)
    if named is None:
        return None
    if len(_MONTH.findall(words)) > 1:
        return _across_months(words, today)
    month = SHORT_MONTHS.index(named[1]) + 1
    days = [int(one) for one in _DAY.findall(words)]
    year = today.year if date(today.year, month, 1) <= today else today.year - 1
    length = monthrange(year, month)[1]
    if any(not 1 <= one <= length for one in days):
        return None
    first, last = (days[0], days[-1]) if days else (1, length)
    return (date(year, month, first), date(year, month, last)) if first <= last else None


def _across_months(words: str, today: date) -> tuple[date, date] | None:
    """From a day of one month to a day of another; None where that is not what is said."""
    ends = [_day_of(one, today) for one in re.split(r"\b(?:to|until|till|through|and)\b|-", words)]
    if len(ends) != _TWO or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
        return None
    return ends[0], ends[1]


_TWO: Final = 2


def _day_of(words: str, today: date) -> date | None:
    days = _DAY.findall(words)
    if len(days) != 1 or len(_MONTH.findall(words)) != 1:
        return None
    span = _month(words, today)
    return None if span is None else span[0]


def _weekday(words: str, today: date) -> tuple[date, date] | None:
    place = place_of(words, WEEKDAYS)
    if place is None:
        return None
    day = today - timedelta(days=(today.weekday() - place) % 7)
    return day, day


def _length(words: str, today: date) -> tuple[date, date] | None:
    hit = _LAST.search(words)
    if hit is None or re.search(r"\b(?:next|coming|following)\b", words):
        return None
    count = 1 if hit[1] in (None, "a", "an") else value_of(hit[1])
    try:
        return today - timedelta(days=count * _DAYS[hit[2]]), today
    except OverflowError:  # before the first day of any calendar
        return None


def days_between(spans: list[tuple[date, date]], text: str) -> tuple[date | None, date | None]:
    """From which and until which day the spans of a text reach: "since" has no end, "until" no beginning.

    "After" a day begins on the next one, "before" it ends on the one before.
    """
    if not spans:
        return None, None
    first, last = min(one for one, _ in spans), max(other for _, other in spans)
    if len(spans) == 1 and re.search(r"\bafter\b", text):
        return last + timedelta(days=1), None
    if len(spans) == 1 and re.search(r"\bbefore\b", text):
        return None, first - timedelta(days=1)
    if len(spans) == 1 and re.search(
        r"\b(?:since)\b|\bfrom\b.*\b(?:on|onwards)\b|\bfrom \d{4}-(?!.*\b(?:to|until|till)\b)", text
    ):
        return first, None
    if len(spans) == 1 and re.search(r"\b(?:until|till|up to)\b", text):
        return None, last
    return first, last
