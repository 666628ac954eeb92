"""Forecasts on series whose answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shop.demand import DemandClass, Forecasts, Method, forecast
from shop.forecasting.beliefs import believe, moments
from shop.forecasting.open_days import open_mask, weekday_weights

DAYS = 300


def fitted(sold: Any, **more: Any) -> Forecasts:
    """Forecasts of some columns, all of one category, observed from the first day (a Monday)."""
    sold = np.asarray(sold, dtype=np.float32)
    series = sold.shape[1]
    given = {
        "stocked_out": np.zeros(sold.shape, dtype=bool),
        "observed_from": np.zeros(series, dtype=np.int64),
        "category": np.zeros(series, dtype=np.int64),
        "first_weekday": 0,
    }
    return forecast(sold, **{**given, **more})


def noise(mean: float, days: int = DAYS, seed: int = 7) -> Any:
    """Poisson demand."""
    return np.random.default_rng(seed).poisson(mean, days).astype(np.float32)


def sba_by_hand(demand: Any, alpha: float = 0.1) -> float:
    """Croston with the Syntetos-Boylan correction, one number at a time."""
    counter, size, interval = 1, 0.0, 0.0
    for y in demand:
        if y > 0:
            size, interval = (
                (y, counter)
                if size == 0
                else (size + alpha * (y - size), interval + alpha * (counter - interval))
            )
            counter = 1
        else:
            counter += 1
    return (1 - alpha / 2) * size / interval


def recent_by_hand(demand: Any) -> float:
    """The exponentially weighted mean of about 56 days."""
    total = weight = 0.0
    for y in demand:
        total, weight = total * (1 - 1 / 56) + y, weight * (1 - 1 / 56) + 1
    return total / weight


def test_steady_demand_is_forecast_as_it_is() -> None:
    """A SKU that sells 10 a day is forecast at 10 a day, as smooth demand by SES."""
    found = fitted(np.full((DAYS, 1), 10.0))
    assert found.mean[0] == pytest.approx(10.0)
    assert found.demand_class[0] == DemandClass.SMOOTH
    assert found.method[0] == Method.SES


def weekly_by_hand(demand: Any) -> float:
    """The mixture's expected demand a day, from the sums of whole weeks that end on the last day."""
    weeks = demand[len(demand) % 7 :].reshape(-1, 7).sum(axis=1, keepdims=True)
    mean, _, _, _ = moments(believe(weeks.astype(np.float64)), 1.0)
    return float(mean[0]) / 7


def test_intermittent_forecast_is_half_sba_and_recent_level_half_the_weekly_mixture() -> None:
    """Half is 20 % Syntetos-Boylan forecast and 80 % recent mean, the other half the mixture of the weeks."""
    rng = np.random.default_rng(3)
    # Two days in five without any sale in the store would look like closing days: a filler sells daily.
    demand = rng.poisson(4, DAYS) * (rng.random(DAYS) < 0.3)
    found = fitted(np.column_stack((demand, np.full(DAYS, 3.0))))
    assert found.method[0] == Method.SBA
    daily = 0.2 * sba_by_hand(demand) + 0.8 * recent_by_hand(demand)
    # Two series together have a say of 2 in 32 about what both gain or lose.
    assert found.mean[0] == pytest.approx(0.5 * (daily + weekly_by_hand(demand)), rel=1e-2)


def test_days_of_an_empty_shelf_are_not_read_as_zero_demand() -> None:
    """Half of the days stocked out: the forecast is the rate of the other half, not half of it."""
    sold = np.full((DAYS, 1), 8.0)
    empty = np.zeros((DAYS, 1), dtype=bool)
    empty[::2] = True
    sold[::2] = 0
    found = fitted(sold, stocked_out=empty)
    assert found.mean[0] == pytest.approx(8.0)
    assert found.censored_days[0] == DAYS // 2


def test_one_bulk_order_does_not_make_the_demand() -> None:
    """A single sale of 74,215 pieces is cut to the usual size and counted as one spike."""
    steady = noise(5)
    bulk = steady.copy()
    bulk[200] = 74_215
    found = fitted(np.column_stack((steady, bulk)))
    assert found.spikes.tolist() == [0, 1]
    assert found.mean[1] < 1.5 * found.mean[0]


def test_repeated_bulk_orders_are_demand() -> None:
    """A bulk order every month is a habit and stays in the history."""
    bulk = np.ones(DAYS)
    bulk[::30] = 400
    found = fitted(bulk[:, None])
    assert found.spikes[0] == 0
    assert found.mean[0] > 5


def test_a_store_that_never_sells_on_saturdays_has_six_days() -> None:
    """The closed weekday weighs 0, and a week's forecast is that of the six open days."""
    sold = np.column_stack([np.full(DAYS, 6.0) for _ in range(9)])
    sold[np.arange(DAYS) % 7 == 5] = 0
    found = fitted(sold)
    assert found.weekday_weights[5] == 0
    assert found.weekday_weights.sum() == pytest.approx(6.0)
    week, _ = found.over(np.full(9, 7.0))
    assert week[0] == pytest.approx(36.0, rel=1e-3)


def test_holidays_are_no_observations() -> None:
    """Days on which the whole store sold nothing do not lower the forecast."""
    sold = np.column_stack([np.full(DAYS, 6.0) for _ in range(9)])
    sold[280:295] = 0
    assert fitted(sold).mean[0] == pytest.approx(6.0)


