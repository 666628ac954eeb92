"""Reads of the credit that customers were given, and of what was refunded of an order part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select

from shop.model import Order
from shop.money import Money
from shop.refund_parts import Settled, open_parts, refundable
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.reads import orders
from shop.store.service_schema import refund_parts as _parts
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


def settled(snapshot: Snapshot, order: Order) -> dict[int, Settled]:
    """What was refunded of each line of an order, by number (0: shipping), by refunds that said what for."""
    found: dict[int, Settled] = {}
    nothing = Settled(0, Money.zero(order.total.currency))
    for row in _SETTLED.rows(snapshot, {"b_order": order.id}):
        before = found.get(row.line_no, nothing)
        money = before.amount + Money(row.amount_minor, row.currency)
        found[row.line_no] = Settled(before.quantity + row.quantity, money)
    return found


def left_to_refund(snapshot: Snapshot, order: Order) -> Money:
    """What was paid for an order, less what went back or was given as credit for it; never below zero."""
    gone = orders.refunded(snapshot, order) + credited(snapshot, order)
    return refundable(orders.paid(snapshot, order), gone)


def left_of_parts(snapshot: Snapshot, order: Order, before: Mapping[int, Settled]) -> dict[int, Money]:
    """What may still be refunded of each line of an order, and of its shipping (0)."""
    return open_parts(order, before, left_to_refund(snapshot, order))


def refunded_goods(snapshot: Snapshot, order: Order, wanted: Iterable[tuple[int, int]]) -> str:
    """Why pieces of some lines (number, pieces) are not paid for any more, in words; empty if they are.

    Goods whose money went back are neither exchanged nor sent again: the customer would have both. Where
    money went back without saying for what, only an order of which nothing is left counts as refunded. Goods
    of a cancelled order never left, which is refused for that reason.
    """
    if order.status == "cancelled":
        return ""
    gone = settled(snapshot, order)
    taken = Counter[int]()
    for number, pieces in wanted:
        taken[number] += pieces
    for line in order.lines:
        back = gone[line.line_no].quantity if line.line_no in gone else 0
        if back and taken[line.line_no] > max(line.quantity - back, 0):
            what = f"{back} of {line.quantity} pieces of {line.sku} on order #{order.id}"
            return f"{what} were refunded: sell the goods in a new order"
    if orders.refunded(snapshot, order).minor > 0 and left_to_refund(snapshot, order).minor <= 0:
        return f"order #{order.id} was refunded in full: sell the goods in a new order"
    return ""


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
_SETTLED = Prepared(select(_parts).where(_parts.c.order_id == bindparam("b_order")))
