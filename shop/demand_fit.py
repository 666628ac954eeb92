"""The compiled passes of `shop/demand.py` over one block of series, one day after another.

What `fit_block` finds about a series stands in one row of `found`, in the columns named here; its class and
method in one row of `codes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shop.compiled import njit
from shop.forecasting.columns import (
    ALPHA,
    CAP,
    COUNTED,
    HABIT,
    INTERVAL,
    KEPT,
    LARGEST,
    LEVEL,
    LEVEL_VARIANCE,
    MEAN,
    OBSERVED,
    PAUSE,
    RECENT,
    RECENT_TOTAL,
    RECENT_WEIGHT,
    SALES,
    SEEN,
    SES_WEIGHT,
    SINCE,
    SIZE,
    SOLD,
    SPEED,
    SPREAD,
    SQUARE,
    STARTED,
    STATE,
    TOTAL,
    VARIANCE,
    DemandClass,
    Method,
)
from shop.forecasting.observed import count_sizes, find_spikes, observed_rates, spike_limit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

ALPHAS = np.linspace(0.05, 0.5, 10)
CROSTON_ALPHA = 0.1
SMOOTH_INTERVAL = 1.32
SMOOTH_CV2 = 0.49
RECENT_DAYS = 56
RECENT_SHARE = 0.8
YOUNG_DAYS = 56
LONG_PAUSE = 3.0
LEAST_KNOWN_DAYS = 28


# Compiled code reads plain numbers.
_NEW, _SMOOTH, _ERRATIC = int(DemandClass.NEW), int(DemandClass.SMOOTH), int(DemandClass.ERRATIC)
_INTERMITTENT, _LUMPY, _ENDED = int(DemandClass.INTERMITTENT), int(DemandClass.LUMPY), int(DemandClass.ENDED)
_SES, _SBA, _TSB, _AVERAGE = int(Method.SES), int(Method.SBA), int(Method.TSB), int(Method.AVERAGE)


def nothing_kept(series: int) -> tuple[Floats, Floats]:
    """What is kept of series before their first day: `KEPT` columns, and the state of their smoothing."""
    kept = np.zeros((series, KEPT))
    kept[:, PAUSE], kept[:, LARGEST] = 1.0, -np.inf
    return kept, np.zeros((series, 2, len(ALPHAS)))


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
    kept: Floats,
    smoothing: Floats,
) -> None:
    """Fill `found` and `codes` from pieces sold (days x series) and the weight of each day (0 = closed).

    `store_limit` is the logarithm of the largest sale that is no wonder in this store. `past` (origins,
    series, 3) becomes mean, variance and variance of the level as they were known on the morning of each day
    of `origins`, by the method of the whole history; left at zero while little was known. `kept` and
    `smoothing` are `nothing_kept` and become what `go_on` needs.
    """
    find_spikes(sold, store_limit, found, kept)
    rate = observed_rates(sold, stocked_out, observed_from, day_weight, found)
    known = np.zeros((len(origins) + 1, sold.shape[1], STATE))
    _croston(rate, found, origins, known, kept)
    _smoothed(rate, day_weight, found, origins, known, kept, smoothing)
    _recent(rate, day_weight, origins, known, kept)
    for k in range(sold.shape[1]):
        _choose(k, known[-1, k], found, codes)
        if codes[k, 0] >= _SMOOTH and codes[k, 1] > 0:
            _look_back(known[:-1, k], codes[k, 1] == _SES, past[:, k])


@njit(cache=True)
def go_on(
    sold: NDArray[np.float32],
    stocked_out: Flags,
    observed_from: Ints,
    day_weight: Floats,
    store_limit: float,
    found: Floats,
    codes: NDArray[np.uint8],
    kept: Floats,
    smoothing: Floats,
    outgrown: Flags,
) -> None:
    """Take more days (rows) into what `fit_block` found and kept: to the last bit what it finds of them all.

    That holds as long as the bulk orders stay those of the fit and a series is smoothed as it was; where not,
    `outgrown` is set and the series needs another fit. `observed_from` counts from the first new day.
    """
    started, largest = kept[:, STARTED].copy(), kept[:, LARGEST].copy()
    count_sizes(sold, kept)
    rate = observed_rates(sold, stocked_out, observed_from, day_weight, found)
    none = np.zeros(0, dtype=np.int64)
    known = np.zeros((1, sold.shape[1], STATE))
    _croston(rate, found, none, known, kept)
    _smoothed(rate, day_weight, found, none, known, kept, smoothing)
    _recent(rate, day_weight, none, known, kept)
    for k in range(sold.shape[1]):
        # A fit does not cut bulk orders that are a habit; only a still larger one may be cut.
        bulk = np.isinf(spike_limit(kept[k], store_limit)) != np.isinf(found[k, CAP])
        if kept[k, HABIT] > 0.0:
            bulk = kept[k, LARGEST] > largest[k]
        above = sold[:, k].max() > found[k, CAP] if len(sold) else False
        late = _is_smoothed(found[k]) and started[k] == 0.0
        outgrown[k] = outgrown[k] or above or late or bulk
        _choose(k, known[-1, k], found, codes)


@njit(cache=True)
def _look_back(known: Floats, often: bool, past: Floats) -> None:
    for o in range(len(known)):
        enough = known[o, SEEN] >= LEAST_KNOWN_DAYS and known[o, SOLD] > 0.0
        if enough and (known[o, SPEED] > 0.0 or not often):
            _, level, spread, memory = _grown(known[o], often)
            past[o, 0], past[o, 1], past[o, 2] = level, spread, spread / memory


@njit(cache=True)
def _smoothed(
    rate: NDArray[np.float32],
    day_weight: Floats,
    found: Floats,
    origins: Ints,
    known: Floats,
    kept: Floats,
    smoothing: Floats,
) -> None:
    """SES with each smoothing constant; per series the best one's level, mean squared error and constant.

    The level starts at the first observation; the constant has the least squared one-step error so far.
    Series whose sales are too far apart for it are left out: most of a usual catalogue.
    """
    for k in range(rate.shape[1]):
        if _is_smoothed(found[k]) or kept[k, STARTED] > 0.0:
            _smooth_one(rate, day_weight, k, origins, known, kept[k], smoothing[k])


@njit(cache=True)
def _is_smoothed(found: Floats) -> bool:
    return found[OBSERVED] >= YOUNG_DAYS and _is_regular(found[OBSERVED], found[SALES])


@njit(cache=True)
def _is_regular(observed: float, sales: float) -> bool:
    return sales > 0 and observed / sales < SMOOTH_INTERVAL


@njit(cache=True)
def _smooth_one(
    rate: NDArray[np.float32],
    day_weight: Floats,
    k: int,
    origins: Ints,
    known: Floats,
    kept: Floats,
    smoothing: Floats,
) -> None:
    level, error = smoothing[0], smoothing[1]
    weight, started, o = kept[SES_WEIGHT], kept[STARTED] > 0.0, 0
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
    kept[SES_WEIGHT], kept[STARTED] = weight, 1.0 if started else 0.0
    _best_smoothing(level, error, weight, known[-1, k])


@njit(cache=True)
def _best_smoothing(level: Floats, error: Floats, weight: float, known: Floats) -> None:
    least = np.argmin(error)
    known[LEVEL] = level[least]
    known[SPREAD] = error[least] / max(weight, 1.0)
    known[SPEED] = ALPHAS[least]


@njit(cache=True)
def _croston(rate: NDArray[np.float32], found: Floats, origins: Ints, known: Floats, kept: Floats) -> None:
    """Croston's size and interval, and per series: mean and variance of the rate, CV2 of sizes.

    The interval's counter starts at 1; the first sale sets size and interval; later sales smooth them.
    """
    days, series = rate.shape
    state = kept[:, :COUNTED].copy()
    o = 0
    for t in range(days):
        if o < len(origins) and t == origins[o]:
            known[o, :, :COUNTED] = state
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
    known[-1, :, :COUNTED] = state
    kept[:, :COUNTED] = state
    for k in range(series):
        found[k, SALES] = state[k, SOLD]
        found[k, SINCE] = state[k, PAUSE] - 1.0


@njit(cache=True)
def _recent(
    rate: NDArray[np.float32], day_weight: Floats, origins: Ints, known: Floats, kept: Floats
) -> None:
    """The exponentially weighted mean rate of about the last 56 observed days."""
    days, series = rate.shape
    total = kept[:, RECENT_TOTAL].copy()
    weight = kept[:, RECENT_WEIGHT].copy()
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
    kept[:, RECENT_TOTAL], kept[:, RECENT_WEIGHT] = total, weight
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
        codes[k, 1] = 0
        for column in (MEAN, VARIANCE, LEVEL_VARIANCE, ALPHA):
            found[k, column] = 0.0
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
