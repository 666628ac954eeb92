"""(r,Q): order Q pieces when the inventory position falls to r. Backorders, continuous review.

`sd` is the deviation of one period's demand; the lead time's demand is normal with mean lambda L and
deviation sd sqrt(L), except where a function says Poisson. `shortage` is per piece and period, except where
a function says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from shop.closed_forms.lot_sizing import (
    economic_order_quantity,
    economic_order_quantity_with_backorders,
)
from shop.closed_forms.newsvendor import level_cost
from shop.distributions import (
    discrete_quantile,
    normal_cdf,
    normal_loss,
    normal_quantile,
    normal_second_loss,
    poisson_loss,
)


def r_q_cost(
    reorder_point: float,
    quantity: float,
    holding: float,
    shortage: float,
    order_cost: float,
    demand: float,
    sd: float,
    lead_time: float,
) -> float:
    """Expected cost per period of an (r,Q) policy in closed form (Zipkin 2000, 6.2; S&S eq. 5.7).

    [K lambda + h((r+Q-mu)^2 - (r-mu)^2)/2 + (h+p)(n2(r) - n2(r+Q))] / Q.

    >>> round(r_q_cost(126.8, 328.5, 0.225, 7.5, 8, 1300, 150, 1 / 12), 10)
    78.0711625093
    """
    mean, deviation = demand * lead_time, sd * math.sqrt(lead_time)
    top = reorder_point + quantity
    held = holding * ((top - mean) ** 2 - (reorder_point - mean) ** 2) / 2
    short = normal_second_loss(reorder_point, mean, deviation) - normal_second_loss(top, mean, deviation)
    return (order_cost * demand + held + (holding + shortage) * short) / quantity


def best_reorder_point(
    quantity: float, holding: float, shortage: float, demand: float, sd: float, lead_time: float
) -> float:
    """The r that is best for a given Q: g(r) = g(r + Q), below the level of least cost (S&S eq. 5.9).

    >>> round(best_reorder_point(300, 0.225, 7.5, 1300, 150, 1 / 12), 5)
    129.42728
    """
    mean, deviation = demand * lead_time, sd * math.sqrt(lead_time)

    def cost(level: float) -> float:
        return level_cost(level, holding, shortage, mean, normal_loss(level, mean, deviation))

    high = mean + normal_quantile(shortage / (holding + shortage)) * deviation
    low = high - quantity
    while high - low > 1e-12 * max(abs(high), abs(low), deviation):
        middle = (low + high) / 2
        low, high = (middle, high) if cost(middle) > cost(middle + quantity) else (low, middle)
    return (low + high) / 2


def r_q_optimal(
    holding: float, shortage: float, order_cost: float, demand: float, sd: float, lead_time: float
) -> tuple[float, float, float]:
    """Reorder point, quantity and cost of the exact optimum (Zheng 1992, Management Science 38).

    At the optimum the cost equals g(r) = g(r + Q): Q rises until the cost is no more below it.

    >>> [round(x, 6) for x in r_q_optimal(0.225, 7.5, 8, 1300, 150, 1 / 12)]
    [126.867063, 328.449142, 78.071146]
    """
    mean, deviation = demand * lead_time, sd * math.sqrt(lead_time)

    def excess(quantity: float) -> float:
        point = best_reorder_point(quantity, holding, shortage, demand, sd, lead_time)
        ends = level_cost(point, holding, shortage, mean, normal_loss(point, mean, deviation))
        return ends - r_q_cost(point, quantity, holding, shortage, order_cost, demand, sd, lead_time)

    low, high = 0.0, economic_order_quantity(order_cost, holding, demand)[0] + deviation
    while excess(high) < 0:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    point = best_reorder_point(high, holding, shortage, demand, sd, lead_time)
    return point, high, r_q_cost(point, high, holding, shortage, order_cost, demand, sd, lead_time)


@dataclass(frozen=True, slots=True)
class NotWorthStocking:
    """On these costs every quantity costs more than buying nothing and paying for each piece short."""

    cost: float


def r_q_by_expected_inventory_level(
    holding: float, shortage: float, order_cost: float, demand: float, sd: float, lead_time: float
) -> tuple[float, float, float] | NotWorthStocking:
    """Reorder point, quantity and cost; `shortage` is per piece short, once (Hadley and Whitin 1963, 4-2).

    Iterates Phi = 1 - Q h / (p lambda) and Q = sqrt(2 lambda (K + p n(r)) / h) (S&S eq. 5.16 to 5.18). Where
    Q h reaches p lambda no r satisfies the first equation: then the answer is NotWorthStocking, with the
    cost of serving nobody, p lambda per period.

    >>> [round(x, 6) for x in r_q_by_expected_inventory_level(0.225, 7.5, 8, 1300, 150, 1 / 12)]
    [213.970442, 318.590181, 95.45114]
    >>> r_q_by_expected_inventory_level(1.0, 0.1, 50, 10, 3, 1)
    NotWorthStocking(cost=1.0)
    """
    mean, deviation = demand * lead_time, sd * math.sqrt(lead_time)
    quantity, _ = economic_order_quantity(order_cost, holding, demand)
    for _ in range(1_000):
        share = quantity * holding / (shortage * demand)
        if share >= 1:
            return NotWorthStocking(shortage * demand)
        point = mean + normal_quantile(1 - share) * deviation
        short = normal_loss(point, mean, deviation)
        following = math.sqrt(2 * demand * (order_cost + shortage * short) / holding)
        settled = abs(following - quantity) <= 1e-13 * quantity
        quantity = following
        if settled:
            break
    cost = holding * (point - mean + quantity / 2) + (order_cost + shortage * short) * demand / quantity
    return point, quantity, cost


def r_q_by_backorder_quantity(
    holding: float, shortage: float, order_cost: float, demand: float, sd: float, lead_time: float
) -> tuple[float, float]:
    """Reorder point and quantity: Q of the EOQ with backorders, then the best r (S&S eq. 3.27 and 5.9).

    >>> [round(x, 6) for x in r_q_by_backorder_quantity(0.225, 7.5, 8, 1300, 150, 1 / 12)]
    [128.637814, 308.57378]
    """
    quantity, _, _ = economic_order_quantity_with_backorders(order_cost, holding, shortage, demand)
    return best_reorder_point(quantity, holding, shortage, demand, sd, lead_time), quantity


def r_q_by_safety_stock(
    holding: float, shortage: float, order_cost: float, demand: float, sd: float, lead_time: float
) -> tuple[float, float]:
    """Reorder point and quantity: EOQ, and the newsvendor's level as r (S&S eq. 3.4 and 5.21).

    >>> [round(x, 6) for x in r_q_by_safety_stock(0.225, 7.5, 8, 1300, 150, 1 / 12)]
    [190.336997, 304.04678]
    """
    quantity, _ = economic_order_quantity(order_cost, holding, demand)
    z = normal_quantile(shortage / (holding + shortage))
    return demand * lead_time + z * sd * math.sqrt(lead_time), quantity


def r_q_by_loss_functions(
    holding: float, shortage: float, order_cost: float, demand: float, sd: float, lead_time: float
) -> tuple[float, float]:
    """Reorder point and quantity: iterate n(r) = h Q / (h + p) and Q = sqrt(2 (K lambda + (h+p) n2(r)) / h).

    S&S eq. 5.28 and 5.29 (loss-function approximation, after Hadley and Whitin 1963). Optimal to eight
    digits at the instance below.

    >>> [round(x, 6) for x in r_q_by_loss_functions(0.225, 7.5, 8, 1300, 150, 1 / 12)]
    [126.867063, 328.449142]
    """
    mean, deviation = demand * lead_time, sd * math.sqrt(lead_time)
    quantity, _ = economic_order_quantity(order_cost, holding, demand)
    point = mean
    for _ in range(200):
        point = _level_with_loss(holding * quantity / (holding + shortage), point, mean, deviation)
        second = normal_second_loss(point, mean, deviation)
        following = math.sqrt(2 * (order_cost * demand + (holding + shortage) * second) / holding)
        if abs(following - quantity) <= 1e-10 * quantity:
            break
        quantity = following
    return point, quantity


def _level_with_loss(wanted: float, start: float, mean: float, deviation: float) -> float:
    """The x with n(x) = wanted, by Newton on the convex, falling loss: n'(x) = -(1 - Phi(z))."""
    x = min(start, mean - wanted)  # left of the root, where Newton cannot overshoot
    for _ in range(100):
        slope = 1 - normal_cdf((x - mean) / deviation)
        step = (normal_loss(x, mean, deviation) - wanted) / slope
        x += step
        if abs(step) <= 1e-13 * deviation:
            break
    return x


