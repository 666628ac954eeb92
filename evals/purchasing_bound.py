"""The Lagrangian dual of a purchasing market at given prices: an upper bound on the worth of any purchases.

For any prices of the budgets, premiums s of the orders and charges on their limits, all of them at least 0,

    sum of price * budget + sum of u(item) + sum over orders of max(0, charge * limit - s * minimum - fixed
        + sum over its bids of max(0, best priced option - u(item)))

is at least the worth of every feasible choice (Geoffrion 1974). u(item) is the second best score of an item's
bids. Each order's own multipliers are searched for here; the code shares nothing with the solver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from shop.joint_purchasing.market import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from shop.joint_purchasing.market import Market
    from shop.plan_inputs import Floats, Ints

STEPS: Final = 48
ROUNDS: Final = 3


def dual_bound(market: Market, prices: Floats) -> float:
    """Home minor units that no feasible purchases can exceed."""
    padded = np.append(prices, 0.0)
    bid_price = padded[market.bid_budget].sum(axis=1)
    held = prices > 0
    total = float((prices[held] * market.budget[held]).sum())
    bid = np.repeat(np.arange(market.bids), np.diff(market.bid_first))
    net = market.worth - bid_price[bid] * market.cost
    best = np.maximum(np.maximum.reduceat(net, market.bid_first[:-1]), 0.0)
    second = _second_best(best, market.bid_item)
    total += float(second.sum())
    for order in range(market.orders):
        bids = np.arange(market.order_first[order], market.order_first[order + 1])
        if len(bids):
            total += _order_bound(market, order, bids, net, second[market.bid_item[bids]])
    return total


def _second_best(best: Floats, item: Ints) -> Floats:
    """Per item, the second largest score of its bids; 0 with one bid."""
    found = np.zeros(int(item.max()) + 1)
    order = np.lexsort((-best, item))
    again = np.flatnonzero(np.diff(item[order], prepend=-1) == 0)
    np.maximum.at(found, item[order[again]], best[order[again]])
    return found


def _order_bound(market: Market, order: int, bids: Ints, net: Floats, floor: Floats) -> float:
    options = slice(int(market.bid_first[bids[0]]), int(market.bid_first[bids[-1] + 1]))
    starts = market.bid_first[bids] - market.bid_first[bids[0]]
    value, weight = market.value[options], market.weight[options]
    minimum, most = int(market.minimum[order]), int(market.most_weight[order])
    charge = {"premium": 0.0, "weight": 0.0}

    def bound() -> float:
        score = net[options] + charge["premium"] * value - charge["weight"] * weight
        gained = np.maximum(np.maximum.reduceat(score, starts) - floor, 0.0).sum()
        limit = charge["weight"] * most if most < NO_LIMIT else 0.0
        return float(gained + limit - charge["premium"] * minimum - market.fixed[order])

    for _ in range(ROUNDS):
        if minimum > 0:
            _lower(charge, "premium", 8.0, bound)
        if most < NO_LIMIT:
            _lower(charge, "weight", float(net[options].max(initial=0.0)), bound)
    return max(bound(), 0.0)


def _lower(charge: dict[str, float], name: str, most: float, bound: Callable[[], float]) -> None:
    """Golden-section-like search for the multiplier with the lowest bound, which is convex in it."""
    low, high = 0.0, most
    for _ in range(STEPS):
        left, right = low + (high - low) * 0.382, low + (high - low) * 0.618
        charge[name] = left
        at_left = bound()
        charge[name] = right
        low, high = (low, right) if at_left <= bound() else (left, high)
    charge[name] = high
    at_high = bound()
    charge[name] = 0.0
    if at_high < bound():
        charge[name] = high
