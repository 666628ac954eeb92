"""The compiled decisions of one order and of one component at given prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from shop.compiled import njit

if TYPE_CHECKING:
    from shop.plan_inputs import Floats, Ints

FREE, OPENED, CLOSED = 0, 1, 2
NOTHING = -1
COST, WEIGHT, VOLUME, VALUE = 0, 1, 2, 3
"""Columns of amounts, limits and charges; the limit of `VALUE` is the order's minimum."""

STEPS = 26
SWEEPS = 3
HOPELESS = 1e9


class Sheet(NamedTuple):
    """The columns of a partition, as compiled code reads them; `hull` are the options on the upper hull.

    `limit` has a row per order, `amount` a row per option: cost, weight, volume, value.
    """

    limit: Any
    fixed: Any
    order_first: Any
    bid_order: Any
    bid_item: Any
    bid_first: Any
    item_first: Any
    item_bids: Any
    hull_first: Any
    hull: Any
    amount: Any
    worth: Any


class State(NamedTuple):
    """What is being decided: charges (a row per order), open orders, each bid's score and best option."""

    charge: Any
    is_open: Any
    score: Any
    option: Any
    total: Any


def hulls(bid_first: Ints, cost: Ints, worth: Floats) -> tuple[Ints, Ints]:
    """The options of each bid on the upper concave hull of worth over cost, by cost, as runs of options.

    It goes on where worth falls again: a premium may make the larger quantity the better one.
    """
    bid = np.repeat(np.arange(len(bid_first) - 1), np.diff(bid_first))
    return _hulls(bid_first, np.lexsort((cost, bid)), cost, worth)


@njit(cache=True)
def _hulls(bid_first: Ints, by_cost: Ints, cost: Ints, worth: Floats) -> tuple[Ints, Ints]:
    first = np.zeros(len(bid_first), dtype=np.int64)
    kept = np.empty(len(cost), dtype=np.int64)
    size = 0
    for bid in range(len(bid_first) - 1):
        start = size
        for place in range(bid_first[bid], bid_first[bid + 1]):
            option = by_cost[place]
            if size > start and cost[kept[size - 1]] == cost[option]:
                if worth[option] <= worth[kept[size - 1]]:
                    continue
                size -= 1
            while size > start + 1 and _under(cost, worth, kept[size - 2], kept[size - 1], option):
                size -= 1
            kept[size] = option
            size += 1
        first[bid + 1] = size
    return first, kept[:size]


@njit(cache=True)
def _under(cost: Ints, worth: Floats, left: int, middle: int, right: int) -> bool:
    gained = (worth[middle] - worth[left]) * (cost[right] - cost[left])
    return bool(gained <= (worth[right] - worth[left]) * (cost[middle] - cost[left]))


@njit(cache=True)
def score_bid(sheet: Sheet, state: State, bid: int, price: float) -> None:
    """The best option of a bid at its price and its order's charges; ties go to the larger."""
    order = sheet.bid_order[bid]
    priced = price + state.charge[order, COST]
    per_weight, per_volume = state.charge[order, WEIGHT], state.charge[order, VOLUME]
    premium = state.charge[order, VALUE]
    best, top = NOTHING, -np.inf
    for place in range(sheet.hull_first[bid], sheet.hull_first[bid + 1]):
        option = sheet.hull[place]
        score = sheet.worth[option] - priced * sheet.amount[option, COST]
        score += premium * sheet.amount[option, VALUE]
        score -= per_weight * sheet.amount[option, WEIGHT] + per_volume * sheet.amount[option, VOLUME]
        if score >= top:
            best, top = option, score
    state.option[bid], state.score[bid] = best, top


@njit(cache=True)
def outside(sheet: Sheet, state: State, bid: int) -> tuple[float, int]:
    """The best score that the bid's item gets elsewhere, and from which bid; 0 from none."""
    item = sheet.bid_item[bid]
    top, found = 0.0, len(sheet.bid_item)
    if sheet.item_first[item + 1] - sheet.item_first[item] == 1:
        return top, found
    for place in range(sheet.item_first[item], sheet.item_first[item + 1]):
        other = sheet.item_bids[place]
        if other == bid or not state.is_open[sheet.bid_order[other]]:
            continue
        if state.score[other] > top or (state.score[other] == top and other < found):
            top, found = state.score[other], other
    return top, found


@njit(cache=True)
def wins(sheet: Sheet, state: State, bid: int) -> bool:
    """Whether the item is bought by this bid, if its order is placed."""
    top, other = outside(sheet, state, bid)
    return bool(state.score[bid] > top or (state.score[bid] == top and bid < other))


