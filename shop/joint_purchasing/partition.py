"""A partition: whole components of the market, decided at given prices without looking at any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.compiled import njit
from shop.joint_purchasing.components import components, undecided_items, undecided_orders
from shop.joint_purchasing.kernels import (
    CLOSED,
    COST,
    FREE,
    NOTHING,
    OPENED,
    Sheet,
    State,
    decide_component,
    hulls,
    score_bid,
    take_bid,
)
from shop.joint_purchasing.knapsack import repack_order
from shop.joint_purchasing.market import Market
from shop.joint_purchasing.polish import (
    affordable,
    best_upgrades,
    bought_elsewhere,
    polish_order,
    room_of,
)

if TYPE_CHECKING:
    from shop.plan_inputs import Floats, Ints

MILLI: Final = 1000.0
"""Worth is added up in whole thousandths of a minor unit, so that no order of adding changes the sum."""

FACTORS: Final = (
    0.0,
    0.25,
    0.5,
    0.7,
    0.8,
    0.88,
    0.94,
    0.98,
    1.0,
    1.02,
    1.06,
    1.12,
    1.25,
    1.45,
    1.8,
    2.5,
    4.0,
)
"""The prices times these: at each, an undecided component offers a plan."""

LARGEST_TOGGLED: Final = 8
"""Components of up to so many orders also offer plans with each single order opened or closed."""

UPGRADES: Final = 4_096
"""So many of its best upgrades a partition offers at a time."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What an undecided unit offers: spend (a row per plan, a column per budget) and worth of its plans.

    Plan 0 buys nothing. `closeness` says how little another price would change what the unit buys; `key`
    settles ties. A plan is the option of each of `bids`.
    """

    closeness: float
    key: int
    bids: Ints
    plans: tuple[Ints, ...]
    spend: Ints
    worth_milli: Ints


class Partition:
    """Decides its own orders at the prices that it is told, and keeps what is chosen."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.sheet = _sheet(market)
        self.state = State(
            charge=np.zeros((market.orders, 4)),
            is_open=np.ones(market.orders, dtype=np.bool_),
            score=np.zeros(market.bids),
            option=np.full(market.bids, NOTHING, dtype=np.int64),
            total=np.zeros(4, dtype=np.int64),
        )
        self.chosen = np.full(market.bids, NOTHING, dtype=np.int64)
        self._draft = self.chosen.copy()
        self._first, self._orders = components(self.sheet, market.limited)
        self._free = ~market.limited
        self._free_bids = np.flatnonzero(self._free[self.sheet.bid_order])
        self._worth_milli = np.rint(market.worth * MILLI).astype(np.int64)
        self._fixed_milli = np.rint(market.fixed * MILLI).astype(np.int64)

    def decide(self, prices: Floats) -> tuple[Ints, int]:
        """Choose at the prices (one per budget); returns the spend of each budget and the worth (milli)."""
        price = self._bid_prices(prices)
        _decide_all(self.sheet, self.state, self.chosen, price, self._first, self._orders, self._free_bids)
        return self.totals()

    def polish(self, prices: Floats, *, opens: bool = True) -> None:
        """Better quantities within each order that has limits, at the prices.

        With `opens` an order that its limits left empty is placed where that gains.
        """
        _polish_all(self.sheet, self.state, self.chosen, self._bid_prices(prices), self._orders, opens)

    def totals(self) -> tuple[Ints, int]:
        """Spend of each budget and worth (milli, fixed costs taken off) of what is chosen."""
        bids = np.flatnonzero(self.chosen >= 0)
        return self._totals_of(bids, self.chosen[bids])

    def menus(self, prices: Floats, around: Floats, most: int) -> list[Menu]:
        """The `most` units nearest to another decision at the prices, each with its plans at those `around`.

        Leaves `chosen` as the prices decide it.
        """
        self.decide(prices)
        units = self._nearest(prices, most)
        bids = [self._bids_of(unit) for _, _, unit in units]
        plans = [[np.full(len(own), NOTHING, dtype=np.int64)] for own in bids]
        for factor in FACTORS:
            price = self._bid_prices(around * factor)
            for place, (_, _, unit) in enumerate(units):
                if unit >= 0:
                    plans[place] += self._plans(unit, bids[place], price, toggle=factor == 1.0)
        for place, (_, _, unit) in enumerate(units):
            if unit < 0:
                plans[place] += self._plans_of_item(bids[place])
        self.decide(prices)
        self.polish(prices)
        return [
            self._menu(closeness, key, own, offered)
            for (closeness, key, _), own, offered in zip(units, bids, plans, strict=True)
        ]

    def accept(self, menu: Menu, plan: int) -> None:
        """Put a plan of a menu in place of what stands for its bids."""
        self.chosen[menu.bids] = menu.plans[plan]

    def upgrades(self, room: Ints) -> list[tuple[float, int, int, int]]:
        """The best larger quantities that `room` (per budget) pays for: ratio, item key, bid, option.

        The ratio is worth per cost.
        """
        may_grow = self._free.copy()
        may_grow[self.sheet.bid_order[self.chosen >= 0]] = True
        bids, options, ratios = best_upgrades(self.sheet, self.chosen, self.market.bid_budget, room, may_grow)
        keys = self.market.item_key[self.market.bid_item[bids]]
        best = np.lexsort((bids, keys, -ratios))[:UPGRADES]
        columns = (ratios[best], keys[best], bids[best], options[best])
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def upgrade(self, bid: int, option: int, room: Ints) -> bool:
        """Take one upgrade if `room` and the order still allow it; `room` is reduced."""
        return bool(_upgrade(self.sheet, self.chosen, self.market.bid_budget, room, bid, option))

    def _bid_prices(self, prices: Floats) -> Floats:
        """What a unit of money costs each bid: the sum of the prices of the budgets that it draws on."""
        padded = np.append(prices, 0.0)
        found = np.zeros(self.market.bids)
        for column in range(self.market.bid_budget.shape[1]):
            found += padded[self.market.bid_budget[:, column]]
        return found

    def _totals_of(self, bids: Ints, options: Ints) -> tuple[Ints, int]:
        market = self.market
        spend = _spend(market.bid_budget, bids, market.cost[options], len(market.budget))
        placed = np.unique(self.sheet.bid_order[bids])
        return spend, int(self._worth_milli[options].sum()) - int(self._fixed_milli[placed].sum())

    def _nearest(self, prices: Floats, most: int) -> list[tuple[float, int, int]]:
        """Closeness, key and number of the nearest units: components from 0 up, free items from -1 down."""
        market, price = self.market, self._bid_prices(prices)
        units = undecided_orders(self.sheet, self.state, price, self._first, self._orders)
        key = market.order_key[self._orders[self._first[:-1]]]
        found = list(zip(units.tolist(), key.tolist(), range(len(key)), strict=True))
        items, distance = undecided_items(self.sheet, self._free_bids, self._free, price)
        found += zip(distance.tolist(), market.item_key[items].tolist(), (-1 - items).tolist(), strict=True)
        return sorted(found)[:most]

    def _orders_of(self, unit: int) -> Ints:
        return self._orders[self._first[unit] : self._first[unit + 1]]

    def _bids_of(self, unit: int) -> Ints:
        """All bids of the items that the unit decides, those in orders without limits included."""
        sheet = self.sheet
        items = np.array([-1 - unit])
        if unit >= 0:
            own = [np.arange(sheet.order_first[k], sheet.order_first[k + 1]) for k in self._orders_of(unit)]
            items = np.unique(sheet.bid_item[np.concatenate(own)])
        runs = [sheet.item_bids[sheet.item_first[item] : sheet.item_first[item + 1]] for item in items]
        return np.sort(np.concatenate(runs))

    def _plans(self, unit: int, bids: Ints, price: Floats, *, toggle: bool) -> list[Ints]:
        """What a component buys at these prices: as it gains, with all orders placed, with one changed."""
        orders = self._orders_of(unit)
        force = np.full(self.market.orders, FREE, dtype=np.int64)
        forced = [(orders, FREE), (orders, OPENED)]
        if toggle and 1 < len(orders) <= LARGEST_TOGGLED:
            forced += [(orders[k : k + 1], how) for k in range(len(orders)) for how in (OPENED, CLOSED)]
        found = []
        for some, how in forced:
            force[some] = how
            _plan(self.sheet, self.state, self._draft, orders, bids, price, force)
            found.append(self._draft[bids])
            force[some] = FREE
        return found

    def _plans_of_item(self, bids: Ints) -> list[Ints]:
        found = []
        for place, bid in enumerate(bids.tolist()):
            first, last = self.sheet.hull_first[bid], self.sheet.hull_first[bid + 1]
            for option in self.sheet.hull[first:last].tolist():
                plan = np.full(len(bids), NOTHING, dtype=np.int64)
                plan[place] = option
                found.append(plan)
        return found

    def _menu(self, closeness: float, key: int, bids: Ints, plans: list[Ints]) -> Menu:
        unique = tuple({plan.tobytes(): plan for plan in plans}.values())
        totals = [self._totals_of(bids[plan >= 0], plan[plan >= 0]) for plan in unique]
        spend = np.array([spend for spend, _ in totals])
        return Menu(closeness, key, bids, unique, spend, np.array([worth for _, worth in totals]))


