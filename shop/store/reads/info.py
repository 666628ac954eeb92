"""Reads about the store itself: its name, its day, its exchange rates."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from shop.clock import Clock
from shop.errors import NotFoundError, SetupError
from shop.model import StoreInfo
from shop.store import schema
from shop.store.database import Snapshot


def store_info(snapshot: Snapshot) -> StoreInfo:
    """The store's own record; raises SetupError while the database holds no store."""
    row = snapshot.execute(_STORE).one_or_none()
    if row is None:
        raise SetupError("this database holds no store yet: import one, or create the sample store")
    return StoreInfo(row.name, row.home_currency, row.timezone, row.source, row.business_date)


def business_day(snapshot: Snapshot, clock: Clock) -> date:
    """The store's today: the day of its data when that is a snapshot, else the calendar day there."""
    return day_of(store_info(snapshot), clock())


def day_of(info: StoreInfo, now: datetime) -> date:
    """The store's today at a moment, from its own description."""
    return info.business_date or now.astimezone(ZoneInfo(info.timezone)).date()


def rate(snapshot: Snapshot, currency: str, day: date) -> tuple[Decimal, date]:
    """Home currency per unit of `currency`, from the latest day at or before `day`, with that day.

    The home currency itself is worth exactly 1. Raises NotFoundError where no rate is that old.
    """
    if currency == store_info(snapshot).home_currency:
        return Decimal(1), day
    table = schema.exchange_rates
    row = snapshot.execute(
        select(table.c.rate, table.c.day)
        .where(table.c.currency == currency, table.c.day <= day)
        .order_by(table.c.day.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no exchange rate for {currency!r} on or before {day.isoformat()}")
    return row.rate, row.day


# Built once: making a statement costs more than running it.
_STORE = select(schema.store_info)