def test_in_a_tiny_store_days_without_sales_count() -> None:
    """Where most days pass without a sale, an empty day is no closing day."""
    sold = np.zeros((DAYS, 1), dtype=np.float32)
    sold[::5] = 1
    sellers = np.count_nonzero(sold, axis=1)
    assert open_mask(sellers, 0, weekday_weights(sellers, 0)).all()


def test_a_new_product_leans_on_its_category() -> None:
    """Among equals (a prior of 60 days), five days at 40 a day move the forecast from 10 by 5/65."""
    sold = np.column_stack((np.full(DAYS, 10.0), np.full(DAYS, 10.0), np.zeros(DAYS)))
    sold[-5:, 2] = 40
    found = fitted(sold, observed_from=np.array([0, 0, DAYS - 5]))
    assert found.demand_class[2] == DemandClass.NEW
    assert found.method[2] == Method.CATEGORY
    assert found.mean[2] == pytest.approx((5 * 40 + 60 * 10) / 65, rel=2e-3)


def test_a_product_never_seen_is_not_guessed() -> None:
    """Without any trace of a SKU at a location there is no forecast."""
    sold = np.column_stack((np.full(DAYS, 10.0), np.full(DAYS, 10.0), np.zeros(DAYS)))
    found = fitted(sold, observed_from=np.array([0, 0, 2**31 - 1]))
    assert found.demand_class[2] == DemandClass.NONE
    assert found.mean[2] == 0


def test_demand_decays_after_an_unusual_pause_and_ends() -> None:
    """The longer a SKU has not sold, the lower its forecast, until it has none."""
    sold = np.column_stack([noise(3) for _ in range(4)] + [np.full(DAYS, 5.0)])
    for column, pause in enumerate((0, 30, 60, 200)):
        sold[DAYS - pause :, column] = 0
    found = fitted(sold)
    assert found.mean[0] > found.mean[1] > found.mean[2] > found.mean[3] == 0
    assert found.demand_class[3] == DemandClass.ENDED


def test_the_four_classes_of_syntetos_and_boylan() -> None:
    """Interval 1.32 and squared coefficient of variation 0.49 part the classes."""
    rng = np.random.default_rng(1)
    rare = rng.random(DAYS) < 0.3
    sizes = np.where(rng.random(DAYS) < 0.2, 40, 2)
    columns = (np.full(DAYS, 9.0), sizes, rare * 9.0, rare * sizes)
    names = [DemandClass(code).name for code in fitted(np.column_stack(columns)).demand_class]
    assert names == ["SMOOTH", "ERRATIC", "INTERMITTENT", "LUMPY"]


def test_blocks_do_not_show() -> None:
    """A series gets the same forecast alone in its block and behind 300 others."""
    filler = np.column_stack([noise(2, seed=seed) for seed in range(300)])
    mine = noise(1.5, seed=999)[:, None]
    behind = fitted(np.hstack((filler, mine)))
    front = fitted(np.hstack((mine, filler)))
    assert behind.mean[-1] == pytest.approx(front.mean[0], rel=1e-12)


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95])
def test_horizon_demand_stays_below_its_quantile_as_often_as_it_says(share: float) -> None:
    """On 600 unseen Poisson and lumpy series the quantile covers the share within four points."""
    from shop import distributions  # noqa: PLC0415 - compiled code, used here only

    rng = np.random.default_rng(11)
    rates = rng.gamma(2.0, 1.0, 600)
    sizes = np.where(np.arange(600) % 2, 1, 4)
    sold = rng.poisson(rates, (DAYS + 21, 600)) * sizes
    found = fitted(sold[:DAYS])
    mean, variance = found.over(np.full(600, 21.0))
    level = [distributions.quantile(share, *pair) for pair in zip(mean, variance, strict=True)]
    covered = float(np.mean(sold[DAYS:].sum(axis=0) <= level))
    assert abs(covered - share) < 0.04


def test_what_the_whole_store_gains_reaches_each_series() -> None:
    """When 300 lumpy series together double, forecasts double within five weeks, none alone could show it."""
    rng = np.random.default_rng(5)
    growth = np.where(np.arange(DAYS) < DAYS - 35, 1.0, 2.0)
    rates = rng.gamma(2.0, 0.1, 300)
    sold = rng.poisson(growth[:, None] * rates[None, :]) * 3.0
    found = fitted(sold)
    assert found.mean.sum() == pytest.approx(2 * 3 * rates.sum(), rel=0.15)


def test_a_category_out_of_season_falls_while_the_store_does_not() -> None:
    """100 series of one category halve, 300 of another stay: only the first forecasts fall."""
    rng = np.random.default_rng(5)
    rates = np.full(400, 0.6)
    season = np.ones((DAYS, 400))
    season[-35:, :100] = 0.5
    found = fitted(rng.poisson(season * rates), category=(np.arange(400) >= 100).astype(np.int64))
    assert found.mean[:100].mean() == pytest.approx(0.3, rel=0.2)
    assert found.mean[100:].mean() == pytest.approx(0.6, rel=0.1)


def test_scaling_all_sales_scales_the_forecast() -> None:
    """Ten times every sale is ten times every mean (sizes do not change the class)."""
    rng = np.random.default_rng(8)
    sold = rng.poisson(6.0, (DAYS, 40)).astype(np.float32)
    assert fitted(sold * 10).mean == pytest.approx(fitted(sold).mean * 10, rel=1e-4)