def _sheet(market: Market) -> Sheet:
    hull_first, hull = hulls(market.bid_first, market.cost, market.worth)
    counts = np.bincount(market.bid_item, minlength=len(market.item_key))
    return Sheet(
        limit=np.stack((market.most_cost, market.most_weight, market.most_volume, market.minimum), axis=1),
        fixed=market.fixed,
        order_first=market.order_first,
        bid_order=market.bid_order,
        bid_item=market.bid_item,
        bid_first=market.bid_first,
        item_first=np.append(0, np.cumsum(counts)).astype(np.int64),
        item_bids=np.argsort(market.bid_item, kind="stable").astype(np.int64),
        hull_first=hull_first,
        hull=hull,
        amount=np.stack((market.cost, market.weight, market.volume, market.value), axis=1),
        worth=market.worth,
    )


@njit(cache=True)
def _decide_all(
    sheet: Sheet,
    state: State,
    chosen: Ints,
    price: Floats,
    first: Ints,
    orders: Ints,
    free_bids: Ints,
) -> None:
    force = np.zeros(len(sheet.fixed), dtype=np.int64)
    for bid in free_bids:
        score_bid(sheet, state, bid, price[bid])
    for unit in range(len(first) - 1):
        own = orders[first[unit] : first[unit + 1]]
        decide_component(sheet, state, own, price, force)
        for order in own:
            for bid in range(sheet.order_first[order], sheet.order_first[order + 1]):
                take_bid(sheet, state, bid, chosen)
    for bid in free_bids:
        take_bid(sheet, state, bid, chosen)


