"""The purchasing problem as columns: orders, bids, options, budgets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from shop.plan_inputs import Flags, Floats, Ints

NO_LIMIT: Final = 2**60
"""In a column of limits: there is none."""

NO_BUDGET: Final = -1
"""In `Market.bid_budget`: no budget of this sort holds for the bid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What could be bought. Bids are sorted by order, options by bid and, within it, by quantity.

    Per order: `minimum` (minor units of the supplier's currency, 0 for none), `fixed` (home minor units that
    placing it costs), and the most that it may cost (home minor units), weigh (grams) and take up
    (millilitres), `NO_LIMIT` for none; its bids are `order_first[k]` to `order_first[k + 1]`. Per bid: its
    `bid_item`, the budgets that it draws on (columns of row numbers of `budget`, or `NO_BUDGET`), and its
    options `bid_first[b]` to `bid_first[b + 1]`. Per option: `cost` (home minor units, rounded up), `value`
    (supplier's minor units), `weight`, `volume`, and `worth` (home minor units, a float). `budget[0]` is the
    run's. `order_key` and `item_key` decide where two choices are equally good.
    """

    minimum: Ints
    fixed: Floats
    most_cost: Ints
    most_weight: Ints
    most_volume: Ints
    order_first: Ints
    order_key: Ints
    bid_item: Ints
    bid_budget: Ints
    bid_first: Ints
    item_key: Ints
    cost: Ints
    value: Ints
    weight: Ints
    volume: Ints
    worth: Floats
    budget: Ints

    @property
    def orders(self) -> int:
        """How many orders could be placed."""
        return len(self.minimum)

    @property
    def bids(self) -> int:
        """How many bids there are."""
        return len(self.bid_item)

    @property
    def bid_order(self) -> Ints:
        """The order of each bid."""
        return np.repeat(np.arange(self.orders, dtype=np.int64), np.diff(self.order_first))

    @property
    def limited(self) -> Flags:
        """Which orders have a minimum, a limit or a fixed cost."""
        least = np.minimum(np.minimum(self.most_cost, self.most_weight), self.most_volume)
        return np.asarray((least < NO_LIMIT) | (self.minimum > 0) | (self.fixed > 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """The answer: the chosen option of each bid (-1: nothing), and what the budgets were worth.

    `price` is the worth of one more unit of money in each budget, `spend` what was drawn on it (minor
    units); `premium` is what each order pays per unit of its own value to reach its minimum. `worth_milli` is
    the worth of everything, less the orders' fixed costs, in thousandths of a minor unit.
    """

    option: Ints
    price: Floats
    spend: Ints
    premium: Floats
    worth_milli: int


def with_own_limits(market: Market) -> tuple[Market, Ints]:
    """A budget that only one order draws on becomes that order's own limit; and which order it is (or -1).

    So it needs no common price, and the order keeps it exactly.
    """
    owner = np.full(len(market.budget), NO_BUDGET, dtype=np.int64)
    most_cost, budget, drawn = market.most_cost.copy(), market.budget.copy(), market.bid_budget.copy()
    order = market.bid_order
    for column in range(drawn.shape[1]):
        there = drawn[:, column] > 0
        lowest = np.full(len(budget), market.orders, dtype=np.int64)
        highest = np.full(len(budget), -1, dtype=np.int64)
        np.minimum.at(lowest, drawn[there, column], order[there])
        np.maximum.at(highest, drawn[there, column], order[there])
        for row in np.flatnonzero((lowest == highest) & (budget < NO_LIMIT)).tolist():
            owner[row] = lowest[row]
            first, last = market.order_first[lowest[row]], market.order_first[lowest[row] + 1]
            if (drawn[first:last, column] == row).all():
                most_cost[lowest[row]] = min(most_cost[lowest[row]], budget[row])
                budget[row] = NO_LIMIT
            else:
                owner[row] = NO_BUDGET
    return replace(market, most_cost=most_cost, budget=budget), owner
