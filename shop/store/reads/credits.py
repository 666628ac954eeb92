"""Reads of the credit that customers were given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from shop.money import Money
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.service_schema import store_credits as _table


def credits_given(snapshot: Snapshot, customer: str, since: datetime) -> list[Money]:
    """The credits of a customer at or after a moment, oldest first."""
    rows = _CREDITS.rows(snapshot, {"b_customer": customer, "b_since": since})
    return [Money(row.amount_minor, row.currency) for row in rows]


# Built once: making a statement costs more than running it.
_CREDITS = Prepared(
    select(_table)
    .where(
        _table.c.customer == bindparam("b_customer"),
        _table.c.at >= bindparam("b_since", type_=_table.c.at.type),
    )
    .order_by(_table.c.at, _table.c.id)
)
