"""One policy through one world, day by day: deliveries, the policy's orders, the day's customers.

Nobody waits: what is not there is a lost sale. A policy sees what a store sees, its own sales and shelf,
never the demand it lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evals.replay.world import World


@dataclass(slots=True)
class View:
    """What a policy may know on the morning of `day`: sales and empty shelves so far, stock, open orders.

    `sold` and `empty` have rows up to the day before. `open_orders` are (due day, item, quantity), due being
    the promised day.
    """

    world: World
    day: int
    sold: NDArray[np.int64]
    empty: NDArray[np.bool_]
    on_hand: NDArray[np.int64]
    open_items: NDArray[np.int64]
    open_quantity: NDArray[np.int64]
    open_due: NDArray[np.int64]

    @property
    def position(self) -> NDArray[np.int64]:
        """On hand and on order."""
        coming = np.bincount(self.open_items, self.open_quantity, self.world.items)
        return self.on_hand + coming.astype(np.int64)


class Policy(Protocol):
    """Decides on each review day how many pieces of each item to order."""

    @property
    def name(self) -> str:
        """What the table calls it."""
        ...

    def order(self, view: View) -> NDArray[np.int64]:
        """Pieces per item, zero for most."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy cost per item over the counted days, in major units, and what it served."""

    holding: NDArray[np.float64]
    lost_margin: NDArray[np.float64]
    ordering: NDArray[np.float64]
    demand: NDArray[np.int64]
    served: NDArray[np.int64]

    @property
    def cost(self) -> NDArray[np.float64]:
        """Total cost per item."""
        return self.holding + self.lost_margin + self.ordering

    @property
    def fill_rate(self) -> float:
        """Share of all pieces asked for that were served from the shelf."""
        return float(self.served.sum() / self.demand.sum())


@dataclass(slots=True)
class Pipeline:
    """Orders on their way: item, quantity, promised day and day of arrival."""

    item: list[NDArray[np.int64]] = field(default_factory=list)
    quantity: list[NDArray[np.int64]] = field(default_factory=list)
    due: list[NDArray[np.int64]] = field(default_factory=list)
    arrives: list[NDArray[np.int64]] = field(default_factory=list)

    def table(self) -> NDArray[np.int64]:
        """All open orders as rows of item, quantity, promised day, arrival."""
        if not self.item:
            return np.zeros((4, 0), dtype=np.int64)
        columns = (self.item, self.quantity, self.due, self.arrives)
        return np.array([np.concatenate(column) for column in columns])

    def keep(self, table: NDArray[np.int64]) -> None:
        """Go on with these rows only."""
        self.item, self.quantity, self.due, self.arrives = ([row] for row in table)


def replay(world: World, policy: Policy) -> Result:
    """Run the policy from the split to the end; count from `counted_from` on."""
    items, days = world.items, world.sales.days
    sold = world.demand.copy()
    empty = np.zeros((days, items), dtype=bool)
    on_hand = world.first_stock.copy()
    pipeline = Pipeline()
    held, lost = np.zeros(items), np.zeros(items, dtype=np.int64)
    orders, asked = np.zeros(items, dtype=np.int64), np.zeros(items, dtype=np.int64)
    for day in range(world.split, days):
        table = pipeline.table()
        here = table[3] <= day
        np.add.at(on_hand, table[0, here], table[1, here])
        table = table[:, ~here]
        pipeline.keep(table)
        counted = day >= world.counted_from
        if (day - world.split) % world.review_days == 0:
            view = View(world, day, sold[:day], empty[:day], on_hand, table[0], table[1], table[2])
            quantity = policy.order(view)
            _place(world, pipeline, day, quantity)
            orders += counted * (quantity > 0)
        sold[day] = np.minimum(world.demand[day], on_hand)
        on_hand = on_hand - sold[day]
        empty[day] = on_hand == 0
        if counted:
            held += on_hand
            lost += world.demand[day] - sold[day]
            asked += world.demand[day]
    spent = np.asarray(orders * world.order_cost, dtype=np.float64)
    return Result(held * world.holding, lost * world.margin, spent, asked, asked - lost)


def _place(world: World, pipeline: Pipeline, day: int, quantity: NDArray[np.int64]) -> None:
    item = np.flatnonzero(quantity)
    supplier = world.supplier[item]
    pipeline.item.append(item)
    pipeline.quantity.append(quantity[item])
    pipeline.due.append(day + np.ceil(world.lead_time[supplier]).astype(np.int64))
    pipeline.arrives.append(day + world.took[day, supplier])
