"""Every series fitted by itself from its whole history; with its state, from which the next day goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.demand_fit import fit_block, nothing_kept
from shop.forecasting.back_test import origins_of
from shop.forecasting.columns import (
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
)
from shop.forecasting.shared import GroupSums, group_sums
from shop.forecasting.states import SeriesStates
from shop.forecasting.totals import totals_of
from shop.forecasting.weeks import Weekly, weekly

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.forecasting.open_days import Calendar
    from shop.plan_inputs import Flags, Floats, Ints

BLOCK: Final = 256
DEAD_INTERVALS: Final = 8.0
DEAD_DAYS: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFigures:
    """What is known of each series: its demand, and what that was found from. Arrays of one entry each."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits(SeriesFigures):
    """What each series tells by itself, before it is set beside the others."""

    by_weeks: Floats
    back_test: Floats
    share_of_weeks: Floats

    @property
    def known(self) -> Flags:
        """Series that were seen long enough to tell something of others."""
        young = (self.demand_class == DemandClass.NEW) | (self.demand_class == DemandClass.NONE)
        return np.asarray(~young)

    @property
    def selling(self) -> Flags:
        """Those of them that have not ended."""
        return np.asarray(self.known & (self.demand_class != DemandClass.ENDED))


def fit(
    sold: NDArray[Any],
    stocked_out: Flags,
    observed_from: Ints,
    category: Ints,
    calendar: Calendar,
    week_days: int = 0,
) -> tuple[Fits, GroupSums, SeriesStates]:
    """Fit every series by itself; and what those of each category sum up to. Arguments as in `forecast`.

    The last `week_days` days begin a week that is not over yet.
    """
    days = sold.shape[0]
    origins = origins_of(days - week_days)
    raw = _fitted_by_days(sold, stocked_out, observed_from, calendar, origins)
    fits = by_days_alone(raw.found, raw.codes, observed_from <= days)
    behind = (raw.found[:, CAP], category, fits.selling)
    seen = (sold, stocked_out, observed_from, calendar.day_weight, calendar.full_weight)
    week = weekly(*seen, *behind, origins, raw.by_days, week_days)
    totals = totals_of(*seen, *behind) if week_days else week.totals
    fits = combined(fits, np.maximum(np.column_stack(week.daily()), 0.0), week.back_test)
    return fits, sums_of(fits, category, totals), _state_of(raw, week, fits)


@dataclass(frozen=True, slots=True)
class _ByDays:
    """What the daily method found: figures and codes a series, what it goes on from, its past forecasts."""

    found: Floats
    codes: NDArray[np.uint8]
    kept: Floats
    smoothing: Floats
    by_days: Floats


def _fitted_by_days(
    sold: NDArray[Any], stocked_out: Flags, observed_from: Ints, calendar: Calendar, origins: Ints
) -> _ByDays:
    series = sold.shape[1]
    kept, smoothing = nothing_kept(series)
    raw = _ByDays(
        np.zeros((series, WIDTH)),
        np.zeros((series, 2), dtype=np.uint8),
        kept,
        smoothing,
        np.zeros((len(origins), series, 3)),
    )
    for start in range(0, series, BLOCK):
        here = slice(start, min(start + BLOCK, series))
        fit_block(
            np.ascontiguousarray(sold[:, here], dtype=np.float32),
            np.ascontiguousarray(stocked_out[:, here]),
            observed_from[here],
            calendar.day_weight,
            calendar.largest_usual,
            raw.found[here],
            raw.codes[here],
            origins,
            raw.by_days[:, here],
            kept[here],
            smoothing[here],
        )
    return raw


def _state_of(raw: _ByDays, week: Weekly, fits: Fits) -> SeriesStates:
    """What the next night goes on from."""
    series = len(raw.found)
    return SeriesStates(
        found=raw.found,
        codes=raw.codes,
        kept=raw.kept,
        smoothing=raw.smoothing,
        models=week.beliefs.models,
        own=week.beliefs.own,
        week=week.week,
        back_test=fits.back_test.astype(np.float32),
        told=np.column_stack((fits.mean, fits.variance, fits.level_variance)),
        alarm=np.zeros((series, 2)),
        digest=np.zeros(series, dtype=np.uint64),
    )


def by_days_alone(found: Floats, codes: NDArray[np.uint8], there: Flags) -> Fits:
    """The fits of the daily method; `there` are series of which the store has a trace."""
    demand_class = codes[:, 0].copy()
    demand_class[(found[:, OBSERVED] == 0) & there] = DemandClass.NEW
    demand_class[_ended(found, demand_class)] = DemandClass.ENDED
    return Fits(
        mean=found[:, MEAN].copy(),
        variance=found[:, VARIANCE].copy(),
        level_variance=found[:, LEVEL_VARIANCE].copy(),
        demand_class=demand_class,
        method=codes[:, 1].copy(),
        alpha=found[:, ALPHA].copy(),
        observed_days=found[:, OBSERVED].astype(np.int64),
        censored_days=found[:, CENSORED].astype(np.int64),
        sale_days=found[:, SALES].astype(np.int64),
        days_since_sale=found[:, SINCE].astype(np.int64),
        spikes=found[:, SPIKES].astype(np.int64),
        spike_cap=found[:, CAP].copy(),
        by_weeks=np.zeros((len(found), 3)),
        back_test=np.zeros((len(found), 0), dtype=np.float32),
        share_of_weeks=np.full(len(found), 0.5),
    )


def combined(fits: Fits, by_weeks: Floats, back_test: NDArray[Any]) -> Fits:
    """The mean of daily method and weekly mixture; equal weights are hard to beat (Bates, Granger 1969)."""
    by_days = np.column_stack((fits.mean, fits.variance, fits.level_variance))
    both = np.where(fits.selling[:, None], 0.5 * (by_days + by_weeks), by_days)
    mean, variance, level = (np.ascontiguousarray(column) for column in both.T)
    return replace(
        fits,
        mean=mean,
        variance=variance,
        level_variance=level,
        by_weeks=by_weeks,
        back_test=back_test.astype(np.float32),
    )


def sums_of(fits: Fits, category: Ints, totals: Ints) -> GroupSums:
    """What the fits of each category sum up to; `totals` as in `Weekly`."""
    return group_sums(
        fits.mean,
        fits.variance,
        category,
        fits.known,
        fits.selling,
        totals,
        fits.demand_class.astype(np.int64),
        fits.back_test,
    )


def _ended(found: Floats, demand_class: NDArray[np.uint8]) -> Flags:
    """No sale for eight of its own intervals and at least 120 observed days, or none ever."""
    observed, sales, since = found[:, OBSERVED], found[:, SALES], found[:, SINCE]
    interval = observed / np.maximum(sales, 1.0)
    grown = (demand_class != DemandClass.NEW) & (demand_class != DemandClass.NONE)
    silent = since >= np.maximum(DEAD_INTERVALS * interval, DEAD_DAYS)
    return np.asarray(grown & (silent | (sales == 0)))
