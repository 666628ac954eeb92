"""States of series: a new day learnt from them is what a fit of all days finds, and a fit where it is due."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shop.forecasting.columns import HABIT, OBSERVED, SES_WEIGHT, STARTED
from shop.forecasting.fits import Fits
from shop.forecasting.open_days import Calendar
from shop.forecasting.states import REFIT_DAYS, read_states, write_states
from shop.forecasting.updates import Learnt, Sales, learnt

if TYPE_CHECKING:
    from shop.plan_inputs import Flags

DAYS = 182
SERIES = 60
STARTS_ON = date(2026, 1, 5)


def history(days: int, series: int = SERIES) -> Sales:
    """Poisson sales of slow and quick series, some of them new, with a few days of an empty shelf."""
    rng = np.random.default_rng(4)
    rate = np.exp(rng.normal(-0.5, 1.2, series))
    sold = rng.poisson(rate, (DAYS + 60, series)).astype(np.float32)
    empty = rng.random(sold.shape) < 0.03
    since = np.where(np.arange(series) % 9 == 0, 150, 0).astype(np.int64)
    return Sales(
        names=tuple(f"SKU-{number}" for number in range(series)),
        sold=np.where(empty, 0, sold)[:days],
        stocked_out=empty[:days],
        observed_from=since,
        category=np.arange(series) % 3,
        starts_on=STARTS_ON,
    )


def calendar(days: int) -> Calendar:
    """A store that sells less on Sundays and is closed on one day."""
    weights = np.array([1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 0.4])
    day_weight = weights[np.arange(days) % 7]
    day_weight[100] = 0.0
    return Calendar(day_weight, weights, 0, 3.5)


def after(days: int) -> Learnt:
    """Everything fitted after so many days."""
    return learnt(None, history(days), calendar(days))


def gone_on(days: int, step: int = 1) -> Learnt:
    """The same, gone on from the states of `DAYS` days, so many at a time."""
    found = after(DAYS)
    for morning in [*range(DAYS + step, days, step), days]:
        found = learnt(found.states, history(morning), calendar(morning))
    return found


def without_bulk_orders(found: Learnt) -> Flags:
    """Most series: where bulk orders are cut, each fit moves the size to which they are."""
    plain = np.isinf(found.fits.spike_cap)
    assert plain.sum() > SERIES * 0.8
    return np.asarray(plain)


@pytest.mark.parametrize("new", [1, 7, 9])
def test_states_that_go_on_are_those_of_one_fit(new: int) -> None:
    """Learning new days gives, to the last bit, the daily method's state after a fit of all days."""
    updated, whole = gone_on(DAYS + new), after(DAYS + new)
    same = updated.counts.updated
    assert same > SERIES * 0.8
    one, other = updated.states.series, whole.states.series
    counted = slice(0, SES_WEIGHT)  # a series that is smoothed no longer may keep its smoothing
    plain = without_bulk_orders(whole)
    assert np.array_equal(one.kept[plain, counted], other.kept[plain, counted])
    assert np.array_equal(one.found[plain], other.found[plain])
    assert np.array_equal(one.codes[plain], other.codes[plain])


def test_whole_weeks_that_go_on_are_those_of_one_fit() -> None:
    """After whole weeks forecasts of the weeks, and so all figures, are those of a fit of all days."""
    updated, whole = gone_on(DAYS + 7, step=3), after(DAYS + 7)
    plain = without_bulk_orders(whole)
    for one in fields(Fits):
        if one.name != "back_test":
            mine, theirs = getattr(updated.fits, one.name), getattr(whole.fits, one.name)
            assert np.array_equal(mine[plain], theirs[plain]), one.name


def test_how_many_days_are_learnt_at_a_time_changes_nothing() -> None:
    """Nine days at once give the states of nine mornings."""
    one, many = gone_on(DAYS + 9), gone_on(DAYS + 9, step=9)
    assert np.array_equal(one.states.series.models, many.states.series.models)
    assert np.array_equal(one.states.series.kept, many.states.series.kept)


def test_a_corrected_day_is_noticed() -> None:
    """A series of which a past day was booked otherwise is fitted anew, and it alone."""
    sales = history(DAYS + 1)
    sold = sales.sold.copy()
    sold[120, 5] += 2
    corrected = replace(sales, sold=sold)
    found = learnt(after(DAYS).states, corrected, calendar(DAYS + 1))
    assert found.counts.corrected == 1
    whole = learnt(None, corrected, calendar(DAYS + 1))
    assert np.array_equal(found.states.series.kept[5], whole.states.series.kept[5])


