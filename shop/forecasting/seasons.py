"""The season of a year, foreseen from the year before: how each category's days ahead differ from now.

One year shows a season too thinly in a single series, so it is read from the totals of categories. The
ratio of a week a year ago to the four weeks up to this day a year ago is mixed with the whole store's, the
more the fewer pieces the category sold (the posterior mean of a gamma-Poisson rate: Gelman et al. 2013,
Bayesian Data Analysis, section 2.6). How far last year repeats itself is judged by what it would have told
on every earlier day for which both years are known: the slope of what came on what was foreseen, both as
logarithms, shrunk towards the store's slope and that towards none (ridge regression: Hastie, Tibshirani and
Friedman 2009, section 3.4.1). A category whose errors it does not lower has no season.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.plan_inputs import Season

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shop.demand import Forecasts
    from shop.plan_inputs import EarlierSales, Floats, Ints, Names, PlanInputs

WEEK: Final = 7
YEAR: Final = 52
"""Weeks; fifty-two of them keep the weekday."""
LEVEL_WEEKS: Final = 4
"""What is "now": the weeks whose mean the weeks ahead are compared with."""
AHEAD: Final = 50
"""Weeks ahead for which the year before knows a factor; the last one holds beyond."""
JUDGED_AHEAD: Final = (2, 4, 6, 8)
LIKE_THE_STORE: Final = 20.0
"""So many pieces a week of a category and the store's ratio have half of the say each."""
DOUBT: Final = 2.0
"""Squared logarithms of foreseen change that are worth as much as the belief that nothing repeats itself."""
LEAST_OPEN_DAYS: Final = 2
RANGE: Final = (0.05, 8.0)
EXACT: Final = 1024.0


def seasonal(forecasts: Forecasts, inputs: PlanInputs) -> Forecasts:
    """The forecasts with the season of each row's category; the same where the year before is unknown."""
    if inputs.season is None and not inputs.history.days:
        return forecasts
    names, group = np.unique(inputs.items.category.astype(str), return_inverse=True)
    factors = _factors(inputs, names, group)
    if factors is None or np.all(factors == 1.0):
        return forecasts
    return replace(forecasts, season=factors, season_group=group.astype(np.int64))


def _factors(inputs: PlanInputs, names: Names, group: Ints) -> Floats | None:
    if inputs.season is not None:
        place = {str(name): row for row, name in enumerate(inputs.season.category)}
        return inputs.season.factors[[place[str(name)] for name in names]]
    if inputs.earlier is None:
        return None
    return season_factors(_totals(inputs.earlier, category_sales(inputs, names, group), names))


def season_of(earlier: EarlierSales, parts: Sequence[tuple[Names, Floats]]) -> Season:
    """The seasons of a catalogue in parts, each with its categories and their `category_sales`.

    Adding up parts rounds nothing, so the seasons are those of the whole, however it was cut.
    """
    names = np.unique(np.concatenate([part for part, _ in parts]).astype(str))
    sold = np.zeros((parts[0][1].shape[0], len(names)))
    for part, pieces in parts:
        sold[:, np.searchsorted(names, part.astype(str))] += pieces
    return Season(category=names, factors=season_factors(_totals(earlier, sold, names)))


def category_sales(inputs: PlanInputs, names: Names, group: Ints) -> Floats:
    """Pieces sold on each day of each category, to a 1,024th, so that sums of sums are exact."""
    sold = np.asarray(inputs.history.sold, dtype=np.float64)
    sold = np.where(np.isfinite(sold) & (sold > 0), sold, 0.0)
    found = np.zeros((inputs.history.days, len(names)))
    for column in range(len(names)):
        found[:, column] = np.rint(sold[:, group == column] * EXACT).sum(axis=1) / EXACT
    return found


def season_demand(forecasts: Forecasts, days: Floats) -> Floats:
    """Pieces of the demand of the next `days` days that the season adds, or takes away."""
    if forecasts.season is None:
        return np.zeros(len(days))
    return np.asarray(forecasts.within(days) - forecasts.per_day()[0] * days)


