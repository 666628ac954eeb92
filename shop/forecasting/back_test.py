"""How far a series goes by its days and how far by its weeks: what each would have told on earlier mornings.

Three candidates: the daily method (`shop/demand_fit.py`), the beliefs about the weeks (`weeks.py`) and the
mean of both. On up to eight mornings, one a week, each forecasts two weeks from what was known by then; the
pinball losses of its quantiles at `SHARES` of what was then asked for on days in stock are added up, bulk
orders cut as everywhere (rolling origin: Tashman 2000, Int. J. Forecasting 16). Nothing of the days to be
forecast is used.

A few weeks of one lumpy series say little, and who goes by them alone goes by noise. So a candidate's loss,
as a multiple of that of the mean, is shrunk towards the average of its demand class with the credibility n /
(n + 16) of n mornings (Buhlmann 1967; by class or by series: Fildes and Petropoulos 2015, J. of Business
Research 68), and that of the class towards 1 in the same way. The candidates then count by the inverse 16th
power of their losses (Stock and Watson 2004, J. of Forecasting 23): one that is a fifth better is nearly
chosen, one a hundredth better hardly moves the forecast, so that it does not jump from one day to the next.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.compiled import njit
from shop.distributions import normal_quantile

if TYPE_CHECKING:
    from shop.plan_inputs import Flags, Floats, Ints

WEEK: Final = 7
JUDGED, LOSS, DAYS_LOSS, WEEKS_LOSS, ASKED, MISSED, WANDERED = range(7)
FIELDS: Final = 7
"""Columns of a back-test: number of mornings, the losses of the three candidates, pieces asked for, squared
errors of the mean over their foreseen variance, and the share of the level in that variance."""
DAYS, WEEKS, SQUARES, LEVELS = range(4)
LOSSES: Final = 2
"""What is summed up for each class, first the losses: see `relative_losses`."""
ORIGINS: Final = 8
AHEAD: Final = 2
"""Weeks that are forecast from each morning: a middle lead time."""
SHARES: Final = (0.5, 0.8, 0.9, 0.95)
LEAST_ORIGINS: Final = 3
LEAST_SEEN: Final = 0.5
"""So much of the two weeks must have been in stock for them to be judged by."""
CREDIBLE_ORIGINS: Final = 16.0
CREDIBLE_SERIES: Final = 30.0
SQUARINGS: Final = 4
"""Two to this power is the power of the inverse losses."""
FARTHEST: Final = 4.0
"""A candidate counts in the average of its class with at most so many times the loss of the mean."""

LEAST_MEAN = 1e-9
FARTHEST_SQUARE = 100.0
"""And a squared error with at most so many times its foreseen variance."""

_POINTS = np.array([normal_quantile(share) for share in SHARES])
_LEVELS = np.array(SHARES)


def origins_of(days: int) -> Ints:
    """The mornings (rows of a history of so many days) to judge on, oldest first."""
    weeks = days // WEEK
    whole = np.arange(max(weeks - AHEAD - ORIGINS, 0) + 1, weeks - AHEAD + 1)
    return np.asarray(days - (weeks - whole) * WEEK, dtype=np.int64)


@njit(cache=True)
def judge(
    week: Ints,
    by_days: Floats,
    by_weeks: Floats,
    asked: Floats,
    seen: Floats,
    full_weight: float,
    found: Floats,
) -> None:
    """Back-tests (series, `FIELDS`) of what was forecast before each of the weeks `week`.

    `by_days` and `by_weeks` (mornings, series, 3) are mean, variance and variance of the level per day of
    weight 1, 0 where nothing could be told; `asked` and `seen` (weeks, series) pieces and weight of the days
    in stock.
    """
    for o in range(len(week)):
        for i in range(asked.shape[1]):
            pieces, weight = 0.0, 0.0
            for ahead in range(week[o], week[o] + AHEAD):
                pieces += asked[ahead, i]
                weight += seen[ahead, i]
            told = by_days[o, i, 0] > 0.0 and by_weeks[o, i, 0] > 0.0
            if told and weight >= LEAST_SEEN * AHEAD * full_weight:
                _judge_one(by_days[o, i], by_weeks[o, i], pieces, weight, found[i])


@njit(cache=True)
def _judge_one(by_days: Floats, by_weeks: Floats, pieces: float, weight: float, found: Floats) -> None:
    mean = 0.5 * (by_days[0] + by_weeks[0])
    variance = 0.5 * (by_days[1] + by_weeks[1])
    level = 0.5 * (by_days[2] + by_weeks[2])
    found[JUDGED] += 1.0
    found[ASKED] += pieces
    found[LOSS] += _loss(mean, variance, level, pieces, weight)
    found[DAYS_LOSS] += _loss(by_days[0], by_days[1], by_days[2], pieces, weight)
    found[WEEKS_LOSS] += _loss(by_weeks[0], by_weeks[1], by_weeks[2], pieces, weight)
    miss = pieces - mean * weight
    foreseen = variance * weight + level * weight * weight
    if foreseen > 0.0:
        found[MISSED] += min(miss * miss / foreseen, FARTHEST_SQUARE)
        found[WANDERED] += level * weight * weight / foreseen


@njit(cache=True)
def _loss(rate: float, variance: float, level: float, pieces: float, weight: float) -> float:
    """Pinball loss over all shares; gamma quantiles after Wilson and Hilferty (1931)."""
    mean = max(rate * weight, LEAST_MEAN)
    narrow = (variance * weight + level * weight * weight) / (9.0 * mean * mean)
    middle, spread = 1.0 - narrow, math.sqrt(narrow)
    total = 0.0
    for j in range(len(_LEVELS)):
        low = max(middle + _POINTS[j] * spread, 0.0)
        miss = pieces - mean * (low * low * low)
        total += max(_LEVELS[j] * miss, (_LEVELS[j] - 1.0) * miss)
    return total


def relative_losses(back_test: Floats) -> tuple[Flags, Floats]:
    """Which series can be judged, and of each (series, 4) what its class sums up.

    The losses of days and weeks over that of both; the mean squared error over the foreseen variance, and the
    share of the level in that.
    """
    judged = (back_test[:, JUDGED] >= LEAST_ORIGINS) & (back_test[:, LOSS] > 0)
    losses = back_test[:, [DAYS_LOSS, WEEKS_LOSS]] / np.where(judged, back_test[:, LOSS], 1.0)[:, None]
    spread = back_test[:, [MISSED, WANDERED]] / np.maximum(back_test[:, JUDGED], 1.0)[:, None]
    found = np.column_stack((np.minimum(losses, FARTHEST), spread))
    return judged, np.where(judged[:, None], found, 1.0)


def shares_of_weeks(back_test: Floats, class_losses: Floats, members: Floats) -> Floats:
    """How far each series goes by its weeks, 0 to 1; the rest of it by its days.

    `class_losses` (series, 2) and `members` are the summed relative losses of days and weeks of the series'
    class, and their number. A series without a back-test of its own goes by its class.

    >>> daily = np.array([[8.0, 100.0, 80.0, 130.0, 400.0, 8.0, 2.0]])
    >>> shares_of_weeks(daily, np.array([[900.0, 1100.0]]), np.array([1000.0])).round(2)
    array([0.06])
    >>> shares_of_weeks(0.0 * daily, np.array([[1000.0, 1000.0]]), np.array([1000.0]))
    array([0.5])
    """
    judged, sums = relative_losses(back_test)
    own = sums[:, [DAYS, WEEKS]]
    of_class = (class_losses + CREDIBLE_SERIES) / (members + CREDIBLE_SERIES)[:, None]
    seen = np.where(judged, back_test[:, JUDGED], 0.0)[:, None]
    loss = (seen * own + CREDIBLE_ORIGINS * of_class) / (seen + CREDIBLE_ORIGINS)
    inverse = 1.0 / loss
    for _ in range(SQUARINGS):
        # No power function: these round alike on every machine and in every cut of the catalogue.
        inverse = inverse * inverse
    return np.asarray((0.5 + inverse[:, 1]) / (1.0 + inverse[:, 0] + inverse[:, 1]))


def wandering(losses: Floats, members: Ints) -> float:
    """How much of the foreseen variance of the levels the errors of the catalogue bear out, 0 to 1.

    `losses` (classes, 4) are the sums of `relative_losses` of each class, `members` their numbers. Squared
    errors beyond the variance of the days are the level's (method of moments); a catalogue of few series
    keeps all of it. It is never raised: bulk orders and seasons also make large errors, and have ways of
    their own. One figure for all classes: whether levels move at all is the market's doing, and the errors of
    a single class of a few hundred series say too little about it.

    >>> wandering(np.array([[0.0, 0.0, 750.0, 300.0]]), np.array([1000]))
    0.24242424242424243
    """
    squares, levels = float(losses[:, SQUARES].sum()), float(losses[:, LEVELS].sum())
    borne_out = squares - (float(members.sum()) - levels) + CREDIBLE_SERIES
    return min(max(borne_out / (levels + CREDIBLE_SERIES), 0.0), 1.0)


def losses_of_demand(back_test: Floats) -> Floats:
    """Losses (series, 3) of both, days and weeks over the pieces asked for; NaN where not judged."""
    judged, _ = relative_losses(back_test)
    asked = np.where(judged & (back_test[:, ASKED] > 0), back_test[:, ASKED], np.nan)
    return np.asarray(back_test[:, [LOSS, DAYS_LOSS, WEEKS_LOSS]] / asked[:, None] / len(SHARES))