def test_a_corrected_stock_out_is_noticed() -> None:
    """A past day that turns out to have had an empty shelf is a correction too."""
    sales = history(DAYS + 1)
    empty = sales.stocked_out.copy()
    empty[130, 7] = ~empty[130, 7]
    found = learnt(after(DAYS).states, replace(sales, stocked_out=empty), calendar(DAYS + 1))
    assert found.counts.corrected == 1


def test_a_series_that_is_new_is_fitted() -> None:
    """A series without a state is fitted; the others go on."""
    whole = after(DAYS).states
    fewer = replace(whole, names=whole.names[1:], series=whole.series.rows(np.arange(1, SERIES)))
    found = learnt(fewer, history(DAYS + 1), calendar(DAYS + 1))
    assert found.counts.fitted == 1
    assert np.array_equal(found.states.series.kept, gone_on(DAYS + 1).states.series.kept)


def test_a_bulk_order_is_a_reason_to_fit() -> None:
    """A sale far above all others is cut as a fit of the whole history cuts it."""
    sales = history(DAYS + 1)
    sold = sales.sold.copy()
    sold[-1, 3] = 900
    sales = replace(sales, sold=sold, stocked_out=np.zeros_like(sales.stocked_out))
    before = learnt(None, replace(sales, sold=sold[:-1], stocked_out=sales.stocked_out[:-1]), calendar(DAYS))
    found = learnt(before.states, sales, calendar(DAYS + 1))
    assert found.counts.outgrown >= 1
    assert found.fits.spike_cap[3] == learnt(None, sales, calendar(DAYS + 1)).fits.spike_cap[3] < 900


def regular(days: int, since: int) -> tuple[Sales, Calendar]:
    """Series that sell on every day from `since` on, in a store that is always open."""
    told = history(days)
    rng = np.random.default_rng(8)
    sold = 1 + rng.poisson(np.linspace(2.0, 9.0, DAYS + 60)[:, None], (DAYS + 60, SERIES)).astype(np.float32)
    sold[:since] = 0
    since_each = np.full(SERIES, since, dtype=np.int64)
    sales = replace(told, sold=sold[:days], stocked_out=sold[:days] < 0, observed_from=since_each)
    return sales, Calendar(np.ones(days), np.ones(7), 0, 9.0)


def test_a_series_that_comes_of_age_is_fitted() -> None:
    """A series that is 56 days old on a day, and so is smoothed from now on, is smoothed from its first."""
    found = learnt(None, *regular(DAYS, since=DAYS - 55))
    assert (found.states.series.found[:, OBSERVED] == 55).all()
    assert not found.states.series.kept[:, STARTED].any()
    grown, whole = (learnt(states, *regular(DAYS + 1, DAYS - 55)) for states in (found.states, None))
    assert grown.counts.outgrown == SERIES
    assert np.array_equal(grown.states.series.found, whole.states.series.found)
    assert learnt(grown.states, *regular(DAYS + 2, DAYS - 55)).counts.outgrown == 0


def habitual(days: int, largest_on: int | None = None) -> tuple[Sales, Calendar]:
    """Series that sell one piece a day, and sixty on every fortieth: more bulk orders than are cut."""
    told = history(days)
    sold = np.ones((days, SERIES), dtype=np.float32)
    sold[10::40] = 60
    if largest_on is not None:
        sold[largest_on] = 70
    nothing = np.zeros(SERIES, dtype=np.int64)
    sales = replace(told, sold=sold, stocked_out=sold < 0, observed_from=nothing)
    return sales, Calendar(np.ones(days), np.ones(7), 0, 3.5)


def test_a_habit_of_bulk_orders_is_no_reason_to_fit() -> None:
    """Series whose bulk orders are many, and so are not cut, go on each day; a larger one has them fitted."""
    found = learnt(None, *habitual(DAYS))
    assert found.states.series.kept[:, HABIT].all()
    assert np.isinf(found.fits.spike_cap).all()
    for morning in (DAYS + 1, DAYS + 2):
        found = learnt(found.states, *habitual(morning))
        assert found.counts.outgrown == 0
        assert found.counts.updated == SERIES
    larger = learnt(found.states, *habitual(DAYS + 3, largest_on=DAYS + 2))
    assert larger.counts.outgrown == SERIES


def test_a_day_that_turns_out_to_have_been_closed_is_noticed() -> None:
    """Where the store was closed on a day that was learnt as open, or the other way round, all are fitted."""
    then = calendar(DAYS + 1)
    for day, weight in ((DAYS - 1, 0.0), (100, 1.0)):
        other = then.day_weight.copy()
        other[day] = weight
        found = learnt(after(DAYS).states, history(DAYS + 1), replace(then, day_weight=other))
        assert found.counts.fitted == SERIES
    assert learnt(after(DAYS).states, history(DAYS + 1), then).counts.updated > 0


