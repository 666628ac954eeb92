"""Small made-up catalogues for the planning tests: every figure that a test does not name is ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from shop.plan_inputs import History, Incoming, Items, Offers, PlanInputs, Suppliers
from shop.plan_results import ItemVerdict, Plan
from shop.signals import Signal

AS_OF = date(2026, 11, 20)
DAYS = 140


@dataclass(frozen=True)
class Item:
    """One SKU at one location; `sold` is sold on every `every`-th day."""

    sku: str
    location: str = "leeds"
    on_hand: int = 0
    committed: int = 0
    unavailable: int = 0
    sold: int = 4
    every: int = 1
    category: str = "kitchen"
    status: str = "active"
    price: int = 1000
    cost: int = 500
    currency: str = "GBP"
    observed_from: int = 0
    in_scope: bool = True


@dataclass(frozen=True)
class Offer:
    """A supplier's terms for one SKU."""

    sku: str
    supplier: str = "northwind"
    cost: int = 500
    moq: int = 1
    pack: int = 1
    rank: int = 0
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Supplier:
    """Somebody who sells; `minimum` is in minor units of `currency`."""

    id: str = "northwind"
    currency: str = "GBP"
    lead_time: float = 14.0
    lead_time_sd: float = 2.0
    minimum: int = 0
    approved: bool = True


@dataclass(frozen=True)
class Due:
    """Pieces on their way to a SKU at a location."""

    sku: str
    quantity: int
    in_days: int
    location: str = "leeds"
    supplier: str = "northwind"


@dataclass(frozen=True)
class World:
    """A catalogue with its suppliers and what is on its way."""

    items: Sequence[Item]
    offers: Sequence[Offer] = ()
    suppliers: Sequence[Supplier] = (Supplier(),)
    due: Sequence[Due] = ()
    rates: dict[str, Decimal] = field(default_factory=dict)
    only_supplier: str | None = None
    sold: Any = None
    signals: tuple[Signal, ...] = ()

    def inputs(self) -> PlanInputs:
        """The world as columns."""
        places = [supplier.id for supplier in self.suppliers]
        keys = [(item.sku, item.location) for item in self.items]
        tiers = [(row, *tier) for row, offer in enumerate(self.offers) for tier in offer.breaks]
        return PlanInputs(
            as_of=AS_OF,
            home_currency="GBP",
            items=_items(self.items),
            history=_history(self.items, self.sold),
            incoming=Incoming(
                item=_ints([keys.index((due.sku, due.location)) for due in self.due]),
                quantity=_ints([due.quantity for due in self.due]),
                due_in_days=_ints([due.in_days for due in self.due]),
                source=_names(["PO-1" for _ in self.due]),
                supplier=_names([due.supplier for due in self.due]),
            ),
            suppliers=Suppliers(
                id=_names(places),
                name=_names(places),
                currency=_names([supplier.currency for supplier in self.suppliers]),
                lead_time_days=np.array([supplier.lead_time for supplier in self.suppliers]),
                lead_time_sd_days=np.array([supplier.lead_time_sd for supplier in self.suppliers]),
                minimum_minor=_ints([supplier.minimum for supplier in self.suppliers]),
                approved=np.array([supplier.approved for supplier in self.suppliers], dtype=bool),
            ),
            offers=Offers(
                sku=_names([offer.sku for offer in self.offers]),
                supplier=_ints([places.index(offer.supplier) for offer in self.offers]),
                unit_cost_minor=_ints([offer.cost for offer in self.offers]),
                moq=_ints([offer.moq for offer in self.offers]),
                pack_size=_ints([offer.pack for offer in self.offers]),
                rank=_ints([offer.rank for offer in self.offers]),
                break_offer=_ints([tier[0] for tier in tiers]),
                break_from=_ints([tier[1] for tier in tiers]),
                break_cost_minor=_ints([tier[2] for tier in tiers]),
            ),
            rates=self.rates,
            only_supplier=self.only_supplier,
            signals=self.signals,
        )


def verdict_of(plan: Plan, sku: str, location: str = "leeds") -> ItemVerdict:
    """The one verdict about a SKU at a location."""
    (found,) = [entry for entry in plan.verdicts if (entry.sku, entry.location) == (sku, location)]
    return found


def ordered(plan: Plan) -> dict[tuple[str, str], int]:
    """Pieces ordered by SKU and location."""
    return {(line.sku, order.location): line.quantity for order in plan.orders for line in order.lines}


def _items(items: Sequence[Item]) -> Items:
    return Items(
        sku=_names([item.sku for item in items]),
        title=_names([f"The {item.sku}" for item in items]),
        location=_names([item.location for item in items]),
        category=_names([item.category for item in items]),
        status=_names([item.status for item in items]),
        currency=_names([item.currency for item in items]),
        price_minor=_ints([item.price for item in items]),
        cost_minor=_ints([item.cost for item in items]),
        on_hand=_ints([item.on_hand for item in items]),
        committed=_ints([item.committed for item in items]),
        unavailable=_ints([item.unavailable for item in items]),
        observed_from=_ints([item.observed_from for item in items]),
        in_scope=np.array([item.in_scope for item in items], dtype=bool),
    )


def _history(items: Sequence[Item], sold: Any) -> History:
    if sold is None:
        sold = np.zeros((DAYS, len(items)), dtype=np.float32)
        for column, item in enumerate(items):
            sold[:: item.every, column] = item.sold
    days = sold.shape[0]
    return History(
        starts_on=AS_OF - timedelta(days=days), sold=sold, stocked_out=np.zeros(sold.shape, dtype=bool)
    )


def _ints(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.int64)


def _names(values: Sequence[str]) -> Any:
    found = np.empty(len(values), dtype=np.object_)
    found[:] = values
    return found
