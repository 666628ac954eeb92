"""Reads for the doctor: what is wrong with the data as a whole."""

from datetime import date

from sqlalchemy import func, select

from shop.store.database import Snapshot
from shop.store.schema import products, stock_movements


def price_currencies(snapshot: Snapshot) -> list[str]:
    """The currencies in which products are priced, sorted; one in a healthy store."""
    return sorted(snapshot.scalars(select(products.c.currency).distinct()))


def last_movement(snapshot: Snapshot) -> date | None:
    """The newest day on which stock moved; None in a store without any movement."""
    newest: date | None = snapshot.scalar(select(func.max(stock_movements.c.day)))
    return newest