@pytest.mark.parametrize(("then", "now"), [(0, SERIES), (SERIES, 0), (0, 0)])
def test_a_partition_may_have_been_empty(then: int, now: int, tmp_path: Path) -> None:
    """No series yesterday, or none today, is no reason to stop."""

    def sales(days: int, series: int) -> Sales:
        told = history(days)
        return replace(
            told,
            names=told.names[:series],
            sold=told.sold[:, :series],
            stocked_out=told.stocked_out[:, :series],
            observed_from=told.observed_from[:series],
            category=told.category[:series],
        )

    write_states(learnt(None, sales(DAYS, then), calendar(DAYS)).states, tmp_path / "part.npz")
    kept = read_states(tmp_path / "part.npz")
    assert kept is not None
    assert len(kept.names) == then
    assert learnt(kept, sales(DAYS + 1, now), calendar(DAYS + 1)).counts.fitted == now


def test_a_name_may_hold_any_character(tmp_path: Path) -> None:
    """A SKU with a line break in it moves no other's state."""
    states = after(DAYS).states
    names = ("one\ntwo", "", *states.names[2:])
    write_states(replace(states, names=names), tmp_path / "part.npz")
    kept = read_states(tmp_path / "part.npz")
    assert kept is not None
    assert kept.names == names


def test_drift_is_a_reason_to_fit() -> None:
    """Most series whose demand doubles are fitted anew within ten days; of steady ones, few."""
    rng = np.random.default_rng(2)
    sold = rng.poisson(6.0, (DAYS + 10, SERIES)).astype(np.float32)
    sold[DAYS:, ::2] = rng.poisson(12.0, sold[DAYS:, ::2].shape)
    told = history(DAYS)
    nothing = np.zeros(SERIES, dtype=np.int64)
    sales = replace(told, sold=sold[:DAYS], stocked_out=sold[:DAYS] < 0, observed_from=nothing)
    found = learnt(None, sales, calendar(DAYS))
    drifted = 0
    for morning in range(DAYS + 1, DAYS + 11):
        sales = replace(sales, sold=sold[:morning], stocked_out=sold[:morning] < 0)
        found = learnt(found.states, sales, calendar(morning))
        drifted += found.counts.drifted + found.counts.outgrown
    assert SERIES * 0.4 < drifted < SERIES * 0.6


def test_everything_is_fitted_anew_in_time() -> None:
    """States whose last fit of all is two weeks old are not gone on from."""
    days = DAYS + REFIT_DAYS
    found = learnt(after(DAYS).states, history(days), calendar(days))
    assert found.counts.fitted == SERIES
    assert found.states.fitted_on == STARTS_ON + timedelta(days=days)


def test_another_week_is_a_reason_to_fit_all() -> None:
    """Where a weekday sells otherwise than it did, nothing is gone on from."""
    then = calendar(DAYS + 1)
    other = replace(then, weekday_weights=then.weekday_weights + np.array([0, 0, 0, 0, 0, -0.1, 0.1]))
    assert learnt(after(DAYS).states, history(DAYS + 1), other).counts.updated == 0


def test_a_window_that_slides_changes_little() -> None:
    """With the oldest days out of the history, forecasts after thirteen days are near those of a fit."""
    found = after(DAYS)
    for new in range(1, REFIT_DAYS):
        whole = history(DAYS + new)
        sales = replace(
            whole,
            sold=whole.sold[new:],
            stocked_out=whole.stocked_out[new:],
            observed_from=np.maximum(whole.observed_from - new, 0),
            starts_on=STARTS_ON + timedelta(days=new),
        )
        weight = calendar(DAYS + new).day_weight[new:]
        now = Calendar(weight, calendar(DAYS).weekday_weights, sales.starts_on.weekday(), 3.5)
        found = learnt(found.states, sales, now)
        assert found.counts.updated > SERIES * 0.8
    fresh = learnt(None, sales, now)
    sold = fresh.fits.mean > 0.05
    assert np.median(np.abs(found.fits.mean[sold] / fresh.fits.mean[sold] - 1)) < 0.03


def test_states_are_kept_as_they_are(tmp_path: Path) -> None:
    """What is read back goes on, bit for bit, as what was written."""
    states = after(DAYS).states
    write_states(states, tmp_path / "part.npz")
    kept = read_states(tmp_path / "part.npz")
    assert kept is not None
    one, other = (learnt(each, history(DAYS + 1), calendar(DAYS + 1)) for each in (states, kept))
    assert np.array_equal(one.fits.mean, other.fits.mean)
    assert one.counts == other.counts
    assert kept.names == states.names
