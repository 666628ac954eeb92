"""Money, numbers and moments as the store's locale writes them: one format on every screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal

from shop.errors import SetupError, ShopError
from shop.money import Money

NOTHING: Final = "\u2013"
"""What stands where there is no value."""


@dataclass(frozen=True, slots=True)
class Formats:
    """How this store writes values; times are those of the store's own zone."""

    locale: Locale
    zone: ZoneInfo

    @classmethod
    def of(cls, locale: str, zone: str) -> Formats:
        """By the names of a locale (``en_GB``) and a time zone; raises SetupError for an unknown one."""
        try:
            return cls(Locale.parse(locale.replace("-", "_")), ZoneInfo(zone))
        except (UnknownLocaleError, ValueError, KeyError) as error:
            raise SetupError(f"{locale!r} is no locale; they look like en_GB or de_DE") from error

    def money(self, amount: Money | None) -> str:
        """An amount with its currency.

        >>> Formats.of("en_GB", "Europe/London").money(Money(123450, "GBP"))
        '£1,234.50'
        """
        if amount is None:
            return NOTHING
        return _money(amount.minor, amount.currency, self.locale)

    def number(self, value: Decimal | float | None) -> str:
        """A number with separators, at most two decimals.

        >>> Formats.of("de_DE", "Europe/Berlin").number(Decimal("1234.5"))
        '1.234,5'
        """
        return NOTHING if value is None else _number(value, self.locale)

    def day(self, day: date | None) -> str:
        """A day.

        >>> Formats.of("en_GB", "Europe/London").day(date(2026, 11, 21))
        '21 Nov 2026'
        """
        return NOTHING if day is None else _day(day, self.locale)

    def moment(self, at: datetime | None) -> str:
        """A moment, to the minute, in the store's zone."""
        if at is None:
            return NOTHING
        return _moment(at, self.zone, self.locale)

    def told(self, text: str) -> str:
        """A sentence with its ISO days, moments of UTC and amounts written like all others on the page.

        >>> Formats.of("en_GB", "Europe/London").told("1,052.80 GBP until 2026-12-17, for run-2026-12-17")
        '£1,052.80 until 17 Dec 2026, for run-2026-12-17'
        >>> Formats.of("en_GB", "Europe/London").told("12 CUP of tea")
        '12 CUP of tea'
        """
        return _told(text, self) if any(each.isdigit() for each in text) else text

    def until(self, at: datetime, now: datetime) -> str:
        """How far off a moment is: ``in 2 hours``, ``3 days ago``."""
        seconds = round((at - now).total_seconds())
        step = next((step for least, step in _EXACT if abs(seconds) >= least), 1)
        return _until(timedelta(seconds=round(seconds / step) * step), self.locale)


_IN_WORDS: Final = re.compile(
    r"(?<![\w.,/-])(?:(?P<moment>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|\+00:00| UTC)"
    r"|(?P<day>\d{4}-\d\d-\d\d)|(?P<amount>-?\d[\d,]*(?:\.\d+)? [A-Z]{3}))(?![\w-])"
)
"""Dates and amounts as sentences of the desk write them; ids and ranges with letters or hyphens are none."""

_HOUR: Final = 3_600
_DAY: Final = 24 * _HOUR
_EXACT: Final = ((9 * _DAY, _DAY), (2 * _DAY, _HOUR), (2 * _HOUR, 60))
"""How exactly a time is told: from so many seconds on, to so many. What is rounded alike is written alike."""

# Babel reads a locale's patterns anew for each value, and a list shows a hundred of them: what was written
# lately is not written again.
_KEPT: Final = 4_096


@lru_cache(_KEPT)
def _money(minor: int, currency: str, locale: Locale) -> str:
    return str(format_currency(Money(minor, currency).amount, currency, locale=locale))


@lru_cache(_KEPT, typed=True)
def _number(value: Decimal | float, locale: Locale) -> str:
    return str(format_decimal(value, format="#,##0.##", locale=locale))


@lru_cache(_KEPT)
def _day(day: date, locale: Locale) -> str:
    return str(format_date(day, "d MMM y", locale=locale))


@lru_cache(_KEPT)
def _moment(at: datetime, zone: ZoneInfo, locale: Locale) -> str:
    return str(format_datetime(at, "d MMM y, HH:mm", tzinfo=zone, locale=locale))


@lru_cache(_KEPT)
def _told(text: str, formats: Formats) -> str:
    return _IN_WORDS.sub(lambda found: _rewritten(found, formats), text)


def _rewritten(found: re.Match[str], formats: Formats) -> str:
    """One date or amount; what only looks like one stays as it is."""
    try:
        if found["moment"]:
            return formats.moment(datetime.fromisoformat(found["moment"]).replace(tzinfo=UTC))
        if found["day"]:
            return formats.day(date.fromisoformat(found["day"]))
        written = found["amount"].replace(",", "")
        amount = Money.parse(written)
        # Amounts are written to the last decimal; "12 CUP of tea" is none.
        return formats.money(amount) if str(amount).replace(",", "") == written else found[0]
    except (ValueError, ShopError):
        return found[0]


@lru_cache(_KEPT)
def _until(delta: timedelta, locale: Locale) -> str:
    return str(format_timedelta(delta, threshold=1.2, add_direction=True, locale=locale))
