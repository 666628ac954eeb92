"""The catalogue's beliefs from daily sales: weeks that end yesterday, without empty shelves and closed days.

A day's sales are lumpy and few; a week's are what most lead times are made of. The rate counts the days on
which the shelf was full and the store open, as a share of an ordinary week (the exposure), so that a week
of three days in stock says three sevenths as much. Bulk orders are cut day by day before; what is left of a
large week counts in full, as lumpy demand whose upper tail is cut a second time looks a quarter too low.

What the whole store gains or loses at once (a season, a campaign, growth) shows in its total long before it
shows in single lumpy series: forecasts are scaled so that together they agree with that of the total
(top-down reconciliation: Athanasopoulos, Ahmed and Hyndman 2009, Int. J. Forecasting 25), the more the more
series there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.compiled import njit
from shop.forecasting.back_test import FIELDS, judge
from shop.forecasting.beliefs import FIRST_COUNT, Beliefs, believe, learn_one, moments, moments_one, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

WEEK: Final = 7
FAMILY: Final = 30.0
"""So many series and their total has half of the say about what all of them gain or lose."""
SHARED_RANGE: Final = (0.6, 1.6)
USUAL_GAIN = 0.2
BLOCK: Final = 256
FRACTION = 2.0**20
MOST_A_WEEK = 2.0**24
"""A series counts in its total with at most so many pieces, so that sums are whole numbers of 64 bits."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """Beliefs per series in pieces a week of `full_weight`, and the total of each week by group.

    `totals` is (weeks, groups): pieces sold per ordinary week by the counted series of the group, in 2^-20,
    one that was not on the shelf with its usual sales. They are whole numbers, so that totals of parts of a
    catalogue add up exactly. `back_test` are the losses of the candidates (`shop/forecasting/back_test.py`).
    """

    beliefs: Beliefs
    totals: Ints
    full_weight: float
    back_test: Floats

    def daily(self) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and variance of the level, per day of weight 1.

        The drift of the level is counted as if the horizon were three weeks (it grows with the cube).
        """
        mean, variance, level, drift = moments(self.beliefs, 1.0)
        whole = self.full_weight
        return mean / whole, variance / whole, (level + drift) / whole**2


def weekly(
    sold: NDArray[Any],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    full_weight: float,
    cap: Floats,
    group: Ints,
    counted: Flags,
    origins: Ints,
    by_days: Floats,
) -> Weekly:
    """Beliefs from daily pieces (days, series), a sale above the series' `cap` cut to it.

    `day_weight` is 0 on closed days; `full_weight` is that of an ordinary week. `counted` marks the series
    that make the totals. `by_days` is what the daily method told on the mornings `origins`.
    """
    days, series = sold.shape
    weeks = days // WEEK
    beliefs = unknown(series)
    totals = np.zeros((weeks, int(group.max(initial=-1)) + 1), dtype=np.int64)
    back_test = np.zeros((series, FIELDS))
    first = days - weeks * WEEK
    for start in range(0, series, BLOCK):
        here = slice(start, min(start + BLOCK, series))
        _weekly_block(
            np.ascontiguousarray(sold[first:, here], dtype=np.float32),
            np.ascontiguousarray(stocked_out[first:, here]),
            observed_from[here] - first,
            day_weight[first:],
            full_weight,
            cap[here],
            np.where(counted[here], group[here], -1),
            beliefs.models[here],
            beliefs.own[here],
            totals,
            (origins - first) // WEEK,
            np.ascontiguousarray(by_days[:, here]),
            back_test[here],
        )
    return Weekly(beliefs, totals, full_weight, back_test)


def open_share(day_weight: Floats, full_weight: float) -> Floats:
    """How much of each whole week up to the last day the store was open."""
    weeks = len(day_weight) // WEEK
    recent = day_weight[len(day_weight) - weeks * WEEK :]
    return np.asarray(recent.reshape(weeks, WEEK).sum(axis=1) / full_weight)


@njit(cache=True)
def _weekly_block(
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    full_weight: float,
    cap: Floats,
    group: Ints,
    models: Floats,
    own: Floats,
    totals: Ints,
    origins: Ints,
    by_days: Floats,
    back_test: Floats,
) -> None:
    series = sold.shape[1]
    weeks = totals.shape[0]
    asked = np.zeros((weeks, series))
    seen = np.zeros((weeks, series))
    by_weeks = np.zeros((len(origins), series, 3))
    usual = np.zeros(series)
    o = 0
    for week in range(weeks):
        if o < len(origins) and week == origins[o]:
            _told_by_weeks(models, own, full_weight, group, by_weeks[o])
            o += 1
        _week_of_sales(week, sold, stocked_out, observed_from, day_weight, cap, asked[week], seen[week])
        pieces, weight = asked[week], seen[week]
        for i in range(series):
            if weight[i] > 0.0:
                rate = pieces[i] * full_weight / weight[i]
                usual[i] += (rate - usual[i]) * (USUAL_GAIN if usual[i] > 0.0 else 1.0)
                learn_one(models, own, i, rate, weight[i] / full_weight, False, np.inf)  # noqa: FBT003 - compiled
            else:
                rate = usual[i]
            if group[i] >= 0:
                totals[week, group[i]] += math.floor(min(rate, MOST_A_WEEK) * FRACTION + 0.5)
    judge(origins, by_days, by_weeks, asked, seen, full_weight, back_test)


@njit(cache=True)
def _week_of_sales(
    week: int,
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    cap: Floats,
    pieces: Floats,
    weight: Floats,
) -> None:
    """Add up pieces and weight of the days of a week on which the store was open and the shelf not empty."""
    for t in range(week * WEEK, (week + 1) * WEEK):
        if day_weight[t] <= 0.0:
            continue
        for i in range(sold.shape[1]):
            if t >= observed_from[i] and not stocked_out[t, i]:
                weight[i] += day_weight[t]
                pieces[i] += min(float(sold[t, i]), cap[i])


@njit(cache=True)
def _told_by_weeks(models: Floats, own: Floats, full_weight: float, group: Ints, found: Floats) -> None:
    """As `Weekly.daily`, of the beliefs so far."""
    told = np.zeros(4)
    for i in range(len(own)):
        if group[i] >= 0 and own[i, FIRST_COUNT] > 0.0:
            told[:] = 0.0
            moments_one(models[i], own[i], 1.0, told)
            found[i, 0] = max(told[0] / full_weight, 0.0)
            found[i, 1] = max(told[1] / full_weight, 0.0)
            found[i, 2] = max((told[2] + told[3]) / full_weight**2, 0.0)


def shared_change(parts: Floats, members: Ints, total: Floats) -> Floats:
    """By how much to scale each group's series so that together they agree with the forecast of their total.

    `parts` is the sum of their own forecasts, `members` their number, `total` the expected total, in the
    same unit. With n series the factor has the power n / (n + 30): one series is its own total.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where((parts > 0) & (total > 0), total / parts, 1.0)
    return np.asarray(np.clip(ratio, *SHARED_RANGE) ** (members / (members + FAMILY)))


def total_forecast(totals: Ints, seen: Floats, full_weight: float) -> Floats:
    """Expected total of each group per day of weight 1, from its own past totals (weeks, groups) in 2^-20.

    `seen` is how much of each week the store was open.
    """
    if not len(totals):
        return np.zeros(totals.shape[1])
    every = np.broadcast_to(seen[:, None], totals.shape)
    mean, _, _, _ = moments(believe(totals / FRACTION, every), 1.0)
    return np.asarray(mean / full_weight)
