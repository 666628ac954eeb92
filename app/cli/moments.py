"""Moments as people type them: so long from now, a day, or a day and a time, by the store's own clock."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bootstrap import House
from shop.errors import InvalidActionError
from shop.store.reads.info import store_info

MOMENT: Final = "4h, 2d, 2026-12-24 or 2026-12-24T17:00 (the store's time)"
_SPAN: Final = re.compile(r"([0-9]{1,4})(m|h|d)")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def moment_from(opened: House, text: str, *, whole_day: bool = False) -> datetime:
    """The moment that somebody named; raises InvalidActionError in words.

    A day without a time is its first moment, or with `whole_day` the moment at which it is over.
    """
    with opened.db.reading() as snapshot:
        zone = ZoneInfo(store_info(snapshot).timezone)
    return parsed(text, opened.clock(), zone, whole_day=whole_day)


def parsed(text: str, now: datetime, zone: ZoneInfo, *, whole_day: bool = False) -> datetime:
    """The same, of a clock and a time zone.

    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> parsed("4h", noon, ZoneInfo("Europe/London")).isoformat()
    '2026-11-20T16:00:00+00:00'
    >>> parsed("2026-12-24", noon, ZoneInfo("Europe/Berlin"), whole_day=True).isoformat()
    '2026-12-24T23:00:00+00:00'
    """
    span = _SPAN.fullmatch(text.strip())
    if span is not None:
        return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidActionError(f"{text!r} is no moment; give {MOMENT}") from error
    if whole_day and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
        found += timedelta(days=1)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
