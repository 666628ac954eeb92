"""Lead times learnt from receipts."""

from __future__ import annotations

import numpy as np
import pytest

from shop.lead_times import LeadTimes, outcome, promised


def mean_of(found: LeadTimes) -> float:
    """Periods that an order of the first series takes if it arrives at all."""
    arrived = found.counts[0, :-1]
    return float(arrived @ np.arange(found.given_up_after) / arrived.sum())


def test_before_the_first_receipt_the_promise_is_the_likeliest() -> None:
    """The promised period has the highest chance, for delivery at once and later."""
    found = promised(np.array([0, 2, 4])).probabilities()
    assert found.argmax(axis=1).tolist() == [0, 2, 4]
    assert found.sum(axis=1) == pytest.approx(1.0)


def test_receipts_move_the_expected_lead_time() -> None:
    """Ten orders that took four periods instead of two make four the likeliest."""
    before = promised(np.array([2]))
    after = before.with_outcomes(np.zeros(10, dtype=np.int64), np.full(10, 4))
    assert after.probabilities().argmax() == 4
    assert mean_of(after) > mean_of(before) + 1


def test_lost_orders_raise_the_chance_of_loss_only() -> None:
    """Losses say nothing about how long the others take."""
    before = promised(np.array([2]))
    lost = np.full(3, before.given_up_after)
    after = before.with_outcomes(np.zeros(3, dtype=np.int64), lost)
    assert after.probabilities()[0, -1] > 0.3
    assert mean_of(after) == pytest.approx(mean_of(before))


def test_an_order_in_two_parts_is_one_outcome() -> None:
    """Half of the pieces after two periods and half after three add one order in all."""
    before = promised(np.array([2]))
    after = before.with_outcomes(np.array([0, 0]), np.array([2, 3]), np.array([0.5, 0.5]))
    assert after.counts.sum() == pytest.approx(before.counts.sum() + 1)


def test_an_old_order_can_only_take_longer_than_it_is_old() -> None:
    """Drawn outcomes of an order of age 3 are 3 and more, lost ones among them."""
    counts = promised(np.array([2])).counts[0]
    drawn = {outcome(point, counts, 3) for point in np.linspace(0.001, 0.999, 200)}
    assert drawn == {3, 4, 5}


def test_drawn_outcomes_have_the_learnt_chances() -> None:
    """Even points give each outcome as often as its probability."""
    lead_times = promised(np.array([4]))
    points = (np.arange(10_000) + 0.5) / 10_000
    drawn = np.bincount([outcome(point, lead_times.counts[0], 0) for point in points])
    assert drawn / 10_000 == pytest.approx(lead_times.probabilities()[0], abs=1e-3)
