"""The compiled passes of `shop/demand.py` over one block of series, one day after another.

What `fit_block` finds about a series stands in one row of `found`, in the columns named here; its class and
method in one row of `codes`.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from shop.compiled import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

MEAN = 0
VARIANCE = 1
ALPHA = 2
OBSERVED = 3
CENSORED = 4
SALES = 5
SINCE = 6
SPIKES = 7
CAP = 8
LEVEL_VARIANCE = 9
WIDTH = 10

# What is known of a series on some day: the columns of `known`.
SEEN, SOLD, TOTAL, SQUARE, SIZE, INTERVAL, PAUSE, LEVEL, SPREAD, SPEED, RECENT = range(11)
STATE = 11

ALPHAS = np.linspace(0.05, 0.5, 10)
CROSTON_ALPHA = 0.1
SMOOTH_INTERVAL = 1.32
SMOOTH_CV2 = 0.49
RECENT_DAYS = 56
RECENT_SHARE = 0.8
YOUNG_DAYS = 56
SPIKE_DEVIATIONS = 3.5
LEAST_DEVIATION = 0.35
SIZES_TO_JUDGE_BY = 4
MOST_SPIKES = 2
LONG_PAUSE = 3.0
LEAST_KNOWN_DAYS = 28


class DemandClass(IntEnum):
    """Syntetos-Boylan classes, and what has too little or nothing to classify."""

    NONE = 0
    NEW = 1
    SMOOTH = 2
    ERRATIC = 3
    INTERMITTENT = 4
    LUMPY = 5
    ENDED = 6


class Method(IntEnum):
    """How the mean was found."""

    NONE = 0
    SES = 1
    SBA = 2
    TSB = 3
    CATEGORY = 4
    AVERAGE = 5


# Compiled code reads plain numbers.
_NEW, _SMOOTH, _ERRATIC = int(DemandClass.NEW), int(DemandClass.SMOOTH), int(DemandClass.ERRATIC)
_INTERMITTENT, _LUMPY, _ENDED = int(DemandClass.INTERMITTENT), int(DemandClass.LUMPY), int(DemandClass.ENDED)
_SES, _SBA, _TSB, _AVERAGE = int(Method.SES), int(Method.SBA), int(Method.TSB), int(Method.AVERAGE)


@njit(cache=True)
def fit_block(
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    store_limit: float,
    found: Floats,
    codes: NDArray[np.uint8],
    origins: Ints,
    past: Floats,
) -> None:
    """Fill `found` and `codes` from pieces sold (days x series) and the weight of each day (0 = closed).

    `store_limit` is the logarithm of the largest sale that is no wonder in this store. `past` (origins,
    series, 3) becomes mean, variance and variance of the level as they were known on the morning of each day
    of `origins`, by the method of the whole history; left at zero while little was known.
    """
    _find_spikes(sold, store_limit, found)
    rate = _observed_rates(sold, stocked_out, observed_from, day_weight, found)
    known = np.zeros((len(origins) + 1, sold.shape[1], STATE))
    _croston(rate, found, origins, known)
    _smoothed(rate, day_weight, found, origins, known)
    _recent(rate, day_weight, origins, known)
    for k in range(sold.shape[1]):
        _choose(k, known[-1, k], found, codes)
        if codes[k, 0] >= _SMOOTH and codes[k, 1] > 0:
            _look_back(known[:-1, k], codes[k, 1] == _SES, past[:, k])


@njit(cache=True)
def _look_back(known: Floats, often: bool, past: Floats) -> None:
    for o in range(len(known)):
        enough = known[o, SEEN] >= LEAST_KNOWN_DAYS and known[o, SOLD] > 0.0
        if enough and (known[o, SPEED] > 0.0 or not often):
            _, level, spread, memory = _grown(known[o], often)
            past[o, 0], past[o, 1], past[o, 2] = level, spread, spread / memory


@njit(cache=True)
def _find_spikes(sold: NDArray[np.float32], store_limit: float, found: Floats) -> None:
    """The size above which a sale is a one-off bulk order, and how many there are, per series.

    On the logarithms of the sizes without the largest one: mean + 3.5 deviations (at least 0.35); with under
    five sales by the sizes of the whole store. Up to two days above it are one-off and are cut to it; more
    of them are a habit and stay.
    """
    days, series = sold.shape
    sizes = np.zeros((4, series))
    for k in range(series):
        sizes[3, k] = -np.inf
    for t in range(days):
        for k in range(series):
            if sold[t, k] > 0:
                size = math.log(sold[t, k])
                sizes[0, k] += 1.0
                sizes[1, k] += size
                sizes[2, k] += size * size
                sizes[3, k] = max(sizes[3, k], size)
    for k in range(series):
        found[k, CAP] = _spike_limit(sizes[0, k], sizes[1, k], sizes[2, k], sizes[3, k], store_limit)
        if found[k, CAP] < np.inf:
            found[k, SPIKES] = _count_above(sold, k, found[k, CAP])
        if found[k, SPIKES] > MOST_SPIKES:
            found[k, CAP], found[k, SPIKES] = np.inf, 0.0


@njit(cache=True)
def _spike_limit(count: float, total: float, square: float, largest: float, store_limit: float) -> float:
    """From number, sum, sum of squares and largest of the logarithms of a series' sizes."""
    rest = count - 1.0
    limit = store_limit
    if rest >= SIZES_TO_JUDGE_BY:
        mean = (total - largest) / rest
        variance = max((square - largest * largest) / rest - mean * mean, 0.0)
        limit = mean + SPIKE_DEVIATIONS * max(math.sqrt(variance), LEAST_DEVIATION)
    return math.exp(limit) if largest > limit else np.inf


