"""Candidates that the product leaves out, on real sales: ``python -m evals.forecast_candidates --data FILE``.

Each changes the product's own forecasts of the days ahead, from seven origins four weeks apart as in
`evals.forecast_quality`:

* a damped trend of the weeks (Gardner and McKenzie 1985, Management Science 31), for every series, or as far
  as its own rolling back-test of eight earlier mornings, shrunk to its demand class, speaks for it;
* a weekly pattern of the series' own, shrunk to the store's by so many sales; it shows where the days ahead
  are no whole weeks (`--days 3`).

The table has the sum of the four pinball losses, as a share of the demand, beside the product's. Exit code 0;
2 for a file that cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from evals.forecast_quality import APART_DAYS, LEAST_SALE_DAYS, ORIGINS, USAGE_ERROR
from evals.replay.sales import Sales, read_sales
from shop.demand import DemandClass, Forecasts, forecast
from shop.errors import ShopError
from shop.forecasting.back_test import AHEAD, CREDIBLE_ORIGINS, CREDIBLE_SERIES, SHARES
from shop.forecasting.back_test import ORIGINS as MORNINGS
from shop.forecasting.quality import quality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

WEEK = 7
TRENDS = ((0.1, 0.1, 0.9), (0.2, 0.1, 0.9), (0.2, 0.3, 0.8))
"""Shares of level and slope that an error moves, and what is left of the slope a week later."""
PATTERNS = (20.0, 100.0, 500.0)
RANGE = (0.6, 1.6)
POWER = 16


def main(arguments: list[str] | None = None) -> int:
    """Forecast with each candidate, print, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.forecast_candidates")
    parser.add_argument("--data", type=Path, required=True, help="a sales log (CSV, plain or gzip)")
    parser.add_argument("--days", type=int, default=14, help="days ahead (default 14)")
    options = parser.parse_args(arguments)
    try:
        sales = read_sales(options.data, options.days + APART_DAYS * (ORIGINS - 1), LEAST_SALE_DAYS)
    except (ShopError, OSError) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    print(f"{'candidate':32} {'pinball':>8} {'WAPE':>7} {'bias':>7}")
    for name, (pinball, wape, bias) in measure(sales, options.days).items():
        print(f"{name:32} {pinball:8.4f} {wape:7.1%} {bias:+7.1%}")
    return 0


def measure(sales: Sales, days: int) -> dict[str, tuple[float, float, float]]:
    """Pinball loss, WAPE and bias of each candidate over all origins."""
    found: dict[str, list[tuple[Floats, Floats, Floats, NDArray[np.uint8]]]] = {}
    for back in range(ORIGINS):
        origin = sales.days - days - APART_DAYS * back
        sold = sales.pieces[:origin].astype(np.float32)
        nothing = np.zeros(sold.shape[1], dtype=np.int64)
        known = forecast(sold, sold < 0, nothing, nothing, sales.starts_on.weekday())
        mean, variance = known.over(np.full(sold.shape[1], float(days)))
        demand = sales.pieces[origin : origin + days].sum(axis=0).astype(np.float64)
        for name, factor in _factors(sold, known, days, sales.starts_on.weekday()).items():
            told = demand, mean * factor, variance * np.maximum(factor, 1.0), known.demand_class
            found.setdefault(name, []).append(told)
    return {name: _judged(parts) for name, parts in found.items()}


def _judged(parts: list[tuple[Floats, Floats, Floats, NDArray[np.uint8]]]) -> tuple[float, float, float]:
    demand, mean, variance, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    every = quality(demand, mean, variance, kind)[-1]
    return sum(every.pinball), every.wape, every.bias


