"""Reads of goods that a customer has, or is to get, a second time: as a replacement or in exchange."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import bindparam, select

from shop.model import Order
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.reads import orders

_AWAY = frozenset({"lost", "returned"})
"""What the carrier says of a parcel that the customer will not get."""


def sent_again(snapshot: Snapshot, order: Order) -> dict[int, int]:
    """Pieces of each line of an order, by number, that went out again; a line of which none did is left out.

    A replacement counts unless it was cancelled, all its parcels are lost or on their way back, or its pieces
    came back; what was sent in place of a replacement counts too. Of two lines of one SKU
    each counts all its pieces.
    """
    again = _by_sku(snapshot, order.id)
    if not again:
        return {}
    lines = Counter[int]()
    for exchange in orders.exchanges(snapshot, order.id):
        if exchange.status == "completed":
            taken = min(exchange.quantity, again[exchange.new_sku])
            again[exchange.new_sku] -= taken
            lines[exchange.line_no] += taken
    for line in order.lines:
        lines[line.line_no] = min(lines[line.line_no] + again[line.sku], line.quantity)
    return {number: pieces for number, pieces in lines.items() if pieces}


def _by_sku(snapshot: Snapshot, order_id: str) -> Counter[str]:
    """Pieces of each SKU that replacements of an order, and replacements of these, bring or brought."""
    found = Counter[str]()
    for row in _REPLACEMENTS.rows(snapshot, {"b_order": order_id}):
        found += _by_sku(snapshot, row.id)
        replacement = orders.order(snapshot, row.id)
        parcels = orders.shipments(snapshot, row.id)
        if replacement is None or (parcels and all(one.status in _AWAY for one in parcels)):
            continue
        for line in replacement.lines:
            found[line.sku] += max(line.quantity - line.returned, 0)
    return found


_REPLACEMENTS = Prepared(
    select(schema.orders.c.id)
    .where(schema.orders.c.replaces == bindparam("b_order"), schema.orders.c.status != "cancelled")
    .order_by(schema.orders.c.id)
)
