"""How the shop bought in the past: a min-max rule on fixed days, with hunches that were often wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.imports.sample import specials
from shop.imports.sample.period import DAYS
from shop.imports.sample.stories import STOCK_TARGETS, StockTarget
from shop.imports.sample.terms import FORMER_SUPPLIER, SUPPLIERS, TERMS, SupplierTerms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shop.imports.sample.catalogue import Catalogue
    from shop.imports.sample.demand import Shelves
    from shop.imports.sample.purchases import OrderBook
    from shop.imports.sample.terms import Offer

_LAUNCH_STOCK_DAYS: Final = 50
_SAFETY: Final = 1.3
_CANCELLED: Final = ("saltwater", 8, 61)
_WORTH_STOCKING: Final = 0.3
_LOCATION_NAMES: Final = ("leeds", "bristol", "glasgow")


class Reorderer:
    """Buys for all shelves; every supplier is reviewed on its own days."""

    def __init__(
        self,
        catalogue: Catalogue,
        shelves: Shelves,
        offers: Mapping[str, list[Offer]],
        expected: NDArray[np.float64],
        book: OrderBook,
        rng: np.random.Generator,
    ) -> None:
        self._shelves = shelves
        self._book = book
        self._catalogue = catalogue
        self._cumulated = np.vstack([np.zeros(len(shelves.sku)), np.cumsum(expected, axis=0)])
        self._offers = [_former_terms(offers.get(item.sku)) for item in catalogue.items]
        self._hunch = rng.integers(70, 126, (DAYS // 91 + 1, len(shelves.sku))) / 100
        self._suppliers = [self._reviewed_supplier(place) for place in shelves.sku.tolist()]
        self._supplied_by = {
            supplier.id: np.flatnonzero([name == supplier.id for name in self._suppliers])
            for supplier in SUPPLIERS
        }
        self._launched = catalogue.column("launched")[shelves.sku]
        self._last_day = self._last_days()
        self._targets = self._targets_by_day()

    def stock_launches(self, launched: NDArray[np.int64]) -> None:
        """The first delivery of each new product arrives two days before its launch."""
        for shelf in np.flatnonzero(launched).tolist():
            offer = self._offer(shelf)
            start = int(launched[shelf])
            if offer is not None and self._suppliers[shelf] is not None:
                wanted = self._between(shelf, start, start + _LAUNCH_STOCK_DAYS)
                supplier = TERMS[str(self._suppliers[shelf])]
                quantity = _in_packs(int(np.ceil(wanted)) + 2, offer)
                self._book.deliver(supplier, self._location(shelf), start - 2, [(shelf, offer, quantity)])

    def cancel_one(self) -> None:
        """Two months ago an order was cancelled the day after: it had been placed twice."""
        supplier = TERMS[_CANCELLED[0]]
        shelves = [shelf for shelf, name in enumerate(self._suppliers) if name == supplier.id][
            : _CANCELLED[1]
        ]
        location = self._location(shelves[0])
        lines = [
            (shelf, offer, offer.moq * 3)
            for shelf in shelves
            if (offer := self._offer(shelf)) is not None and self._location(shelf) == location
        ]
        self._book.cancel(supplier, location, DAYS - _CANCELLED[2], lines)

    def arrange(self, day: int, on_hand: NDArray[np.int64], demand: NDArray[np.int64]) -> None:
        """Let the last delivery of a story's shelf be what leaves its days of cover at the business date."""
        for target in self._targets.get(day, []):
            shelf = self._shelf_of(target)
            offer = self._offer(shelf)
            if offer is None:
                continue
            wanted = target.cover_days * self._between(shelf, DAYS, DAYS + 14) / 14
            still = int(demand[day:, shelf].sum()) - int(on_hand[shelf])
            quantity = round(wanted) + still - int(self._book.arriving[day:DAYS, shelf].sum())
            supplier = TERMS[str(self._suppliers[shelf])]
            if quantity > 0:
                self._book.deliver(supplier, self._location(shelf), day, [(shelf, offer, quantity)])

    def review(self, day: int, on_hand: NDArray[np.int64]) -> None:
        """Order from every supplier whose day it is, one purchase order for each location."""
        for supplier in SUPPLIERS:
            if supplier.reviewed and (DAYS - supplier.reviewed - day) % supplier.review == 0:
                self._review_supplier(supplier, day, on_hand)

    def _review_supplier(self, supplier: SupplierTerms, day: int, on_hand: NDArray[np.int64]) -> None:
        shelves = self._supplied_by[supplier.id]
        shelves = shelves[(self._last_day[shelves] >= day) & (self._launched[shelves] <= day)]
        hunch = self._hunch[day // 91, shelves]
        lead_end = min(day + supplier.lead + supplier.review, len(self._cumulated) - 1)
        need = (self._cumulated[lead_end, shelves] - self._cumulated[day, shelves]) * hunch
        low = need + _SAFETY * np.sqrt(need)
        position = on_hand[shelves] + self._book.incoming[shelves]
        high = low + need * supplier.review / (supplier.lead + supplier.review)
        short = position < np.maximum(low, 1) * (need > _WORTH_STOCKING)
        wanted = np.ceil(high - position).astype(np.int64)
        for location in range(3):
            chosen = short & (self._shelves.location[shelves] == location)
            self._order(supplier, location, day, shelves[chosen].tolist(), wanted[chosen].tolist())

    def _order(
        self, supplier: SupplierTerms, location: int, day: int, shelves: list[int], wanted: list[int]
    ) -> None:
        lines = []
        for shelf, pieces in zip(shelves, wanted, strict=True):
            offer = self._offer(shelf)
            if offer is not None:
                lines.append((shelf, offer, _in_packs(pieces, offer)))
        value = sum(offer.cost_at(quantity) * quantity for _, offer, quantity in lines)
        if lines and value >= supplier.minimum:
            self._book.place(supplier, location, day, lines)

    def _reviewed_supplier(self, place: int) -> str | None:
        offer = self._offers[place]
        return None if offer is None else FORMER_SUPPLIER.get(offer.supplier, offer.supplier)

    def _last_days(self) -> NDArray[np.int64]:
        """The last day on which a shelf may be ordered for: what ends is not bought any more."""
        last = np.full(len(self._shelves.sku), DAYS)
        for shelf, place in enumerate(self._shelves.sku.tolist()):
            status = self._catalogue.items[place].status
            last[shelf] = {"end_of_life": DAYS - 150, "archived": DAYS - 300}.get(status, DAYS)
        for target in STOCK_TARGETS:
            lead = TERMS[str(self._suppliers[self._shelf_of(target)])].lead
            last[self._shelf_of(target)] = DAYS - target.arrived - 2 * lead
        return last

    def _targets_by_day(self) -> dict[int, list[StockTarget]]:
        days: dict[int, list[StockTarget]] = {}
        for target in STOCK_TARGETS:
            days.setdefault(DAYS - target.arrived, []).append(target)
        return days

    def _shelf_of(self, target: StockTarget) -> int:
        return self._shelves.find(self._catalogue.place[target.sku], _LOCATION_NAMES.index(target.location))

    def _between(self, shelf: int, start: int, end: int) -> float:
        return float(self._cumulated[end, shelf] - self._cumulated[start, shelf])

    def _offer(self, shelf: int) -> Offer | None:
        return self._offers[int(self._shelves.sku[shelf])]

    def _location(self, shelf: int) -> int:
        return int(self._shelves.location[shelf])


def _former_terms(offers: list[Offer] | None) -> Offer | None:
    """The preferred offer, with the MOQ it had in the past."""
    if offers is None:
        return None
    return replace(offers[0], moq=specials.FORMER_MOQ.get(offers[0].sku, offers[0].moq))


def _in_packs(pieces: int, offer: Offer) -> int:
    """At least the MOQ, in whole packs.

    >>> from shop.imports.sample.terms import Offer
    >>> _in_packs(13, Offer("northwind", "CAP-01", 740, moq=24, pack=6, rank=0))
    24
    """
    return -(-max(pieces, offer.moq) // offer.pack) * offer.pack
