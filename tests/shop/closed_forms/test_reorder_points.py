"""(r,Q) policies against numbers that other programs computed, and against each other."""

from __future__ import annotations

import math

import pytest

from shop import distributions
from shop.closed_forms import reorder_points
from shop.closed_forms.reorder_points import NotWorthStocking

COSTS = (0.225, 7.5, 8.0, 1300.0, 150.0, 1 / 12)
"""Holding, shortage, order cost, demand, its deviation and the lead time of Snyder and Shen's example 5.1."""


def cost_of(point: float, quantity: float) -> float:
    """Cost of a policy on the costs of the example."""
    return reorder_points.r_q_cost(point, quantity, *COSTS)


def test_r_q_cost_is_the_integral_in_closed_form() -> None:
    """Cost of an (r,Q) policy with normal lead-time demand."""
    assert cost_of(126.8, 328.5) == pytest.approx(78.0711625093, rel=1e-9)


def test_the_best_reorder_point_of_a_quantity() -> None:
    """The r where both ends of the range cost the same."""
    found = reorder_points.best_reorder_point(300, 0.225, 7.5, 1300, 150, 1 / 12)
    assert found == pytest.approx(129.42728, rel=1e-6)


def test_r_q_by_expected_inventory_level() -> None:
    """Hadley and Whitin's policy, a shortage paid once."""
    found = reorder_points.r_q_by_expected_inventory_level(*COSTS)
    assert found == pytest.approx((213.970442136, 318.590181077, 95.4511402229), rel=1e-9)
    assert not isinstance(found, NotWorthStocking)
    assert cost_of(found[0], found[1]) == pytest.approx(92.2869, rel=1e-6)


def test_cheap_shortages_are_marked_not_worth_stocking() -> None:
    """Where Q h exceeds p lambda the answer says so, and what serving nobody costs."""
    found = reorder_points.r_q_by_expected_inventory_level(1.0, 0.1, 50, 10, 3, 1)
    assert found == NotWorthStocking(cost=1.0)


def test_r_q_by_backorder_quantity() -> None:
    """EOQ with backorders, and its best reorder point."""
    found = reorder_points.r_q_by_backorder_quantity(*COSTS)
    assert found == pytest.approx((128.637814, 308.573780120), rel=1e-6)
    assert cost_of(*found) == pytest.approx(78.2024, rel=1e-6)


def test_r_q_by_safety_stock() -> None:
    """EOQ and the newsvendor's level."""
    found = reorder_points.r_q_by_safety_stock(*COSTS)
    assert found == pytest.approx((190.336996572, 304.046780026), rel=1e-9)
    assert cost_of(*found) == pytest.approx(87.0484, rel=1e-6)


def test_r_q_by_loss_functions_is_optimal() -> None:
    """The loss-function form finds the exact optimum of this instance."""
    point, quantity = reorder_points.r_q_by_loss_functions(*COSTS)
    assert (point, quantity) == pytest.approx((126.867063448, 328.449142198), rel=1e-6)
    assert cost_of(point, quantity) == pytest.approx(78.0711462704, rel=1e-8)


def test_the_exact_optimum_is_the_reference_one() -> None:
    """r, Q and cost of the exact optimum."""
    found = reorder_points.r_q_optimal(*COSTS)
    assert found == pytest.approx((126.867063, 328.449142, 78.0711462704), rel=1e-6)
    assert found[2] == pytest.approx(78.0711462704, rel=1e-9)


@pytest.mark.parametrize("shift", [-2.0, -0.5, 0.5, 2.0])
def test_no_neighbour_of_the_optimum_is_cheaper(shift: float) -> None:
    """Moving r or Q away from the optimum costs more."""
    point, quantity, cost = reorder_points.r_q_optimal(*COSTS)
    assert cost_of(point + shift, quantity) > cost
    assert cost_of(point, quantity + shift) > cost


def test_r_q_poisson_exact_is_the_reference_one() -> None:
    """Whole r and Q for Poisson demand, and their cost."""
    point, quantity, cost = reorder_points.r_q_poisson_exact(20, 150, 100, 1.5, 2)
    assert (point, quantity) == (3, 5)
    assert cost == pytest.approx(107.923580633, rel=1e-9)


def test_r_q_poisson_exact_beats_every_other_pair() -> None:
    """Enumerated, no other pair of whole numbers is cheaper."""
    best = reorder_points.r_q_poisson_exact(20, 150, 100, 1.5, 2)[2]

    def g(level: int) -> float:
        short = distributions.poisson_loss(level, 3.0)
        return 20 * (level - 3.0 + short) + 150 * short

    costs = [
        (100 * 1.5 + sum(g(y) for y in range(r + 1, r + q + 1))) / q
        for r in range(-5, 15)
        for q in range(1, 30)
    ]
    assert best == pytest.approx(min(costs), rel=1e-12)


def test_fill_rate_is_not_the_cycle_service() -> None:
    """The fill rate of a Poisson (r,Q) instance that was simulated as 0.913."""
    at_point, at_top = (distributions.poisson_loss(level, 25.0) for level in (28, 38))
    assert reorder_points.fill_rate(at_point, at_top, 10) == pytest.approx(0.9143237988, rel=1e-9)
    assert not math.isclose(distributions.discrete_cdf(28, 25.0, 25.0), 0.9143237988, rel_tol=0.01)


def test_fill_rate_of_normal_demand_is_the_reference_one() -> None:
    """The same (r,Q) with normal demand."""
    at_point, at_top = (distributions.normal_loss(level, 25.0, 5.0) for level in (28.0, 38.0))
    assert reorder_points.fill_rate(at_point, at_top, 10) == pytest.approx(0.9163955741, rel=1e-9)
