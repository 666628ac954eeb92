"""What was ordered this year, as budgets of a period count it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from shop.budgets import PlacedLine
from shop.purchase_terms import home_minor_up
from shop.store import schema

if TYPE_CHECKING:
    from shop.plan_inputs import ProposedSupply
    from shop.store.database import Snapshot


def placed_lines(
    snapshot: Snapshot,
    as_of: date,
    home_currency: str,
    rates: Mapping[str, Decimal],
    proposed: Sequence[ProposedSupply] = (),
) -> tuple[PlacedLine, ...]:
    """Order lines from the first of January to `as_of`, cancelled orders left out, and those asked for.

    Values are at the rates given, rounded up; a currency without a rate counts at par, so that it is seen.
    """
    known = {**rates, home_currency: Decimal(1)}

    def home(minor: int, currency: str) -> int:
        rate = known.get(currency, Decimal(1))
        return int(home_minor_up(np.array([minor], dtype=np.int64), rate, currency, home_currency)[0])

    found = [
        PlacedLine(ordered_on=day, supplier=supplier, category=category, home_minor=home(minor, currency))
        for day, supplier, category, minor, currency in _stored(snapshot, as_of)
    ]
    categories = dict(snapshot.execute(select(schema.products.c.sku, schema.products.c.category)).all())
    found += [
        PlacedLine(
            ordered_on=as_of,
            supplier=supply.supplier,
            category=categories.get(supply.sku, ""),
            home_minor=home(supply.unit_cost.minor * supply.quantity, supply.unit_cost.currency),
        )
        for supply in proposed
        if supply.unit_cost is not None and supply.quantity > 0
    ]
    return tuple(found)


def _stored(snapshot: Snapshot, as_of: date) -> list[tuple[date, str, str, int, str]]:
    orders, lines, products = schema.purchase_orders, schema.purchase_order_lines, schema.products
    query = (
        select(
            orders.c.ordered_on,
            orders.c.supplier,
            products.c.category,
            lines.c.quantity * lines.c.unit_cost_minor,
            orders.c.currency,
        )
        .join(lines, lines.c.purchase_order == orders.c.id)
        .join(products, products.c.sku == lines.c.sku)
        .where(
            orders.c.status != "cancelled",
            orders.c.ordered_on >= date(as_of.year, 1, 1),
            orders.c.ordered_on <= as_of,
        )
        .order_by(orders.c.id, lines.c.sku)
    )
    return [
        (day, supplier, name, int(minor), code)
        for day, supplier, name, minor, code in snapshot.execute(query)
    ]