@njit(cache=True)
def weigh(sheet: Sheet, state: State, order: int, price: Floats) -> float:
    """Net gain of an order with the items that it wins; its amounts go to `state.total`."""
    for column in range(4):
        state.total[column] = 0
    gain = -sheet.fixed[order]
    for bid in range(sheet.order_first[order], sheet.order_first[order + 1]):
        top, other = outside(sheet, state, bid)
        if state.score[bid] > top or (state.score[bid] == top and bid < other):
            option = state.option[bid]
            for column in range(4):
                state.total[column] += sheet.amount[option, column]
            gain += sheet.worth[option] - price[bid] * sheet.amount[option, COST] - top
    return float(gain)


@njit(cache=True)
def weigh_anew(sheet: Sheet, state: State, order: int, price: Floats) -> float:
    """Score the order's bids at its present charges, then weigh it."""
    for bid in range(sheet.order_first[order], sheet.order_first[order + 1]):
        score_bid(sheet, state, bid, price[bid])
    return weigh(sheet, state, order, price)


@njit(cache=True)
def keeps(sheet: Sheet, state: State, order: int, column: int) -> bool:
    """Whether the weighed amounts keep one limit of the order."""
    if column == VALUE:
        return bool(state.total[VALUE] >= sheet.limit[order, VALUE])
    return bool(state.total[column] <= sheet.limit[order, column])


@njit(cache=True)
def decide_order(sheet: Sheet, state: State, order: int, price: Floats, force: int) -> None:
    """The charges of one order, and whether to place it, given the scores of the others.

    `price` is per bid; `force` opens or closes the order whatever it gains, if its limits allow it.
    """
    for column in range(4):
        state.charge[order, column] = 0.0
    state.is_open[order] = True
    gain = weigh_anew(sheet, state, order, price)
    for column in range(4):
        if not keeps(sheet, state, order, column):
            gain = _charged(sheet, state, order, price, column)
    holds = state.total[VALUE] > 0
    for column in range(4):
        holds = holds and keeps(sheet, state, order, column)
    state.is_open[order] = holds and force != CLOSED and (gain > 0.0 or force == OPENED)


@njit(cache=True)
def _charged(sheet: Sheet, state: State, order: int, price: Floats, column: int) -> float:
    """Bisect to the least charge (or premium, for the minimum) at which the limit holds; the gain there."""
    low, high = 0.0, 0.125
    state.charge[order, column] = high
    gain = weigh_anew(sheet, state, order, price)
    while not keeps(sheet, state, order, column) and high < HOPELESS:
        low, high = high, high * 4.0
        state.charge[order, column] = high
        gain = weigh_anew(sheet, state, order, price)
    if high >= HOPELESS:
        return gain
    for _ in range(STEPS):
        state.charge[order, column] = (low + high) / 2.0
        weigh_anew(sheet, state, order, price)
        if keeps(sheet, state, order, column):
            high = state.charge[order, column]
        else:
            low = state.charge[order, column]
    state.charge[order, column] = high
    return weigh_anew(sheet, state, order, price)


@njit(cache=True)
def stands(sheet: Sheet, state: State, order: int, price: Floats) -> bool:
    """Whether an order keeps its minimum and limits with the items that it wins now."""
    weigh(sheet, state, order, price)
    holds = state.total[VALUE] > 0
    for column in range(4):
        holds = holds and keeps(sheet, state, order, column)
    return bool(holds)


@njit(cache=True)
def decide_component(sheet: Sheet, state: State, orders: Ints, price: Floats, force: Ints) -> None:
    """Decide orders that share items one after another, a few times over; none breaks its limits.

    Ends with closing what no longer holds: closing frees items for others and never breaks a minimum.
    """
    for order in orders:
        for column in range(4):
            state.charge[order, column] = 0.0
        state.is_open[order] = force[order] != CLOSED
        for bid in range(sheet.order_first[order], sheet.order_first[order + 1]):
            score_bid(sheet, state, bid, price[bid])
    for _ in range(1 if len(orders) == 1 else SWEEPS):
        for order in orders:
            decide_order(sheet, state, order, price, force[order])
    broken = len(orders) > 1
    tries = 0
    while broken:
        broken = False
        for order in orders:
            if not state.is_open[order] or stands(sheet, state, order, price):
                continue
            broken = True
            if tries <= len(orders):
                decide_order(sheet, state, order, price, force[order])
            else:
                state.is_open[order] = False
        tries += 1


@njit(cache=True)
def take_bid(sheet: Sheet, state: State, bid: int, chosen: Ints) -> None:
    """Write what a bid buys, if its order is placed, into `chosen`."""
    bought = state.is_open[sheet.bid_order[bid]] and wins(sheet, state, bid)
    chosen[bid] = state.option[bid] if bought else NOTHING
