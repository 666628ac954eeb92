"""How many pieces of a SKU can be promised at a place."""

from __future__ import annotations

from shop.store.database import Snapshot
from shop.store.prepared import select_by
from shop.store.schema import stock_levels


def available_at(snapshot: Snapshot, sku: str, place: str) -> int:
    """On hand, less promised, less not for sale; 0 where the SKU is not kept."""
    level = select_by(stock_levels, "sku", "location").first(snapshot, {"sku": sku, "location": place})
    return 0 if level is None else max(level.on_hand - level.committed - level.unavailable, 0)
