"""The purchase orders of the past: what was ordered, what came, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.imports.sample.period import DAYS, HORIZON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.imports.sample.terms import Offer, SupplierTerms

_PARTIAL_PERCENT: Final = 8
STUCK_SUPPLIER: Final = "brightside"
"""Its deliveries that were due in the last two weeks have not come: the overdue purchase orders."""
STUCK_DAYS: Final = 14
SHORT_SUPPLIER: Final = "minho"
"""Its newest delivery came in part."""


@dataclass(slots=True)
class Delivery:
    """One line of a purchase order: `first` pieces came on one day, the rest on a later day."""

    shelf: int
    sku: str
    quantity: int
    unit_cost: int
    first: int
    first_day: int
    rest_day: int

    def received(self) -> int:
        """Pieces received before the business date."""
        came = self.first if self.first_day < DAYS else 0
        return came + (self.quantity - self.first if self.rest_day < DAYS else 0)


@dataclass(slots=True)
class PastOrder:
    """One purchase order; days are day numbers, money is in the supplier's currency."""

    supplier: SupplierTerms
    location: int
    ordered: int
    expected: int
    lines: list[Delivery] = field(default_factory=list)
    cancelled: bool = False

    @property
    def total(self) -> int:
        """Value of all lines in minor units."""
        return sum(line.quantity * line.unit_cost for line in self.lines)

    @property
    def status(self) -> str:
        """placed, partly_received, received or cancelled."""
        if self.cancelled:
            return "cancelled"
        received = sum(line.received() for line in self.lines)
        if received == 0:
            return "placed"
        return "received" if received == sum(line.quantity for line in self.lines) else "partly_received"

    @property
    def received_day(self) -> int | None:
        """Day of the last delivery of a complete order."""
        return max(line.rest_day for line in self.lines) if self.status == "received" else None


class OrderBook:
    """Collects purchase orders while the past is played through; knows what is still to come."""

    def __init__(self, shelves: int, rng: np.random.Generator) -> None:
        self.orders: list[PastOrder] = []
        self.arriving: NDArray[np.int64] = np.zeros((DAYS + HORIZON + 100, shelves), dtype=np.int64)
        self.incoming: NDArray[np.int64] = np.zeros(shelves, dtype=np.int64)
        self._rng = rng

    def place(
        self, supplier: SupplierTerms, location: int, day: int, wanted: list[tuple[int, Offer, int]]
    ) -> None:
        """Order pieces of shelves on a day; the delivery is late or partial as this supplier's are."""
        arrives = self._arrival(supplier, day)
        after = int(self._rng.integers(5, 13))
        partial = int(self._rng.integers(0, 100)) < _PARTIAL_PERCENT
        if supplier.id == SHORT_SUPPLIER and DAYS - 10 <= arrives < DAYS:
            partial, after = True, DAYS - arrives + 6
        order = PastOrder(supplier, location, day, day + supplier.lead)
        for shelf, offer, quantity in wanted:
            first = (
                quantity * int(self._rng.integers(50, 90)) // 100 if partial and quantity > 1 else quantity
            )
            rest_day = arrives + after if first < quantity else arrives
            order.lines.append(
                Delivery(shelf, offer.sku, quantity, offer.cost_at(quantity), first, arrives, rest_day)
            )
        self._book(order)

    def deliver(
        self, supplier: SupplierTerms, location: int, day: int, wanted: list[tuple[int, Offer, int]]
    ) -> None:
        """Record an order whose goods arrive on a given day, as promised."""
        lines = [
            Delivery(shelf, offer.sku, quantity, offer.cost_at(quantity), quantity, day, day)
            for shelf, offer, quantity in wanted
        ]
        self._book(PastOrder(supplier, location, day - supplier.lead, day, lines))

    def receive(self, day: int) -> NDArray[np.int64]:
        """Pieces that arrive on a day, shape (shelves,); they are no longer incoming."""
        arrived: NDArray[np.int64] = self.arriving[day]
        self.incoming -= arrived
        return arrived

    def cancel(
        self, supplier: SupplierTerms, location: int, day: int, wanted: list[tuple[int, Offer, int]]
    ) -> None:
        """Record an order that was cancelled before anything arrived."""
        never = DAYS + HORIZON
        lines = [
            Delivery(shelf, offer.sku, quantity, offer.cost_at(quantity), quantity, never, never)
            for shelf, offer, quantity in wanted
        ]
        self.orders.append(PastOrder(supplier, location, day, day + supplier.lead, lines, cancelled=True))

    def numbered(self) -> list[tuple[str, PastOrder]]:
        """All orders by day with their ids, 'PO-1001' the oldest."""
        ordered = sorted(self.orders, key=lambda order: (order.ordered, order.supplier.id, order.location))
        return [(f"PO-{1001 + place}", order) for place, order in enumerate(ordered)]

    def _arrival(self, supplier: SupplierTerms, day: int) -> int:
        days = round(float(self._rng.normal(supplier.lead, supplier.lead_sd)))
        arrives = day + max(2, days)
        if supplier.id == STUCK_SUPPLIER and DAYS - STUCK_DAYS <= day + supplier.lead < DAYS:
            return max(arrives, DAYS + 3)
        return arrives

    def _book(self, order: PastOrder) -> None:
        self.orders.append(order)
        for line in order.lines:
            self.arriving[line.first_day, line.shelf] += line.first
            self.arriving[line.rest_day, line.shelf] += line.quantity - line.first
            self.incoming[line.shelf] += line.quantity
