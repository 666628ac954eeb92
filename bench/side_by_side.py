"""Forecasts and order levels of the same lines, ours and those of libraries, in CPU seconds and accuracy.

Run it with ``python bench/side_by_side.py [--lines 1000] [--seed 1]``; it needs statsforecast (of the
development tools) and stockpyl (``pip install stockpyl``). The lines are made up: a year of daily sales, the
last two weeks held out. Ours: `shop.demand.forecast` and `shop.replenishment.levels`, all lines at once.
Theirs: the same family of methods line by line, simple exponential smoothing for smooth and erratic demand,
Croston with the Syntetos-Boylan correction for the rest (statsforecast; it is told which is which), then
(r, Q) by `r_q_eil_approximation` (stockpyl) on the same costs, with the historical deviation. Compiling and
loading come before the clock for both. WAPE is of the pieces of the two weeks; exits with 1 under ten times
less CPU.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from shop.demand import DemandClass, Forecasts, forecast
from shop.plan_inputs import PlanSettings
from shop.replenishment import Levels, levels

DAYS, HELD_OUT, QUIET = 364, 14, 6
LEAD_TIME, COST, PRICE, ORDER_COST = 14.0, 10.0, 20.0, 5.0
TIMES = 10.0
Sales = Any
"""Pieces, (days, lines)."""


def main() -> None:
    """Print one line for each side and the ratio."""
    given = _arguments()
    sold = _sales(given.lines, given.seed)
    past, came = sold[:-HELD_OUT], sold[-HELD_OUT:].sum(axis=0)
    _ours(past[:, :300])
    known, _ = _ours(past)
    regular = np.isin(known.demand_class, (DemandClass.SMOOTH, DemandClass.ERRATIC))
    _theirs(past[:, :2], np.array([True, False]))
    own_cpu, (fitted, _) = _timed(lambda: _ours(past))
    their_cpu, their_mean = _timed(lambda: _theirs(past, regular))
    own_mean = fitted.over(np.full(given.lines, float(HELD_OUT)))[0]
    print(f"{given.lines:,} lines{'CPU s':>12}{'us CPU each':>13}{'WAPE':>9}{'bias':>9}")
    for name, cpu, mean in (("Shophand", own_cpu, own_mean), ("libraries", their_cpu, their_mean)):
        wape, bias = abs(mean - came).sum() / came.sum(), (mean.sum() - came.sum()) / came.sum()
        print(f"{name:12}{cpu:11.3f}{cpu / given.lines * 1e6:13.1f}{wape:9.1%}{bias:+9.1%}")
    print(f"{their_cpu / own_cpu:.0f} times less CPU")
    if their_cpu < TIMES * own_cpu:
        raise SystemExit(f"under {TIMES:g} times less CPU")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _sales(lines: int, seed: int) -> Sales:
    """Mostly slow movers, few fast ones, a quiet Sunday; as in ``reorder_scale.py``."""
    rng = np.random.default_rng(seed)
    rate = np.exp(rng.normal(-1.0, 1.1, lines))
    week = np.where((np.arange(DAYS) % 7) == QUIET, 0.5, 1.08)
    return rng.poisson(rate * week[:, None]).astype(np.float32)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = process_time()
    found = work()
    return process_time() - started, found


def _ours(sold: Sales) -> tuple[Forecasts, Levels]:
    lines = sold.shape[1]
    zero = np.zeros(lines, dtype=np.int64)
    fitted = forecast(sold, np.zeros(sold.shape, dtype=bool), zero, zero, 0)
    lead_time, sure, price, cost = (np.full(lines, figure) for figure in (LEAD_TIME, 0.0, PRICE, COST))
    return fitted, levels(fitted, lead_time, sure, price, cost, ORDER_COST, PlanSettings())


def _theirs(sold: Sales, regular: Any) -> Any:
    """The mean of the two weeks of each line; its (r, Q) is found too."""
    from statsforecast.models import (  # noqa: PLC0415 - heavy, of the development tools
        CrostonSBA,
        SimpleExponentialSmoothingOptimized,
    )

    r_q = import_module("stockpyl.rq").r_q_eil_approximation  # no dependency: asked for by this measurement
    settings = PlanSettings()
    found = np.zeros(sold.shape[1])
    for line in range(sold.shape[1]):
        daily = sold[:, line].astype(np.float64)
        model = SimpleExponentialSmoothingOptimized() if regular[line] else CrostonSBA()
        mean = float(model.forecast(y=daily, h=1)["mean"][0])
        found[line] = mean * HELD_OUT
        if mean > 0:
            holding = COST * settings.holding_rate_per_year / 365
            r_q(holding, PRICE - COST, ORDER_COST, mean, daily.std(), LEAD_TIME)
    return found


if __name__ == "__main__":
    main()
