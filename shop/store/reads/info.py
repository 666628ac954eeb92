"""Reads about the store itself: its name, its day, its exchange rates."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from shop.clock import Clock
from shop.errors import NotFoundError, SetupError
from shop.model import StoreInfo
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared


def store_info(snapshot: Snapshot) -> StoreInfo:
    """The store's own record; raises SetupError while the database holds no store."""
    row = _STORE.first(snapshot)
    if row is None:
        raise SetupError("this database holds no store yet: import one, or create the sample store")
    return StoreInfo(
        row.name, row.home_currency, row.timezone, row.source, row.business_date, bool(row.own_names)
    )


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
    row = _RATE.first(snapshot, {"b_currency": currency, "b_day": day})
    if row is None:
        raise NotFoundError(f"no exchange rate for {currency!r} on or before {day.isoformat()}")
    return row.rate, row.day


# Built once: making a statement costs more than running it.
_STORE = Prepared(select(schema.store_info))
_RATES = schema.exchange_rates
_RATE = Prepared(
    select(_RATES.c.rate, _RATES.c.day)
    .where(
        _RATES.c.currency == bindparam("b_currency"),
        _RATES.c.day <= bindparam("b_day", type_=_RATES.c.day.type),
    )
    .order_by(_RATES.c.day.desc())
    .limit(1)
)
