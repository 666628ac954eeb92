"""Textbook formulas for one item: the yardsticks of the batched arithmetic, each with its source.

Symbols: `order_cost` K per order, `holding` h and `shortage` p per piece and period, `demand` lambda per
period, `lead_time` L in periods; all costs in one currency's major units. Sources: Snyder and Shen (2019),
Fundamentals of Supply Chain Theory, 2nd ed. (S&S); Zipkin (2000), Foundations of Inventory Management.
"""

from __future__ import annotations

import math

from shop.distributions import (
    normal_cdf,
    normal_density,
    normal_loss,
    normal_quantile,
    normal_second_loss,
    poisson_loss,
)


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


def economic_order_quantity_with_price_breaks(
    order_cost: float, holding_rate: float, demand: float, breaks: list[float], unit_costs: list[float]
) -> tuple[float, int, float]:
    """Quantity, tier and cost per period, purchase included, for all-units discounts (S&S 3.4.2).

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


def cycle_cost(
    quantity: float, unit_cost: float, order_cost: float, holding_rate: float, demand: float
) -> float:
    """Cost per period of buying `quantity` at a time: c lambda + K lambda / Q + i c Q / 2 (S&S 3.4)."""
    return unit_cost * demand + order_cost * demand / quantity + holding_rate * unit_cost * quantity / 2


def newsvendor_normal(holding: float, shortage: float, mean: float, sd: float) -> tuple[float, float]:
    """Order-up-to level and cost for normal demand: Phi(z) = p / (h + p) (S&S 4.3.2, example 4.3).

    >>> [round(x, 10) for x in newsvendor_normal(0.18, 0.70, 50, 8)]
    [56.6039559274, 1.9976051932]
    """
    z = normal_quantile(shortage / (holding + shortage))
    return mean + z * sd, (holding + shortage) * normal_density(z) * sd


def newsvendor_normal_cost(level: float, holding: float, shortage: float, mean: float, sd: float) -> float:
    """Cost of a level S: h (S - mu + n(S)) + p n(S).

    >>> round(newsvendor_normal_cost(60, 0.18, 0.70, 50, 8), 11)
    2.15613155287
    """
    short = normal_loss(level, mean, sd)
    return holding * (level - mean + short) + shortage * short


def newsvendor_poisson(holding: float, shortage: float, mean: float) -> tuple[int, float]:
    """Smallest whole level with F(S) >= p / (h + p), and its cost (S&S 4.3.2.7).

    >>> level, cost = newsvendor_poisson(0.18, 0.70, 50)
    >>> level, round(cost, 11)
    (56, 1.79723521181)
    """
    from shop.distributions import discrete_quantile  # noqa: PLC0415 - used here only

    level = int(discrete_quantile(shortage / (holding + shortage), float(mean), float(mean)))
    short = poisson_loss(level, float(mean))
    return level, holding * (level - mean + short) + shortage * short


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
    """Expected cost per period of an (r,Q) policy, normal demand, in closed form (Zipkin 2000, 6.2; S&S 5.2).

    [K lambda + h((r+Q-mu)^2 - (r-mu)^2)/2 + (h+p)(n2(r) - n2(r+Q))] / Q.

    >>> round(r_q_cost(126.8, 328.5, 0.225, 7.5, 8, 1300, 150, 1 / 12), 10)
    78.0711625093
    """
    mean, deviation = demand * lead_time, sd * math.sqrt(lead_time)
    top = reorder_point + quantity
    held = holding * ((top - mean) ** 2 - (reorder_point - mean) ** 2) / 2
    short = normal_second_loss(reorder_point, mean, deviation) - normal_second_loss(top, mean, deviation)
    return (order_cost * demand + held + (holding + shortage) * short) / quantity


def r_q_by_loss_functions(
    holding: float, shortage: float, order_cost: float, demand: float, sd: float, lead_time: float
) -> tuple[float, float]:
    """Reorder point and quantity: iterate n(r) = h Q / (h + p) and Q = sqrt(2 (K lambda + (h+p) n2(r)) / h).

    S&S section 5.2 (loss-function approximation, after Hadley and Whitin 1963). Optimal to eight digits at
    the instance below.

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


def s_s_power_approximation(
    holding: float, shortage: float, order_cost: float, mean: float, sd: float
) -> tuple[float, float]:
    """Reorder and order-up-to level (s,S) of a periodic review (Ehrhardt and Mosier 1984; S&S 4.4.4).

    >>> [round(x, 8) for x in s_s_power_approximation(0.18, 0.70, 2.5, 50, 8)]
    [40.19461696, 74.29017011]
    """
    quantity = 1.3 * mean**0.494 * (order_cost / holding) ** 0.506 * (1 + sd**2 / mean**2) ** 0.116
    z = math.sqrt(quantity * holding / (sd * shortage))
    point = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z)
    return point, point + quantity


def fill_rate(short_at_point: float, short_at_top: float, quantity: float) -> float:
    """Share of demand served from the shelf under (r,Q): 1 - (n(r) - n(r + Q)) / Q. Not the cycle service.

    >>> round(fill_rate(poisson_loss(28, 25.0), poisson_loss(38, 25.0), 10), 9)
    0.914323799
    """
    return 1 - (short_at_point - short_at_top) / quantity
