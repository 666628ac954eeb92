"""Suppliers' terms as they are on a day: with the price signals whose day has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from shop.model import Offer
from shop.money import Money
from shop.signals import Signal, changed_cost
from shop.store.database import Snapshot
from shop.store.reads.signals import begun


def on_day(snapshot: Snapshot, day: date, offers: Iterable[Offer]) -> list[Offer]:
    """The offers with the unit costs and price breaks of a day; the plan uses the same figures."""
    prices = begun(snapshot, "price", day)
    return [_priced(offer, prices) for offer in offers]


def delay_on(snapshot: Snapshot, day: date, supplier_id: str) -> int:
    """Days that a supplier takes longer for what is ordered on a day, by the signals in force."""
    return sum(
        one.days or 0
        for one in begun(snapshot, "delay", day)
        if one.supplier == supplier_id and one.holds_on(day)
    )


def _priced(offer: Offer, prices: list[Signal]) -> Offer:
    for signal in prices:
        if signal.supplier == offer.supplier and signal.sku in {None, offer.sku}:
            breaks = tuple(replace(step, unit_cost=_changed(step.unit_cost, signal)) for step in offer.breaks)
            offer = replace(offer, unit_cost=_changed(offer.unit_cost, signal), breaks=breaks)
    return offer


def _changed(cost: Money, signal: Signal) -> Money:
    return Money(changed_cost(cost.minor, signal), cost.currency)
