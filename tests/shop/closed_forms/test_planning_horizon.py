"""Horizons with an end, against numbers that other programs computed."""

from __future__ import annotations

from itertools import product

import pytest

from shop.closed_forms import planning_horizon


def test_wagner_whitin_is_the_textbook_plan() -> None:
    """Lots, cost and the cost to go of four periods."""
    found = planning_horizon.wagner_whitin(2, 500, [90, 120, 80, 70])
    assert found.quantities == (210, 0, 150, 0)
    assert found.cost == 1380
    assert found.costs_to_go == (1380, 940, 640, 500, 0)


def test_periods_without_demand_cost_no_order() -> None:
    """Nothing to sell at the start and at the end: one order between."""
    found = planning_horizon.wagner_whitin(1, 10, [0, 5, 0])
    assert (found.quantities, found.cost) == ((0, 5, 0), 10)


def test_no_choice_of_order_periods_is_cheaper() -> None:
    """All 64 choices of periods to order in, enumerated."""
    demand = [20, 5, 40, 10, 70, 15, 3]
    found = planning_horizon.wagner_whitin(1.5, 60, demand)
    costs = []
    for rest in product((False, True), repeat=len(demand) - 1):
        cost, last = 0.0, 0
        for period, orders in enumerate((True, *rest)):
            last = period if orders else last
            cost += 60 * orders + 1.5 * (period - last) * demand[period]
        costs.append(cost)
    assert found.cost == pytest.approx(min(costs), rel=1e-12)


def test_finite_horizon_policy_is_the_reference_one() -> None:
    """Reorder and order-up-to levels of five periods, and the cost from an empty shelf."""
    found = planning_horizon.finite_horizon_policy(5, 1, 20, 1, 20, 2, 50, 100, 20)
    assert found.reorder_points == (110, 110, 110, 110, 111)
    assert found.order_up_to == (133, 133, 133, 133, 126)
    assert found.cost == pytest.approx(1558.69464674, rel=1e-9)