@njit(cache=True)
def _plan(
    sheet: Sheet, state: State, draft: Ints, orders: Ints, bids: Ints, price: Floats, force: Ints
) -> None:
    """Decide one component into `draft` (only its bids are written), and polish its orders."""
    for bid in bids:
        score_bid(sheet, state, bid, price[bid])
    decide_component(sheet, state, orders, price, force)
    for bid in bids:
        take_bid(sheet, state, bid, draft)
    for order in orders:
        _polish(sheet, state, draft, order, price, force[order] != CLOSED)


@njit(cache=True)
def _polish_all(sheet: Sheet, state: State, chosen: Ints, price: Floats, orders: Ints, opens: bool) -> None:
    for order in orders:
        _polish(sheet, state, chosen, order, price, opens)


@njit(cache=True)
def _polish(sheet: Sheet, state: State, chosen: Ints, order: int, price: Floats, opens: bool) -> None:
    for column in range(3):
        if (state.is_open[order] or opens) and state.charge[order, column] > 0.0:
            repack_order(sheet, chosen, order, price, column)
    polish_order(sheet, chosen, order, price)


@njit(cache=True)
def _spend(bid_budget: Ints, bids: Ints, cost: Ints, budgets: int) -> Ints:
    found = np.zeros(budgets, dtype=np.int64)
    for place in range(len(bids)):
        for column in range(bid_budget.shape[1]):
            budget = bid_budget[bids[place], column]
            if budget >= 0:
                found[budget] += cost[place]
    return found


@njit(cache=True)
def _upgrade(sheet: Sheet, chosen: Ints, bid_budget: Ints, room: Ints, bid: int, option: int) -> bool:
    now, order = chosen[bid], sheet.bid_order[bid]
    if now < 0 and bought_elsewhere(sheet, chosen, bid):
        return False
    chosen[bid] = option
    more = sheet.amount[option, COST] - (sheet.amount[now, COST] if now >= 0 else 0)
    spare = room_of(sheet, chosen, order)
    holds = more <= affordable(bid_budget, room, bid)
    for column in range(3):
        holds = holds and spare[column] >= 0
    if not holds:
        chosen[bid] = now
        return False
    for column in range(bid_budget.shape[1]):
        if bid_budget[bid, column] >= 0:
            room[bid_budget[bid, column]] -= more
    return True