@njit(cache=True)
def _count_above(sold: NDArray[np.float32], k: int, limit: float) -> float:
    above = 0.0
    for t in range(sold.shape[0]):
        above += 1.0 if sold[t, k] > limit else 0.0
    return above


@njit(cache=True)
def _observed_rates(
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


@njit(cache=True)
def _smoothed(
    rate: NDArray[np.float32], day_weight: Floats, found: Floats, origins: Ints, known: Floats
) -> None:
    """SES with each smoothing constant; per series the best one's level, mean squared error and constant.

    The level starts at the first observation; the constant has the least squared one-step error so far.
    Series whose sales are too far apart for it are left out: most of a usual catalogue.
    """
    level = np.empty(len(ALPHAS))
    error = np.empty(len(ALPHAS))
    for k in range(rate.shape[1]):
        if found[k, OBSERVED] >= YOUNG_DAYS and _is_regular(found[k, OBSERVED], found[k, SALES]):
            _smooth_one(rate, day_weight, k, level, error, origins, known)


@njit(cache=True)
def _is_regular(observed: float, sales: float) -> bool:
    return sales > 0 and observed / sales < SMOOTH_INTERVAL


@njit(cache=True)
def _smooth_one(
    rate: NDArray[np.float32],
    day_weight: Floats,
    k: int,
    level: Floats,
    error: Floats,
    origins: Ints,
    known: Floats,
) -> None:
    weight, started, o = 0.0, False, 0
    for t in range(rate.shape[0]):
        if o < len(origins) and t == origins[o]:
            if started:
                _best_smoothing(level, error, weight, known[o, k])
            o += 1
        if np.isnan(rate[t, k]):
            continue
        if not started:
            started = True
            for g in range(len(ALPHAS)):
                level[g], error[g] = rate[t, k], 0.0
            continue
        weight += day_weight[t]
        for g in range(len(ALPHAS)):
            miss = rate[t, k] - level[g]
            error[g] += day_weight[t] * miss * miss
            level[g] += ALPHAS[g] * miss
    _best_smoothing(level, error, weight, known[-1, k])


@njit(cache=True)
def _best_smoothing(level: Floats, error: Floats, weight: float, known: Floats) -> None:
    least = np.argmin(error)
    known[LEVEL] = level[least]
    known[SPREAD] = error[least] / max(weight, 1.0)
    known[SPEED] = ALPHAS[least]


@njit(cache=True)
def _croston(rate: NDArray[np.float32], found: Floats, origins: Ints, known: Floats) -> None:
    """Croston's size and interval, and per series: mean and variance of the rate, CV2 of sizes.

    The interval's counter starts at 1; the first sale sets size and interval; later sales smooth them.
    """
    days, series = rate.shape
    state = np.zeros((series, STATE))
    state[:, PAUSE] = 1.0
    o = 0
    for t in range(days):
        if o < len(origins) and t == origins[o]:
            known[o] = state
            o += 1
        for k in range(series):
            y = float(rate[t, k])
            if np.isnan(y):
                continue
            state[k, SEEN] += 1.0
            state[k, TOTAL] += y
            state[k, SQUARE] += y * y
            if y <= 0.0:
                state[k, PAUSE] += 1.0
                continue
            share = CROSTON_ALPHA if state[k, SOLD] > 0 else 1.0
            state[k, SIZE] += share * (y - state[k, SIZE])
            state[k, INTERVAL] += share * (state[k, PAUSE] - state[k, INTERVAL])
            state[k, SOLD] += 1.0
            state[k, PAUSE] = 1.0
    known[-1] = state
    for k in range(series):
        found[k, SALES] = state[k, SOLD]
        found[k, SINCE] = state[k, PAUSE] - 1.0


@njit(cache=True)
def _recent(rate: NDArray[np.float32], day_weight: Floats, origins: Ints, known: Floats) -> None:
    """The exponentially weighted mean rate of about the last 56 observed days."""
    days, series = rate.shape
    total = np.zeros(series)
    weight = np.zeros(series)
    decay = 1.0 - 1.0 / RECENT_DAYS
    o = 0
    for t in range(days):
        if o < len(origins) and t == origins[o]:
            known[o, :, RECENT] = total / np.maximum(weight, 1e-9)
            o += 1
        for k in range(series):
            if not np.isnan(rate[t, k]):
                total[k] = decay * total[k] + day_weight[t] * rate[t, k]
                weight[k] = decay * weight[k] + day_weight[t]
    known[-1, :, RECENT] = total / np.maximum(weight, 1e-9)


@njit(cache=True)
def _choose(k: int, known: Floats, found: Floats, codes: NDArray[np.uint8]) -> None:
    """Class, method, mean and variance of one series. The variance is never less than Poisson's."""
    observed, sales = found[k, OBSERVED], found[k, SALES]
    if observed < YOUNG_DAYS:
        average, variance = _average(known)
        codes[k, 0] = _NEW if observed > 0 else 0
        codes[k, 1] = _AVERAGE if sales > 0 else 0
        found[k, MEAN] = average
        found[k, VARIANCE] = max(variance * observed / max(observed - 1.0, 1.0), average)
        found[k, LEVEL_VARIANCE] = found[k, VARIANCE] / max(observed, 1.0)
        return
    if sales == 0:
        codes[k, 0] = _ENDED
        return
    size = known[TOTAL] / sales
    regular = max(known[SQUARE] / sales - size * size, 0.0) / max(size * size, 1e-12) < SMOOTH_CV2
    often = _is_regular(observed, sales)
    if often:
        codes[k, 0] = _SMOOTH if regular else _ERRATIC
    else:
        codes[k, 0] = _INTERMITTENT if regular else _LUMPY
    found[k, ALPHA] = known[SPEED] if often else CROSTON_ALPHA
    codes[k, 1], found[k, MEAN], spread, memory = _grown(known, often)
    found[k, VARIANCE] = max(spread, found[k, MEAN])
    found[k, LEVEL_VARIANCE] = found[k, VARIANCE] / memory


@njit(cache=True)
def _average(known: Floats) -> tuple[float, float]:
    """Mean and variance of the rate of all observed days."""
    observed = max(known[SEEN], 1.0)
    average = known[TOTAL] / observed
    return average, max(known[SQUARE] / observed - average * average, 0.0)


@njit(cache=True)
def _grown(known: Floats, often: bool) -> tuple[int, float, float, float]:
    """Method, mean and variance of a series that is long enough known, and how many days its level rests on.

    `often`: it sells nearly every day. A level above its history's brings its variance along.
    """
    average, variance = _average(known)
    if often:
        level, spread, method = known[LEVEL], known[SPREAD], _SES
        memory = 2.0 / max(known[SPEED], 1e-9) - 1.0
    else:
        interval = known[SEEN] / known[SOLD]
        spread = variance
        memory = (2.0 / CROSTON_ALPHA - 1.0) * interval
        since = known[PAUSE] - 1.0
        method = _TSB if since > LONG_PAUSE * interval else _SBA
        level = known[SIZE] / known[INTERVAL]
        if method == _TSB:
            # TSB: each further day without a sale lowers the chance of one, at a speed of its interval.
            speed = min(max(0.5 / interval, 0.005), 0.1)
            level *= (1.0 - speed) ** (since - interval)
        else:
            level *= 1.0 - CROSTON_ALPHA / 2.0
    if method != _TSB:
        level = (1.0 - RECENT_SHARE) * level + RECENT_SHARE * known[RECENT]
    return method, level, spread * max(level / max(average, 1e-9), 1.0), memory
