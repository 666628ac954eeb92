"""The batched search for (s,S) against exact optima, and what its settings promise."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shop.closed_forms import order_up_to, reorder_points
from shop.distributions import normal_loss
from shop.plan_inputs import PlanSettings, Shortages
from shop.replenishment import Horizons, Policies, best_levels

WAITING = PlanSettings(review_days=1, shortages=Shortages.BACKORDERS, waiting_cost_per_day=1.0)
LOST = PlanSettings(review_days=1)


def policies(
    mean: float,
    variance: float,
    lead_time: float,
    *,
    holding: float,
    shortage: float,
    order_cost: float,
    review: float = 1.0,
    rules: PlanSettings = LOST,
) -> Policies:
    """The levels of one item, given per period."""

    def over(periods: float) -> tuple[Any, Any]:
        return np.array([mean * periods]), np.array([variance * periods])

    return best_levels(
        Horizons(lead=over(lead_time), exposure=over(lead_time + review), review=over(review)),
        holding=np.array([holding * review]),
        shortage=np.array([shortage * (review if rules is WAITING else 1.0)]),
        order_cost=order_cost,
        most=np.array([math.inf]),
        settings=rules,
    )


def pair(found: Policies) -> tuple[int, int]:
    """Its (s, S)."""
    return int(found.reorder_point[0]), int(found.order_up_to[0])


def test_the_reference_order_up_to_policy_is_found_in_a_batch() -> None:
    """Poisson demand of 6 without lead time: s, S and cost of the exact optimum."""
    found = policies(6, 6, 0, holding=1, shortage=4, order_cost=5, rules=WAITING)
    assert pair(found) == (4, 10)
    assert found.cost[0] == pytest.approx(8.03411156147, rel=1e-9)


def test_reviewed_all_the_time_it_is_the_reference_reorder_point() -> None:
    """Poisson demand of 1.5 with a lead time of 2, reviewed a thousand times a period: r 3, Q 5."""
    found = policies(1.5, 1.5, 2, holding=20, shortage=150, order_cost=100, review=0.001, rules=WAITING)
    point, quantity, _ = reorder_points.r_q_poisson_exact(20, 150, 100, 1.5, 2)
    assert pair(found) == (point, point + quantity)


@pytest.mark.parametrize("mean", [1.2, 3.0, 17.0])
@pytest.mark.parametrize("order_cost", [0.0, 8.0, 20.0])
def test_poisson_levels_cost_what_the_exact_ones_cost(mean: float, order_cost: float) -> None:
    """Without lead time, and s not below zero, the batch equals the exact optimum to a thousandth."""
    found = policies(mean, mean, 0, holding=1, shortage=9, order_cost=order_cost, rules=WAITING)
    exact = order_up_to.s_s_poisson_exact(1, 9, order_cost, mean)[2]
    assert found.cost[0] == pytest.approx(exact, rel=1e-3)


def test_a_fill_rate_is_reached_between_two_steps_of_the_lattice() -> None:
    """A fast mover's reorder point is the least that reaches the target, not the next step of its lattice."""
    rules = PlanSettings(review_days=1, fill_rate_target=0.95, shortages=Shortages.BACKORDERS)
    found = policies(1000, 1000, 5, holding=0.01, shortage=1, order_cost=0.01, rules=rules)
    point, top = pair(found)
    missed = (1.0 - fill_rate(point, top)) / 0.05
    assert missed == pytest.approx(1.0, abs=0.05)


def fill_rate(point: int, top: int) -> float:
    """Of an order-up-to policy of every period with a demand of 1,000 a period and a lead time of 5."""
    assert top - point < 1000
    return 1.0 - (normal_loss(top, 6000, 6000**0.5) - normal_loss(top, 5000, 5000**0.5)) / 1000