def r_q_poisson_exact(
    holding: float, shortage: float, order_cost: float, demand: float, lead_time: float
) -> tuple[int, int, float]:
    """Reorder point, quantity and cost of the exact optimum for Poisson demand (Federgruen and Zheng 1992).

    >>> point, quantity, cost = r_q_poisson_exact(20, 150, 100, 1.5, 2)
    >>> point, quantity, round(cost, 9)
    (3, 5, 107.923580633)
    """
    mean = float(demand * lead_time)

    def cost(level: int) -> float:
        return level_cost(level, holding, shortage, mean, poisson_loss(level, mean))

    best = int(discrete_quantile(shortage / (holding + shortage), mean, mean))
    return r_q_discrete_exact(cost, best, order_cost * demand)


def r_q_discrete_exact(
    cost: Callable[[int], float], best: int, order_cost_per_period: float
) -> tuple[int, int, float]:
    """Minimise [K lambda + sum of g(y) over y = r+1 .. r+Q] / Q (Federgruen and Zheng 1992).

    `cost` is the convex g of a position, `best` where it is least. The cheapest levels are taken in turn,
    next to those already taken, until the next would raise the average.
    """
    low, high = best - 1, best + 1
    total, quantity = order_cost_per_period + cost(best), 1
    below, above = cost(low), cost(high)
    while min(below, above) < total / quantity:
        total, quantity = total + min(below, above), quantity + 1
        if below <= above:
            low -= 1
            below = cost(low)
        else:
            high += 1
            above = cost(high)
    return low, quantity, total / quantity


def fill_rate(short_at_point: float, short_at_top: float, quantity: float) -> float:
    """Share of demand served from the shelf under (r,Q): 1 - (n(r) - n(r + Q)) / Q (Zipkin 2000, 6.2.4).

    Not the cycle service, which is the chance that a cycle has no stock-out.

    >>> round(fill_rate(poisson_loss(28, 25.0), poisson_loss(38, 25.0), 10), 9)
    0.914323799
    """
    return 1 - (short_at_point - short_at_top) / quantity
