"""What each SKU cost customers on each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shop.imports.sample import specials
from shop.imports.sample.period import DAYS
from shop.imports.sample.promotions import PROMOTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.imports.sample.catalogue import Catalogue, Item


def old_price(item: Item) -> tuple[int, int] | None:
    """Day of the last price change and the price before it in pence, if there was one."""
    change = specials.PRICE_CHANGED_DAYS_AGO.get(item.sku)
    if change is None:
        return None
    ago, percent = change
    return DAYS - ago, item.price * percent // 100 // 5 * 5


def selling_prices(catalogue: Catalogue) -> NDArray[np.int64]:
    """Pence with promotions, shape (DAYS + 1, SKUs); the last row is the business date."""
    prices = np.tile(catalogue.column("price"), (DAYS + 1, 1))
    for place, item in enumerate(catalogue.items):
        before = old_price(item)
        if before is not None:
            prices[: before[0], place] = before[1]
    for promotion in PROMOTIONS:
        part = np.flatnonzero([promotion.covers(item.sku, item.category) for item in catalogue.items])
        prices[promotion.days, part] = prices[promotion.days, part] * (100 - promotion.percent) // 100
    return prices
