"""The catalogue's beliefs from daily sales: weeks that end yesterday, without empty shelves and closed days.

A day's sales are lumpy and few; a week's are what most lead times are made of. The rate counts the days on
which the shelf was full and the store open, as a share of an ordinary week (the exposure), so that a week
of three days in stock says three sevenths as much. Bulk orders are cut day by day before; what is left of a
large week counts in full, as lumpy demand whose upper tail is cut a second time looks a quarter too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.compiled import njit
from shop.forecasting.back_test import FIELDS, judge
from shop.forecasting.beliefs import FIRST_COUNT, Beliefs, learn_one, moments, moments_one, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

WEEK: Final = 7
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
    `week` is pieces and weight of the days since the last whole week (series, 2).
    """

    beliefs: Beliefs
    totals: Ints
    full_weight: float
    back_test: Floats
    week: Floats

    def daily(self) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and variance of the level, per day of weight 1.

        The drift of the level is counted as if the horizon were three weeks (it grows with the cube).
        """
        mean, variance, level, drift = moments(begun(self.beliefs, self.week, self.full_weight), 1.0)
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
    week_days: int = 0,
) -> Weekly:
    """Beliefs from daily pieces (days, series), a sale above the series' `cap` cut to it.

    `day_weight` is 0 on closed days; `full_weight` is that of an ordinary week. `counted` marks the series
    that make the totals. `by_days` is what the daily method told on the mornings `origins`. The last
    `week_days` days begin a week that is not over.
    """
    days, series = sold.shape[0] - week_days, sold.shape[1]
    weeks = days // WEEK
    beliefs = unknown(series)
    totals = np.zeros((weeks, int(group.max(initial=-1)) + 1), dtype=np.int64)
    back_test = np.zeros((series, FIELDS))
    begun_week = np.zeros((2, series))
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
            begun_week[:, here],
        )
    return Weekly(beliefs, totals, full_weight, back_test, np.ascontiguousarray(begun_week.T))


def begun(beliefs: Beliefs, week: Floats, full_weight: float) -> Beliefs:
    """The beliefs with the days of the week that is not over, as far as they count; `week` as in `Weekly`."""
    seen = week[:, 1] > 0.0
    if not seen.any():
        return beliefs
    after = Beliefs(beliefs.models.copy(), beliefs.own.copy())
    _learn_weeks(after.models, after.own, week, full_weight)
    return after


@njit(cache=True)
def _learn_weeks(models: Floats, own: Floats, week: Floats, full_weight: float) -> None:
    for i in range(len(own)):
        if week[i, 1] > 0.0:
            rate = week[i, 0] * full_weight / week[i, 1]
            learn_one(models, own, i, rate, week[i, 1] / full_weight, False, np.inf)  # noqa: FBT003 - compiled


@njit(cache=True)
def go_on(
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    full_weight: float,
    cap: Floats,
    models: Floats,
    own: Floats,
    week: Floats,
    week_days: int,
) -> None:
    """Take more days (rows) into beliefs and the week that has begun, of which `week_days` are known."""
    for t in range(sold.shape[0]):
        for i in range(sold.shape[1]):
            if day_weight[t] > 0.0 and t >= observed_from[i] and not stocked_out[t, i]:
                week[i, 0] += min(float(sold[t, i]), cap[i])
                week[i, 1] += day_weight[t]
        week_days += 1
        if week_days == WEEK:
            _learn_weeks(models, own, week, full_weight)
            week[:], week_days = 0.0, 0


@njit(cache=True)
def usual_rate(usual: Floats, i: int, pieces: float, weight: float, full_weight: float) -> float:
    """Pieces of a whole week; the usual ones, which it moves, where the shelf was empty all week."""
    if weight <= 0.0:
        kept: float = usual[i]
        return kept
    rate = pieces * full_weight / weight
    usual[i] += (rate - usual[i]) * (USUAL_GAIN if usual[i] > 0.0 else 1.0)
    return rate


@njit(cache=True)
def counted_rate(rate: float) -> int:
    """Pieces of a week as they count in totals: whole numbers of 2^-20."""
    return math.floor(min(rate, MOST_A_WEEK) * FRACTION + 0.5)


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
    begun_week: Floats,
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
        week_of_sales(week, sold, stocked_out, observed_from, day_weight, cap, asked[week], seen[week])
        pieces, weight = asked[week], seen[week]
        for i in range(series):
            rate = usual_rate(usual, i, pieces[i], weight[i], full_weight)
            if weight[i] > 0.0:
                learn_one(models, own, i, rate, weight[i] / full_weight, False, np.inf)  # noqa: FBT003 - compiled
            if group[i] >= 0:
                totals[week, group[i]] += counted_rate(rate)
    judge(origins, by_days, by_weeks, asked, seen, full_weight, back_test)
    rest = slice(weeks * WEEK, sold.shape[0])
    _days_of_sales(rest, sold, stocked_out, observed_from, day_weight, cap, begun_week[0], begun_week[1])


@njit(cache=True)
def week_of_sales(
    week: int,
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    cap: Floats,
    pieces: Floats,
    weight: Floats,
) -> None:
    """Add up pieces and weight of the days of a week that tell of demand."""
    days = slice(week * WEEK, (week + 1) * WEEK)
    _days_of_sales(days, sold, stocked_out, observed_from, day_weight, cap, pieces, weight)


@njit(cache=True)
def _days_of_sales(
    days: slice,
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    cap: Floats,
    pieces: Floats,
    weight: Floats,
) -> None:
    """Add up pieces and weight of the days on which the store was open and the shelf not empty."""
    for t in range(days.start, days.stop):
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
