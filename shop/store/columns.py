"""Column types that keep exact values in SQLite and PostgreSQL alike."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

_NAIVE: Final = len("2026-11-20T09:00:00.000000")


_written: tuple[datetime | None, str] = (None, "")


def utc_text(value: datetime | None) -> str | None:
    """A moment as the stores keep it. What one transaction writes carries mostly one moment: made once.

    Raises ValueError for a moment without a time zone.

    >>> utc_text(datetime(2026, 11, 20, 9, tzinfo=UTC))
    '2026-11-20T09:00:00.000000Z'
    """
    global _written  # noqa: PLW0603 - replaced whole, so no thread sees half of it
    if value is None:
        return None
    last, text = _written
    if value is last:
        return text
    if value.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {value!r}")
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    text = moment.isoformat(timespec="microseconds")[:_NAIVE] + "Z"
    _written = (value, text)
    return text


class UtcText(TypeDecorator[datetime]):
    """A moment in UTC as fixed-width ISO 8601 text, so that text order is time order in any database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse a moment without a time zone; write microseconds always."""
        return utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back with its time zone."""
        return None if value is None else datetime.fromisoformat(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number as text; never a float on the way."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse anything but a finite Decimal."""
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ValueError(f"expected a finite Decimal, got {value!r}")
        return str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Give the exact number back."""
        return None if value is None else Decimal(value)
