"""One more day taken into the states of series, in time linear in the new days; and when a fit is due.

A series is fitted anew, from its whole history, where its state does not stand for that any more:

* a day that was learnt has changed since (its digest differs), or the series was not there;
* what is kept does not tell how it would be fitted: a bulk order came, or sales that were too far apart to
  be smoothed no longer are;
* it drifts: the cumulated standardised errors of its forecasts for the next day leave the usual range (two-
  sided CUSUM, Page 1954, Biometrika 41; reference value 0.5 and decision interval 5 deviations as in
  Montgomery 2013, Introduction to Statistical Quality Control, 9.1, an error counting with at most 3).

All are fitted anew when the last fit of all is `REFIT_DAYS` old, the store's week has another pattern, or a
day that was learnt as open turns out to have been closed, or the other way round.
Otherwise the state gives, to the last bit, what a fit of the whole history gives that began on the same day,
with the same calendar and the same back-test (`tests/shop/test_states.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop import demand_fit
from shop.compiled import njit
from shop.forecasting import weeks
from shop.forecasting.beliefs import Beliefs, moments
from shop.forecasting.columns import CAP
from shop.forecasting.fits import BLOCK, Fits, by_days_alone, combined, fit, sums_of
from shop.forecasting.states import REFIT_DAYS, SeriesStates, States, digests
from shop.forecasting.totals import totals_of
from shop.forecasting.weeks import WEEK, begun

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from shop.forecasting.open_days import Calendar
    from shop.forecasting.shared import GroupSums
    from shop.plan_inputs import Flags, Floats, Ints

REFERENCE = 0.5
DECISION: Final = 5.0
FARTHEST = 3.0
WEEKDAY_MOVED: Final = 0.05
"""A weekday whose weight has moved by more is another week: everything is fitted anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """The whole history of some series: days x series, of which `starts_on` is the first day."""

    names: tuple[str, ...]
    sold: NDArray[Any]
    stocked_out: Flags
    observed_from: Ints
    category: Ints
    starts_on: date

    @property
    def until(self) -> date:
        """The day after the last one."""
        return self.starts_on + timedelta(days=len(self.sold))


@dataclass(frozen=True, slots=True)
class Counts:
    """How the forecasts of series were found: gone on from their states, or fitted, and why."""

    updated: int = 0
    fitted: int = 0
    corrected: int = 0
    outgrown: int = 0
    drifted: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.updated + other.updated,
            self.fitted + other.fitted,
            self.corrected + other.corrected,
            self.outgrown + other.outgrown,
            self.drifted + other.drifted,
        )


@dataclass(frozen=True, slots=True)
class Learnt:
    """Fits of all series, what they sum up to, the states for the next day, and how they were found."""

    fits: Fits
    sums: GroupSums
    states: States
    counts: Counts


def usable(states: States | None, sales: Sales, calendar: Calendar) -> bool:
    """Whether the states of an earlier day may be gone on from, as far as all series share."""
    if states is None or not states.names or states.due(sales.until):
        return False
    if not sales.starts_on <= states.checked_from < states.until:
        return False
    moved = np.abs(states.weekday_weights - calendar.weekday_weights).max()
    was_open = _was_open(sales, calendar, states.checked_from, states.until)
    return bool(moved <= WEEKDAY_MOVED and np.array_equal(states.was_open, was_open))


def _was_open(sales: Sales, calendar: Calendar, since: date, until: date) -> Flags:
    """For each day from the first on, without the last, whether the store sold."""
    first, end = (since - sales.starts_on).days, (until - sales.starts_on).days
    return np.asarray(calendar.day_weight[first:end] > 0.0)


def learnt(states: States | None, sales: Sales, calendar: Calendar) -> Learnt:
    """Go on from the states where they may be, fit the others; without usable states, fit all."""
    if states is None or not usable(states, sales, calendar):
        return _fitted(sales, calendar)
    before, known = states.of(sales.names)
    new = (sales.until - states.until).days
    series = before.series.rows(np.arange(len(sales.names)))
    corrected = known & (_digest(sales, states.checked_from, new) != series.digest)
    _watch(series.alarm, series.told, *_days(sales, calendar, new))
    drifted = known & (series.alarm.max(axis=1) > DECISION)
    outgrown = np.zeros(len(sales.names), dtype=bool)
    _go_on(series, sales, calendar, new, states.week_days, outgrown)
    again = ~known | corrected | outgrown | drifted
    week_days = (states.week_days + new) % WEEK
    fits = _fits(series, sales, calendar)
    if again.any():
        part, _, fresh = fit(
            sales.sold[:, again],
            sales.stocked_out[:, again],
            sales.observed_from[again],
            sales.category[again],
            calendar,
            week_days,
        )
        series, fits = series.with_rows(again, fresh), _with_rows(fits, again, part)
    told = np.column_stack((fits.mean, fits.variance, fits.level_variance))
    learnt_from = replace(calendar, weekday_weights=states.weekday_weights)
    after = _states(replace(series, told=told), sales, learnt_from, states.fitted_on, week_days)
    counts = Counts(
        updated=int((~again).sum()),
        fitted=int((~known).sum()),
        corrected=int(corrected.sum()),
        outgrown=int((outgrown & known & ~corrected).sum()),
        drifted=int((drifted & ~corrected & ~outgrown).sum()),
    )
    return Learnt(fits, sums_of(fits, sales.category, _totals(fits, sales, calendar)), after, counts)


