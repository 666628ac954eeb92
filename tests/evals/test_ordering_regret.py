"""A short form of the cost regret against exact optima."""

from __future__ import annotations

import numpy as np
import pytest

from evals.ordering_regret import __main__ as regret
from evals.ordering_regret import backorders, laws, lost_sales


@pytest.mark.parametrize(
    ("instances", "measured"),
    [
        (regret.reorder_point_instances()[::12], regret.reorder_point_regret),
        (regret.order_up_to_instances()[::24], regret.order_up_to_regret),
        (regret.lost_sales_instances((15.0,), largest=60_000)[::6], regret.lost_sales_regret),
    ],
    ids=["reorder points", "order-up-to", "lost sales"],
)
def test_the_median_regret_is_under_one_percent(instances: list[object], measured: object) -> None:
    """Some instances of each family: the median costs at most 1 % more than the exact optimum."""
    found = [measured(instance) for instance in instances]  # type: ignore[operator] # a function of its family
    assert np.median(found) <= 0.01


def test_no_pair_beats_the_enumerated_optimum() -> None:
    """The exact cost of neighbours of the best pair is never lower."""
    instance = backorders.Instance(
        law=laws.negative_binomial(3, 2), lead_time=2, holding=1, shortage=0, waiting=9, order_cost=20
    )
    exact = backorders.exact(instance, 60)
    point, top, cost = exact.best()
    assert exact.cost_of(point, top) == pytest.approx(cost)
    assert min(exact.cost_of(point + a, top + b) for a in (-1, 0, 1) for b in (-1, 0, 1)) >= cost - 1e-9


def test_without_lead_time_the_programme_finds_the_newsvendor() -> None:
    """Free orders that arrive at once: the optimum is the newsvendor's cost."""
    law = laws.poisson(5)
    instance = lost_sales.Instance(law=law, lead_time=0, holding=1, shortage=9, order_cost=0)
    levels = np.arange(20)
    demand = np.arange(len(law.mass))
    costs = [
        np.maximum(level - demand, 0) @ law.mass + 9 * np.maximum(demand - level, 0) @ law.mass
        for level in levels
    ]
    found = lost_sales.optimal_cost(instance, lost_sales.states(instance))
    assert found == pytest.approx(min(costs), rel=1e-4)
