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

_Line = tuple[date, str, str, int, str]
"""The day, the supplier, the category, the value in minor units and its currency."""


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
    categories = dict(snapshot.execute(select(schema.products.c.sku, schema.products.c.category)).all())
    found = _stored(snapshot, as_of)
    found += [
        (
            as_of,
            supply.supplier,
            categories.get(supply.sku, ""),
            supply.unit_cost.minor * supply.quantity,
            supply.unit_cost.currency,
        )
        for supply in proposed
        if supply.unit_cost is not None and supply.quantity > 0
    ]
    values = _at_home(found, {**rates, home_currency: Decimal(1)}, home_currency)
    return tuple(
        PlacedLine(ordered_on=day, supplier=supplier, category=category, home_minor=value)
        for (day, supplier, category, _, _), value in zip(found, values, strict=True)
    )


def _at_home(found: Sequence[_Line], rates: Mapping[str, Decimal], home: str) -> list[int]:
    """What each line is worth in the home currency, all lines of a currency at once."""
    minor = np.array([line[3] for line in found], dtype=np.int64)
    codes = np.array([line[4] for line in found], dtype=np.str_)
    for code in np.unique(codes):
        of_it = codes == code
        minor[of_it] = home_minor_up(minor[of_it], rates.get(str(code), Decimal(1)), str(code), home)
    return [int(value) for value in minor]


def _stored(snapshot: Snapshot, as_of: date) -> list[_Line]:
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
        for day, supplier, name, minor, code in snapshot.execute(query).all()
    ]
