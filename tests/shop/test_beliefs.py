"""The mixture of dynamic models: what it learns, and that it learns it the same way however it is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.forecasting.beliefs import LEVEL, believe, learn, moments
from shop.forecasting.futures import sample

SERIES = 400


def noise(mean: Any, periods: int = 40, seed: int = 3, series: int = SERIES, deviation: float = 10.0) -> Any:
    """Normal demand around `mean` (a number or one per period), none below zero."""
    rng = np.random.default_rng(seed)
    means = np.broadcast_to(np.asarray(mean, dtype=float), (periods,))[:, None]
    return np.maximum(rng.normal(means, deviation, (periods, series)), 0.0)


def expected(demand: Any, **more: Any) -> Any:
    """Mean demand of the next period, per series."""
    return moments(believe(demand, **more), 1.0)[0]


def test_a_period_more_gives_what_a_refit_of_all_periods_gives() -> None:
    """Learning one more period equals believing the whole history, to the last bit."""
    demand = noise(50)
    step = learn(believe(demand[:-1]), demand[-1:])
    whole = believe(demand)
    assert np.array_equal(step.models, whole.models)
    assert np.array_equal(step.own, whole.own)


def test_learning_leaves_the_earlier_beliefs_as_they_were() -> None:
    """`learn` returns new beliefs and changes none."""
    before = believe(noise(50))
    copy = before.models.copy()
    learn(before, noise(90, periods=1))
    assert np.array_equal(before.models, copy)


@given(st.floats(1e-3, 1e4), st.integers(0, 1_000))
@settings(max_examples=30, deadline=None)
def test_the_unit_of_measure_does_not_matter(factor: float, seed: int) -> None:
    """Demand in boxes instead of pieces: the same beliefs, in boxes."""
    demand = noise(50, seed=seed, series=5)
    assert expected(demand * factor) == pytest.approx(expected(demand) * factor, rel=1e-6)


def test_the_place_of_a_series_does_not_matter() -> None:
    """Permuting the series permutes the beliefs and the sampled futures."""
    demand = noise(50, series=9)
    order = np.random.default_rng(1).permutation(9)
    assert np.array_equal(expected(demand)[order], expected(demand[:, order]))
    assert np.array_equal(sample(believe(demand), 3)[order], sample(believe(demand[:, order]), 3))


def test_a_level_shift_is_found_within_four_periods() -> None:
    """Four periods after demand doubles, nine tenths of the forecast has followed."""
    found = expected(noise([100] * 30 + [200] * 4, periods=34)).mean()
    assert found > 190


def test_steady_demand_is_averaged() -> None:
    """After 60 steady periods the forecast is off by little more than a long average's error."""
    error = expected(noise(100, periods=60)) - 100
    assert np.sqrt(np.mean(error**2)) < 4.0


def test_a_single_odd_period_moves_a_steady_level_little() -> None:
    """One week of five times the demand raises the forecast by under a third."""
    demand = noise(100)
    demand[-1] = 500
    assert expected(demand).mean() < 133


def test_a_period_that_was_not_observed_changes_nothing() -> None:
    """Exposure 0: the demand given for that period is not even looked at."""
    demand, seen = noise(50), np.ones((40, SERIES))
    seen[20] = 0
    other = demand.copy()
    other[20] = 9e9
    assert np.array_equal(expected(demand, exposure=seen), expected(other, exposure=seen))


def test_half_a_period_says_less_than_a_whole_one() -> None:
    """A surprise in a period observed by a tenth moves the forecast less than a full one."""
    demand, seen = noise(50), np.ones((40, SERIES))
    demand[-1] = 70
    seen[-1] = 0.1
    assert expected(demand, exposure=seen).mean() < expected(demand).mean()


def test_sold_out_periods_count_as_at_least_what_was_sold() -> None:
    """Where sales stop at 45 of about 50, the corrected forecast is near 50, the plain one below 45."""
    demand = noise(50, periods=60)
    cut = demand > 45
    cut[:20] = False
    sold = np.where(cut, 45, demand)
    plain = expected(sold).mean()
    corrected = expected(sold, sold_out=cut).mean()
    assert plain < 45
    assert abs(corrected - 50) < 2.5


def test_nothing_seen_is_nothing_known() -> None:
    """A series without any observation has mean and variance 0."""
    demand = noise(50, series=2)
    seen = np.ones(demand.shape)
    seen[:, 1] = 0
    mean, *spreads = moments(believe(demand, seen), 2.0)
    assert mean[0] > 0
    assert mean[1] == 0
    assert all(spread[1] == 0 for spread in spreads)


def test_zeros_then_a_spike_are_survived() -> None:
    """All zeros, then 1e9: finite figures."""
    demand = np.zeros((30, 1))
    demand[-1] = 1e9
    assert np.isfinite(moments(believe(demand), 4.0)).all()


@pytest.mark.parametrize("horizon", [1, 4])
def test_nine_in_ten_intervals_hold_the_demand(horizon: int) -> None:
    """On simulated levels that wander, 90 % intervals of the sampled futures hold 87 to 93 % of the sums."""
    rng = np.random.default_rng(8)
    level = 200 + np.cumsum(rng.normal(0, 4, (60 + horizon, 2_000)), axis=0)
    demand = np.maximum(level + rng.normal(0, 20, level.shape), 0)
    sums = sample(believe(demand[:60]), horizon).sum(axis=2)
    low, high = np.quantile(sums, [0.05, 0.95], axis=1)
    actual = demand[60:].sum(axis=0)
    assert 0.87 <= np.mean((low <= actual) & (actual <= high)) <= 0.93


def test_moments_agree_with_the_sampled_futures() -> None:
    """Mean and variance in closed form are those of the paths, to a few per cent."""
    beliefs = believe(noise(100, periods=60))
    mean, variance, level, drift = moments(beliefs, 3.0)
    sums = sample(beliefs, 3, paths=4_096).sum(axis=2)
    closed = variance * 3 + level * 9 + drift * 9
    assert mean.mean() == pytest.approx(sums.mean(), rel=0.01)
    assert closed.mean() == pytest.approx(sums.var(axis=1).mean(), rel=0.15)


def test_no_model_sees_the_future() -> None:
    """The level of every model after t periods is that of the history cut at t."""
    demand = noise(50)
    assert np.array_equal(
        believe(demand[:25]).models[:, :, LEVEL],
        learn(believe(demand[:10]), demand[10:25]).models[:, :, LEVEL],
    )
