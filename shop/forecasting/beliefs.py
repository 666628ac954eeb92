"""What is believed about the demand of each series: a mixture of dynamic linear models, updated in O(1).

Each model is a local level with a discount factor (West and Harrison 1997, Bayesian Forecasting and Dynamic
Models, 2nd ed., chapters 2, 6 and 10): a small discount forgets quickly and finds a level shift at once, one
near 1 averages. The variance of a period is learnt, with a discount of
its own, so that each one-step forecast is a Student t. The models' weights are their past predictive
likelihoods with forgetting (dynamic model averaging; Raftery, Karny and Ettler 2010, Technometrics 52),
never anything of a period that is still to come.

A period is a week, a day, whatever the caller counts in. A period of which only a part was observed (an empty
shelf on some of its days) enters with its exposure, a share of 1; one that was sold out may enter as
"at least so many" (the right-censored update of a Gaussian level, moments matched).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.compiled import njit
from shop.distributions import normal_cdf, normal_density

if TYPE_CHECKING:
    from shop.plan_inputs import Flags, Floats

LEVEL, LEVEL_VARIANCE, SQUARES, LOG_WEIGHT = range(4)
FIELDS: Final = 4
COUNT, PRIOR, FIRST_TOTAL, FIRST_COUNT = range(4)

DISCOUNTS = np.array([0.30, 0.60, 0.85, 0.97])
"""One model for each: what it keeps of its certainty about the level from one period to the next."""

VARIANCE_DISCOUNT = 0.92
WEIGHT_MEMORY = 0.95
PRIOR_DEVIATION = 0.35
"""Deviation of a period, as a share of the mean, before anything is seen: worth two observations."""
PRIOR_DEGREES = 2.0
FIRST_PERIODS = 8
FARTHEST_ERROR = 3.0
"""An error beyond so many deviations moves a level no further: a one-off week (Huber's bounded influence)."""
LEAST = 1e-12
FAR = 6.0
DRIFT_SHARE = 0.25
"""How much of the drift that its discount stands for a model carries into later periods, as a variance.

A quick model among steady ones gets weight for its late guess of the level, not because levels run away: with
the whole drift, intervals over four periods of simulated demand hold 96 % where they say 90 %.
"""


@dataclass(frozen=True, slots=True)
class Beliefs:
    """The state of all series: all that the past says about the next periods.

    `models` is (series, models, fields): level, its variance as a multiple of the variance of a period,
    discounted squared errors, log weight. `own` is (series, 4): discounted count of errors, what is
    left of the prior, and total and number of the first observations, which scale the prior variance.
    """

    models: Floats
    own: Floats

    def __len__(self) -> int:
        return len(self.own)

    def rows(self, chosen: Flags | slice) -> Beliefs:
        """The beliefs about some of the series."""
        return Beliefs(self.models[chosen], self.own[chosen])

    def weights(self) -> Floats:
        """Probability of each model: (series, models), rows add up to 1."""
        raw = np.exp(self.models[:, :, LOG_WEIGHT])
        return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def unknown(series: int) -> Beliefs:
    """Nothing seen yet."""
    own = np.zeros((series, 4))
    own[:, PRIOR] = PRIOR_DEGREES
    return Beliefs(np.zeros((series, len(DISCOUNTS), FIELDS)), own)


def believe(demand: Floats, exposure: Floats | None = None, sold_out: Flags | None = None) -> Beliefs:
    """Beliefs after a history of `demand` per period: (periods, series), oldest first.

    `exposure` is the observed share of each period (0: not observed, 1: all of it) and `demand` what a whole
    period would have had; `sold_out` marks periods in which demand was at least what was sold.

    >>> after = believe(np.full((30, 1), 10.0))
    >>> [round(float(figure[0]), 6) for figure in moments(after, 3.0)[:1]]
    [30.0]
    """
    return learn(unknown(demand.shape[1]), demand, exposure, sold_out)


def learn(
    beliefs: Beliefs, demand: Floats, exposure: Floats | None = None, sold_out: Flags | None = None
) -> Beliefs:
    """Beliefs after some more periods (rows of `demand`): what a refit of the whole history would give."""
    seen = np.ones(demand.shape) if exposure is None else exposure
    cut = np.zeros(demand.shape, dtype=bool) if sold_out is None else sold_out
    after = Beliefs(beliefs.models.copy(), beliefs.own.copy())
    _learn_all(
        after.models,
        after.own,
        np.ascontiguousarray(demand, dtype=np.float64),
        np.ascontiguousarray(seen, dtype=np.float64),
        np.ascontiguousarray(cut),
    )
    return after


def moments(beliefs: Beliefs, periods: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean of the demand of the next `periods` together, and what its variance is made of.

    Returns mean, and variance per period (grows with the horizon h), of the level (grows with h^2) and of its
    drift (grows with h^3 / 3); all per period, that is for a horizon of 1. Rows without any
    observation are 0.
    """
    found = np.zeros((len(beliefs), 4))
    _moments_all(beliefs.models, beliefs.own, periods, found)
    return found[:, 0], found[:, 1], found[:, 2], found[:, 3]


@njit(cache=True)
def _learn_all(models: Floats, own: Floats, demand: Floats, seen: Floats, cut: Flags) -> None:
    for i in range(demand.shape[1]):
        for t in range(demand.shape[0]):
            if seen[t, i] > 0.0:
                learn_one(models, own, i, demand[t, i], seen[t, i], cut[t, i])


@njit(cache=True)
def learn_one(
    models: Floats,
    own: Floats,
    i: int,
    demand: float,
    seen: float,
    cut: bool,
    farthest: float = FARTHEST_ERROR,
) -> None:
    """Take one period of series i into the state, in place; `farthest` as `FARTHEST_ERROR`."""
    if own[i, FIRST_COUNT] == 0.0:
        _start(models, i, demand, seen)
        own[i, FIRST_TOTAL], own[i, FIRST_COUNT] = demand, 1.0
        return
    expected, shrunk = demand, 1.0
    if cut:
        expected, shrunk = _at_least(models, own, i, demand, seen)
    degrees = own[i, PRIOR] + own[i, COUNT]
    usual = own[i, FIRST_TOTAL] / max(own[i, FIRST_COUNT], 1.0)
    known = own[i, PRIOR] * max((PRIOR_DEVIATION * usual) ** 2, LEAST)
    highest = -np.inf
    for k in range(models.shape[1]):
        variance = max((known + models[i, k, SQUARES]) / degrees, LEAST)
        _learn_model(models, i, k, variance, VARIANCE_DISCOUNT * degrees, expected, seen, shrunk, farthest)
        highest = max(highest, models[i, k, LOG_WEIGHT])
    for k in range(models.shape[1]):
        models[i, k, LOG_WEIGHT] -= highest
    own[i, PRIOR] *= VARIANCE_DISCOUNT
    own[i, COUNT] = VARIANCE_DISCOUNT * own[i, COUNT] + shrunk
    if own[i, FIRST_COUNT] < FIRST_PERIODS:
        own[i, FIRST_TOTAL] += expected
        own[i, FIRST_COUNT] += 1.0


@njit(cache=True)
def _start(models: Floats, i: int, demand: float, seen: float) -> None:
    for k in range(models.shape[1]):
        models[i, k, LEVEL] = demand
        models[i, k, LEVEL_VARIANCE] = 1.0 / seen


@njit(cache=True)
def prior_variance(own: Floats) -> float:
    """Variance of a period before errors are seen, from the mean of the first observations."""
    usual: float = own[FIRST_TOTAL] / max(own[FIRST_COUNT], 1.0)
    return max((PRIOR_DEVIATION * usual) ** 2, LEAST)


@njit(cache=True)
def period_variance(model: Floats, own: Floats) -> float:
    """The variance of a whole period that a model has learnt, with what is left of the prior."""
    degrees: float = own[PRIOR] + own[COUNT]
    squares: float = own[PRIOR] * prior_variance(own) + model[SQUARES]
    return max(squares / degrees, LEAST)


@njit(cache=True)
def _learn_model(
    models: Floats,
    i: int,
    k: int,
    variance: float,
    degrees: float,
    demand: float,
    seen: float,
    shrunk: float,
    farthest: float,
) -> None:
    """One Kalman step with discounts; `shrunk` is the share of the variance that falls.

    `variance` is that of a whole period, known with so many `degrees` of freedom.
    """
    spread = models[i, k, LEVEL_VARIANCE] / DISCOUNTS[k]
    total = spread + 1.0 / seen
    error = demand - models[i, k, LEVEL]
    variance *= total
    surprise = math.log(variance) + (degrees + 1.0) * math.log(1.0 + error * error / (degrees * variance))
    models[i, k, LOG_WEIGHT] = WEIGHT_MEMORY * models[i, k, LOG_WEIGHT] - 0.5 * shrunk * surprise
    reach = farthest * math.sqrt(variance)
    error = min(max(error, -reach), reach)
    gain = spread / total
    models[i, k, LEVEL] += gain * error
    models[i, k, LEVEL_VARIANCE] = spread - shrunk * gain * spread
    models[i, k, SQUARES] = VARIANCE_DISCOUNT * models[i, k, SQUARES] + shrunk * error * error / total


@njit(cache=True)
def _at_least(models: Floats, own: Floats, i: int, sold: float, seen: float) -> tuple[float, float]:
    """Mean of the demand that is at least `sold`, and how much of the variance that takes away.

    For a normal D with mean m and deviation s: E[D | D > x] = m + s*l(z), Var = s^2 (1 - l(z)(l(z) - z)),
    z = (x - m)/s, l the inverse Mills ratio (Greene 2012, Econometric Analysis, theorem 19.2).
    """
    mean, square, whole = 0.0, 0.0, 0.0
    for k in range(models.shape[1]):
        level, spread = models[i, k, LEVEL], models[i, k, LEVEL_VARIANCE] / DISCOUNTS[k]
        variance = period_variance(models[i, k], own[i]) * (spread + 1.0 / seen)
        weight = math.exp(models[i, k, LOG_WEIGHT])
        whole += weight
        mean += weight * level
        square += weight * (variance + level * level)
    mean /= whole
    deviation = math.sqrt(max(square / whole - mean * mean, LEAST))
    z = (sold - mean) / deviation
    if z > FAR:
        return sold, 1.0
    ratio = normal_density(z) / max(1.0 - normal_cdf(z), LEAST)
    return mean + deviation * ratio, min(max(ratio * (ratio - z), 0.0), 1.0)


@njit(cache=True)
def _moments_all(models: Floats, own: Floats, periods: float, found: Floats) -> None:
    for i in range(len(own)):
        if own[i, FIRST_COUNT] > 0.0:
            moments_one(models[i], own[i], periods, found[i])


@njit(cache=True)
def moments_one(models: Floats, own: Floats, periods: float, found: Floats) -> None:
    """Add the four figures of `moments` for one series to `found`, which is 0."""
    whole, square = 0.0, 0.0
    degrees = own[PRIOR] + own[COUNT]
    for k in range(models.shape[0]):
        weight = math.exp(models[k, LOG_WEIGHT])
        variance = period_variance(models[k], own) * degrees / max(degrees - 2.0, 0.5 * degrees)
        level = models[k, LEVEL]
        drift = DRIFT_SHARE * models[k, LEVEL_VARIANCE] * (1.0 / DISCOUNTS[k] - 1.0)
        whole += weight
        found[0] += weight * level
        square += weight * level * level
        found[1] += weight * variance
        found[2] += weight * variance * models[k, LEVEL_VARIANCE]
        found[3] += weight * variance * drift
    found /= whole
    found[2] += max(square / whole - found[0] ** 2, 0.0)
    found[0] *= periods
