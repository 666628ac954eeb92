"""How good forecasts are on a real sales log: ``python -m evals.forecast_quality --data FILE [--json]``.

FILE is a sales log as `shophand import transactions` reads it. At seven origins, four weeks apart, the last
of them `--days` before the log ends, demand of the next `--days` days is forecast from what was sold
until then, and compared. Only SKUs that had sold on four days before the first origin. A log tells no empty
shelves, so sales stand for demand. Exit code 0; 2 for a file that cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from evals.replay.sales import Sales, read_sales
from shop.demand import Forecasts, finished, forecast, shared_of
from shop.errors import ShopError
from shop.forecasting.back_test import SHARES
from shop.forecasting.open_days import calendar_of
from shop.forecasting.quality import Quality, quality
from shop.forecasting.shared import store_days
from shop.forecasting.updates import Counts, learnt
from shop.forecasting.updates import Sales as Known

ORIGINS = 7
APART_DAYS = 28
LEAST_SALE_DAYS = 4
USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Forecast, compare, print, and give the exit code."""
    options = _parser().parse_args(arguments)
    held_out = options.days + APART_DAYS * (ORIGINS - 1)
    try:
        sales = read_sales(options.data, held_out, LEAST_SALE_DAYS)
    except (ShopError, OSError) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    found = measure(sales, options.days, kept_days=options.kept_days)
    rows = [asdict(one) for one in found]
    print(json.dumps({"skus": len(sales.sku), "rows": rows}, indent=1) if options.json else _told(found))
    return 0


def measure(sales: Sales, days: int, origins: int = ORIGINS, *, kept_days: int = 0) -> list[Quality]:
    """The quality of all forecasts together, by demand class as it was at each origin.

    With `kept_days` all series were fitted so many days before and went on day by day from their states.
    """
    parts = [_at(sales, sales.days - days - APART_DAYS * back, days, kept_days) for back in range(origins)]
    demand, mean, variance, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    return quality(demand, mean, variance, kind)


def _at(sales: Sales, origin: int, days: int, kept_days: int) -> tuple[Any, Any, Any, Any]:
    sold = sales.pieces[:origin].astype(np.float32)
    nothing = np.zeros(sold.shape[1], dtype=np.int64)
    if kept_days:
        found = _gone_on(sales, origin, kept_days)
    else:
        found = forecast(sold, np.zeros(sold.shape, dtype=bool), nothing, nothing, sales.starts_on.weekday())
    mean, variance = found.over(np.full(sold.shape[1], float(days)))
    demand = sales.pieces[origin : origin + days].sum(axis=0).astype(np.float64)
    return demand, mean, variance, found.demand_class


def _gone_on(sales: Sales, origin: int, kept_days: int) -> Forecasts:
    """Fitted `kept_days` before the origin, then updated each morning."""
    states, counts = None, Counts()
    for morning in range(origin - kept_days, origin + 1):
        sold = sales.pieces[:morning].astype(np.float32)
        nothing = np.zeros(sold.shape[1], dtype=np.int64)
        calendar = calendar_of(store_days(sold), sales.starts_on.weekday())
        known = Known(
            names=tuple(str(name) for name in sales.sku),
            sold=sold,
            stocked_out=np.zeros(sold.shape, dtype=bool),
            observed_from=nothing,
            category=nothing,
            starts_on=sales.starts_on,
        )
        found = learnt(states, known, calendar)
        states, counts = found.states, counts + found.counts
    print(f"day {origin}: {counts}", file=sys.stderr)
    return finished(found.fits, nothing, shared_of(found.sums, calendar), calendar)


def _told(found: list[Quality]) -> str:
    shares = "".join(f"{f'pinball {share:.0%}':>13}" for share in SHARES)
    within = "".join(f"{f'within {share:.0%}':>12}" for share in SHARES)
    lines = [f"{'class':12} {'forecasts':>9} {'bias':>8} {'WAPE':>7}{shares}{within}"]
    for one in found:
        losses = "".join(f"{loss:>13.3f}" for loss in one.pinball)
        covered = "".join(f"{share:>12.1%}" for share in one.coverage)
        lines.append(
            f"{one.demand_class:12} {one.series:>9,} {one.bias:>+8.1%} {one.wape:>7.1%}{losses}{covered}"
        )
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.forecast_quality", description="Forecasts of a real sales log, by demand class."
    )
    parser.add_argument("--data", type=Path, required=True, help="a sales log (CSV, plain or gzip)")
    parser.add_argument("--days", type=int, default=14, help="days ahead (default 14)")
    parser.add_argument(
        "--kept-days", type=int, default=0, help="go on from states of so many days before (default 0: fit)"
    )
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
