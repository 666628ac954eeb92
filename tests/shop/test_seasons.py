"""The season of a year: foreseen where the year before repeats itself, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.demand import Forecasts, forecast
from shop.forecasting.seasons import season_factors, weekly_means
from shop.plan_inputs import EarlierSales, PlanInputs
from shop.plan_words import sentences
from shop.planning import plan
from shop.store.database import Database
from shop.store.earlier_sales import earlier_sales
from tests.shop.planning_worlds import Item, Offer, World

WEEKS = 104


def sines(peak_week: float, high: float, weeks: int = WEEKS, mean: float = 400.0) -> Any:
    """Weekly totals of a category that sells `high` times the mean more in its season, every year."""
    phase = 2 * np.pi * (np.arange(weeks) - peak_week) / 52
    return mean * (1 + high * np.cos(phase))


def fitted(series: int = 3) -> Forecasts:
    """Steady forecasts of 5 pieces a day."""
    sold = np.full((280, series), 5.0, dtype=np.float32)
    zero = np.zeros(series, dtype=np.int64)
    return forecast(sold, np.zeros(sold.shape, dtype=bool), zero, zero, 0)


def test_a_season_that_comes_every_year_is_foreseen() -> None:
    """Eight weeks before the peak the forecast of the peak is within a sixth of what will come."""
    weekly = np.random.default_rng(2).poisson(sines(peak_week=7.0, high=0.7, weeks=WEEKS + 12))
    totals, after = weekly[:WEEKS, None].astype(np.float64), weekly[WEEKS:]
    found = season_factors(totals)[0, 7] * totals[-4:].mean()
    assert found == pytest.approx(after[6:9].mean(), rel=1 / 6)


def test_noise_is_no_season() -> None:
    """Categories without a season are forecast within 8 % of now, however many weeks ahead."""
    totals = np.random.default_rng(3).poisson(300.0, (WEEKS, 12)).astype(np.float64)
    assert np.abs(season_factors(totals) - 1.0).max() < 0.08


def test_a_year_that_did_not_repeat_itself_is_not_repeated() -> None:
    """A boom of last year's spring that failed this spring tells nothing: no factor at all."""
    totals = np.full((WEEKS, 1), 300.0)
    totals[10:20] *= 3.0
    assert np.array_equal(season_factors(totals), np.ones((1, 50)))


@pytest.mark.parametrize("weeks", [0, 1, 52, 60])
def test_a_year_is_not_enough(weeks: int) -> None:
    """Without a year and eight weeks nothing can be judged, so nothing is foreseen."""
    assert np.array_equal(season_factors(sines(20, 0.8, weeks)[:, None]), np.ones((1, 50)))


def test_a_small_category_has_the_stores_season() -> None:
    """A category of two pieces a week rises with the store, not by its own few sales."""
    store, small = sines(7.0, 0.7, mean=4_000.0), np.random.default_rng(4).poisson(2.0, WEEKS)
    found = season_factors(np.column_stack([store, small]).astype(np.float64))
    assert 1.0 < found[1, 7] < found[0, 7]


def test_weeks_that_tell_nothing_are_left_out() -> None:
    """A week of promotion days counts by its other days, and is unknown with fewer than two of them."""
    days = np.full((2, 7, 1), 10.0)
    days[0, :5] = np.nan
    days[1, :6] = np.nan
    assert weekly_means(days)[:, 0] == pytest.approx([70.0, np.nan], nan_ok=True)


@given(st.integers(0, 1_000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_categories_does_not_matter(seed: int) -> None:
    """Permuting the categories permutes the seasons."""
    rng = np.random.default_rng(seed)
    totals = rng.poisson(rng.uniform(1, 500, 6) * (1 + rng.random((WEEKS, 1)))).astype(np.float64)
    order = rng.permutation(6)
    assert season_factors(totals)[order] == pytest.approx(season_factors(totals[:, order]), rel=1e-9)


@given(st.lists(st.floats(0.1, 4.0), min_size=3, max_size=3), st.integers(1, 90))
@settings(max_examples=40, deadline=None)
def test_demand_ahead_is_the_sum_of_its_weeks(factors: list[float], days: int) -> None:
    """Weeks of 0.5, 2, 1 times the usual demand hold that many times the usual week; the last one goes on."""
    usual = fitted()
    season = replace(usual, season=np.array([factors]), season_group=np.zeros(3, dtype=np.int64))
    horizon = np.full(3, float(days))
    each = [factors[min(day // 7, 2)] for day in range(days)]
    assert season.over(horizon)[0] == pytest.approx(5.0 * sum(each))
    assert season.within(horizon) == pytest.approx(season.over(horizon)[0])
    assert usual.within(horizon) == pytest.approx(usual.over(horizon)[0])


def seasonal_year(peak_day: int) -> PlanInputs:
    """One SKU over two years; at its peak, `peak_day` days from now, it sells eight times its least."""
    day = np.arange(-728, 0)
    rate = 9.0 * (1.0 + 7 / 9 * np.cos(2 * np.pi * (day - peak_day) / 364))
    sold = np.random.default_rng(5).poisson(rate).astype(np.float32)[:, None]
    inputs = World(items=[Item("A")], offers=[Offer("A")], sold=sold[364:]).inputs()
    return replace(
        inputs, earlier=EarlierSales(category=inputs.items.category, pieces=sold[:364].astype(np.float64))
    )


@pytest.mark.parametrize(("peak_day", "rises"), [(40, True), (-40, False)])
def test_a_plan_buys_for_the_season_that_comes(peak_day: int, rises: bool) -> None:
    """Before the peak more is bought than recent sales say, after it less; the line names the difference."""
    inputs = seasonal_year(peak_day)
    (now,), (blind,) = plan(inputs).verdicts, plan(replace(inputs, earlier=None)).verdicts
    assert (now.arithmetic.order_up_to > blind.arithmetic.order_up_to) is rises
    assert (now.arithmetic.season_demand > 0) is rises
    assert any("of it by the season of a year ago" in line for line in sentences(now.arithmetic))
    assert not any("season" in line for line in sentences(blind.arithmetic))


def test_promotion_days_of_the_year_before_tell_nothing(sample: Database) -> None:
    """The sample's Black Friday of candles is left out of their year before, and of nothing else."""
    friday = date(2025, 11, 28)
    with sample.reading() as snapshot:
        found = earlier_sales(snapshot, date(2025, 12, 20))
    assert found is not None
    that_day = found.pieces[found.days - (date(2025, 12, 20) - friday).days]
    unknown = {str(name) for name, pieces in zip(found.category, that_day, strict=True) if np.isnan(pieces)}
    assert unknown == {"Candles", "Lighting"}
