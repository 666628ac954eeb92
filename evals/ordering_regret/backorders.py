"""(s,S) and (r,Q) with waiting customers: the product's levels against the best of all pairs, enumerated.

The long-run cost of every pair (s, S) is computed from the law itself: renewal masses and loss functions
without any approximation (Zheng and Federgruen 1991). Nothing of the product's search is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evals.ordering_regret.laws import Chances, Law


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One item: periods of lead time, costs per piece (and period), cost per order, law of a period.

    `shortage` is paid once per piece short, `waiting` per piece and period of waiting.
    """

    law: Law
    lead_time: int
    holding: float
    shortage: float
    waiting: float
    order_cost: float


def position_costs(instance: Instance, levels: Chances) -> Chances:
    """Expected cost of the period that each position decides on, the one after the lead time."""
    lead, exposure = (instance.law.over(instance.lead_time + more) for more in (0, 1))
    before, after = (_losses(mass, levels) for mass in (lead, exposure))
    mean = float(np.arange(len(exposure)) @ exposure)
    stock = levels - mean + after
    return instance.holding * stock + instance.shortage * (after - before) + instance.waiting * after


def _losses(mass: Chances, levels: Chances) -> Chances:
    demand = np.arange(len(mass))
    return np.array([np.maximum(demand - level, 0) @ mass for level in levels])


def renewals(mass: Chances, longest: int) -> Chances:
    """How often a position so far below S is visited in a cycle."""
    found = np.zeros(longest + 1)
    found[0] = 1 / (1 - mass[0])
    for j in range(1, longest + 1):
        steps = np.arange(1, min(j, len(mass) - 1) + 1)
        found[j] = found[0] * (mass[steps] @ found[j - steps])
    return found


@dataclass(frozen=True, slots=True)
class Exact:
    """Costs of an instance's positions from `lowest` on, and the renewal masses."""

    instance: Instance
    lowest: int
    costs: Chances
    visits: Chances

    def cost_of(self, point: int, top: int) -> float:
        """Cost per period of a pair."""
        width = top - point
        spent = (
            self.instance.order_cost + self.visits[:width] @ self.costs[top - self.lowest - np.arange(width)]
        )
        return float(spent / self.visits[:width].sum())

    def best(self) -> tuple[int, int, float]:
        """The cheapest of all pairs."""
        found = (0, 1, np.inf)
        for top in range(self.lowest + 1, self.lowest + len(self.costs)):
            width = min(top - self.lowest, len(self.visits))
            steps = np.arange(width)
            spent = self.instance.order_cost + np.cumsum(
                self.visits[:width] * self.costs[top - self.lowest - steps]
            )
            averages = spent / np.cumsum(self.visits[:width])
            cheapest = int(np.argmin(averages))
            if averages[cheapest] < found[2]:
                found = (top - cheapest - 1, top, float(averages[cheapest]))
        return found


def exact(instance: Instance, highest: int) -> Exact:
    """Positions from well below zero (where waiting has a price) up to `highest`."""
    lowest = -round(3 * instance.law.mean) - 5 if instance.waiting > 0 else -1
    levels = np.arange(lowest, highest + 1, dtype=np.float64)
    return Exact(
        instance, lowest, position_costs(instance, levels), renewals(instance.law.mass, highest - lowest)
    )
