"""Forecast candidates that are left out: what the comparison of them does."""

from __future__ import annotations

import numpy as np

from evals.forecast_candidates import trended

WEEKS = np.arange(30.0)


def test_a_level_that_stands_has_no_trend() -> None:
    """Steady weeks are forecast as they are, and the back-test has nothing to choose."""
    every, weighed = trended(np.full((30, 1), 12.0), np.array([2], dtype=np.uint8), 0.2, 0.1, 0.9)
    assert (every[0], weighed[0]) == (1.0, 1.0)


def test_a_trend_counts_as_far_as_the_back_test_bears_it_out() -> None:
    """Of series that grow each week the forecast is raised, and nearly half as far where it is weighed."""
    every, weighed = trended((20.0 + 2.0 * WEEKS)[:, None], np.array([2], dtype=np.uint8), 0.2, 0.3, 0.9)
    assert 1.0 < weighed[0] < every[0]
    assert weighed[0] - 1.0 > 0.4 * (every[0] - 1.0)
