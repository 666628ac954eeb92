"""The store's own record: written once, when a store is founded or its first data comes in."""

from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import insert, select, update

from shop.errors import SetupError
from shop.money import exponent
from shop.store.database import Database, Transaction
from shop.store.schema import store_info

EMPTY: Final = "empty"


def found_store(transaction: Transaction, *, name: str, currency: str, timezone: str) -> str:
    """Write the record of an empty store, unless there is one; gives the home currency in force.

    Raises SetupError for an unknown time zone and MoneyError for an unknown currency.
    """
    present: str | None = transaction.scalar(select(store_info.c.home_currency))
    if present is not None:
        return present
    exponent(currency)
    refuse_unknown_zone(timezone)
    transaction.execute(
        insert(store_info).values(
            id=1, name=name, home_currency=currency, timezone=timezone, source=EMPTY, business_date=None
        )
    )
    return currency


def set_own_names(transaction: Transaction, *, own: bool) -> None:
    """Note whether people vouched that the names in the store are its own words."""
    transaction.execute(update(store_info).values(own_names=own))


def has_store(db: Database) -> bool:
    """Whether the database holds a store's own record."""
    with db.reading() as snapshot:
        return snapshot.scalar(select(store_info.c.id)) is not None


def refuse_unknown_zone(timezone: str) -> None:
    """Raise SetupError for a time zone that the tz database does not know."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SetupError(f"unknown time zone {timezone!r}: expected a name like 'Europe/London'") from error
