"""How far purchases stay from the best possible: `python -m evals.purchasing_regret --json`.

Every case is solved by the product and by HiGHS, which has a deadline of its own. The regret is the gap to
the lower of two bounds: what HiGHS proves until then, and the Lagrangian dual. It is an upper limit of the
real regret. Without seconds for HiGHS the dual alone is the judge.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evals.exact_purchasing import exact
from evals.purchasing_bound import dual_bound
from evals.purchasing_cases import FAMILIES, Case, Family, draw, market_of
from evals.purchasing_feasible import faults_of_purchases
from shop.joint_purchasing.solve import solve

if TYPE_CHECKING:
    from collections.abc import Iterable

MEDIAN_LIMIT: Final = 0.5
P95_LIMIT: Final = 2.0
PERCENT: Final = 100.0


def regret_of(case: Case, seconds: float) -> tuple[float, float]:
    """Percent by which the product's purchases stay under the bound, and the seconds it took.

    Raises ValueError for purchases that break a constraint: they have no regret.
    """
    market = market_of(case)
    start = time.perf_counter()
    bought = solve(market)
    took = time.perf_counter() - start
    faults = faults_of_purchases(market, bought.option.tolist())
    if faults:
        raise ValueError("; ".join(faults))
    worth = bought.worth_milli / 1000.0
    bound = dual_bound(market, bought.price)
    if seconds > 0:
        bound = min(bound, exact(case, seconds)[1])
    return PERCENT * (bound - worth) / bound, took


def measure(families: Iterable[Family], seeds: int, seconds: float, first: int = 0) -> list[dict[str, Any]]:
    """Median, 95th percentile and worst regret of each family over `seeds` cases from seed `first` on."""
    rows = []
    for family in families:
        gaps, times = [], []
        for seed in range(first, first + seeds):
            gap, took = regret_of(draw(family, seed), seconds)
            gaps.append(gap)
            times.append(took)
            print(f"{family.name} {seed}: {gap:.3f} %, {took:.2f} s", file=sys.stderr)
        rows.append(
            {
                "family": family.name,
                "lines": family.lines,
                "cases": len(gaps),
                "median_percent": round(float(np.median(gaps)), 4),
                "p95_percent": round(float(np.percentile(gaps, 95)), 4),
                "worst_percent": round(max(gaps), 4),
                "median_seconds": round(float(np.median(times)), 3),
            }
        )
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 where a family misses its limits (0.5 % median, 2 % 95th percentile)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seconds", type=float, default=5.0, help="HiGHS's own deadline per case")
    parser.add_argument("--family", type=int, action="append", help="number of a family, from 0")
    parser.add_argument("--lines", type=int, help="instead of each family's own number of lines")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    families = [FAMILIES[k] for k in asked.family] if asked.family else list(FAMILIES)
    if asked.lines:
        families = [replace(family, lines=asked.lines) for family in families]
    rows = measure(families, asked.seeds, asked.seconds, asked.first)
    if asked.json:
        print(json.dumps({"families": rows}, indent=2))
    else:
        for row in rows:
            print(
                f"{row['family']:32} {row['cases']:3} cases  median {row['median_percent']:.3f} %"
                f"  p95 {row['p95_percent']:.3f} %  worst {row['worst_percent']:.3f} %"
                f"  {row['median_seconds']:.2f} s"
            )
    missed = [row for row in rows if row["median_percent"] > MEDIAN_LIMIT or row["p95_percent"] > P95_LIMIT]
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
