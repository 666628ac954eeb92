"""Reads of how customers pay. Cards are known by their last four digits, never by more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from shop.money import Money
from shop.service_model import PaymentMethod
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.service_schema import payment_methods as _table


def payment_method(snapshot: Snapshot, method_id: str) -> PaymentMethod | None:
    """The payment method of exactly this id."""
    row = _METHOD.first(snapshot, {"b_id": method_id})
    return None if row is None else _method(row)


def payment_methods(snapshot: Snapshot, customer: str) -> list[PaymentMethod]:
    """The payment methods of a customer, by id."""
    return [_method(row) for row in _METHODS.rows(snapshot, {"b_customer": customer})]


def _method(row: Any) -> PaymentMethod:
    balance = None
    if row.balance_minor is not None and row.currency is not None:
        balance = Money(row.balance_minor, row.currency)
    return PaymentMethod(row.id, row.customer, row.kind, row.brand, row.last_four, balance, row.version)


# Built once: making a statement costs more than running it.
_METHOD = Prepared(select(_table).where(_table.c.id == bindparam("b_id")))
_METHODS = Prepared(select(_table).where(_table.c.customer == bindparam("b_customer")).order_by(_table.c.id))
