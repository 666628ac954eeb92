"""Shophand as the buyer: the product's beliefs, lead times and lost-sales order, nothing made for this.

All that is done here is bookkeeping between the market and ``shop/``: which orders are out, and which of them
an arrival was.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from shop.forecasting.beliefs import believe, learn
from shop.lead_times import promised
from shop.lost_sales import Shelf, order_quantities

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evals.inventorybench.market import Seen
    from shop.plan_inputs import Floats, Ints


class Buyer:
    """Orders for several instances at once, from what was seen so far.

    `past` is (periods, instances), `promise` the promised lead time in periods.
    """

    def __init__(self, past: Ints, promise: int) -> None:
        series = past.shape[1]
        self._beliefs = believe(past.astype(np.float64))
        self._lead_times = promised(np.full(series, promise, dtype=np.int64))
        self._on_hand = np.zeros(series)
        self._on_order = np.zeros((series, self._lead_times.given_up_after + 1), dtype=np.int64)

    def orders(self, profit: Floats, holding_cost: Floats) -> Ints:
        """What to order this period."""
        shelf = Shelf(
            on_hand=self._on_hand,
            on_order=self._on_order.astype(np.float64),
            margin=profit,
            holding_cost=holding_cost,
        )
        return order_quantities(self._beliefs, self._lead_times, shelf)

    def see(self, orders: Ints, seen: Seen) -> None:
        """Book the orders, what arrived and what was demanded; then a period has passed."""
        self._on_order[:, 0] = orders
        self._receive(seen.arrived)
        self._beliefs = learn(self._beliefs, seen.demand[None, :].astype(np.float64))
        self._on_hand = seen.on_hand.astype(np.float64)
        self._on_order[:, 1:] = self._on_order[:, :-1]
        self._on_order[:, 0] = 0
        self._give_up()

    def _receive(self, arrived: Ints) -> None:
        """Learn from arrivals, which name no order: the likeliest orders that add up to what came."""
        chances = self._lead_times.probabilities()
        series: list[int] = []
        ages: list[int] = []
        for row in np.flatnonzero(arrived):
            which = likeliest(self._on_order[row].tolist(), int(arrived[row]), chances[row])
            series += [int(row)] * len(which)
            ages += which
            self._on_order[row, which] = 0
        self._lead_times = self._lead_times.with_outcomes(
            np.array(series, dtype=np.int64), np.array(ages, dtype=np.int64)
        )

    def _give_up(self) -> None:
        oldest = self._lead_times.given_up_after
        lost = np.flatnonzero(self._on_order[:, oldest])
        self._on_order[lost, oldest] = 0
        self._lead_times = self._lead_times.with_outcomes(lost, np.full(len(lost), oldest, dtype=np.int64))


def likeliest(on_order: Sequence[int], arrived: int, chances: Floats) -> list[int]:
    """Ages of the orders that together are what arrived, the likeliest of all ways; [] if there is none.

    >>> likeliest([0, 5, 3, 8], 8, np.array([0.0, 0.2, 0.2, 0.6, 0.0]))
    [3]
    """
    out = [age for age, quantity in enumerate(on_order) if quantity > 0]
    best, found = -math.inf, list[int]()
    for ages in _subsets(out):
        if sum(on_order[age] for age in ages) == arrived:
            likely = sum(_odds(float(chances[age]), float(chances[age:].sum())) for age in ages)
            if likely > best:
                best, found = likely, list(ages)
    return found


def _subsets(ages: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for size in range(1, len(ages) + 1):
        yield from combinations(ages, size)


def _odds(now: float, now_or_later: float) -> float:
    """Logarithm of the odds that an order of this age arrives now."""
    share = min(max(now / max(now_or_later, 1e-12), 1e-9), 1.0 - 1e-9)
    return math.log(share / (1.0 - share))
