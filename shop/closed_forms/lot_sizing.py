"""How much at a time when demand is even: economic order quantities and their variants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


def economic_order_quantity(order_cost: float, holding: float, demand: float) -> tuple[float, float]:
    """Quantity and cost per period: Q = sqrt(2 K lambda / h), cost sqrt(2 K lambda h) (Harris 1913; S&S 3.2).

    >>> [round(x, 10) for x in economic_order_quantity(8, 0.225, 1300)]
    [304.0467800264, 68.4105255059]
    """
    return math.sqrt(2 * order_cost * demand / holding), math.sqrt(2 * order_cost * demand * holding)


def economic_order_quantity_with_backorders(
    order_cost: float, holding: float, shortage: float, demand: float
) -> tuple[float, float, float]:
    """Quantity, share of the cycle that is short, cost per period (S&S 3.5).

    >>> [round(x, 9) for x in economic_order_quantity_with_backorders(8, 0.225, 5, 1300)]
    [310.812555159, 0.043062201, 66.921363551]
    """
    quantity = math.sqrt(2 * order_cost * demand * (holding + shortage) / (holding * shortage))
    cost = math.sqrt(2 * order_cost * demand * holding * shortage / (holding + shortage))
    return quantity, holding / (holding + shortage), cost


def economic_production_quantity(
    order_cost: float, holding: float, demand: float, production_rate: float
) -> tuple[float, float]:
    """Batch and cost per period when goods come in at a rate: h becomes h (1 - lambda / rate) (S&S ch. 3).

    >>> [round(x, 9) for x in economic_production_quantity(8, 0.225, 1300, 1700)]
    [626.808494589, 33.183979125]
    """
    return economic_order_quantity(order_cost, holding * (1 - demand / production_rate), demand)


def economic_order_quantity_with_price_breaks(
    order_cost: float,
    holding_rate: float,
    demand: float,
    breaks: Sequence[float],
    unit_costs: Sequence[float],
) -> tuple[float, int, float]:
    """Quantity, tier and cost per period, purchase included, for all-units discounts (S&S 3.4).

    >>> economic_order_quantity_with_price_breaks(200, 0.2, 1000, [0, 200, 500], [500, 475, 450])
    (500, 2, 472900.0)
    """
    best: tuple[float, int, float] = (0.0, 0, math.inf)
    for tier, (start, unit_cost) in enumerate(zip(breaks, unit_costs, strict=True)):
        end = breaks[tier + 1] if tier + 1 < len(breaks) else math.inf
        quantity = max(math.sqrt(2 * order_cost * demand / (holding_rate * unit_cost)), start)
        if quantity < end:
            cost = cycle_cost(quantity, unit_cost, order_cost, holding_rate, demand)
            best = min(best, (quantity, tier, cost), key=lambda found: found[2])
    return best


def economic_order_quantity_with_incremental_discounts(
    order_cost: float,
    holding_rate: float,
    demand: float,
    breaks: Sequence[float],
    unit_costs: Sequence[float],
) -> tuple[float, int, float]:
    """Quantity, tier and cost per period when only the pieces above a break are cheaper (S&S 3.4).

    C_j, what the earlier tiers cost more than tier j's price, acts as a larger K in tier j.

    >>> found = economic_order_quantity_with_incremental_discounts(
    ...     150, 0.25, 2400, [0, 300, 600], [100, 90, 80])
    >>> round(found[0], 8), found[1], round(found[2], 6)
    (1481.89068423, 2, 222762.813685)
    """
    best: tuple[float, int, float] = (0.0, 0, math.inf)
    paid = 0.0
    for tier, (start, unit_cost) in enumerate(zip(breaks, unit_costs, strict=True)):
        end = breaks[tier + 1] if tier + 1 < len(breaks) else math.inf
        extra = paid - unit_cost * start
        quantity = math.sqrt(2 * (order_cost + extra) * demand / (holding_rate * unit_cost))
        if start <= quantity < end:
            cost = cycle_cost(quantity, unit_cost, order_cost + extra, holding_rate, demand)
            best = min(best, (quantity, tier, cost + holding_rate * extra / 2), key=lambda found: found[2])
        paid += unit_cost * (end - start)
    return best


def cycle_cost(
    quantity: float, unit_cost: float, order_cost: float, holding_rate: float, demand: float
) -> float:
    """Cost per period of buying `quantity` at a time: c lambda + K lambda / Q + i c Q / 2 (S&S 3.4)."""
    return unit_cost * demand + order_cost * demand / quantity + holding_rate * unit_cost * quantity / 2


@dataclass(frozen=True, slots=True)
class JointOrder:
    """Items ordered together every `interval` periods, item n in every `multiples[n]`-th order."""

    interval: float
    multiples: tuple[int, ...]
    quantities: tuple[float, ...]
    cost: float


def joint_replenishment(
    order_cost: float, item_costs: Sequence[float], holding: Sequence[float], demand: Sequence[float]
) -> JointOrder:
    """One supplier, a cost per order and one per item in it: the heuristic of Silver (1976).

    The item with the least k / (h lambda) is in every order, the others in every m-th.

    >>> found = joint_replenishment(600, [120, 840, 300], [160, 20, 50], [1, 1, 1])
    >>> round(found.interval, 8), found.multiples, round(found.cost, 6)
    (3.10316445, (1, 3, 1), 837.854403)
    """
    items = list(zip(item_costs, holding, demand, strict=True))
    ratios = [cost / (held * rate) for cost, held, rate in items]
    first = ratios.index(min(ratios))
    scale = holding[first] * demand[first] / (order_cost + item_costs[first])
    multiples = [max(1, round(math.sqrt(ratio * scale))) for ratio in ratios]
    multiples[first] = 1
    fixed = order_cost + sum(cost / m for (cost, _, _), m in zip(items, multiples, strict=True))
    held = sum(m * h * rate for (_, h, rate), m in zip(items, multiples, strict=True))
    interval = math.sqrt(2 * fixed / held)
    quantities = tuple(interval * m * rate for rate, m in zip(demand, multiples, strict=True))
    return JointOrder(interval, tuple(multiples), quantities, fixed / interval + interval / 2 * held)
