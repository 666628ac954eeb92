"""One order for one selling season, or a base stock per period: the newsvendor and its variants."""

from __future__ import annotations

import math

from shop.distributions import discrete_quantile, normal_cdf, normal_density, normal_loss, normal_quantile
from shop.distributions import poisson_loss as _poisson_loss


def newsvendor_normal(
    holding: float, shortage: float, mean: float, sd: float, lead_time: float = 0
) -> tuple[float, float]:
    """Order-up-to level and cost for normal demand: Phi(z) = p / (h + p) (S&S 4.3.2, example 4.3).

    With a lead time the level is a base stock and covers the demand of L + 1 periods (S&S ch. 4).

    >>> [round(x, 10) for x in newsvendor_normal(0.18, 0.70, 50, 8)]
    [56.6039559274, 1.9976051932]
    """
    mean, sd = mean * (lead_time + 1), sd * math.sqrt(lead_time + 1)
    z = normal_quantile(shortage / (holding + shortage))
    return mean + z * sd, (holding + shortage) * normal_density(z) * sd


def newsvendor_normal_cost(level: float, holding: float, shortage: float, mean: float, sd: float) -> float:
    """Cost of a level S: h (S - mu + n(S)) + p n(S) (S&S 4.3.2).

    >>> round(newsvendor_normal_cost(60, 0.18, 0.70, 50, 8), 11)
    2.15613155287
    """
    return level_cost(level, holding, shortage, mean, normal_loss(level, mean, sd))


def level_cost(level: float, holding: float, shortage: float, mean: float, short: float) -> float:
    """g(S) = h (S - mu + n(S)) + p n(S) with the shortage n(S) of any demand (Zipkin 2000, 6.2)."""
    return holding * (level - mean + short) + shortage * short


def newsvendor_normal_by_price(
    price: float, unit_cost: float, salvage: float, mean: float, sd: float
) -> tuple[float, float]:
    """Level and expected profit from price, unit cost and salvage value per piece (S&S 4.3.2).

    >>> [round(x, 10) for x in newsvendor_normal_by_price(1, 0.3, 0.12, 50, 8)]
    [56.6039559274, 33.0023948068]
    """
    level, cost = newsvendor_normal(unit_cost - salvage, price - unit_cost, mean, sd)
    return level, (price - unit_cost) * mean - cost


def newsvendor_poisson(holding: float, shortage: float, mean: float) -> tuple[int, float]:
    """Smallest whole level with F(S) >= p / (h + p), and its cost (S&S 4.3.2).

    >>> level, cost = newsvendor_poisson(0.18, 0.70, 50)
    >>> level, round(cost, 11)
    (56, 1.79723521181)
    """
    level = int(discrete_quantile(shortage / (holding + shortage), float(mean), float(mean)))
    return level, level_cost(level, holding, shortage, mean, _poisson_loss(level, float(mean)))


def newsvendor_lognormal(
    holding: float, shortage: float, median: float, log_sd: float
) -> tuple[float, float]:
    """Level and cost for lognormal demand, its loss in closed form (Zipkin 2000, appendix C).

    n(x) = m Phi(s - v) - x Phi(-v), m = median * exp(s^2 / 2), v = log(x / median) / s.

    >>> [round(x, 7) for x in newsvendor_lognormal(1, 0.1765, math.exp(6), 0.3)]
    [295.6266448, 29.4425436]
    """
    z = normal_quantile(shortage / (holding + shortage))
    level, mean = median * math.exp(log_sd * z), median * math.exp(log_sd**2 / 2)
    short = mean * normal_cdf(log_sd - z) - level * normal_cdf(-z)
    return level, level_cost(level, holding, shortage, mean, short)


def newsvendor_myopic(
    holding: float,
    shortage: float,
    unit_cost: float,
    next_unit_cost: float,
    mean: float,
    sd: float,
    discount: float,
) -> tuple[float, float]:
    """Base stock and cost of a period whose left-over saves the next period's price (S&S ch. 4).

    With c+ = c - g c': Phi(z) = (p - c+) / (p + h); cost c S + g(S) - g c' (S - mu).

    >>> [round(x, 10) for x in newsvendor_myopic(0.18, 0.70, 0.3, 0.35, 50, 8, 0.98)]
    [58.0989188321, 16.6824117646]
    """
    saved = discount * next_unit_cost
    z = normal_quantile((shortage - unit_cost + saved) / (shortage + holding))
    level = mean + z * sd
    cost = newsvendor_normal_cost(level, holding, shortage, mean, sd)
    return level, unit_cost * level + cost - saved * (level - mean)
