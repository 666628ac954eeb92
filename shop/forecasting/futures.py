"""Sampled futures: paths of demand over the next periods, drawn from the beliefs about a series.

Every series is drawn with the same table of random numbers (common random numbers: Glasserman 2003, Monte
Carlo Methods in Financial Engineering, section 4.2): a decision changes with the beliefs only, not with luck
or with the place of a series in the catalogue. Each column of the table is stratified (Latin hypercube,
McKay, Beckman and Conover 1979, Technometrics 21).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.compiled import njit
from shop.distributions import normal_quantile
from shop.forecasting.beliefs import (
    COUNT,
    DISCOUNTS,
    DRIFT_SHARE,
    LEVEL,
    LEVEL_VARIANCE,
    LOG_WEIGHT,
    PRIOR,
    VARIANCE_DISCOUNT,
    Beliefs,
    period_variance,
)

if TYPE_CHECKING:
    from shop.plan_inputs import Floats

PATHS: Final = 256
SEED: Final = 5
WHICH, SCALE, WHERE, STEPS = range(4)
LEAST_SCALE = 0.2


@dataclass(frozen=True, slots=True)
class Chances:
    """The table of random numbers that all series share, `paths` rows.

    `even` are uniform between 0 and 1, `bell` standard normal; columns: model, variance, level, then
    one for the level and one for the demand of each period.
    """

    even: Floats
    bell: Floats


def chances(periods: int, paths: int = PATHS, seed: int = SEED) -> Chances:
    """A table for paths over `periods`; the same arguments give the same table on every machine."""
    rng = np.random.default_rng(seed)
    columns = STEPS + 2 * periods
    even = np.column_stack([(rng.permutation(paths) + 0.5) / paths for _ in range(columns)])
    return Chances(even, _bell(even))


@njit(cache=True)
def _bell(even: Floats) -> Floats:
    found = np.empty_like(even)
    for s in range(even.shape[0]):
        for c in range(even.shape[1]):
            found[s, c] = normal_quantile(even[s, c])
    return found


def sample(beliefs: Beliefs, periods: int, paths: int = PATHS, seed: int = SEED) -> Floats:
    """Demand of the next periods on each path: (series, paths, periods), none below zero."""
    table = chances(periods, paths, seed)
    found = np.zeros((len(beliefs), paths, periods))
    for i in range(len(beliefs)):
        paths_of(beliefs.models[i], beliefs.own[i], table.even, table.bell, found[i])
    return found


@njit(cache=True)
def paths_of(models: Floats, own: Floats, even: Floats, bell: Floats, out: Floats) -> None:
    """Fill `out` (paths, periods) for one series.

    A path draws a model by its weight, the variance of a period (scaled inverse chi-square), the level and
    then lets the level wander by the model's discount and adds the spread of each period.
    """
    reach = np.cumsum(np.exp(models[:, LOG_WEIGHT]))
    degrees = VARIANCE_DISCOUNT * (own[PRIOR] + own[COUNT])
    for s in range(out.shape[0]):
        k = _chosen(even[s, WHICH] * reach[-1], reach)
        spread = math.sqrt(period_variance(models[k], own) / _chi_square_share(bell[s, SCALE], degrees))
        _walk(models[k], DISCOUNTS[k], spread, bell[s], out[s])


@njit(cache=True)
def _chosen(point: float, reach: Floats) -> int:
    k = 0
    while k < len(reach) - 1 and point > reach[k]:
        k += 1
    return k


@njit(cache=True)
def _chi_square_share(z: float, degrees: float) -> float:
    """A chi-square variable divided by its degrees, from a normal one (Wilson and Hilferty 1931)."""
    narrow = 2.0 / (9.0 * degrees)
    return max(1.0 - narrow + z * math.sqrt(narrow), LEAST_SCALE) ** 3


@njit(cache=True)
def _walk(model: Floats, discount: float, spread: float, bell: Floats, out: Floats) -> None:
    level = model[LEVEL] + spread * math.sqrt(model[LEVEL_VARIANCE]) * bell[WHERE]
    step = spread * math.sqrt(DRIFT_SHARE * model[LEVEL_VARIANCE] * (1.0 / discount - 1.0))
    for t in range(len(out)):
        level += step * bell[STEPS + 2 * t]
        out[t] = max(level + spread * bell[STEPS + 2 * t + 1], 0.0)
