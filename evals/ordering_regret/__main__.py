"""Cost regret of the product's ordering rules: ``python -m evals.ordering_regret [--json] [--quick]``.

Simulated items with known demand laws, lead times and costs. The product's functions get what they get in a
plan (mean and variance of the demand) and choose; the exact optimum knows the law. Families:

* ``reorder_points``: (r,Q), reviewed 200 times per period, customers wait; optimum by enumeration;
* ``order_up_to``: (s,S), reviewed every period, customers wait; optimum by enumeration of all pairs;
* ``lost_sales``: (s,S) with the projected level, an order costs something; optimum by dynamic programming
  over the stock and all orders on their way;
* ``lost_sales_without_order_cost``: the same where orders are free and one is placed in every period.

Regret is the long-run cost of the product's choice over the optimum's, less one. `--quick` takes every fifth
instance. Exit code 0.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable
from itertools import product as all_of
from typing import Any

import numpy as np

from evals.ordering_regret import backorders, laws, lost_sales
from evals.ordering_regret.laws import Law
from evals.ordering_regret.product import PARTS, backorder_levels, lost_sales_orders

LAWS = (
    laws.poisson(4),
    laws.poisson(0.6),
    laws.negative_binomial(5, 3),
    laws.negative_binomial(1.5, 6),
    laws.uniform(12),
    laws.normal(40, 9),
    laws.lumpy(0.25, 8),
    laws.batches(0.2, 12),
)
SMALL_LAWS = (
    laws.poisson(5),
    laws.poisson(1.2),
    laws.negative_binomial(5, 2.5),
    laws.negative_binomial(2, 4),
    laws.normal(6, 2.5),
    laws.lumpy(0.4, 6),
)
LEAD_TIMES = (0, 1, 2, 4, 6)
SHORTAGES = (4.0, 9.0, 30.0)
ORDER_COSTS = (0.0, 5.0, 40.0, 200.0)
QUICK = 5


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and give the exit code."""
    options = _parser().parse_args(arguments)
    found = measure(QUICK if options.quick else 1)
    print(json.dumps(found, indent=1) if options.json else _told(found))
    return 0


def measure(every: int = 1) -> dict[str, Any]:
    """Median, 95th percentile and largest regret of each family over every n-th of its instances."""
    return {
        "reorder_points": _family(reorder_point_instances()[::every], reorder_point_regret),
        "order_up_to": _family(order_up_to_instances()[::every], order_up_to_regret),
        "lost_sales": _family(lost_sales_instances((4.0, 15.0, 40.0))[::every], lost_sales_regret),
        "lost_sales_without_order_cost": _family(lost_sales_instances((0.0,))[::every], lost_sales_regret),
    }


def reorder_point_instances() -> list[backorders.Instance]:
    """Poisson customers at all hours: lead time in periods, order costs over zero."""
    rates = (0.6, 1.5, 4.0, 10.0)
    return [
        backorders.Instance(
            law=laws.poisson(rate), lead_time=lead, holding=1.0, shortage=0.0, waiting=wait, order_cost=cost
        )
        for rate, lead, wait, cost in all_of(rates, (1, 2, 4), SHORTAGES, (5.0, 40.0, 200.0))
    ]


def order_up_to_instances() -> list[backorders.Instance]:
    """All laws, lead times, waiting costs and order costs."""
    return [
        backorders.Instance(law=law, lead_time=lead, holding=1.0, shortage=0.0, waiting=wait, order_cost=cost)
        for law, lead, wait, cost in all_of(LAWS, LEAD_TIMES, SHORTAGES, ORDER_COSTS)
    ]


def lost_sales_instances(
    order_costs: tuple[float, ...], largest: float = lost_sales.LARGEST
) -> list[lost_sales.Instance]:
    """Lead times 0 to 4 of all laws that are small enough to solve: `largest` states times orders."""
    return [
        lost_sales.Instance(law=law, lead_time=lead, holding=1.0, shortage=lost, order_cost=cost)
        for law, lead, lost, cost in all_of(SMALL_LAWS, range(5), (4.0, 9.0, 19.0, 49.0), order_costs)
        if lost_sales.size_of(law, lead, cost) <= largest
    ]


def reorder_point_regret(instance: backorders.Instance) -> float:
    """The average cost of Q positions above r (Zheng 1992), ours against the best pair."""
    point, top = backorder_levels(instance, PARTS)
    law, lead = instance.law, instance.lead_time
    highest = _reach(law, lead, instance.order_cost, top)
    levels = np.arange(-3 * math.ceil(law.mean) - 5, highest + 1)
    lead_demand = law.over(lead)
    short = np.array([np.maximum(np.arange(len(lead_demand)) - level, 0) @ lead_demand for level in levels])
    costs = instance.holding * (levels - law.mean * lead + short) + instance.waiting * short
    sums = np.concatenate(([0.0], np.cumsum(costs)))
    widths = np.arange(1, len(levels))
    best = min(
        float(np.min((instance.order_cost * law.mean + sums[end] - sums[end - widths[:end]]) / widths[:end]))
        for end in range(1, len(levels) + 1)
        if end <= len(widths)
    )
    start, end = (int(level - levels[0] + 1) for level in (point, top))
    ours = (instance.order_cost * law.mean + sums[end] - sums[start]) / (top - point)
    return float(ours / best - 1)


def order_up_to_regret(instance: backorders.Instance) -> float:
    """The exact cost of our (s,S) against the best pair."""
    point, top = backorder_levels(instance)
    highest = _reach(instance.law, instance.lead_time + 1, instance.order_cost, top)
    exact = backorders.exact(instance, highest)
    return exact.cost_of(point, top) / exact.best()[2] - 1


def lost_sales_regret(instance: lost_sales.Instance) -> float:
    """The long-run cost of our orders against the optimal ones."""
    space = lost_sales.states(instance)
    ours = lost_sales.cost_of(instance, space, lost_sales_orders(instance, space))
    return max(ours / lost_sales.optimal_cost(instance, space) - 1, 0.0)


def _reach(law: Law, periods: int, order_cost: float, top: int) -> int:
    """A position that no good policy rises to."""
    usual = law.mean * periods + 8 * math.sqrt(law.variance * periods)
    return int(max(1.3 * top, usual + 3 * math.sqrt(2 * order_cost * law.mean))) + 10


def _family(instances: list[Any], regret: Callable[[Any], float]) -> dict[str, float]:
    found = np.array([regret(instance) for instance in instances])
    return {
        "instances": len(found),
        "median": round(float(np.median(found)), 5),
        "p95": round(float(np.quantile(found, 0.95)), 5),
        "largest": round(float(found.max()), 5),
    }


def _told(found: dict[str, Any]) -> str:
    lines = [f"{'family':32} {'instances':>9} {'median':>8} {'95 %':>8} {'largest':>8}"]
    lines += [
        f"{name:32} {row['instances']:>9} {row['median']:>8.2%} {row['p95']:>8.2%} {row['largest']:>8.2%}"
        for name, row in found.items()
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.ordering_regret", description="Cost regret against exact optima."
    )
    parser.add_argument("--quick", action="store_true", help="every fifth instance")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
