"""Forecasts of a sales log: what the figures are of."""

from __future__ import annotations

from datetime import date

import numpy as np

from evals.forecast_quality import main, measure
from evals.replay.sales import Sales


def test_every_origin_counts_and_none_sees_its_future() -> None:
    """Two origins of five SKUs are ten forecasts; sales that double after an origin are missed by half."""
    pieces = np.full((240, 5), 4, dtype=np.int64)
    pieces[-14:] = 8
    names = np.array([f"S{row}" for row in range(5)], dtype=np.object_)
    sales = Sales(date(2025, 1, 6), names, pieces, np.full(5, 100))
    last = measure(sales, 14, origins=1)[-1]
    both = measure(sales, 14, origins=2)[-1]
    assert (last.series, round(last.bias, 2)) == (5, -0.5)
    assert (both.series, both.demand) == (10, 5 * 14 * (4 + 8))


def test_a_missing_file_is_named() -> None:
    """Exit code 2."""
    assert main(["--data", "nowhere.csv"]) == 2
