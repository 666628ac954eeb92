"""(s,S): review every period, order up to S when the inventory position is at or below s. Backorders."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from shop.closed_forms.newsvendor import level_cost
from shop.distributions import discrete_quantile, poisson_loss


def renewals(mass: Sequence[float], longest: int) -> list[float]:
    """m(0) .. m(longest): how often a position j below S is visited in a cycle (Zheng and Federgruen 1991).

    m(0) = 1 / (1 - f(0)), m(j) = m(0) * sum over l = 1 .. j of f(l) m(j - l). `mass[d]` is the chance of a
    period's demand d; at least one demand over zero must be possible.
    """
    scale = 1 / (1 - mass[0])
    found = [scale]
    for j in range(1, longest + 1):
        steps = range(1, min(j, len(mass) - 1) + 1)
        found.append(scale * math.fsum(mass[step] * found[j - step] for step in steps))
    return found


def s_s_cost(
    reorder_point: int,
    order_up_to: int,
    order_cost: float,
    mass: Sequence[float],
    cost: Callable[[int], float],
) -> float:
    """Cost per period of (s,S): [K + sum of m(d) g(S - d) over d < S - s] / sum of m.

    Zheng and Federgruen (1991). `cost` is g, the expected cost of a period that a position leads to.

    >>> def g(level):
    ...     return sum(0.5 * (max(level - d, 0) + 4 * max(d - level, 0)) for d in (0, 10))
    >>> demand = [0.5, *[0] * 9, 0.5]
    >>> s_s_cost(2, 12, 5, demand, g), s_s_cost(2, 20, 5, demand, g)
    (9.5, 11.25)
    """
    visits = renewals(mass, order_up_to - reorder_point - 1)
    spent = math.fsum(visit * cost(order_up_to - d) for d, visit in enumerate(visits))
    return (order_cost + spent) / math.fsum(visits)


def s_s_exact(
    order_cost: float, mass: Sequence[float], cost: Callable[[int], float], best: int
) -> tuple[int, int, float]:
    """s, S and cost of the optimal policy (Zheng and Federgruen 1991, Operations Research 39).

    `cost` is g, a function with one valley, least at `best`. S rises only while g(S) is below the best cost,
    and s follows it: no other level can be better.
    """
    point = best - 1
    while (found := s_s_cost(point, best, order_cost, mass, cost)) > cost(point):
        point -= 1
    top, level = best, best + 1
    while cost(level) <= found:
        if s_s_cost(point, level, order_cost, mass, cost) < found:
            top = level
            while point + 1 < top and s_s_cost(point, top, order_cost, mass, cost) <= cost(point + 1):
                point += 1
            found = s_s_cost(point, top, order_cost, mass, cost)
        level += 1
    return point, top, found


def s_s_poisson_exact(
    holding: float, shortage: float, order_cost: float, mean: float
) -> tuple[int, int, float]:
    """s, S and cost of the optimal policy for Poisson demand without lead time (Zheng and Federgruen 1991).

    >>> point, top, cost = s_s_poisson_exact(1, 4, 5, 6)
    >>> point, top, round(cost, 11)
    (4, 10, 8.03411156147)
    """
    mean = float(mean)
    longest = int(discrete_quantile(1 - 1e-13, mean, mean)) + 2
    mass = [math.exp(d * math.log(mean) - mean - math.lgamma(d + 1)) for d in range(longest + 1)]
    best = int(discrete_quantile(shortage / (holding + shortage), mean, mean))

    def cost(level: int) -> float:
        return level_cost(level, holding, shortage, mean, poisson_loss(level, mean))

    return s_s_exact(order_cost, mass, cost, best)


def s_s_power_approximation(
    holding: float, shortage: float, order_cost: float, mean: float, sd: float
) -> tuple[float, float]:
    """Reorder and order-up-to level (s,S) of a periodic review (Ehrhardt and Mosier 1984).

    >>> [round(x, 8) for x in s_s_power_approximation(0.18, 0.70, 2.5, 50, 8)]
    [40.19461696, 74.29017011]
    """
    quantity = 1.3 * mean**0.494 * (order_cost / holding) ** 0.506 * (1 + sd**2 / mean**2) ** 0.116
    z = math.sqrt(quantity * holding / (sd * shortage))
    point = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z)
    return point, point + quantity
