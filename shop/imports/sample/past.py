"""Plays the past day by day for all shelves at once: deliveries, sales, returns, counts, transfers, orders.

On every shelf and every evening: on hand = opening + receipts - sales + returns +- adjustments +- transfers,
and a day's sales are the smaller of demand and stock. What demand could not get is a stockout day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.imports.sample.period import DAYS
from shop.imports.sample.purchases import OrderBook
from shop.imports.sample.reordering import Reorderer
from shop.imports.sample.stories import STOCK_TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shop.imports.sample.catalogue import Catalogue
    from shop.imports.sample.demand import Shelves
    from shop.imports.sample.terms import Offer

LEEDS, GLASGOW = 0, 2
_RETURN_AFTER: Final = 9
_RETURN_SHARE: Final = 0.03
_OPENING_DAYS: Final = 45
_COUNTS_PER_MYRIAD: Final = 12
_TRANSFER_EVERY: Final = 14
_QUIET_DAYS: Final = 24
"""No transfer so shortly before the business date: what could be moved now is still to be found."""


@dataclass(frozen=True, slots=True)
class Past:
    """What happened: arrays of shape (DAYS, shelves) in pieces; `opening` and `on_hand` (shelves,)."""

    opening: NDArray[np.int64]
    sales: NDArray[np.int64]
    returned: NDArray[np.int64]
    adjusted: NDArray[np.int64]
    moved: NDArray[np.int64]
    stockout: NDArray[np.bool_]
    on_hand: NDArray[np.int64]
    book: OrderBook


def play(
    catalogue: Catalogue,
    shelves: Shelves,
    offers: Mapping[str, list[Offer]],
    expected: NDArray[np.float64],
    demand: NDArray[np.int64],
    rng: np.random.Generator,
) -> Past:
    """Play all days; `expected` (DAYS + HORIZON, shelves) buyers reckoned with, `demand` what came."""
    count = len(shelves.sku)
    book = OrderBook(count, rng)
    buyer = Reorderer(catalogue, shelves, offers, expected, book, rng)
    launched = np.maximum(catalogue.column("launched")[shelves.sku], 0)
    on_sale = _on_sale(catalogue, shelves)
    arranged = _arranged(catalogue, shelves)
    hygiene = np.array([catalogue.items[sku].item_class == "hygiene" for sku in shelves.sku])
    wandering = ~np.isin(np.arange(count), list(arranged.values()))
    opening = _opening(catalogue, shelves, offers, expected) * (launched == 0)
    past = Past(
        opening=opening,
        sales=np.zeros((DAYS, count), dtype=np.int64),
        returned=np.zeros((DAYS, count), dtype=np.int64),
        adjusted=_counts(rng, count) * wandering,
        moved=np.zeros((DAYS, count), dtype=np.int64),
        stockout=np.zeros((DAYS, count), dtype=bool),
        on_hand=opening.copy(),
        book=book,
    )
    returns_luck = rng.random((DAYS, count)) * (wandering & ~hygiene)
    buyer.stock_launches(launched)
    buyer.cancel_one()
    for day in range(DAYS):
        buyer.arrange(day, past.on_hand, demand)
        _live_one_day(past, day, demand[day], on_sale[day], returns_luck[day])
        if day % _TRANSFER_EVERY == 0 and day < DAYS - _QUIET_DAYS:
            _transfer(past, day, shelves, expected[day], wandering)
        buyer.review(day, past.on_hand)
    return past


def _opening(
    catalogue: Catalogue,
    shelves: Shelves,
    offers: Mapping[str, list[Offer]],
    expected: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Stock of some weeks; of what nobody offers any more, all that was left in the maker's warehouse."""
    orphan = np.array([catalogue.items[sku].sku not in offers for sku in shelves.sku])
    weeks = expected[:_OPENING_DAYS].sum(axis=0)
    return np.asarray(np.ceil(np.where(orphan, expected[:DAYS].sum(axis=0) * 1.1, weeks)) + 2, dtype=np.int64)


def _live_one_day(
    past: Past,
    day: int,
    demand: NDArray[np.int64],
    on_sale: NDArray[np.bool_],
    returns_luck: NDArray[np.float64],
) -> None:
    shelf = past.on_hand
    shelf += past.book.receive(day)
    empty = shelf == 0
    past.sales[day] = np.minimum(demand, shelf)
    past.stockout[day] = on_sale & (empty | (demand > shelf))
    shelf -= past.sales[day]
    sold_then = past.sales[day - _RETURN_AFTER] if day >= _RETURN_AFTER else 0
    past.returned[day] = (returns_luck > 1 - _RETURN_SHARE * np.minimum(sold_then, 8)) & (sold_then > 0)
    shelf += past.returned[day]
    past.adjusted[day] = np.maximum(past.adjusted[day], -shelf)
    shelf += past.adjusted[day]


def _counts(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Corrections after counts and breakages: rare, and more is missing than found."""
    happens = rng.integers(0, 10_000, (DAYS, count)) < _COUNTS_PER_MYRIAD
    return np.asarray(happens * rng.choice(np.array([-3, -2, -1, -1, 1]), (DAYS, count)), dtype=np.int64)


def _on_sale(catalogue: Catalogue, shelves: Shelves) -> NDArray[np.bool_]:
    """Days on which a SKU could be bought: launched, and not archived since."""
    days = np.arange(DAYS)[:, None]
    launched = catalogue.column("launched")[shelves.sku]
    archived = np.array([catalogue.items[sku].status == "archived" for sku in shelves.sku])
    return np.asarray((days >= launched) & ~(archived & (days >= DAYS - 120)))


def _arranged(catalogue: Catalogue, shelves: Shelves) -> dict[tuple[str, str], int]:
    names = ("leeds", "bristol", "glasgow")
    return {
        (target.sku, target.location): shelves.find(catalogue.place[target.sku], names.index(target.location))
        for target in STOCK_TARGETS
    }


def _transfer(
    past: Past, day: int, shelves: Shelves, daily: NDArray[np.float64], wandering: NDArray[np.bool_]
) -> None:
    """Help Leeds out of Glasgow's surplus where Leeds has under 3 days and Glasgow over 40."""
    by_sku = np.full((int(shelves.sku.max()) + 1, 3), -1)
    by_sku[shelves.sku, shelves.location] = np.arange(len(shelves.sku))
    pairs = by_sku[(by_sku[:, LEEDS] >= 0) & (by_sku[:, GLASGOW] >= 0)]
    there, here = pairs[:, GLASGOW], pairs[:, LEEDS]
    short = past.on_hand[here] < 3 * daily[here]
    spare = past.on_hand[there] - np.ceil(20 * daily[there]).astype(np.int64)
    quantity = np.where(short & (spare > 20 * daily[there]) & wandering[here] & wandering[there], spare, 0)
    quantity = np.minimum(quantity, np.ceil(20 * daily[here]).astype(np.int64))
    past.moved[day, there] -= quantity
    past.moved[day, here] += quantity
    past.on_hand[there] -= quantity
    past.on_hand[here] += quantity
