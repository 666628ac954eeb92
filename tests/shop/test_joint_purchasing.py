"""All lines together: feasible, near the proven optimum, the same for any partitions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evals.purchasing_bound import dual_bound
from evals.purchasing_cases import FAMILIES, draw, market_of
from evals.purchasing_feasible import faults_of_purchases
from evals.purchasing_regret import regret_of
from shop.joint_purchasing.market import NO_LIMIT, Market
from shop.joint_purchasing.solve import solve
from tests.shop.purchase_parts import solve_in_parts

NAMES = [family.name for family in FAMILIES]


def small(family: int, seed: int, lines: int = 120) -> Market:
    """A market of a family, with suppliers in proportion."""
    return market_of(draw(replace(FAMILIES[family], lines=lines), seed))


@pytest.mark.parametrize("family", range(len(FAMILIES)), ids=NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_purchases_break_no_limit(family: int, seed: int) -> None:
    """Minimums, weights, budgets, one source per item: plain loops find nothing wrong."""
    market = small(family, seed)
    assert faults_of_purchases(market, solve(market).option.tolist()) == []


@pytest.mark.parametrize("family", [2, 4, 5, 6], ids=lambda family: NAMES[family])
def test_purchases_are_near_the_proven_optimum(family: int) -> None:
    """On small cases HiGHS's proven bound is at most two percent above the worth of what is bought."""
    gap, _ = regret_of(draw(replace(FAMILIES[family], lines=200), 11), 5.0)
    assert gap < 2.0


@pytest.mark.parametrize("seed", [11, 15])
def test_a_suppliers_budget_that_one_large_line_fills_is_used(seed: int) -> None:
    """An order that a price on its supplier's budget empties is still placed: within 1 % of the bound."""
    gap, _ = regret_of(draw(FAMILIES[7], seed), 0.0)
    assert gap < 1.0


def test_an_order_that_no_price_on_its_limit_leaves_at_its_minimum_is_placed() -> None:
    """Of A (95 for 80), B (50 for 45), C (30 for 24), for 85 to 100 in all, A is bought; it is the best."""
    alone = np.array([0, 1, 2, 3])
    none = np.zeros(3, dtype=np.int64)
    market = Market(
        minimum=np.array([85]),
        fixed=np.array([1.0]),
        most_cost=np.array([100]),
        most_weight=np.array([NO_LIMIT]),
        most_volume=np.array([NO_LIMIT]),
        order_first=np.array([0, 3]),
        order_key=np.array([0]),
        bid_item=np.arange(3),
        bid_budget=np.zeros((3, 1), dtype=np.int64),
        bid_first=alone,
        item_key=np.arange(3),
        cost=np.array([95, 50, 30]),
        value=np.array([95, 50, 30]),
        weight=none,
        volume=none,
        worth=np.array([80.0, 45.0, 24.0]),
        budget=np.array([1_000]),
    )
    assert solve(market).option.tolist() == [0, -1, -1]
    assert dual_bound(market, np.zeros(1)) == pytest.approx(79.0)


@pytest.mark.parametrize("family", range(len(FAMILIES)), ids=NAMES)
def test_any_partitioning_buys_the_same(family: int) -> None:
    """One, two or five partitions choose the same options bit for bit."""
    market = small(family, 4)
    whole = solve(market).option
    for parts in (2, 5):
        assert (solve_in_parts(market, parts) == whole).all()


def test_one_unit_more_of_money_is_worth_about_its_price() -> None:
    """The price of the budget predicts what a little more money brings."""
    market = small(0, 1, lines=1_000)
    more = market.budget.copy()
    step = int(more[0]) // 50
    more[0] += step
    before, after = solve(market), solve(replace(market, budget=more))
    gained = (after.worth_milli - before.worth_milli) / 1000.0
    assert gained == pytest.approx(float(before.price[0]) * step, rel=0.1)


def test_without_limits_every_item_gets_its_best_option() -> None:
    """No budget, no minimum: the option of the largest worth."""
    market = small(0, 2)
    nothing = np.zeros(market.orders, dtype=np.int64)
    free = replace(market, budget=np.array([NO_LIMIT]), minimum=nothing, fixed=nothing.astype(np.float64))
    bought = solve(free).option
    for bid in range(free.bids):
        worth = free.worth[free.bid_first[bid] : free.bid_first[bid + 1]]
        best = worth.max()
        if best > 0:
            assert free.worth[bought[bid]] == best


def test_no_money_buys_nothing() -> None:
    """A budget of zero leaves every bid without an option, and its price is over zero."""
    market = small(1, 3)
    bought = solve(replace(market, budget=np.zeros_like(market.budget)))
    assert (bought.option < 0).all()
    assert bought.price[0] > 0


def test_the_feasibility_check_sees_what_is_broken() -> None:
    """An option taken twice, a minimum missed and a budget passed are each named."""
    market = small(1, 0)
    first: list[Any] = [-1] * market.bids
    first[0] = int(market.bid_first[0])
    assert any("minimum" in fault for fault in faults_of_purchases(market, first))
    everything = [int(market.bid_first[bid + 1]) - 1 for bid in range(market.bids)]
    assert any("budget" in fault for fault in faults_of_purchases(market, everything))
