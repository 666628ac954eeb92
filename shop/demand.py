"""Daily sales -> a demand distribution per SKU-location, for the whole catalogue in one compiled pass.

The history is a matrix of days (rows) x series (columns), read in blocks of columns so that each day's
block is contiguous. A day counts as an observation of a series when the store was open and the shelf was
not empty (sales on an empty shelf are less than demand: censored days are left out, not read as zero).

Methods. Smooth and erratic demand: simple exponential smoothing (SES), the smoothing constant from a grid
by squared one-step error. Intermittent and lumpy demand (Syntetos, Boylan and Croston 2005, JORS 56: average
interval 1.32, squared coefficient of variation 0.49): Croston with the Syntetos-Boylan correction (SBA), or,
after an unusually long pause, Teunter-Syntetos-Babai (TSB 2011, EJOR 214), which decays. Each is averaged
with a mixture of dynamic models of the weeks, and what the store and each category gain or lose as a whole
scales all of their grown series (`shop/forecasting/weeks.py`). Young series are shrunk towards the mean of
their category.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.demand_fit import (
    ALPHA,
    CAP,
    CENSORED,
    LEVEL_VARIANCE,
    MEAN,
    OBSERVED,
    SALES,
    SINCE,
    SPIKES,
    VARIANCE,
    WIDTH,
    DemandClass,
    Method,
    fit_block,
)
from shop.forecasting.weeks import Weekly, shared_change, total_forecast, weekly

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

__all__ = ["DemandClass", "Forecasts", "Method", "forecast", "open_mask", "weekday_weights"]

BLOCK: Final = 256
PRIOR_DAYS: Final = (3.0, 60.0)
LEAST_MEMBERS: Final = 2
DEAD_INTERVALS: Final = 8.0
DEAD_DAYS: Final = 120.0
OPEN_WEEKDAY_SHARE: Final = 0.05
WEEKDAY_WEEKS: Final = 26
WEEKDAY_PRIOR_SALES: Final = 200.0
LEAST_OPEN_DAYS: Final = 16
LEAST_SALE_DAYS: Final = 56
CLOSING_SHOWS_FROM: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """One demand distribution per series; pieces per open day of weight 1.

    `weekday_weights` (Monday first) are the store's: 0 on weekdays without sales, 1 on average over the
    open ones. `mean` and `variance` times the weights of the days ahead give the demand of a horizon.
    `season` is by how much the demand of each week ahead (columns) differs from now in each group (rows),
    `season_group` the group of each series; None where no season is known (`shop/forecasting/seasons.py`).
    """

    mean: Floats
    variance: Floats
    level_variance: Floats
    demand_class: NDArray[np.uint8]
    method: NDArray[np.uint8]
    alpha: Floats
    observed_days: Ints
    censored_days: Ints
    sale_days: Ints
    days_since_sale: Ints
    spikes: Ints
    spike_cap: Floats
    weekday_weights: Floats
    next_weekday: int
    season: Floats | None = None
    season_group: Ints | None = None

    def weight_of(self, days: Floats) -> Floats:
        """The weight of the next `days` calendar days (fractions allowed), one number per entry."""
        whole = int(np.ceil(days.max(initial=0.0))) + 1
        daily = self.weekday_weights[(self.next_weekday + np.arange(whole)) % 7]
        return np.interp(days, np.arange(whole + 1), np.concatenate(([0.0], np.cumsum(daily))))

    def over(self, days: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the demand of the next `days` days, one horizon per series.

        A wrong level is wrong on every day alike, so its variance grows with the square of the horizon.
        """
        weight = self._seasonal_weight(days)
        return self.mean * weight, self.variance * weight + self.level_variance * weight**2

    def within(self, days: Floats | float) -> Floats:
        """Pieces of the next `days` days at the mean of a usual day, and as the season lets them sell."""
        usual = self.per_day()[0] * days
        if self.season is None:
            return np.asarray(usual)
        horizon = np.broadcast_to(np.asarray(days, dtype=np.float64), self.mean.shape)
        plain = self.weight_of(horizon)
        return np.asarray(usual * self._seasonal_weight(horizon) / np.where(plain > 0, plain, 1.0))

    def _seasonal_weight(self, days: Floats) -> Floats:
        if self.season is None or self.season_group is None:
            return self.weight_of(days)
        whole = int(np.ceil(days.max(initial=0.0))) + 1
        daily = self.weekday_weights[(self.next_weekday + np.arange(whole)) % 7]
        week = np.minimum(np.arange(whole) // 7, self.season.shape[1] - 1)
        reached = np.zeros((len(self.season), whole + 1))
        np.cumsum(self.season[:, week] * daily, axis=1, out=reached[:, 1:])
        full = np.floor(days).astype(np.int64)
        below = reached[self.season_group, full]
        above = reached[self.season_group, np.minimum(full + 1, whole)]
        return np.asarray(below + (days - full) * (above - below))

    def per_day(self) -> tuple[Floats, Floats]:
        """Mean and variance of an average calendar day."""
        share = float(self.weekday_weights.mean())
        return self.mean * share, self.variance * share


def forecast(
    sold: NDArray[Any],
    stocked_out: Flags,
    observed_from: Ints,
    category: Ints,
    first_weekday: int,
) -> Forecasts:
    """Forecast distributions from daily pieces `sold` (days x series) and the days of an empty shelf.

    `observed_from` is the first day (row) on which a series was there; `category` groups series for the
    prior of young ones; `first_weekday` is the weekday of row 0 (Monday = 0).
    """
    days, series = sold.shape
    weights = weekday_weights(sold, first_weekday)
    open_days = open_mask(sold, first_weekday, weights)
    day_weight = np.where(open_days, weights[(first_weekday + np.arange(days)) % 7], 0.0)
    store_limit = largest_usual_size(sold)
    found = np.zeros((series, WIDTH), dtype=np.float64)
    codes = np.zeros((series, 2), dtype=np.uint8)
    for start in range(0, series, BLOCK):
        here = slice(start, min(start + BLOCK, series))
        fit_block(
            np.ascontiguousarray(sold[:, here], dtype=np.float32),
            np.ascontiguousarray(stocked_out[:, here]),
            observed_from[here],
            day_weight,
            store_limit,
            found[here],
            codes[here],
        )
    unseen = (found[:, OBSERVED] == 0) & (observed_from <= days)
    codes[unseen, 0] = DemandClass.NEW
    ended = _ended(found, codes)
    grown = (codes[:, 0] >= DemandClass.SMOOTH) & (found[:, SALES] > 0) & ~ended
    full_weight = float(weights.sum())
    cap = found[:, CAP]
    week = weekly(sold, stocked_out, observed_from, day_weight, full_weight, cap, category, grown)
    _combine(found, grown, week)
    mean, variance, level_variance = _shrink_young(found, codes, category)
    codes[ended, 0] = DemandClass.ENDED
    shared = _shared(mean, week, category, grown)
    mean, variance = mean * shared, variance * shared
    for figures in (mean, variance, level_variance):
        figures[ended] = 0.0
    return Forecasts(
        mean=mean,
        variance=variance,
        level_variance=level_variance,
        demand_class=codes[:, 0].copy(),
        method=codes[:, 1].copy(),
        alpha=found[:, ALPHA].copy(),
        observed_days=found[:, OBSERVED].astype(np.int64),
        censored_days=found[:, CENSORED].astype(np.int64),
        sale_days=found[:, SALES].astype(np.int64),
        days_since_sale=found[:, SINCE].astype(np.int64),
        spikes=found[:, SPIKES].astype(np.int64),
        spike_cap=found[:, CAP].copy(),
        weekday_weights=weights,
        next_weekday=(first_weekday + days) % 7,
    )


def weekday_weights(sold: NDArray[Any], first_weekday: int) -> Floats:
    """The store's weekly pattern, Monday first: 0 for weekdays it does not sell on, mean 1 over the others.

    From the number of series that sold on each weekday in the last half year, so that one bulk order does
    not make a weekday. With under four weeks of sales every day weighs 1.
    """
    days = sold.shape[0]
    recent = np.arange(max(0, days - 7 * WEEKDAY_WEEKS), days)
    sellers = np.count_nonzero(sold[recent], axis=1).astype(np.float64)
    if np.count_nonzero(sellers) < LEAST_OPEN_DAYS or sellers.sum() < LEAST_SALE_DAYS:
        return np.ones(7)
    weekday = (first_weekday + recent) % 7
    totals = np.bincount(weekday, weights=sellers, minlength=7)
    counts = np.maximum(np.bincount(weekday[sellers > 0], minlength=7), 1)
    held = np.bincount(weekday[sellers > 0], minlength=7) >= 0.2 * np.bincount(weekday, minlength=7)
    pattern = np.where(held, totals / counts, 0.0)
    pattern[pattern < OPEN_WEEKDAY_SHARE * pattern.max()] = 0.0
    open_weekdays = pattern > 0
    share = pattern / pattern[open_weekdays].mean()
    # Few sales say little about a weekday: its weight stays near 1 until there are hundreds of them.
    trust = totals / (totals + WEEKDAY_PRIOR_SALES)
    return np.asarray(np.where(open_weekdays, 1.0 + trust * (share - 1.0), 0.0))


def open_mask(sold: NDArray[Any], first_weekday: int, weights: Floats) -> Flags:
    """Days on which the store sold: not the closed weekdays, and no day on which nothing sold at all.

    A store so small that one open day in five passes without a sale has no visible closing days: there
    all days of open weekdays count.
    """
    days = sold.shape[0]
    regular = weights[(first_weekday + np.arange(days)) % 7] > 0
    sold_something: Flags = np.asarray((sold > 0).any(axis=1))
    share = float(np.mean(sold_something[regular])) if regular.any() else 0.0
    return regular & sold_something if share >= CLOSING_SHOWS_FROM else regular


def largest_usual_size(sold: NDArray[Any]) -> float:
    """Logarithm of the largest sale that is no wonder in this store: mean + 4.5 deviations of all sizes."""
    sizes = np.log(sold[sold > 0].astype(np.float64))
    return float(sizes.mean() + 4.5 * max(float(sizes.std()), 0.35)) if len(sizes) else math.inf


def _combine(found: Floats, grown: Flags, week: Weekly) -> None:
    """The mean of daily method and weekly mixture; equal weights are hard to beat (Bates, Granger 1969)."""
    for column, figures in zip((MEAN, VARIANCE, LEVEL_VARIANCE), week.daily(), strict=True):
        found[grown, column] = 0.5 * (found[grown, column] + np.maximum(figures[grown], 0.0))


def _shared(mean: Floats, week: Weekly, category: Ints, grown: Flags) -> Floats:
    """What the store and each category gain or lose as a whole, as a factor of each series."""
    store = total_forecast(week.totals.sum(axis=1, keepdims=True), week)
    factor = shared_change(mean, store, np.zeros(len(mean), dtype=np.int64), grown)
    factor = factor * shared_change(mean * factor, total_forecast(week.totals, week), category, grown)
    return np.where(grown, factor, 1.0)


def _shrink_young(found: Floats, codes: NDArray[np.uint8], category: Ints) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and level variance, those of young series mixed with their category's.

    The credibility estimate n/(n + k) of n observed days, k = variance within series / variance between
    them (Buhlmann 1967), kept between 3 and 60 days. What is not known yet about a new product, how far it
    lies from its category's mean, stays in the level variance: (1 - n/(n + k)) times the variance between.
    """
    mean, variance, level = found[:, MEAN].copy(), found[:, VARIANCE].copy(), found[:, LEVEL_VARIANCE].copy()
    young = codes[:, 0] == DemandClass.NEW
    grown = ~young & (codes[:, 0] != DemandClass.NONE)
    groups = int(category.max(initial=-1)) + 1
    members = np.bincount(category[grown], minlength=groups)
    inside = _category_mean(mean, category, grown, groups)
    between = _category_mean((mean - inside[category]) ** 2, category, grown, groups)
    within = _category_mean(variance, category, grown, groups)
    usable = young & (members[category] >= LEAST_MEMBERS)
    here = category[usable]
    prior_days = np.clip(within[here] / np.maximum(between[here], 1e-9), *PRIOR_DAYS)
    observed = found[usable, OBSERVED]
    trust = observed / (observed + prior_days)
    mean[usable] = trust * mean[usable] + (1 - trust) * inside[here]
    variance[usable] = trust * variance[usable] + (1 - trust) * within[here]
    level[usable] = (1 - trust) * between[here]
    codes[usable, 1] = Method.CATEGORY
    return mean, np.maximum(variance, mean), level


def _category_mean(values: Floats, category: Ints, where: Flags, groups: int) -> Floats:
    totals = np.bincount(category[where], weights=values[where], minlength=groups)
    return np.asarray(totals / np.maximum(np.bincount(category[where], minlength=groups), 1))


def _ended(found: Floats, codes: NDArray[np.uint8]) -> Flags:
    """No sale for eight of its own intervals and at least 120 observed days, or none ever."""
    observed, sales, since = found[:, OBSERVED], found[:, SALES], found[:, SINCE]
    interval = observed / np.maximum(sales, 1.0)
    grown = (codes[:, 0] != DemandClass.NEW) & (codes[:, 0] != DemandClass.NONE)
    silent = since >= np.maximum(DEAD_INTERVALS * interval, DEAD_DAYS)
    return np.asarray(grown & (silent | (sales == 0)))
