"""Orders where unmet demand is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.distributions import normal_quantile
from shop.forecasting.beliefs import believe
from shop.lead_times import promised
from shop.lost_sales import Shelf, order_quantities

PERIODS = 60


def history(mean: float = 100.0, deviation: float = 20.0, series: int = 8, seed: int = 2) -> Any:
    """Normal demand."""
    return np.maximum(np.random.default_rng(seed).normal(mean, deviation, (PERIODS, series)), 0.0)


def orders(
    demand: Any,
    promise: int = 0,
    on_hand: float | Any = 0.0,
    on_order: float = 0.0,
    margin: float = 4.0,
    holding: float = 1.0,
) -> Any:
    """Orders of all series, each with `on_order` pieces in every period of the promised lead time."""
    series = demand.shape[1]
    lead_times = promised(np.full(series, promise))
    pipeline = np.zeros((series, lead_times.given_up_after))
    pipeline[:, 1 : promise + 1] = on_order
    shelf = Shelf(
        on_hand=np.broadcast_to(np.asarray(on_hand, dtype=float), (series,)).copy(),
        on_order=pipeline,
        margin=np.full(series, margin),
        holding_cost=np.full(series, holding),
    )
    return order_quantities(believe(demand), lead_times, shelf)


def test_delivery_at_once_is_the_newsvendor() -> None:
    """With a known normal demand and no lead time the order is mean + z(4/5) deviations, within 5 %."""
    found = orders(history(series=40)).mean()
    assert found == pytest.approx(100 + normal_quantile(0.8) * 20, rel=0.05)


def test_what_is_on_hand_is_not_ordered_again() -> None:
    """Delivery at once: each piece on hand is one piece less to order."""
    demand = history()
    assert orders(demand) - orders(demand, on_hand=50) == pytest.approx(50, abs=2)


def test_a_full_shelf_orders_nothing() -> None:
    """Stock of many periods: no order, whatever the lead time."""
    for promise in (0, 2, 4):
        assert orders(history(), promise, on_hand=2_000).sum() == 0


@given(st.integers(0, 4), st.floats(0.5, 4.0), st.integers(0, 50))
@settings(max_examples=6, deadline=None)
def test_more_demand_never_means_a_smaller_order(promise: int, factor: float, seed: int) -> None:
    """Demand times a factor of one or more, nothing on hand or on order: the order grows with it."""
    demand = history(seed=seed, series=3)
    more = orders(demand * (1 + factor), promise)
    assert (more >= orders(demand, promise)).all()


def test_a_dearer_shortage_never_means_a_smaller_order() -> None:
    """The order rises with the margin."""
    for promise in (0, 2, 4):
        found = [orders(history(), promise, on_order=100, margin=margin).mean() for margin in (1, 4, 19)]
        assert found == sorted(found)


def test_what_is_on_order_lowers_the_order() -> None:
    """More in the pipeline, less to order."""
    found = [orders(history(), 4, on_order=each).mean() for each in (0, 80, 160)]
    assert found[0] >= found[1] > found[2]


def test_the_order_scales_with_the_unit() -> None:
    """Ten times everything is ten times the order, up to rounding."""
    demand = history()
    small = orders(demand, 2, on_hand=50, on_order=100)
    large = orders(demand * 10, 2, on_hand=500, on_order=1_000)
    assert large == pytest.approx(small * 10, abs=12)


def test_other_series_change_nothing() -> None:
    """A series alone gets the order that it gets among others, in any order of rows."""
    demand = history(series=6)
    together = orders(demand, 2)
    alone = [orders(demand[:, [column]], 2)[0] for column in range(6)]
    assert together.tolist() == alone


def test_looking_ahead_beats_the_newsvendor_of_the_arrival_period() -> None:
    """With a long lead time a piece too many lies for several periods: less is ordered, more is earned."""
    periods, warm = 60, 12
    demand = np.random.default_rng(5).normal(100, 40, (60 + periods, 12)).clip(0)
    earned = {name: _earned(demand, periods, warm, margin) for name, margin in (("here", 1.0), ("bold", 3.0))}
    assert earned["here"] > earned["bold"]


def _earned(demand: Any, periods: int, warm: int, believed_margin: float) -> float:
    """Profit per period and series at margin 1, holding 1, lead time 4, ordering as if `believed_margin`."""
    series = demand.shape[1]
    beliefs, lead_times = believe(demand[:60]), promised(np.full(series, 4))
    lead_times = lead_times.with_outcomes(np.repeat(np.arange(series), 40), np.full(40 * series, 4))
    on_hand, pipeline, total = np.zeros(series), np.zeros((series, lead_times.given_up_after)), 0.0
    for t in range(periods):
        shelf = Shelf(
            on_hand=on_hand,
            on_order=pipeline,
            margin=np.full(series, believed_margin),
            holding_cost=np.ones(series),
        )
        pipeline[:, 0] = order_quantities(beliefs, lead_times, shelf, paths=32)
        there = on_hand + pipeline[:, 4]
        pipeline[:, 4] = 0
        sold = np.minimum(there, demand[60 + t])
        on_hand = there - sold
        pipeline[:, 1:] = pipeline[:, :-1].copy()
        pipeline[:, 0] = 0
        total += float((sold - on_hand).sum()) * (t >= warm)
    return total / ((periods - warm) * float(series))
