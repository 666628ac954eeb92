"""What orders took so far: the suppliers' lead times as receipts show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from sqlalchemy import select

from shop.plan_inputs import Suppliers
from shop.store import schema
from shop.store.database import Snapshot

RECENT_DAYS: Final = 365
OPEN: Final = ("placed", "partly_received")


def with_receipts(snapshot: Snapshot, suppliers: Suppliers, as_of: date) -> Suppliers:
    """The suppliers with lead times learnt from the orders of the last year that arrived before `as_of`.

    An order that is overdue counts with the days it is out so far: it takes at least as long.
    """
    from shop.lead_times import learnt_days  # noqa: PLC0415 - loads numba, which only a plan needs

    rows = {supplier: row for row, supplier in enumerate(suppliers.id)}
    taken = [(rows[supplier], days) for supplier, days in _taken(snapshot, as_of) if supplier in rows]
    mean, deviation = learnt_days(
        suppliers.lead_time_days,
        suppliers.lead_time_sd_days,
        np.array([row for row, _ in taken], dtype=np.int64),
        np.array([days for _, days in taken], dtype=np.float64),
    )
    return replace(suppliers, lead_time_days=mean, lead_time_sd_days=deviation)


def _taken(snapshot: Snapshot, as_of: date) -> list[tuple[str, int]]:
    """Supplier and days of each order that arrived, or is overdue, as one knew on the morning of `as_of`."""
    table = schema.purchase_orders
    query = (
        select(table.c.supplier, table.c.status, table.c.ordered_on, table.c.expected_on, table.c.received_on)
        .where(table.c.ordered_on >= as_of - timedelta(days=RECENT_DAYS), table.c.ordered_on < as_of)
        .order_by(table.c.id)
    )
    found = []
    for row in snapshot.execute(query):
        arrived = row.received_on is not None and row.received_on < as_of
        late = not arrived and row.expected_on < as_of and (row.status in OPEN or row.received_on is not None)
        if arrived or late:
            found.append((row.supplier, ((row.received_on if arrived else as_of) - row.ordered_on).days))
    return found
