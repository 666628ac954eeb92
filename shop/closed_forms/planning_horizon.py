"""A horizon with an end: known demands (Wagner and Whitin), random demands (dynamic programme)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shop.distributions import normal_cdf, normal_loss


@dataclass(frozen=True, slots=True)
class LotPlan:
    """Pieces to order in each period; `costs_to_go[t]` is the least cost from period t to the end."""

    quantities: tuple[float, ...]
    cost: float
    costs_to_go: tuple[float, ...]


def wagner_whitin(holding: float, order_cost: float, demand: Sequence[float]) -> LotPlan:
    """Least cost of known demands; holding is paid on what is left at the end of a period.

    Wagner and Whitin (1958), backwards: an order of period t covers t .. u - 1 whole, and a period without
    demand needs none (S&S 3.7).

    >>> found = wagner_whitin(2, 500, [90, 120, 80, 70])
    >>> found.quantities, found.cost, found.costs_to_go
    ((210, 0.0, 150, 0.0), 1380.0, (1380.0, 940.0, 640.0, 500.0, 0.0))
    """
    periods = len(demand)
    costs: list[float] = [0.0] * (periods + 1)
    until = [0] * periods
    for start in range(periods - 1, -1, -1):
        costs[start] = math.inf
        spent = 0.0
        for end in range(start + 1, periods + 1):
            spent += holding * (end - 1 - start) * demand[end - 1]
            ordered = order_cost if any(demand[start:end]) else 0.0
            if ordered + spent + costs[end] < costs[start]:
                costs[start], until[start] = ordered + spent + costs[end], end
    quantities = [0.0] * periods
    start = 0
    while start < periods:
        quantities[start] = sum(demand[start : until[start]])
        start = until[start]
    return LotPlan(tuple(quantities), costs[0], tuple(costs))


@dataclass(frozen=True, slots=True)
class HorizonPolicy:
    """Per period: at or below `reorder_points[t]` order up to `order_up_to[t]`; `cost` from empty shelves."""

    reorder_points: tuple[int, ...]
    order_up_to: tuple[int, ...]
    cost: float


def finite_horizon_policy(
    periods: int,
    holding: float,
    shortage: float,
    terminal_holding: float,
    terminal_shortage: float,
    unit_cost: float,
    order_cost: float,
    mean: float,
    sd: float,
) -> HorizonPolicy:
    """Optimal (s,S) of each period by dynamic programming, backorders, no discount (S&S ch. 4).

    Normal demand on whole pieces within four deviations of its mean, with mass Phi(d + 1/2) - Phi(d - 1/2)
    (what lies outside is dropped, not spread); the period's cost is that of the normal loss.

    >>> found = finite_horizon_policy(5, 1, 20, 1, 20, 2, 50, 100, 20)
    >>> found.reorder_points, found.order_up_to
    ((110, 110, 110, 110, 111), (133, 133, 133, 133, 126))
    >>> round(found.cost, 8)
    1558.69464674
    """
    least, most = max(math.floor(mean - 4 * sd), 0), math.ceil(mean + 4 * sd)
    mass = np.array(
        [
            normal_cdf((d + 0.5 - mean) / sd) - normal_cdf((d - 0.5 - mean) / sd)
            for d in range(least, most + 1)
        ]
    )
    lowest, highest = -most * periods, math.ceil(periods * mean + 8 * sd * math.sqrt(periods))
    levels = np.arange(lowest, highest + 1)
    short = np.array([normal_loss(float(level), mean, sd) for level in levels])
    held = holding * (levels - mean + short) + shortage * short
    value = np.where(levels >= 0, terminal_holding * levels, -terminal_shortage * levels).astype(np.float64)
    points: list[int] = []
    tops: list[int] = []
    for _ in range(periods):
        # Below the lowest level the value is carried on as a straight line; no policy ever gets there.
        ends = np.concatenate((value[0] + (value[0] - value[1]) * np.arange(most, 0, -1), value))
        after = np.convolve(ends, mass, mode="valid")[: len(levels)]
        stay = unit_cost * levels + held + after
        best = int(np.argmin(stay))
        orders = (levels < levels[best]) & (order_cost + stay[best] < stay)
        points.append(int(levels[np.flatnonzero(orders)[-1]]) if orders.any() else lowest)
        tops.append(int(levels[best]))
        value = np.where(orders, order_cost + stay[best], stay) - unit_cost * levels
    return HorizonPolicy(tuple(points[::-1]), tuple(tops[::-1]), float(value[-lowest]))
