"""What the whole store, and each category, gains or loses at once: a season, a campaign, growth.

It shows in the totals of the weeks long before it shows in single lumpy series: forecasts are scaled so that
together they agree with that of the total (top-down reconciliation: Athanasopoulos, Ahmed and Hyndman 2009,
Int. J. Forecasting 25), the more the more series there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.compiled import njit
from shop.forecasting.beliefs import believe, moments
from shop.forecasting.weeks import BLOCK, FRACTION, WEEK, counted_rate, usual_rate, week_of_sales

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

FAMILY: Final = 30.0
"""So many series and their total has half of the say about what all of them gain or lose."""
SHARED_RANGE: Final = (0.6, 1.6)


def totals_of(
    sold: NDArray[Any],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    full_weight: float,
    cap: Floats,
    group: Ints,
    counted: Flags,
) -> Ints:
    """The totals of `weekly` alone, of weeks that end on the last day."""
    weeks = len(sold) // WEEK
    totals = np.zeros((weeks, int(group.max(initial=-1)) + 1), dtype=np.int64)
    first = len(sold) - weeks * WEEK
    for start in range(0, sold.shape[1], BLOCK):
        here = slice(start, min(start + BLOCK, sold.shape[1]))
        _totals_of_block(
            np.ascontiguousarray(sold[first:, here], dtype=np.float32),
            np.ascontiguousarray(stocked_out[first:, here]),
            observed_from[here] - first,
            day_weight[first:],
            full_weight,
            cap[here],
            np.where(counted[here], group[here], -1),
            totals,
        )
    return totals


@njit(cache=True)
def _totals_of_block(
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    full_weight: float,
    cap: Floats,
    group: Ints,
    totals: Ints,
) -> None:
    usual = np.zeros(sold.shape[1])
    for week in range(totals.shape[0]):
        pieces, weight = np.zeros(sold.shape[1]), np.zeros(sold.shape[1])
        week_of_sales(week, sold, stocked_out, observed_from, day_weight, cap, pieces, weight)
        for i in range(sold.shape[1]):
            rate = usual_rate(usual, i, pieces[i], weight[i], full_weight)
            if group[i] >= 0:
                totals[week, group[i]] += counted_rate(rate)


def open_share(day_weight: Floats, full_weight: float) -> Floats:
    """How much of each whole week up to the last day the store was open."""
    weeks = len(day_weight) // WEEK
    recent = day_weight[len(day_weight) - weeks * WEEK :]
    return np.asarray(recent.reshape(weeks, WEEK).sum(axis=1) / full_weight)


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
