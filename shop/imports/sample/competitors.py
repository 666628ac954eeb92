"""What competitors were seen to ask for a part of the sample's products."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from shop.imports.sample.catalogue import HOME
from shop.imports.sample.period import BUSINESS_DATE
from shop.store.bulk import insert_rows
from shop.store.pricing_schema import competitor_prices

if TYPE_CHECKING:
    import numpy as np

    from shop.imports.sample.catalogue import Catalogue, Item
    from shop.store.database import Transaction

NAMES: Final = ("Fell & Ford", "Kettle Yard", "Northern Camp")
EVERY: Final = 6
"""One product in so many is watched, and those of `WATCHED`."""

WATCHED: Final = {"CAP-01": 100, "JAR-1000": 88, "KET-ENM-RED": 118}
"""Products that are watched in any case, with the competitors' usual price in percent of the store's."""

_SEEN_DAYS_AGO: Final = (1, 3, 12)
"""By competitor; the last one was not looked at for more than a week, so it no longer counts."""


def write_competitors(transaction: Transaction, catalogue: Catalogue, rng: np.random.Generator) -> int:
    """A price of each competitor for each watched product; gives the number of prices."""
    rows = [
        row
        for place, item in enumerate(catalogue.items)
        if item.sku in WATCHED or (item.status == "active" and place % EVERY == 0)
        for row in _seen(item, rng)
    ]
    return insert_rows(transaction, competitor_prices, rows)


def _seen(item: Item, rng: np.random.Generator) -> list[dict[str, Any]]:
    usual = item.price * WATCHED.get(item.sku, 100) // 100
    return [
        {
            "sku": item.sku,
            "competitor": name,
            "price_minor": max(5, usual * int(rng.integers(95, 106)) // 500 * 5),
            "currency": HOME,
            "seen_on": BUSINESS_DATE - timedelta(days=ago),
        }
        for name, ago in zip(NAMES, _SEEN_DAYS_AGO, strict=True)
    ]
