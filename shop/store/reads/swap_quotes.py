"""What other variants for pieces of an order would cost: for asking, judging and carrying out alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from shop.model import Order
from shop.service_actions import SwappedPieces
from shop.store.database import Snapshot
from shop.store.reads import catalogue
from shop.store.reads.availability import available_at, place_with
from shop.swaps import SwapQuote, quote_swaps


def swap_quote(
    snapshot: Snapshot,
    order: Order,
    wanted: Sequence[SwappedPieces],
    free: Mapping[int, int],
    *,
    by_itself: bool = False,
) -> SwapQuote:
    """The swap of some lines; `free` is how many pieces of each line may be swapped.

    New variants come from where the order's goods come from: its location, else the store's first. What is
    sent `by_itself`, as in an exchange, may come from another location that has all of it.
    """
    skus = {one.new_sku for one in wanted} | {line.sku for line in order.lines}
    place = order.location or catalogue.locations(snapshot)[0].id
    needed = Counter[str]()
    for one in wanted:
        needed[one.new_sku] += one.quantity
    places = {sku: place_with(snapshot, {sku: needed[sku]}, place) if by_itself else place for sku in needed}
    available = {sku: available_at(snapshot, sku, places[sku]) for sku in needed}
    return quote_swaps(order, wanted, free, catalogue.products(snapshot, skus), available)
