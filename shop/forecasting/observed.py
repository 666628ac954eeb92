"""The days of a series that say something about its demand, and the bulk orders among them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from shop.compiled import njit
from shop.forecasting.columns import (
    CAP,
    CENSORED,
    HABIT,
    LARGEST,
    OBSERVED,
    SIZE_SQUARE,
    SIZE_TOTAL,
    SIZES,
    SPIKES,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

SPIKE_DEVIATIONS = 3.5
LEAST_DEVIATION = 0.35
SIZES_TO_JUDGE_BY = 4
MOST_SPIKES = 2


@njit(cache=True)
def find_spikes(sold: NDArray[np.float32], store_limit: float, found: Floats, kept: Floats) -> None:
    """The size above which a sale is a one-off bulk order, and how many there are, per series.

    On the logarithms of the sizes without the largest one: mean + 3.5 deviations (at least 0.35); with under
    five sales by the sizes of the whole store. Up to two days above it are one-off and are cut to it; more
    of them are a habit and stay.
    """
    count_sizes(sold, kept)
    for k in range(sold.shape[1]):
        found[k, CAP] = spike_limit(kept[k], store_limit)
        if found[k, CAP] < np.inf:
            found[k, SPIKES] = _count_above(sold, k, found[k, CAP])
        if found[k, SPIKES] > MOST_SPIKES:
            found[k, CAP], found[k, SPIKES], kept[k, HABIT] = np.inf, 0.0, 1.0


@njit(cache=True)
def count_sizes(sold: NDArray[np.float32], kept: Floats) -> None:
    """Take the sizes of all sales into number, sum, squares and largest of their logarithms."""
    series = sold.shape[1]
    sizes = np.empty((4, series))
    for k in range(series):
        sizes[0, k], sizes[1, k] = kept[k, SIZES], kept[k, SIZE_TOTAL]
        sizes[2, k], sizes[3, k] = kept[k, SIZE_SQUARE], kept[k, LARGEST]
    for t in range(sold.shape[0]):
        for k in range(series):
            if sold[t, k] > 0:
                size = math.log(sold[t, k])
                sizes[0, k] += 1.0
                sizes[1, k] += size
                sizes[2, k] += size * size
                sizes[3, k] = max(sizes[3, k], size)
    for k in range(series):
        kept[k, SIZES], kept[k, SIZE_TOTAL] = sizes[0, k], sizes[1, k]
        kept[k, SIZE_SQUARE], kept[k, LARGEST] = sizes[2, k], sizes[3, k]


@njit(cache=True)
def spike_limit(kept: Floats, store_limit: float) -> float:
    """The size above which a sale of the series is a bulk order; infinite where none is."""
    rest = kept[SIZES] - 1.0
    limit, largest = store_limit, kept[LARGEST]
    if rest >= SIZES_TO_JUDGE_BY:
        mean = (kept[SIZE_TOTAL] - largest) / rest
        variance = max((kept[SIZE_SQUARE] - largest * largest) / rest - mean * mean, 0.0)
        limit = mean + SPIKE_DEVIATIONS * max(math.sqrt(variance), LEAST_DEVIATION)
    return math.exp(limit) if largest > limit else np.inf


@njit(cache=True)
def _count_above(sold: NDArray[np.float32], k: int, limit: float) -> float:
    above = 0.0
    for t in range(sold.shape[0]):
        above += 1.0 if sold[t, k] > limit else 0.0
    return above


@njit(cache=True)
def observed_rates(
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    found: Floats,
) -> NDArray[np.float32]:
    """Pieces per day of weight 1, spikes cut; NaN on days that say nothing about demand."""
    days, series = sold.shape
    rate = np.full((days, series), np.nan, dtype=np.float32)
    for t in range(days):
        for k in range(series):
            if t < observed_from[k]:
                continue
            if stocked_out[t, k]:
                found[k, CENSORED] += 1
            elif day_weight[t] > 0.0:
                found[k, OBSERVED] += 1
                rate[t, k] = min(float(sold[t, k]), found[k, CAP]) / day_weight[t]
    return rate