def test_orders_that_overtake_each_other_need_less_stock() -> None:
    """The spread of a lead time counts in full where orders are far apart, and less where they are close."""

    def safety(order_cost: float) -> int:
        demand = Horizons(
            lead=(np.array([400.0]), np.array([400.0 + 14_400.0])),
            exposure=(np.array([420.0]), np.array([420.0 + 14_400.0])),
            review=(np.array([20.0]), np.array([20.0])),
            late=np.array([14_400.0]),
        )
        whole = replace(demand, late=None)
        reordered = [
            best_levels(
                each,
                holding=np.array([0.01]),
                shortage=np.array([5.0]),
                order_cost=order_cost,
                most=np.array([2000.0]),
                settings=WAITING,
            ).reorder_point[0]
            for each in (demand, whole)
        ]
        return int(reordered[1] - reordered[0])

    assert safety(0.01) > 50
    assert safety(100.0) == 0


def test_what_costs_more_to_keep_than_to_miss_is_not_worth_stocking() -> None:
    """A piece a year with a margin of a tenth of the order cost: the search says so."""
    found = policies(1 / 365, 1 / 365, 14, holding=0.01, shortage=0.5, order_cost=5)
    assert not found.worth[0]


items = st.tuples(
    st.floats(0.05, 30), st.floats(1.0, 12), st.floats(1, 30), st.floats(0.2, 20), st.floats(0.5, 20)
)


@settings(max_examples=60, deadline=None)
@given(items, st.floats(0.5, 0.97), st.floats(0.002, 0.02))
def test_a_higher_fill_rate_never_needs_less(item: tuple[float, ...], target: float, more: float) -> None:
    """The reorder point rises, or stays, with the wanted fill rate."""
    mean, spread, lead_time, shortage, order_cost = item
    low, high = (
        policies(
            mean,
            mean * spread,
            lead_time,
            holding=0.01,
            shortage=shortage,
            order_cost=order_cost,
            rules=PlanSettings(
                review_days=1,
                fill_rate_target=wanted,
                shortages=Shortages.BACKORDERS,
                waiting_cost_per_day=1.0,
            ),
        )
        for wanted in (target, target + more)
    )
    assert pair(high)[0] >= pair(low)[0]


@settings(max_examples=60, deadline=None)
@given(items, st.floats(0.6, 0.99))
def test_the_promised_fill_rate_reaches_the_target(item: tuple[float, ...], target: float) -> None:
    """The expected fill rate of the levels is the target or more."""
    mean, spread, lead_time, shortage, order_cost = item
    rules = PlanSettings(review_days=1, fill_rate_target=target)
    found = policies(
        mean,
        mean * spread,
        lead_time,
        holding=0.01,
        shortage=shortage,
        order_cost=order_cost,
        rules=rules,
    )
    assert found.fill_rate[0] >= target - 1e-9


@settings(max_examples=60, deadline=None)
@given(items, st.floats(1.5, 4))
@example((19.0, 1.0, 29.0, 1.0, 1.0), 3.0)
def test_more_demand_needs_more_stock(item: tuple[float, ...], factor: float) -> None:
    """Demand raised by half or more raises what is held on average: the middle of s and S.

    Either alone may fall: a larger order quantity lets s sink, and even demand has costs with many valleys.
    """
    mean, spread, lead_time, shortage, order_cost = item
    low, high = (
        sum(
            pair(
                policies(
                    mean * scale,
                    mean * spread * scale,
                    lead_time,
                    holding=0.001,
                    shortage=shortage,
                    order_cost=order_cost,
                )
            )
        )
        for scale in (1.0, factor)
    )
    assert high >= low


def test_levels_of_even_demand_cost_what_the_best_of_all_levels_cost() -> None:
    """117 a day, hardly varying: the cost has a valley for every number of days an order lasts."""
    found = policies(117.37, 117.37, 6.13, holding=0.001, shortage=15.7, order_cost=7.88)
    wilson = math.sqrt(2 * 7.88 * 117.37 * 0.001)
    assert found.cost[0] < 1.2 * wilson
