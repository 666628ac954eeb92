"""The web shop's orders: a part of all sales, cut from the pieces that left each shelf on each day.

A sale movement happens when goods are shipped. An order that has not been shipped is no sale yet: its pieces
are committed on their shelf. So the shipped lines of a SKU on a day never exceed its sale movements.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.imports.sample.period import DAYS, calendar_day
from shop.imports.sample.prices import selling_prices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.imports.sample.catalogue import Catalogue
    from shop.imports.sample.demand import Shelves
    from shop.imports.sample.past import Past

SHIPPED, OPEN, CANCELLED = 5_700, 180, 120
"""So many orders of each kind, 6,000 in all: their ids are '1001' to '7000'."""

PARTLY: Final = 12
"""So many parcels of the last day left without a line that is to follow."""

WEB_DAYS: Final = 122
LARGE_ORDER_DAYS_AGO, LARGE_ORDER_BASKETS = 12, 16
FREE_SHIPPING_FROM: Final = 50_00
SHIPPING: Final = 3_95
_NEW_ORDER_PERCENT: Final = 40
_METHODS: Final = ("card ending {:04d}", "card ending {:04d}", "card ending {:04d}", "PayPal", "gift card")


@dataclass(slots=True)
class Line:
    """Pieces of one SKU in an order; `unit_price` in pence, `shelf` where they come from."""

    sku: int
    shelf: int
    quantity: int
    unit_price: int
    fulfilled: int = 0
    returned: int = 0


@dataclass(slots=True)
class WebOrder:
    """One order; `shipped` is the day number of its parcel, None when there is none."""

    placed_at: datetime
    location: int
    lines: list[Line]
    method: str
    shipped: int | None
    discount: int = 0
    customer: int = 0
    cancelled_at: datetime | None = None
    paid: bool = True
    refunds: list[tuple[datetime, int]] = field(default_factory=list)
    id: str = ""

    @property
    def subtotal(self) -> int:
        """Sum of all lines, pence."""
        return sum(line.quantity * line.unit_price for line in self.lines)

    @property
    def shipping(self) -> int:
        """Pence; free from 50 GBP."""
        return 0 if self.subtotal >= FREE_SHIPPING_FROM else SHIPPING

    @property
    def total(self) -> int:
        """Subtotal plus shipping minus discount, pence."""
        return self.subtotal + self.shipping - self.discount

    @property
    def status(self) -> str:
        """cancelled, unfulfilled, partly_fulfilled or fulfilled."""
        if self.cancelled_at is not None:
            return "cancelled"
        fulfilled = sum(line.fulfilled for line in self.lines)
        if fulfilled == 0:
            return "unfulfilled"
        return "fulfilled" if fulfilled == sum(line.quantity for line in self.lines) else "partly_fulfilled"

    @property
    def financial_status(self) -> str:
        """pending, voided, paid, partly_refunded or refunded."""
        if not self.paid:
            return "pending" if self.cancelled_at is None else "voided"
        refunded = sum(amount for _, amount in self.refunds)
        if refunded == 0:
            return "paid"
        return "refunded" if refunded == self.total else "partly_refunded"


def build_orders(
    catalogue: Catalogue, shelves: Shelves, past: Past, closed: NDArray[np.bool_], rng: np.random.Generator
) -> list[WebOrder]:
    """All orders by the time they were placed, with their ids; `closed` shelves take no open orders."""
    prices = selling_prices(catalogue)
    desk = _OrderDesk(shelves, prices, rng)
    orders = _shipped_orders(desk, past)
    _leave_open_parts(desk, orders, past, closed)
    orders += [desk.open_order(shelf) for shelf in _open_shelves(past, shelves, closed, rng)]
    orders += [_cancel(desk.shipped_order(*cell), rng) for cell in _cancelled_cells(past, rng)]
    orders.sort(key=lambda order: order.placed_at)
    for number, order in enumerate(orders, start=1001):
        order.id = str(number)
    return orders


def committed_pieces(orders: list[WebOrder], shelves: int) -> NDArray[np.int64]:
    """Pieces sold and not shipped on each shelf, shape (shelves,)."""
    committed = np.zeros(shelves, dtype=np.int64)
    for order in orders:
        if order.cancelled_at is None:
            for line in order.lines:
                committed[line.shelf] += line.quantity - line.fulfilled
    return committed


class _OrderDesk:
    """Writes single orders: times, prices, payment and discount."""

    def __init__(self, shelves: Shelves, prices: NDArray[np.int64], rng: np.random.Generator) -> None:
        self.shelves = shelves
        self._prices = prices
        self.rng = rng

    def shipped_order(self, day: int, pieces: dict[int, int]) -> WebOrder:
        """An order whose parcel left on a day; `pieces` by shelf."""
        ago = (0, 1, 1, 2)[self._draw(0, 4)]
        return self._order(day - ago, pieces, latest_hour=11 if ago == 0 else 22, shipped=day)

    def open_order(self, pieces: dict[int, int]) -> WebOrder:
        """An order of the last days that waits for its parcel."""
        ago = (0, 0, 1, 1, 1, 2)[self._draw(0, 6)]
        order = self._order(DAYS - ago, pieces, latest_hour=7 if ago == 0 else 22, shipped=None)
        order.paid = self._draw(0, 100) >= 5  # noqa: PLR2004 - one in twenty pays by bank transfer
        if not order.paid:
            order.method = "bank transfer"
        return order

    def line(self, shelf: int, quantity: int, day: int) -> Line:
        """A line at the price of the day."""
        sku = int(self.shelves.sku[shelf])
        return Line(sku, shelf, quantity, int(self._prices[max(day, 0), sku]))

    def _order(self, day: int, pieces: dict[int, int], latest_hour: int, shipped: int | None) -> WebOrder:
        lines = [self.line(shelf, quantity, day) for shelf, quantity in pieces.items()]
        if shipped is not None:
            for line in lines:
                line.fulfilled = line.quantity
        hour, minute, second = self._draw(6, latest_hour + 1), self._draw(0, 60), self._draw(0, 60)
        placed_at = datetime.combine(calendar_day(day), time(hour, minute, second), UTC)
        method = _METHODS[self._draw(0, len(_METHODS))].format(self._draw(0, 10_000))
        order = WebOrder(placed_at, int(self.shelves.location[lines[0].shelf]), lines, method, shipped)
        if self._draw(0, 12) == 0:
            order.discount = order.subtotal // 10
        return order

    def _draw(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high))


def _shipped_orders(desk: _OrderDesk, past: Past) -> list[WebOrder]:
    return [desk.shipped_order(day, pieces) for day, pieces in _baskets(desk, past)]


def _baskets(desk: _OrderDesk, past: Past) -> list[tuple[int, dict[int, int]]]:
    """Pieces sold from one location on one day, shuffled and cut into baskets; a random part is the web's."""
    first = DAYS - WEB_DAYS
    day, shelf = np.nonzero(past.sales[first:])
    day, shelf = (np.repeat(column, past.sales[first:][day, shelf]) for column in (day, shelf))
    location, rng = desk.shelves.location[shelf], desk.rng
    order = np.lexsort((rng.permutation(len(day)), location, day))
    day, shelf, location = day[order], shelf[order], location[order]
    starts = rng.integers(0, 100, len(day)) < _NEW_ORDER_PERCENT
    starts[0] = True
    starts[1:] |= (day[1:] != day[:-1]) | (location[1:] != location[:-1])
    ends = np.append(np.flatnonzero(starts)[1:], len(day))
    baskets = list(zip(np.flatnonzero(starts).tolist(), ends.tolist(), strict=True))
    shuffled = rng.permutation(len(baskets))
    chosen, left = np.sort(shuffled[: SHIPPED - 1]).tolist(), np.sort(shuffled[SHIPPED - 1 :]).tolist()
    orders = [
        (first + int(day[start]), _counted(shelf[start:end].tolist()))
        for start, end in (baskets[place] for place in chosen)
    ]
    return [*orders, _large_basket([baskets[place] for place in left], first + day, location, shelf)]


