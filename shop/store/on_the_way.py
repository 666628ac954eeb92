"""Purchase order lines with pieces still to come, as they stood on the morning of a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from shop.store import schema

if TYPE_CHECKING:
    from shop.store.database import Snapshot

OpenLine = tuple[str, str, str, int, date, str]
"""Order, SKU, location, pieces outstanding, expected day, supplier."""


def lines_on_the_way(snapshot: Snapshot, as_of: date) -> list[OpenLine]:
    """Every order line with pieces outstanding on `as_of`."""
    orders, lines = schema.purchase_orders, schema.purchase_order_lines
    is_open = orders.c.status.in_(("placed", "partly_received"))
    was_open = and_(orders.c.status == "received", orders.c.received_on > as_of)
    query = (
        select(
            orders.c.id,
            lines.c.sku,
            orders.c.location,
            lines.c.quantity,
            lines.c.received,
            orders.c.expected_on,
            orders.c.supplier,
        )
        .join(lines, lines.c.purchase_order == orders.c.id)
        .where(or_(is_open, was_open), or_(orders.c.ordered_on <= as_of, orders.c.action_id.is_not(None)))
        .order_by(orders.c.id, lines.c.sku)
    )
    later = _later_receipts(snapshot, as_of)
    return [
        (order, sku, place, quantity - received + later[order, sku], due, supplier)
        for order, sku, place, quantity, received, due, supplier in snapshot.execute(query)
        if quantity - received + later[order, sku] > 0
    ]


def _later_receipts(snapshot: Snapshot, as_of: date) -> dict[tuple[str, str], int]:
    """Pieces of each order line that arrived after `as_of`; those days are taken back from stock too."""
    table = schema.stock_movements
    query = (
        select(table.c.ref, table.c.sku, func.sum(table.c.quantity))
        .where(table.c.kind == "receipt", table.c.day > as_of)
        .group_by(table.c.ref, table.c.sku)
    )
    found: dict[tuple[str, str], int] = defaultdict(int)
    for order, sku, pieces in snapshot.execute(query):
        found[order, sku] = int(pieces)
    return found
