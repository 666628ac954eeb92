"""Reads of the credit that customers were given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from shop.model import Order
from shop.money import Money
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.service_schema import store_credits as _table


def credits_given(snapshot: Snapshot, customer: str, since: datetime) -> list[Money]:
    """The credits of a customer at or after a moment, oldest first."""
    rows = _CREDITS.rows(snapshot, {"b_customer": customer, "b_since": since})
    return [Money(row.amount_minor, row.currency) for row in rows]


def credited(snapshot: Snapshot, order: Order) -> Money:
    """The goodwill credit that was given for an order, in its currency; credit in another one is left out."""
    rows = _FOR_ORDER.rows(snapshot, {"b_order": order.id})
    currency = order.total.currency
    return Money.total(
        (Money(row.amount_minor, row.currency) for row in rows if row.currency == currency), currency
    )


# Built once: making a statement costs more than running it.
_CREDITS = Prepared(
    select(_table)
    .where(
        _table.c.customer == bindparam("b_customer"),
        _table.c.at >= bindparam("b_since", type_=_table.c.at.type),
    )
    .order_by(_table.c.at, _table.c.id)
)
_FOR_ORDER = Prepared(select(_table).where(_table.c.order_id == bindparam("b_order")))