def _large_basket(
    left: list[tuple[int, int]], day: NDArray[np.int64], location: NDArray[np.int64], shelf: NDArray[np.int64]
) -> tuple[int, dict[int, int]]:
    """A cafe that fitted itself out: so many of the day's other baskets in one order from Leeds."""
    since = DAYS - LARGE_ORDER_DAYS_AGO
    parts = [(start, end) for start, end in left if day[start] == since and location[start] == 0]
    pieces = [piece for start, end in parts[:LARGE_ORDER_BASKETS] for piece in shelf[start:end].tolist()]
    return since, _counted(pieces)


def _counted(shelves: list[int]) -> dict[int, int]:
    pieces: dict[int, int] = {}
    for shelf in shelves:
        pieces[shelf] = pieces.get(shelf, 0) + 1
    return pieces


def _open_shelves(
    past: Past, shelves: Shelves, closed: NDArray[np.bool_], rng: np.random.Generator
) -> list[dict[int, int]]:
    """Baskets of open orders from shelves that hold plenty, each shelf in one order at most."""
    plenty = np.flatnonzero((past.on_hand >= 8) & ~closed)  # noqa: PLR2004 - a few pieces are left for others
    shuffled = rng.permutation(plenty)
    baskets: list[dict[int, int]] = []
    for location in range(3):
        mine = iter(shuffled[shelves.location[shuffled] == location].tolist())
        share = (OPEN * 6 // 10, OPEN * 25 // 100, OPEN - OPEN * 6 // 10 - OPEN * 25 // 100)[location]
        for size, quantity in zip(
            rng.integers(1, 3, share).tolist(), rng.integers(1, 3, share).tolist(), strict=True
        ):
            baskets.append({next(mine): quantity for _ in range(size)})
    return baskets


def _leave_open_parts(
    desk: _OrderDesk, orders: list[WebOrder], past: Past, closed: NDArray[np.bool_]
) -> None:
    """Some of the newest parcels left without one line, because its shelf is empty."""
    empty = np.flatnonzero((past.on_hand == 0) & ~closed).tolist()
    waiting = [order for order in orders if order.shipped == DAYS - 1]
    for shelf in empty[:PARTLY]:
        location = int(desk.shelves.location[shelf])
        order = next((order for order in waiting if order.location == location), None)
        if order is not None:
            waiting.remove(order)
            order.lines.append(desk.line(shelf, 1, DAYS - 1))
            order.discount = order.subtotal // 10 if order.discount else 0


def _cancelled_cells(past: Past, rng: np.random.Generator) -> list[tuple[int, dict[int, int]]]:
    """Goods that others bought on the same day: days, and pieces by shelf."""
    day, shelf = np.nonzero(past.sales[DAYS - WEB_DAYS :])
    chosen = rng.permutation(len(day))[:CANCELLED]
    days, shelves = (day[chosen] + DAYS - WEB_DAYS).tolist(), shelf[chosen].tolist()
    quantities = rng.integers(1, 4, CANCELLED).tolist()
    cells = zip(days, shelves, quantities, strict=True)
    return [(day, {shelf: quantity}) for day, shelf, quantity in cells]


def _cancel(order: WebOrder, rng: np.random.Generator) -> WebOrder:
    """Cancelled some hours after it was placed; four in five had paid and got their money back."""
    order.cancelled_at = order.placed_at + timedelta(minutes=int(rng.integers(20, 600)))
    order.shipped = None
    for line in order.lines:
        line.fulfilled = 0
    order.paid = int(rng.integers(0, 5)) > 0
    if order.paid:
        order.refunds.append((order.cancelled_at, order.total))
    else:
        order.method = "bank transfer"
    return order
