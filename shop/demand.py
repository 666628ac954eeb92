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

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.forecasting.back_test import LOSSES, shares_of_weeks
from shop.forecasting.columns import DemandClass, Method
from shop.forecasting.fits import Fits, SeriesFigures, fit
from shop.forecasting.open_days import Calendar, calendar_of
from shop.forecasting.shared import Exact, GroupSums, Shared, prior_of, store_days
from shop.forecasting.totals import open_share, shared_change, total_forecast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

__all__ = ["DemandClass", "Fits", "Forecasts", "Method", "finished", "forecast", "shared_of"]

PRIOR_DAYS: Final = (3.0, 60.0)
LEAST_MEMBERS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts(SeriesFigures):
    """One demand distribution per series; pieces per open day of weight 1.

    `weekday_weights` (Monday first) are the store's: 0 on weekdays without sales, 1 on average over the
    open ones. `mean` and `variance` times the weights of the days ahead give the demand of a horizon.
    `season` is by how much the demand of each week ahead (columns) differs from now in each group (rows),
    `season_group` the group of each series; None where no season is known (`shop/forecasting/seasons.py`).
    """

    weekday_weights: Floats
    next_weekday: int
    share_of_weeks: Floats | None = None
    back_test: Floats | None = None
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
    calendar = calendar_of(store_days(sold), first_weekday)
    fits, sums, _ = fit(sold, stocked_out, observed_from, category, calendar)
    return finished(fits, category, shared_of(sums, calendar), calendar)


def shared_of(sums: GroupSums, calendar: Calendar) -> Shared:
    """What the store and each category gain or lose as a whole, and what young series lean on."""
    seen, full = open_share(calendar.day_weight, calendar.full_weight), calendar.full_weight
    store = total_forecast(sums.weeks.sum(axis=1, keepdims=True), seen, full)
    whole = Exact(sums.selling.whole.sum(keepdims=True), sums.selling.rest.sum(keepdims=True)).value()
    factor = shared_change(whole, sums.sellers.sum(keepdims=True), store)
    own = total_forecast(sums.weeks, seen, full)
    factor = factor * shared_change(sums.selling.value() * factor, sums.sellers, own)
    return prior_of(sums, factor)


def finished(fits: Fits, category: Ints, shared: Shared, calendar: Calendar) -> Forecasts:
    """The forecasts of fitted series beside all others; `category` are rows of `shared`."""
    fits = _weighed(fits, category, shared)
    mean, variance, level_variance, method = _shrink_young(fits, category, shared)
    factor = np.where(fits.selling, shared.factor[category], 1.0)
    mean, variance = mean * factor, variance * factor
    ended = fits.demand_class == DemandClass.ENDED
    for figures in (mean, variance, level_variance):
        figures[ended] = 0.0
    told = {one.name: getattr(fits, one.name) for one in fields(fits) if one.name != "by_weeks"}
    told |= {"mean": mean, "variance": variance, "level_variance": level_variance, "method": method}
    return Forecasts(**told, weekday_weights=calendar.weekday_weights, next_weekday=calendar.next_weekday)


def _weighed(fits: Fits, category: Ints, shared: Shared) -> Fits:
    """The fits with days and weeks counting as far as each series' back-test and its class speak for them."""
    selling = fits.selling
    if not selling.any():
        return fits
    kind, here = fits.demand_class[selling], category[selling]
    members = shared.judged[here, kind].astype(np.float64)
    share = np.full(len(selling), 0.5)
    back_test = fits.back_test[selling].astype(np.float64)
    sums = shared.losses[here, kind]
    share[selling] = shares_of_weeks(back_test, sums[:, :LOSSES], members)
    both = np.column_stack((fits.mean, fits.variance, fits.level_variance))
    by_days = np.maximum(2.0 * both - fits.by_weeks, 0.0)
    of = share[:, None]
    sure = np.where(selling, shared.wandering[category], 1.0)
    found = np.where(selling[:, None], of * fits.by_weeks + (1.0 - of) * by_days, both)
    mean, variance, level = (np.ascontiguousarray(column) for column in found.T)
    return replace(
        fits,
        mean=mean,
        variance=np.maximum(variance, mean),
        level_variance=level * sure,
        share_of_weeks=share,
    )


def _shrink_young(
    fits: Fits, category: Ints, shared: Shared
) -> tuple[Floats, Floats, Floats, NDArray[np.uint8]]:
    """Mean, variance, level variance and method, those of young series mixed with their category's.

    The credibility estimate n/(n + k) of n observed days, k = variance within series / variance between
    them (Buhlmann 1967), kept between 3 and 60 days. What is not known yet about a new product, how far it
    lies from its category's mean, stays in the level variance: (1 - n/(n + k)) times the variance between.
    """
    mean, variance, level = fits.mean.copy(), fits.variance.copy(), fits.level_variance.copy()
    usable = (fits.demand_class == DemandClass.NEW) & (shared.members[category] >= LEAST_MEMBERS)
    here = shared.of(category[usable])
    prior_days = np.clip(here.within / np.maximum(here.between, 1e-9), *PRIOR_DAYS)
    observed = fits.observed_days[usable]
    trust = observed / (observed + prior_days)
    mean[usable] = trust * mean[usable] + (1 - trust) * here.mean
    variance[usable] = trust * variance[usable] + (1 - trust) * here.within
    level[usable] = (1 - trust) * here.between
    method = np.where(usable, np.uint8(Method.CATEGORY), fits.method)
    return mean, np.maximum(variance, mean), level, method