def season_factors(totals: Floats) -> Floats:
    """Demand of each week ahead over that of now, (groups, `AHEAD`), from weekly totals of (weeks, groups).

    The last row is the week that ended yesterday; NaN where a week tells nothing. All ones where the totals
    do not reach back far enough, or where the season does not pay.

    >>> year = 100.0 + 80.0 * np.sin(np.arange(104) * 2.0 * np.pi / 52.0)
    >>> season_factors(np.full((104, 1), 100.0)).max()
    np.float64(1.0)
    >>> bool(season_factors(year[:, None])[0, 12] > 1.5)
    True
    """
    weeks, groups = totals.shape
    none = np.ones((groups, AHEAD))
    if weeks <= YEAR + 2 * LEVEL_WEEKS or groups == 0:
        return none
    known = _filled(totals)
    store = known.sum(axis=1, keepdims=True)
    strength = np.where(store.sum() > 0, _strengths(known, store), 0.0)
    told = _told(known, store, weeks - 1, np.arange(1, AHEAD + 1))
    return np.asarray(np.clip(np.exp(strength[:, None] * told.T), *RANGE))


def _strengths(known: Floats, store: Floats) -> Floats:
    """How far each group repeats its last year, 0 to 1."""
    told, came = _judged(known, store)
    both, square = (told * came).sum(axis=0), (told * told).sum(axis=0)
    whole_told, whole_came = _judged(store, store)
    shared = _slope(float((whole_told * whole_came).sum()), float((whole_told**2).sum()), 0.0)
    own = np.clip((both + DOUBT * shared) / (square + DOUBT), 0.0, 1.0)
    flat = (came**2).sum(axis=0)
    pays = ((came - own * told) ** 2).sum(axis=0) < flat
    return np.where(pays, own, 0.0)


def _slope(both: float, square: float, prior: float) -> float:
    return float(np.clip((both + DOUBT * prior) / (square + DOUBT), 0.0, 1.0))


def _judged(known: Floats, store: Floats) -> tuple[Floats, Floats]:
    """What last year told and what came, as logarithms, for every day on which both can be known."""
    weeks = len(known)
    origins = np.arange(YEAR + LEVEL_WEEKS, weeks - 1 - min(JUDGED_AHEAD))
    told, came = [], []
    for origin in origins:
        ahead = np.array([step for step in JUDGED_AHEAD if origin + step + 1 < weeks])
        told.append(_told(known, store, int(origin), ahead))
        came.append(_change(known, store, int(origin), origin + ahead))
    if not told:
        return np.zeros((0, known.shape[1])), np.zeros((0, known.shape[1]))
    return np.concatenate(told), np.concatenate(came)


def _told(known: Floats, store: Floats, origin: int, ahead: Ints) -> Floats:
    """What the year before tells, at an origin, of the weeks `ahead`: (len(ahead), groups), logarithms."""
    return _change(known, store, origin - YEAR, origin - YEAR + ahead)


def _change(known: Floats, store: Floats, origin: int, weeks: Ints) -> Floats:
    """Logarithm of three weeks' mean around each of `weeks` over the four weeks up to `origin`."""
    last = len(known) - 1
    near = np.minimum(weeks[:, None] + np.array([-1, 0, 1]), last)
    now = known[max(origin - LEVEL_WEEKS + 1, 0) : origin + 1].mean(axis=0)
    then = known[near].mean(axis=1)
    store_now = float(store[max(origin - LEVEL_WEEKS + 1, 0) : origin + 1].mean())
    ratio = (store[near].mean(axis=1) + LIKE_THE_STORE) / (store_now + LIKE_THE_STORE)
    return np.asarray(np.log((then + LIKE_THE_STORE * ratio) / (now + LIKE_THE_STORE)))


def _filled(totals: Floats) -> Floats:
    """Weeks that tell nothing between their neighbours; a group without any week at 0."""
    found = np.array(totals, dtype=np.float64)
    place = np.arange(len(found))
    for column in found.T:
        known = ~np.isnan(column)
        column[~known] = np.interp(place[~known], place[known], column[known]) if known.any() else 0.0
    return found


def _totals(earlier: EarlierSales, sold: Floats, names: Names) -> Floats:
    """Pieces of each week and category, the year before and the history, weeks that end yesterday."""
    before = np.zeros((earlier.days, len(names)))
    place = {str(name): column for column, name in enumerate(names)}
    for column, name in enumerate(earlier.category):
        if str(name) in place:
            before[:, place[str(name)]] = earlier.pieces[:, column]
    days = np.concatenate((before, sold))
    weeks = len(days) // WEEK
    return weekly_means(days[len(days) - weeks * WEEK :].reshape(weeks, WEEK, -1))


def weekly_means(days: Floats) -> Floats:
    """Pieces a week from (weeks, days, groups), by the days that are known; NaN with under two of them."""
    known = ~np.isnan(days)
    count = known.sum(axis=1)
    total = np.where(known, days, 0.0).sum(axis=1)
    return np.where(count >= LEAST_OPEN_DAYS, total * WEEK / np.maximum(count, 1), np.nan)