def _fitted(sales: Sales, calendar: Calendar) -> Learnt:
    fits, sums, series = fit(sales.sold, sales.stocked_out, sales.observed_from, sales.category, calendar)
    states = _states(series, sales, calendar, sales.until, 0)
    return Learnt(fits, sums, states, Counts(fitted=len(sales.names)))


def _states(
    series: SeriesStates, sales: Sales, calendar: Calendar, fitted_on: date, week_days: int
) -> States:
    checked_from = sales.starts_on + timedelta(days=REFIT_DAYS)
    return States(
        names=sales.names,
        series=replace(series, digest=_digest(sales, checked_from, 0)),
        until=sales.until,
        fitted_on=fitted_on,
        checked_from=checked_from,
        week_days=week_days,
        weekday_weights=calendar.weekday_weights,
        was_open=_was_open(sales, calendar, checked_from, sales.until),
    )


def _digest(sales: Sales, first_day: date, new: int) -> NDArray[np.uint64]:
    """The names of the days from `first_day` on, without the last `new`."""
    first = (first_day - sales.starts_on).days
    days = slice(first, len(sales.sold) - new)
    return digests(sales.sold[days], sales.stocked_out[days], sales.observed_from - first)


def _days(sales: Sales, calendar: Calendar, new: int) -> tuple[Any, Flags, Ints, Floats]:
    """Sales, empty shelves, first days and weights of the last `new` days."""
    first = len(sales.sold) - new
    return (
        np.ascontiguousarray(sales.sold[first:], dtype=np.float32),
        np.ascontiguousarray(sales.stocked_out[first:]),
        sales.observed_from - first,
        calendar.day_weight[first:],
    )


@njit(cache=True)
def _watch(
    alarm: Floats, told: Floats, sold: Any, stocked_out: Flags, observed_from: Ints, day_weight: Floats
) -> None:
    """Add the errors of the forecast made before the new days to the two sums of each series."""
    for t in range(sold.shape[0]):
        weight = day_weight[t]
        for k in range(sold.shape[1]):
            spread = told[k, 1] * weight + told[k, 2] * weight * weight
            if weight <= 0.0 or t < observed_from[k] or stocked_out[t, k] or spread <= 0.0:
                continue
            error = (float(sold[t, k]) - told[k, 0] * weight) / np.sqrt(spread)
            error = min(max(error, -FARTHEST), FARTHEST)
            alarm[k, 0] = max(alarm[k, 0] + error - REFERENCE, 0.0)
            alarm[k, 1] = max(alarm[k, 1] - error - REFERENCE, 0.0)


def _go_on(
    series: SeriesStates, sales: Sales, calendar: Calendar, new: int, week_days: int, outgrown: Flags
) -> None:
    sold, stocked_out, since, weight = _days(sales, calendar, new)
    for start in range(0, len(series), BLOCK):
        here = slice(start, min(start + BLOCK, len(series)))
        asked = np.ascontiguousarray(sold[:, here]), np.ascontiguousarray(stocked_out[:, here])
        demand_fit.go_on(
            *asked,
            since[here],
            weight,
            calendar.largest_usual,
            series.found[here],
            series.codes[here],
            series.kept[here],
            series.smoothing[here],
            outgrown[here],
        )
        weeks.go_on(
            *asked,
            since[here],
            weight,
            calendar.full_weight,
            np.ascontiguousarray(series.found[here, CAP]),
            series.models[here],
            series.own[here],
            series.week[here],
            week_days,
        )


def _fits(series: SeriesStates, sales: Sales, calendar: Calendar) -> Fits:
    full = calendar.full_weight
    mean, variance, level, drift = moments(begun(Beliefs(series.models, series.own), series.week, full), 1.0)
    by_weeks = np.column_stack((mean / full, variance / full, (level + drift) / full**2))
    fits = by_days_alone(series.found, series.codes, sales.observed_from <= len(sales.sold))
    return combined(fits, np.maximum(by_weeks, 0.0), series.back_test)


def _with_rows(fits: Fits, chosen: Flags, other: Fits) -> Fits:
    found = {one.name: getattr(fits, one.name).copy() for one in fields(Fits)}
    for name, values in found.items():
        values[chosen] = getattr(other, name)
    return Fits(**found)


def _totals(fits: Fits, sales: Sales, calendar: Calendar) -> Ints:
    return totals_of(
        sales.sold,
        sales.stocked_out,
        sales.observed_from,
        calendar.day_weight,
        calendar.full_weight,
        fits.spike_cap,
        sales.category,
        fits.selling,
    )
