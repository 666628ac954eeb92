"""Single cells into exact values; a cell that is not what it should be raises CellError in words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shop.actions import MAX_PIECES
from shop.errors import MoneyError
from shop.money import Money, exponent

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# A file repeats few prices, dates and quantities very often; each spelling is parsed once.
_KEPT: Final = 65_536
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}(?:\.0*)?")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[ T](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r" ?(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_FIRST_YEAR: Final = 1990
"""No shop's records are older; such a date was typed wrongly, or stands for none (0001, 1899, 1970)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class CellError(ValueError):
    """A cell is not what its column should hold; caught where the row is rejected, never seen outside."""


@lru_cache(_KEPT)
def whole_number(cell: str) -> int:
    """A whole number, also written as a decimal; raises CellError.

    >>> whole_number("6.0"), whole_number("-12")
    (6, -12)
    """
    text = cell.strip()
    if not _WHOLE.fullmatch(text):
        raise CellError(f"expected a whole number, got {_shown(cell)}")
    return int(text.split(".")[0])


def pieces(cell: str) -> int:
    """A signed number of pieces, at most MAX_PIECES either way; raises CellError."""
    number = whole_number(cell)
    if abs(number) > MAX_PIECES:
        raise CellError(f"{number:,} pieces are more than {MAX_PIECES:,}: a typing error, not a quantity")
    return number


@lru_cache(_KEPT)
def price(cell: str, currency: str) -> tuple[int, bool]:
    """(minor units, whether it was rounded) of a decimal amount; below the smallest coin: half to even.

    Raises CellError for anything that is not a plain decimal number.

    >>> price("2.55", "GBP"), price("0.001", "GBP"), price("0.125", "GBP")
    ((255, False), (0, True), (12, True))
    """
    text = cell.strip()
    if not _DECIMAL.fullmatch(text):
        raise CellError(f"expected an amount such as 12.50, got {_shown(cell)}")
    amount = Decimal(text)
    try:
        minor = Money.rounded(amount, currency).minor
    except MoneyError as error:
        raise CellError(str(error)) from error
    return minor, amount.scaleb(exponent(currency)) != minor


@lru_cache(_KEPT)
def moment(cell: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 date with or without time and offset, as local time of the store; raises CellError.

    Without an offset it is the store's own time. A date before 1990 is an error of the file.

    >>> from zoneinfo import ZoneInfo
    >>> moment("2026-05-01 23:30:00 +0000", ZoneInfo("Europe/London")).isoformat()
    '2026-05-02T00:30:00+01:00'
    """
    match = _MOMENT.fullmatch(cell.strip())
    if match is None:
        raise CellError(f"expected a date such as 2026-05-01 10:00:00, got {_shown(cell)}")
    offset = match["zone"] or ""
    offset = "+00:00" if offset in ("Z", "UTC") else offset
    try:
        at = datetime.fromisoformat(f"{match['day']}T{match['time'] or '00:00'}{offset}")
        local = at.astimezone(zone) if offset else at.replace(tzinfo=zone)
    except (OverflowError, ValueError) as error:
        raise CellError(f"{_shown(cell)} is not a date: {error}") from error
    if local.year < _FIRST_YEAR:
        raise CellError(f"dated {local.date()}, before {_FIRST_YEAR}: a typing error, or no date at all")
    return local


def day(cell: str, zone: ZoneInfo) -> date:
    """The store's calendar day of a moment; raises CellError."""
    return moment(cell, zone).date()


def midnight(of: date, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which a calendar day of the store begins."""
    return datetime(of.year, of.month, of.day, tzinfo=zone).astimezone(UTC)


def plain_text(cell: str, limit: int) -> str:
    """One line of text without control characters, cut to `limit` characters."""
    return _CONTROL.sub(" ", cell).strip()[:limit].rstrip()


def identifier(cell: str, what: str) -> str:
    """A code of 1 to 80 characters without blanks at its ends or control characters; raises CellError."""
    text = cell.strip()
    if not text:
        raise CellError(f"no {what}")
    if len(text) > 80 or _CONTROL.search(text):  # noqa: PLR2004 - the length of every id column
        raise CellError(f"{what} {_shown(text)} is over 80 characters or has control characters")
    return text


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:37]}...")  # noqa: PLR2004 - enough to find it again
