"""(s,S) policies against numbers that other programs computed, and against enumeration."""

from __future__ import annotations

import math

import pytest

from shop import distributions
from shop.closed_forms import order_up_to
from shop.closed_forms.newsvendor import level_cost

TEN_OR_NOTHING = [0.5, *[0.0] * 9, 0.5]
"""Demand of 0 or 10, each with probability one half."""


def ten_or_nothing_cost(level: int) -> float:
    """Holding 1 and shortage 4 per piece on a demand of 0 or 10."""
    return sum(0.5 * (max(level - d, 0) + 4 * max(d - level, 0)) for d in (0, 10))


def poisson_cost(level: int) -> float:
    """Holding 1 and shortage 4 per piece on a Poisson demand of 6."""
    return level_cost(level, 1, 4, 6.0, distributions.poisson_loss(level, 6.0))


@pytest.mark.parametrize(("top", "cost"), [(12, 9.5), (20, 11.25)])
def test_cost_of_a_policy_by_hand(top: int, cost: float) -> None:
    """The two instances that can be worked out on paper."""
    found = order_up_to.s_s_cost(2, top, 5, TEN_OR_NOTHING, ten_or_nothing_cost)
    assert found == pytest.approx(cost, rel=1e-12)


def test_s_s_poisson_exact_is_the_reference_one() -> None:
    """s, S and cost for a Poisson demand of 6."""
    point, top, cost = order_up_to.s_s_poisson_exact(1, 4, 5, 6)
    assert (point, top) == (4, 10)
    assert cost == pytest.approx(8.03411156147, rel=1e-9)


def test_s_s_exact_beats_every_other_pair() -> None:
    """Enumerated, no other (s,S) is cheaper."""
    mass = [math.exp(d * math.log(6) - 6 - math.lgamma(d + 1)) for d in range(60)]
    best = order_up_to.s_s_poisson_exact(1, 4, 5, 6)[2]
    costs = [
        order_up_to.s_s_cost(point, top, 5, mass, poisson_cost)
        for point in range(-3, 9)
        for top in range(point + 1, 22)
    ]
    assert best == pytest.approx(min(costs), rel=1e-9)


def test_power_approximation_is_the_textbook_number() -> None:
    """(s,S) of Ehrhardt and Mosier's power approximation."""
    found = order_up_to.s_s_power_approximation(0.18, 0.70, 2.5, 50, 8)
    assert found == pytest.approx((40.1946169565, 74.2901701098), rel=1e-9)
