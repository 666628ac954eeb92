"""The Lagrangian dual of a purchasing market at given prices: an upper bound on the worth of any purchases.

For any prices of the budgets that several orders share, all of them at least 0,

    sum of price * budget + sum of u(item) + sum over orders of max(0, best of the order's own purchases)

is at least the worth of every feasible choice (Geoffrion 1974): a purchase counts its priced worth over
u(item), the second best score of its item's bids. What an order could buy at best is bounded twice, and the
lower counts: by multipliers s of its minimum and charges on its limits, each at least 0,

    charge * limit - s * minimum - fixed + sum over its bids of max(0, best charged option - u(item))

and, where an order has a limit, by the knapsack under that limit itself, the amounts rounded down to a
20,000th of it, with the other limits charged. A multiplier alone lets a limit be filled with a part of one
large line, which nobody can buy; the knapsack does not (Kellerer, Pferschy and Pisinger 2004, chapter 11).
The code shares nothing with the solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.joint_purchasing.market import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from shop.joint_purchasing.market import Market
    from shop.plan_inputs import Flags, Floats, Ints

STEPS: Final = 32
ROUNDS: Final = 2
UNITS: Final = 20_000
"""A limit is cut into so many units; amounts are rounded down, so that the bound stays one."""
ROUGH_UNITS: Final = 1_000
"""So many while the price is looked for."""
PRICE_FACTORS: Final = (0.96, 1.0, 1.04)
"""Any price gives a bound, and the lowest counts: those told times these are tried."""


def dual_bound(market: Market, prices: Floats) -> float:
    """Home minor units that no feasible purchases can exceed."""
    most_cost, shared = _own_limits(market)
    tried = [np.where(shared, prices * one, 0.0) for one in PRICE_FACTORS]
    rough = [_bound_at(market, one, most_cost, ROUGH_UNITS) for one in tried]
    return _bound_at(market, tried[int(np.argmin(rough))], most_cost, UNITS)


def _own_limits(market: Market) -> tuple[Ints, Flags]:
    """The most that each order may cost by itself, and which budgets several orders share."""
    most, shared = market.most_cost.copy(), market.budget < NO_LIMIT
    order = np.repeat(np.arange(market.orders), np.diff(market.order_first))
    for row in np.flatnonzero(shared).tolist():
        draws = (market.bid_budget == row).any(axis=1)
        drawing = np.unique(order[draws])
        if len(drawing) == 1 and draws[order == drawing[0]].all():
            most[drawing[0]] = min(most[drawing[0]], market.budget[row])
            shared[row] = False
    return most, shared


def _bound_at(market: Market, prices: Floats, most_cost: Ints, units: int) -> float:
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
            one = _order(market, order, bids, net, second[market.bid_item[bids]], int(most_cost[order]))
            total += one.bound(units)
    return total


def _second_best(best: Floats, item: Ints) -> Floats:
    """Per item, the second largest score of its bids; 0 with one bid."""
    found = np.zeros(int(item.max()) + 1)
    order = np.lexsort((-best, item))
    again = np.flatnonzero(np.diff(item[order], prepend=-1) == 0)
    np.maximum.at(found, item[order[again]], best[order[again]])
    return found


@dataclass(frozen=True, slots=True)
class _Order:
    """The options of one order: net worth, amounts, where each bid starts, and what its item gets elsewhere.

    `amounts` and `limits` by name: value (a minimum), cost and weight (at most); only those that there are.
    """

    net: Floats
    starts: Ints
    floor: Floats
    fixed: float
    amounts: dict[str, Ints]
    limits: dict[str, int]

    def bound(self, units: int) -> float:
        """No purchase of this order gains more."""
        charge = dict.fromkeys(self.limits, 0.0)
        highest = {name: 8.0 if name == "value" else self._dearest(name) for name in charge}
        for _ in range(ROUNDS if len(charge) > 1 else 1):
            for name in charge:
                _lower(charge, name, highest[name], lambda: self.charged(charge))
        found, free = self.charged(charge), dict.fromkeys(charge, 0.0)
        for name in self.limits.keys() - {"value"}:
            if charge[name] > 0.0 and found > 0.0:
                found = min(found, *(self.packed(name, one, units) for one in (charge, free)))
        return max(found, 0.0)

    def _dearest(self, name: str) -> float:
        """A charge at which nothing is bought."""
        return float((self.net / np.maximum(self.amounts[name], 1)).max(initial=0.0)) + 1.0

    def charged(self, charge: dict[str, float]) -> float:
        """The bound by multipliers alone."""
        score = self.net.copy()
        constant = -self.fixed
        for name, each in charge.items():
            sign = 1.0 if name == "value" else -1.0
            score += sign * each * self.amounts[name]
            constant -= sign * each * self.limits[name]
        return float(np.maximum(np.maximum.reduceat(score, self.starts) - self.floor, 0.0).sum() + constant)

    def packed(self, name: str, charge: dict[str, float], pieces: int) -> float:
        """The bound by the knapsack under one limit, in so many pieces, with the others charged."""
        score, constant = self.net.copy(), -self.fixed
        for other in charge.keys() - {name}:
            each = charge[other]
            sign = 1.0 if other == "value" else -1.0
            score += sign * each * self.amounts[other]
            constant -= sign * each * self.limits[other]
        unit = max(self.limits[name] / pieces, 1.0)
        units = np.floor(self.amounts[name] / unit).astype(np.int64)
        room = int(self.limits[name] // unit)
        best = np.zeros(room + 1)
        ends = np.append(self.starts[1:], len(score))
        for start, end, floor in zip(self.starts.tolist(), ends.tolist(), self.floor.tolist(), strict=True):
            following = best.copy()
            for size, gain in _worth_taking(units[start:end], score[start:end] - floor, room):
                np.maximum(following[size:], best[: room + 1 - size] + gain, out=following[size:])
            best = following
        return float(best[-1]) + constant


def _worth_taking(units: Ints, gain: Floats, room: int) -> list[tuple[int, float]]:
    """Options that fit and gain more than every smaller one."""
    order = np.lexsort((-gain, units))
    found, top = [], 0.0
    for place in order.tolist():
        if units[place] <= room and gain[place] > top:
            top = float(gain[place])
            found.append((int(units[place]), top))
    return found


def _order(market: Market, order: int, bids: Ints, net: Floats, floor: Floats, most_cost: int) -> _Order:
    options = slice(int(market.bid_first[bids[0]]), int(market.bid_first[bids[-1] + 1]))
    amounts = {"value": market.value, "cost": market.cost, "weight": market.weight}
    limits = {
        "value": int(market.minimum[order]),
        "cost": most_cost,
        "weight": int(market.most_weight[order]),
    }
    there = {name for name, most in limits.items() if (most > 0 if name == "value" else most < NO_LIMIT)}
    return _Order(
        net=net[options],
        starts=market.bid_first[bids] - market.bid_first[bids[0]],
        floor=floor,
        fixed=float(market.fixed[order]),
        amounts={name: amounts[name][options] for name in amounts if name in there},
        limits={name: limits[name] for name in limits if name in there},
    )


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
