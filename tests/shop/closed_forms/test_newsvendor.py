"""The newsvendor and its variants against numbers that other programs computed."""

from __future__ import annotations

import math

import pytest

from shop.closed_forms import newsvendor


def test_newsvendor_normal_is_the_textbook_number() -> None:
    """Level and cost of the normal newsvendor."""
    found = newsvendor.newsvendor_normal(0.18, 0.70, 50, 8)
    assert found == pytest.approx((56.6039559274, 1.99760519318), rel=1e-9)


def test_a_base_stock_covers_one_period_more_than_the_lead_time() -> None:
    """Four periods of lead time: the demand of five."""
    found = newsvendor.newsvendor_normal(0.18, 0.70, 50, 8, lead_time=4)
    assert found == pytest.approx((264.766894374, 4.46678100415), rel=1e-9)


@pytest.mark.parametrize(("level", "cost"), [(60, 2.15613155287), (40, 7.35613155287)])
def test_newsvendor_cost_of_a_level(level: float, cost: float) -> None:
    """Cost of a level that is not the best one."""
    found = newsvendor.newsvendor_normal_cost(level, 0.18, 0.70, 50, 8)
    assert found == pytest.approx(cost, rel=1e-9)


def test_newsvendor_by_price_is_the_textbook_number() -> None:
    """Level and profit from price, cost and salvage value."""
    found = newsvendor.newsvendor_normal_by_price(1, 0.3, 0.12, 50, 8)
    assert found == pytest.approx((56.6039559274, 33.0023948068), rel=1e-9)


@pytest.mark.parametrize(
    ("holding", "shortage", "mean", "level", "cost"),
    [(0.18, 0.70, 50, 56, 1.79723521181), (1, 4, 6, 8, 3.57010694577)],
)
def test_newsvendor_poisson(holding: float, shortage: float, mean: float, level: int, cost: float) -> None:
    """Smallest whole level at the critical ratio, and its cost."""
    found_level, found_cost = newsvendor.newsvendor_poisson(holding, shortage, mean)
    assert found_level == level
    assert found_cost == pytest.approx(cost, rel=1e-9)


def test_newsvendor_lognormal_has_its_loss_in_closed_form() -> None:
    """Level and cost of lognormal demand with median e^6."""
    found = newsvendor.newsvendor_lognormal(1, 0.1765, math.exp(6), 0.3)
    assert found == pytest.approx((295.626644807, 29.44254358), rel=1e-9)


def test_the_myopic_level_counts_what_a_left_over_piece_saves() -> None:
    """Base stock and cost when the next period's price is higher."""
    found = newsvendor.newsvendor_myopic(0.18, 0.70, 0.3, 0.35, 50, 8, 0.98)
    assert found == pytest.approx((58.0989188321, 16.6824117646), rel=1e-9)
