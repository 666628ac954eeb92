"""Money, numbers and moments as the store's locale writes them: one format on every screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal

from shop.errors import SetupError
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
        return str(format_currency(amount.amount, amount.currency, locale=self.locale))

    def number(self, value: Decimal | float | None) -> str:
        """A number with separators, at most two decimals.

        >>> Formats.of("de_DE", "Europe/Berlin").number(Decimal("1234.5"))
        '1.234,5'
        """
        return NOTHING if value is None else str(format_decimal(value, format="#,##0.##", locale=self.locale))

    def day(self, day: date | None) -> str:
        """A day.

        >>> Formats.of("en_GB", "Europe/London").day(date(2026, 11, 21))
        '21 Nov 2026'
        """
        return NOTHING if day is None else str(format_date(day, "d MMM y", locale=self.locale))

    def moment(self, at: datetime | None) -> str:
        """A moment, to the minute, in the store's zone."""
        if at is None:
            return NOTHING
        return str(format_datetime(at, "d MMM y, HH:mm", tzinfo=self.zone, locale=self.locale))

    def until(self, at: datetime, now: datetime) -> str:
        """How far off a moment is: ``in 2 hours``, ``3 days ago``."""
        return str(format_timedelta(at - now, threshold=1.2, add_direction=True, locale=self.locale))
