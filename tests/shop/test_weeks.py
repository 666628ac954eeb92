"""The weeks of the catalogue: what the beliefs about them make of lumpy sales."""

from __future__ import annotations

import numpy as np

from shop.forecasting.weeks import weekly


def test_large_weeks_of_lumpy_demand_count_in_full() -> None:
    """400 series of rare skewed sales: the mean forecast is the mean demand within five per cent."""
    rng = np.random.default_rng(8)
    shape = (280, 400)
    sold = ((rng.random(shape) < 0.1) * np.ceil(rng.lognormal(1.5, 1.1, shape))).astype(np.float32)
    zero = np.zeros(shape[1], dtype=np.int64)
    found = weekly(
        sold,
        np.zeros(shape, dtype=bool),
        zero,
        np.ones(shape[0]),
        7.0,
        np.full(shape[1], np.inf),
        zero,
        np.ones(shape[1], dtype=bool),
        zero[:0],
        np.zeros((0, shape[1], 3)),
    )
    mean, _, _ = found.daily()
    assert abs(mean.mean() / sold[-140:].mean() - 1.0) < 0.05
