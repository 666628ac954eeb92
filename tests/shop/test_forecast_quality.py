"""Forecast quality: figures that a reader can count, and honest back-tests."""

from __future__ import annotations

import numpy as np
import pytest

from shop.forecasting import quality as judging
from shop.forecasting.back_test import SHARES
from shop.forecasting.columns import DemandClass
from shop.forecasting.quality import back_test, quality, quality_of_plan
from tests.shop.planning_worlds import Item, World


def test_bias_and_wape_are_shares_of_demand() -> None:
    """Forecasts of 12 and 6 for demands of 10 and 10: bias -2/20, WAPE 6/20."""
    kinds = np.full(2, DemandClass.SMOOTH, dtype=np.uint8)
    found = quality(np.array([10.0, 10.0]), np.array([12.0, 6.0]), np.array([12.0, 6.0]), kinds)
    assert [row.demand_class for row in found] == ["smooth", "all"]
    assert (found[-1].bias, found[-1].wape) == pytest.approx((-0.1, 0.3))


def test_coverage_of_the_true_distribution_is_its_share() -> None:
    """Poisson demand judged by its own distribution is covered as often as it says, up to its steps."""
    demand = np.random.default_rng(4).poisson(60, 20_000).astype(np.float64)
    flat = np.full(len(demand), 60.0)
    kinds = np.full(len(demand), DemandClass.SMOOTH, dtype=np.uint8)
    assert quality(demand, flat, flat, kinds)[-1].coverage == pytest.approx(SHARES, abs=0.05)


def test_the_true_quantile_has_the_least_pinball_loss() -> None:
    """A spread that is too narrow or too wide costs more at the 95 % quantile."""
    demand = np.random.default_rng(4).normal(500, 50, 5_000)
    kinds = np.full(len(demand), DemandClass.SMOOTH, dtype=np.uint8)
    flat = np.full(len(demand), 500.0)
    losses = [
        quality(demand, flat, np.full(len(demand), sd**2), kinds)[-1].pinball[-1] for sd in (25, 50, 90)
    ]
    assert losses[1] == min(losses)


def test_a_back_test_covers_about_what_it_says() -> None:
    """On 600 steady Poisson series the 90 % quantile of four weeks covers 85 to 97 %."""
    rng = np.random.default_rng(6)
    sold = rng.poisson(rng.gamma(4.0, 1.0, 600), (280, 600)).astype(np.float32)
    found = back_test(
        sold,
        np.zeros(sold.shape, dtype=bool),
        np.zeros(600, dtype=np.int64),
        np.zeros(600, dtype=np.int64),
        0,
    )[-1]
    assert found.series == 600
    assert 0.85 < found.coverage[SHARES.index(0.9)] < 0.97
    assert abs(found.bias) < 0.02


def test_a_back_test_leaves_out_what_was_short_of_stock() -> None:
    """A series with an empty shelf in the held-out days cannot judge a forecast."""
    sold = np.full((200, 3), 5.0, dtype=np.float32)
    empty = np.zeros(sold.shape, dtype=bool)
    empty[-3, 1] = True
    zero = np.zeros(3, dtype=np.int64)
    assert back_test(sold, empty, zero, zero, 0)[-1].series == 2


def test_a_plan_is_judged_by_days_that_its_forecasts_did_not_see() -> None:
    """Sales that double in the last 28 days: the forecasts from before fall short by half of them."""
    world = World([Item("A"), Item("B")])
    sold = np.full((140, 2), 4.0, dtype=np.float32)
    sold[-28:] *= 2
    found = quality_of_plan(World(world.items, sold=sold).inputs())[-1]
    assert (found.demand_class, found.series, found.demand) == ("all", 2, 448.0)
    assert found.bias == pytest.approx(-0.5, abs=0.01)


def test_a_short_history_is_not_judged() -> None:
    """With 80 days there is nothing to forecast the last 28 of them from."""
    assert quality_of_plan(World([Item("A")], sold=np.ones((80, 1), dtype=np.float32)).inputs()) == []


def test_a_large_catalogue_is_judged_by_the_same_skus_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nine SKUs four are judged, and reversing the rows changes no figure."""
    monkeypatch.setattr(judging, "MOST_SERIES", 4)
    items = [Item(f"S{number}", sold=number + 1) for number in range(9)]
    there, back = (quality_of_plan(World(rows).inputs()) for rows in (items, items[::-1]))
    assert there[-1].series == 4
    assert there == back
