"""How far forecasts go by days and by weeks: judged on earlier mornings only, and shrunk to the class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from shop.demand import Forecasts, forecast
from shop.forecasting.back_test import AHEAD, JUDGED, ORIGINS, losses_of_demand, origins_of, shares_of_weeks

DAYS = 280
SERIES = 60


def forecasts_of(sold: NDArray[Any]) -> Forecasts:
    """Of series of one category that were never out of stock, from a Monday on."""
    nothing = np.zeros(sold.shape[1], dtype=np.int64)
    return forecast(sold.astype(np.float32), np.zeros(sold.shape, dtype=bool), nothing, nothing, 0)


@pytest.fixture(scope="module")
def steady() -> Forecasts:
    """Poisson sales of 4 a day, whose level never moves."""
    return forecasts_of(np.random.default_rng(4).poisson(4.0, (DAYS, SERIES)))


def test_mornings_are_a_week_apart_and_end_two_weeks_before_today() -> None:
    """Eight of them; a history of three weeks has one, of two none."""
    assert origins_of(DAYS).tolist() == [DAYS - 7 * (AHEAD + back) for back in range(ORIGINS - 1, -1, -1)]
    assert origins_of(21).tolist() == [7]
    assert origins_of(14).tolist() == []


def test_every_grown_series_is_judged_on_eight_mornings(steady: Forecasts) -> None:
    """And its losses are shares of what was asked for: all three candidates differ."""
    assert steady.back_test is not None
    assert set(steady.back_test[:, JUDGED]) == {ORIGINS}
    losses = losses_of_demand(steady.back_test)
    assert np.all((losses > 0.0) & (losses < 1.0))
    assert np.any(losses[:, 1] != losses[:, 2])


def test_where_levels_stand_still_they_are_surer(steady: Forecasts) -> None:
    """Errors that the days alone explain take the variance of the level down, for the whole catalogue."""
    walk = np.random.default_rng(6)
    levels = 40.0 * np.exp(np.cumsum(walk.normal(0.0, 0.05, (DAYS, SERIES)), axis=0))
    moving = forecasts_of(walk.poisson(levels))
    assert (steady.level_variance / steady.variance).mean() < 0.5 * (
        moving.level_variance / moving.variance
    ).mean()


def test_a_short_history_goes_by_its_class() -> None:
    """Without mornings of its own a series has its class's share; with eight it is pulled towards it."""
    days_are_better = (np.array([[80.0, 120.0]]), np.array([100.0]))
    alone = shares_of_weeks(np.zeros((1, 7)), *days_are_better)[0]
    weeks_were = np.array([[8.0, 100.0, 120.0, 80.0, 400.0, 8.0, 2.0]])
    own = shares_of_weeks(weeks_were, *days_are_better)[0]
    by_itself = shares_of_weeks(weeks_were, np.array([[100.0, 100.0]]), np.array([100.0]))[0]
    assert alone < own < by_itself
    assert alone < 0.2


def test_forecasts_of_other_series_change_only_what_the_class_shares(steady: Forecasts) -> None:
    """The same series in another order have the same shares, to the last bit."""
    sold = np.random.default_rng(4).poisson(4.0, (DAYS, SERIES))
    order = np.random.default_rng(7).permutation(SERIES)
    turned = forecasts_of(sold[:, order])
    assert steady.share_of_weeks is not None
    assert turned.share_of_weeks is not None
    assert turned.share_of_weeks.tolist() == steady.share_of_weeks[order].tolist()


def test_no_history_breaks_the_back_test() -> None:
    """A spike of 1e9, a single day, no sale at all, one long ago, gaps: all figures are finite and sound."""
    sold = np.zeros((DAYS, 5))
    sold[100, 0] = 1e9
    sold[::3, 0] = 2.0
    sold[-1, 1] = 5.0
    sold[:60:20, 3] = 1.0
    sold[::9, 4] = 4.0
    found = forecasts_of(sold)
    assert found.back_test is not None
    assert found.share_of_weeks is not None
    figures = (found.mean, found.variance, found.level_variance, found.back_test, found.share_of_weeks)
    assert all(np.all(np.isfinite(each) & (each >= 0.0)) for each in figures)
    assert found.mean[0] < 2.0
    assert found.mean[2] == 0.0