def _factors(sold: NDArray[np.float32], known: Forecasts, days: int, first_weekday: int) -> dict[str, Floats]:
    """By how much each candidate changes the forecast of each series."""
    found = {"the product's": np.ones(sold.shape[1])}
    weeks = len(sold) // WEEK
    weekly = sold[len(sold) - weeks * WEEK :].reshape(weeks, WEEK, -1).sum(axis=1).astype(np.float64)
    weekly = np.minimum(weekly, np.maximum(known.spike_cap, 1.0) * WEEK)
    for numbers in TRENDS:
        every, weighed = trended(weekly, known.demand_class, *numbers)
        found[f"trend {numbers}"] = every
        found[f"trend {numbers}, weighed"] = weighed
    for sales in PATTERNS:
        found[f"own week, {sales:g} sales"] = _own_week(sold, known, days, first_weekday, sales)
    return found


def trended(
    weekly: Floats, kind: NDArray[np.uint8], level_share: float, slope_share: float, left: float
) -> tuple[Floats, Floats]:
    """The factor of the trend for the two weeks ahead, and that as far as each back-test speaks for it.

    `weekly` is (weeks, series). The slope that an error moves fades: `left` of it is left a week later.
    """
    level, slope = weekly[0].copy(), np.zeros(weekly.shape[1])
    losses = np.zeros((2, weekly.shape[1]))
    first = len(weekly) - AHEAD - MORNINGS + 1
    for week in range(1, len(weekly) + 1):
        factor = _factor(level, slope, left)
        if first <= week <= len(weekly) - AHEAD:
            asked = weekly[week : week + AHEAD].sum(axis=0)
            losses += [_loss(AHEAD * level, asked), _loss(AHEAD * level * factor, asked)]
        if week < len(weekly):
            before = level + left * slope
            error = weekly[week] - before
            level, slope = before + level_share * error, left * slope + level_share * slope_share * error
    share = _share(losses, kind)
    return factor, 1.0 + share * (factor - 1.0)


def _factor(level: Floats, slope: Floats, left: float) -> Floats:
    ahead = sum(left**step * (AHEAD - step + 1) for step in range(1, AHEAD + 1))
    rise = np.where(level > 0, ahead * slope / np.maximum(AHEAD * level, 1e-9), 0.0)
    return np.clip(1.0 + rise, *RANGE)


def _loss(mean: Floats, asked: Floats) -> Floats:
    """Pinball losses around a mean, of quantiles as lumpy demand has them."""
    reach = dict(zip(SHARES, (1.0, 1.6, 2.1, 2.6), strict=True))
    misses = ((share, asked - mean * times) for share, times in reach.items())
    return np.asarray(sum(np.maximum(share * miss, (share - 1.0) * miss) for share, miss in misses))


def _share(losses: Floats, kind: NDArray[np.uint8]) -> Floats:
    """How far each series goes by its trend: as the product weighs days and weeks."""
    plain, trended = losses
    own = np.where(plain > 0, np.minimum(trended / np.maximum(plain, 1e-9), 4.0), 1.0)
    of_class = np.ones(len(own))
    for one in DemandClass:
        here = kind == one
        of_class[here] = (own[here].sum() + CREDIBLE_SERIES) / (here.sum() + CREDIBLE_SERIES)
    loss = (MORNINGS * own + CREDIBLE_ORIGINS * of_class) / (MORNINGS + CREDIBLE_ORIGINS)
    return 1.0 / (1.0 + loss**POWER)


def _own_week(
    sold: NDArray[np.float32], known: Forecasts, days: int, first_weekday: int, sales: float
) -> Floats:
    """The factor of a weekly pattern of the series' own, worth `sales` sales of the store's."""
    weekday = (first_weekday + np.arange(len(sold))) % WEEK
    counts = np.array([(sold[weekday == day] > 0).sum(axis=0) for day in range(WEEK)], dtype=np.float64)
    store = known.weekday_weights / known.weekday_weights.sum()
    own = (counts + sales * store[:, None]) / (counts.sum(axis=0) + sales)
    ahead = (known.next_weekday + np.arange(days)) % WEEK
    usual = store[ahead].sum()
    return np.asarray(own[ahead].sum(axis=0) / usual if usual > 0 else np.ones(sold.shape[1]))


if __name__ == "__main__":
    sys.exit(main())
