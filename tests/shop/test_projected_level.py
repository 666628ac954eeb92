"""What is lost before a delivery: against the definition, and what it does to an order."""

from __future__ import annotations

import numpy as np
import pytest

from shop import distributions
from shop.projected_level import projected


def lost(on_hand: int, arrivals: list[float], ends: list[float]) -> tuple[int, int]:
    """Surplus and loss of one item with a Poisson demand of 1 a day, order-up-to level 500."""
    mean = np.array([ends])
    found = projected(
        np.array([0]), np.array([on_hand]), np.array([500]), np.array([arrivals]), mean, mean.copy()
    )
    return int(found.surplus[0]), int(found.lost[0])


def test_without_deliveries_it_is_the_loss_of_the_lead_time() -> None:
    """Ten pieces for thirty days: twenty are lost, and the item counts as where it is."""
    assert lost(10, [0.0], [30.0]) == (0, round(distributions.poisson_loss(10, 30.0)))


def test_a_full_shelf_loses_nothing() -> None:
    """A hundred pieces for thirty days."""
    assert lost(100, [0.0], [30.0]) == (0, 0)


def test_a_delivery_that_comes_late_leaves_more_lost_than_one_on_the_shelf() -> None:
    """Nothing on the shelf and thirty pieces after twenty days: the first twenty days are lost."""
    surplus, missed = lost(0, [30.0, 0.0], [20.0, 30.0])
    assert missed == pytest.approx(20, abs=1)
    assert surplus > 10


def test_what_may_come_late_loses_more() -> None:
    """With a spread of the delivery's day more is lost before it; none of it before a spread of nothing."""
    rows, one = np.array([0]), np.array([[30.0]])
    sure, late = (
        projected(rows, np.array([30]), np.array([500]), 0.0 * one, one, one, spread * one)
        for spread in (0.0, 2.0)
    )
    plain = projected(rows, np.array([30]), np.array([500]), 0.0 * one, one, one)
    assert sure.lost.tolist() == plain.lost.tolist()
    assert late.lost[0] == round(distributions.loss(30, 30.0, 90.0)) > sure.lost[0]


def test_rows_that_nobody_asks_for_stay_zero() -> None:
    """Only the named rows are projected."""
    figures = np.array([[30.0], [30.0]])
    found = projected(
        np.array([1]), np.array([0, 0]), np.array([50, 50]), np.zeros((2, 1)), figures, figures.copy()
    )
    assert found.lost.tolist() == [0, 30]
