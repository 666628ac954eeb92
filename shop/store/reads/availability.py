"""How many pieces of a SKU can be promised at a place."""

from __future__ import annotations

from collections.abc import Mapping

from shop.store.database import Snapshot
from shop.store.prepared import select_by
from shop.store.reads import catalogue
from shop.store.schema import stock_levels


def available_at(snapshot: Snapshot, sku: str, place: str) -> int:
    """On hand, less promised, less not for sale; 0 where the SKU is not kept."""
    level = select_by(stock_levels, "sku", "location").first(snapshot, {"sku": sku, "location": place})
    return 0 if level is None else max(level.on_hand - level.committed - level.unavailable, 0)


def place_with(snapshot: Snapshot, needed: Mapping[str, int], first: str) -> str:
    """Where goods are sent from: the first place that has all pieces of some SKUs, `first` before all others.

    The others follow in the order of their ranks; where no place has all, `first` it is.
    """
    others = (one.id for one in catalogue.locations(snapshot) if one.id != first)
    has_all = (
        place
        for place in (first, *others)
        if all(available_at(snapshot, sku, place) >= pieces for sku, pieces in needed.items())
    )
    return next(has_all, first)


def not_available(snapshot: Snapshot, needed: Mapping[str, int], place: str) -> str:
    """What of some SKUs is short at a place, and where else it is, in words; empty if nothing is.

    Such as ``CAP-03: 0 available at Bristol, from where the order is sent; 40 at Leeds: transfer some
    first``.
    """
    places = {one.id: one.name for one in catalogue.locations(snapshot)}
    found = []
    for sku, pieces in needed.items():
        here = available_at(snapshot, sku, place)
        if here >= pieces:
            continue
        others = {name: available_at(snapshot, sku, one) for one, name in places.items() if one != place}
        there = ", ".join(f"{held} at {name}" for name, held in others.items() if held >= pieces)
        words = f"{sku}: {here} available at {places.get(place, place)}, from where the order is sent"
        found.append(f"{words}; {there}: transfer some first" if there else words)
    return "; ".join(found)
