"""Base-stock levels of stages in a row: each is supplied by the next, the last from outside without limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from shop.plan_inputs import Floats

POINTS: Final = 1_001
"""Positions on which the cost of a stage is tabulated, and deviations over which it is averaged."""
FAR: Final = 8.0
"""Deviations of the demand of all lead times that the table reaches on both sides."""


class SerialStages(NamedTuple):
    """Echelon base-stock levels in pieces, the stage next to the customers first, and the cost per period.

    The cost is in the unit of the holding and shortage costs that were given: a textbook figure, no booked
    amount.
    """

    echelon_levels: tuple[float, ...]
    cost: float


def serial_base_stock(
    local_holding: Sequence[float],
    lead_times: Sequence[float],
    shortage: float,
    mean: float,
    deviation: float,
) -> SerialStages:
    """The optimal echelon base-stock levels of a serial system with normal demand.

    Stages downstream first; holding and `shortage` per piece and period, `mean` and `deviation` of a period's
    demand. The recursion of Clark and Scarf (1960) as in Chen and Zheng (1994) and Snyder and Shen (2019,
    Fundamentals of Supply Chain Theory, 2nd ed., chapter 6): a stage costs its echelon's holding and what its
    position, less the demand of its lead time, leaves the next one, which never takes more than its level.

    >>> found = serial_base_stock([7.0], [1.0], 37.12, 5.0, 1.0)
    >>> round(found.echelon_levels[0], 3)
    6.0
    """
    echelon = [one - above for one, above in zip(local_holding, [*local_holding[1:], 0.0], strict=True)]
    far = FAR * 2.0 * deviation * math.sqrt(sum(lead_times)) + mean * sum(lead_times)
    grid = np.linspace(mean * sum(lead_times) - 2.0 * far, mean * sum(lead_times) + far, 4 * POINTS)
    below = (shortage + local_holding[0]) * np.maximum(-grid, 0.0)
    levels: list[float] = []
    for holding, lead_time in zip(echelon, lead_times, strict=True):
        costs = _averaged(grid, holding * grid + below, mean * lead_time, deviation * math.sqrt(lead_time))
        level, least = _least(grid, costs)
        levels.append(level)
        below = np.where(grid < level, costs, least)
    return SerialStages(tuple(levels), least)


def _averaged(grid: Floats, costs: Floats, mean: float, deviation: float) -> Floats:
    """The expected cost of each position less a normal demand, `costs` going on as straight lines."""
    points = np.linspace(-FAR, FAR, POINTS)
    weights = np.exp(-0.5 * points**2)
    weights /= weights.sum()
    step = grid[1] - grid[0]
    found = np.zeros(len(grid))
    for point, weight in zip(points, weights, strict=True):
        at = grid - mean - deviation * point
        line = costs[0] + (at - grid[0]) * (costs[1] - costs[0]) / step
        found += weight * np.where(at < grid[0], line, np.interp(at, grid, costs))
    return found


def _least(grid: Floats, costs: Floats) -> tuple[float, float]:
    """The least cost and where it is, on the parabola through the cheapest position and its neighbours."""
    best = int(np.clip(np.argmin(costs), 1, len(grid) - 2))
    left, here, right = costs[best - 1 : best + 2]
    shift = 0.5 * (left - right) / (left - 2.0 * here + right)
    level = grid[best] + shift * (grid[1] - grid[0])
    return float(level), float(here - 0.25 * (left - right) * shift)
