"""A supplier that is sometimes down: order quantities and levels under disruptions."""

from __future__ import annotations

import math


def economic_order_quantity_with_disruptions(
    order_cost: float,
    holding: float,
    shortage: float,
    demand: float,
    failure_rate: float,
    recovery_rate: float,
) -> tuple[float, float]:
    """Quantity and cost per period; `shortage` is per piece short, not per period (Parlar and Berkin 1991).

    The supplier fails at rate a and recovers at rate b, both exponential; psi = a / (a + b) *
    (1 - exp(-(a + b) Q / lambda)) is the chance to find it down when the stock runs out. Minimises
    (K + h Q^2 / (2 lambda) + p lambda psi / b) / (Q / lambda + psi / b) (S&S eq. 9.5) by bisection of the
    derivative's numerator.

    >>> [round(x, 4) for x in economic_order_quantity_with_disruptions(8, 0.225, 5, 1300, 1.5, 14)]
    [772.8111, 173.95]
    """
    rate = failure_rate + recovery_rate

    def terms(quantity: float) -> tuple[float, float, float, float]:
        gone = math.exp(-rate * quantity / demand)
        down = failure_rate / rate * (1 - gone) / recovery_rate
        slope = failure_rate / demand * gone / recovery_rate
        cost = order_cost + holding * quantity**2 / (2 * demand) + shortage * demand * down
        cost_slope = holding * quantity / demand + shortage * demand * slope
        return cost, quantity / demand + down, cost_slope, 1 / demand + slope

    def rising(quantity: float) -> bool:
        cost, length, cost_slope, length_slope = terms(quantity)
        return cost_slope * length > cost * length_slope

    low, high = 0.0, math.sqrt(2 * order_cost * demand / holding)
    while not rising(high):
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) else (middle, high)
    cost, length, _, _ = terms(high)
    return high, cost / length


def newsvendor_with_disruptions(
    holding: float, shortage: float, demand: float, failure_chance: float, recovery_chance: float
) -> tuple[float, float]:
    """Base stock and cost per period for even demand and a supplier that fails and recovers (S&S eq. 9.18).

    The level is (n + 1) d for the smallest n with P(down for at most n periods) >= p / (h + p).

    >>> [round(x, 6) for x in newsvendor_with_disruptions(0.25, 3, 2000, 0.04, 0.25)]
    [8000, 2737.068966]
    """
    ratio = shortage / (holding + shortage)
    periods, seen = 0, _down_for(0, failure_chance, recovery_chance)
    while seen < ratio:
        periods += 1
        seen += _down_for(periods, failure_chance, recovery_chance)
    level = (periods + 1) * demand
    cost = newsvendor_with_disruptions_cost(level, holding, shortage, demand, failure_chance, recovery_chance)
    return level, cost


def newsvendor_with_disruptions_cost(
    level: float,
    holding: float,
    shortage: float,
    demand: float,
    failure_chance: float,
    recovery_chance: float,
) -> float:
    """Sum over n of P(down for n) [h (S - (n+1) d)+ + p ((n+1) d - S)+], S&S eq. 9.14.

    >>> round(newsvendor_with_disruptions_cost(1200, 0.25, 3, 2000, 0.04, 0.25), 7)
    5710.3448276
    """
    total = 0.0
    periods, chance = 0, _down_for(0, failure_chance, recovery_chance)
    while (periods + 1) * demand <= level:
        total += chance * holding * (level - (periods + 1) * demand)
        periods += 1
        chance = _down_for(periods, failure_chance, recovery_chance)
    if periods == 0:
        total += chance * shortage * (demand - level)
        periods, chance = 1, _down_for(1, failure_chance, recovery_chance)
    # From here on every term is short, and the chances fall by (1 - recovery) each.
    first = (periods + 1) * demand - level
    mass = chance / recovery_chance
    later = chance * (1 - recovery_chance) / recovery_chance**2
    return total + shortage * (mass * first + later * demand)


def _down_for(periods: int, failure_chance: float, recovery_chance: float) -> float:
    """Chance that the supplier has been down for exactly so many periods."""
    up = recovery_chance / (failure_chance + recovery_chance)
    return up if periods == 0 else failure_chance * up * (1 - recovery_chance) ** (periods - 1)
