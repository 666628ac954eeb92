"""The market of InventoryBench: it knows the future, and shows of a period only what is over.

Instances that are played together have the same length and promised lead time. One period: the order is
placed; units due arrive; demand is served from on hand, the rest is lost; profit on what was sold less
holding cost on what is left. A lost order never arrives and is never reported as lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evals.inventorybench.instances import Instance

if TYPE_CHECKING:
    from shop.plan_inputs import Floats, Ints


@dataclass(frozen=True, slots=True)
class Seen:
    """What everybody knows after a period, one entry per instance."""

    arrived: Ints
    demand: Ints
    on_hand: Ints


class Market:
    """Plays some instances at once, period by period."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self._demand = np.array([one.demand for one in instances], dtype=np.int64)
        self._takes = np.array([one.takes for one in instances])
        self._profit = np.array([one.profit for one in instances])
        self._holding_cost = np.array([one.holding_cost for one in instances])
        self._due = np.zeros(self._demand.shape, dtype=np.int64)
        self._on_hand = np.zeros(len(instances), dtype=np.int64)
        self._reward = np.zeros(len(instances))
        self._period = 0

    @property
    def periods(self) -> int:
        """How many periods there are in all."""
        return int(self._demand.shape[1])

    def terms(self) -> tuple[Floats, Floats]:
        """Profit and holding cost per unit in this period."""
        return self._profit[:, self._period], self._holding_cost[:, self._period]

    def play(self, orders: Ints) -> Seen:
        """Place the orders (whole, 0 or more) and let the period pass."""
        now = self._period
        orders = np.maximum(orders, 0)
        due = now + self._takes[:, now]
        in_time = np.flatnonzero(due < self.periods)
        self._due[in_time, due[in_time].astype(np.int64)] += orders[in_time]
        arrived = self._due[:, now]
        there = self._on_hand + arrived
        sold = np.minimum(there, self._demand[:, now])
        self._on_hand = there - sold
        self._reward += self._profit[:, now] * sold - self._holding_cost[:, now] * self._on_hand
        self._period += 1
        return Seen(arrived.copy(), self._demand[:, now].copy(), self._on_hand.copy())

    def scores(self) -> Floats:
        """Reward as a share of what one gains who sells all demand and holds nothing; 0 at the least."""
        best = self._profit[:, 0] * self._demand.sum(axis=1)
        return np.maximum(self._reward / np.where(best > 0, best, np.inf), 0.0)
