"""What other variants for pieces of an order would cost: for asking, judging and carrying out alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shop.model import Order
from shop.service_actions import SwappedPieces
from shop.store.database import Snapshot
from shop.store.reads import catalogue
from shop.store.reads.availability import available_at
from shop.swaps import SwapQuote, quote_swaps


def swap_quote(
    snapshot: Snapshot, order: Order, wanted: Sequence[SwappedPieces], free: Mapping[int, int]
) -> SwapQuote:
    """The swap of some lines; `free` is how many pieces of each line may be swapped.

    New variants come from where the order's goods come from: its location, else the store's first.
    """
    skus = {one.new_sku for one in wanted} | {line.sku for line in order.lines}
    place = order.location or catalogue.locations(snapshot)[0].id
    available = {one.new_sku: available_at(snapshot, one.new_sku, place) for one in wanted}
    return quote_swaps(order, wanted, free, catalogue.products(snapshot, skus), available)
