"""The product in the replay: the plan of the reorder run itself, on the inputs that a store would give it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from evals.replay.simulation import View
from evals.replay.world import World
from shop.money import Money
from shop.plan_inputs import History, Incoming, Items, Offers, PlanInputs, PlanSettings, Suppliers
from shop.planning import plan

MOST_HISTORY_DAYS = 364
CURRENCY = "GBP"


class Shophand:
    """Calls `shop.planning.plan` on every review day and orders exactly what it plans."""

    def __init__(self, world: World, name: str = "Shophand", **settings: object) -> None:
        self.name = name
        self._world = world
        self._suppliers = _suppliers(world)
        self._offers = _offers(world)
        self._settings = PlanSettings(
            **{  # type: ignore[arg-type] # fields by name
                "review_days": world.review_days,
                "order_cost": Money.of(f"{world.order_cost:.2f}", CURRENCY),
                "holding_rate_per_year": world.holding_rate,
                **settings,
            }
        )

    def order(self, view: View) -> NDArray[np.int64]:
        """The quantities of the day's plan."""
        found = np.zeros(view.world.items, dtype=np.int64)
        for order in plan(self.inputs(view), self._settings).orders:
            for line in order.lines:
                found[line.item] += line.quantity
        return found

    def inputs(self, view: View) -> PlanInputs:
        """The morning of the view's day as the store would tell it."""
        world = view.world
        first = max(0, view.day - MOST_HISTORY_DAYS)
        starts_on = world.sales.starts_on + timedelta(days=first)
        source = np.full(len(view.open_items), "PO", dtype=np.object_)
        return PlanInputs(
            as_of=world.sales.starts_on + timedelta(days=view.day),
            home_currency=CURRENCY,
            items=_items(world, view.on_hand),
            history=History(
                starts_on=starts_on,
                sold=view.sold[first:].astype(np.float32),
                stocked_out=view.empty[first:],
            ),
            incoming=Incoming(
                item=view.open_items,
                quantity=view.open_quantity,
                due_in_days=view.open_due - view.day,
                source=source,
            ),
            suppliers=self._suppliers,
            offers=self._offers,
        )


def _same(text: str, count: int) -> NDArray[np.object_]:
    return np.full(count, text, dtype=np.object_)


def _items(world: World, on_hand: NDArray[np.int64]) -> Items:
    count = world.items
    nothing = np.zeros(count, dtype=np.int64)
    return Items(
        sku=world.sales.sku,
        title=world.sales.sku,
        location=_same("main", count),
        category=_same("", count),
        status=_same("active", count),
        currency=_same(CURRENCY, count),
        price_minor=world.sales.price_minor,
        cost_minor=world.unit_cost_minor,
        on_hand=on_hand,
        committed=nothing,
        unavailable=nothing,
        observed_from=nothing,
        in_scope=np.ones(count, dtype=bool),
    )


def _suppliers(world: World) -> Suppliers:
    count = len(world.lead_time)
    names = np.array([f"supplier {number:02}" for number in range(count)], dtype=np.object_)
    return Suppliers(
        id=names,
        name=names,
        currency=_same(CURRENCY, count),
        lead_time_days=world.lead_time,
        lead_time_sd_days=world.lead_time_sd,
        minimum_minor=np.zeros(count, dtype=np.int64),
        approved=np.ones(count, dtype=bool),
    )


def _offers(world: World) -> Offers:
    count = world.items
    none = np.zeros(0, dtype=np.int64)
    return Offers(
        sku=world.sales.sku,
        supplier=world.supplier,
        unit_cost_minor=world.unit_cost_minor,
        moq=np.ones(count, dtype=np.int64),
        pack_size=np.ones(count, dtype=np.int64),
        rank=np.zeros(count, dtype=np.int64),
        break_offer=none,
        break_from=none,
        break_cost_minor=none,
    )
