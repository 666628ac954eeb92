"""Prices that keep every budget, then the repair: a coordinator that sees of its partitions only sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.joint_purchasing.market import NO_LIMIT, Bought, Market, with_own_limits
from shop.joint_purchasing.menus import pick_plans
from shop.joint_purchasing.partition import Partition

if TYPE_CHECKING:
    from shop.plan_inputs import Floats, Ints

HALVINGS: Final = 34
ROUNDS: Final = 5
UNDECIDED: Final = 64
FILLINGS: Final = 12
DEAREST: Final = 1e6
RAISE: Final = 1.05
LEAST_TRIED: Final = 0.05


def solve(market: Market) -> Bought:
    """What to buy of a market that is held in one piece."""
    limited, owner = with_own_limits(market)
    part = Partition(limited)
    prices = settle([part], limited.budget)
    own = np.flatnonzero(owner >= 0)
    prices[own] = part.state.charge[owner[own], 0]
    spend, worth = part.totals()
    return Bought(
        option=part.chosen, price=prices, spend=spend, premium=part.state.charge[:, 3], worth_milli=worth
    )


def settle(parts: Sequence[Partition], budget: Ints) -> Floats:
    """Decide all partitions within the budgets: their `chosen` is the answer; returns the prices."""
    board = _Board(parts, budget)
    board.find_prices()
    board.decide(board.prices)
    board.polish()
    board.fill()
    worth, kept = board.worth(), [part.chosen.copy() for part in parts]
    board.serve_menus()
    board.fill()
    if not board.holds() or board.worth() < worth:
        for part, chosen in zip(parts, kept, strict=True):
            part.chosen[:] = chosen
    return board.prices


class _Board:
    """The prices, and sums over the partitions."""

    def __init__(self, parts: Sequence[Partition], budget: Ints) -> None:
        self.parts = parts
        self.budget = budget
        self.binding = np.flatnonzero(budget < NO_LIMIT).tolist()
        self.prices = np.zeros(len(budget))

    def decide(self, prices: Floats) -> Ints:
        """Spend of each budget when all partitions decide at these prices."""
        return np.asarray(np.sum([part.decide(prices)[0] for part in self.parts], axis=0))

    def polish(self) -> None:
        """Polish all orders as far as the budgets hold: with orders newly placed, without, or not at all."""
        for opens in (True, False):
            for part in self.parts:
                part.polish(self.prices, opens=opens)
            if self.holds():
                return
            self.decide(self.prices)

    def spend(self) -> Ints:
        """Spend of each budget as things stand."""
        return np.asarray(np.sum([part.totals()[0] for part in self.parts], axis=0))

    def worth(self) -> int:
        """Worth (milli) of everything as it stands."""
        return sum(part.totals()[1] for part in self.parts)

    def holds(self) -> bool:
        """Whether every budget is kept."""
        return bool((self.spend() <= self.budget).all())

    def find_prices(self) -> None:
        """Bisect one budget's price after the other until all hold; at last raise what is still over."""
        if (self.decide(self.prices) <= self.budget).all():
            return
        for _ in range(ROUNDS if len(self.binding) > 1 else 1):
            before = self.prices.copy()
            for row in reversed(self.binding):
                self._bisect(row)
            if np.allclose(before, self.prices, rtol=1e-4, atol=1e-9):
                break
        over = self.decide(self.prices) > self.budget
        while over.any() and (self.prices[over] < DEAREST).any():
            self.prices[over] = self.prices[over] * RAISE + 1e-4
            over = self.decide(self.prices) > self.budget

    def _bisect(self, row: int) -> None:
        """The least price of one budget at which it holds, the other prices kept."""

        def over(price: float) -> bool:
            self.prices[row] = price
            return bool(self.decide(self.prices)[row] > self.budget[row])

        if not over(0.0):
            return
        low, high = 0.0, 0.25
        while over(high) and high < DEAREST:
            low, high = high, high * 4.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2.0
            low, high = (middle, high) if over(middle) else (low, middle)
        self.prices[row] = high

    def serve_menus(self) -> None:
        """Choose the plans of the undecided units anew, all together, within the run's budget."""
        if not self.binding:
            return
        around = self._tried_prices()
        offered = [(menu, part) for part in self.parts for menu in part.menus(self.prices, around, UNDECIDED)]
        offered.sort(key=lambda entry: (entry[0].closeness, entry[0].key))
        offered = offered[:UNDECIDED]
        for menu, part in offered:
            part.accept(menu, 0)
        room = self.budget - self.spend()
        plans = pick_plans([menu for menu, _ in offered], room, self.prices)
        for (menu, part), plan in zip(offered, plans, strict=True):
            part.accept(menu, plan)

    def _tried_prices(self) -> Floats:
        """The prices, the run's at least a share of what its money brings: no factor changes nothing."""
        tried, spend = self.prices.copy(), int(self.spend()[0])
        if self.budget[0] < NO_LIMIT and spend > 0:
            tried[0] = max(tried[0], LEAST_TRIED * self.worth() / 1000.0 / spend)
        return tried

    def fill(self) -> None:
        """Larger quantities, the best per unit of money first, for what is left of the budgets."""
        for _ in range(FILLINGS if self.binding else 0):
            room = self.budget - self.spend()
            if (room < 0).any():
                return
            offers = [
                (-ratio, key, place, bid, option)
                for place, part in enumerate(self.parts)
                for ratio, key, bid, option in part.upgrades(room)
            ]
            offers.sort()
            took = [self.parts[place].upgrade(bid, option, room) for _, _, place, bid, option in offers]
            if not any(took):
                return
