"""Compiled repair: better quantities within an order, and larger ones for what is left of the budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shop.compiled import njit
from shop.joint_purchasing.kernels import COST, NOTHING, VALUE, VOLUME, WEIGHT, Sheet

if TYPE_CHECKING:
    from shop.plan_inputs import Flags, Floats, Ints

LARGEST_PAIRING = 400
REACH = 3
"""Two changes at once are looked for among the nearest options, if there are at most so many."""

MOST_MOVES = 60
TINY = 1e-9
AS_GOOD = 1.0 - 1e-3
"""Of upgrades with about the same worth per cost the larger one is taken."""


@njit(cache=True)
def polish_order(sheet: Sheet, chosen: Ints, order: int, price: Floats) -> None:
    """Better quantities within one order that is placed: one bid at a time, then two, while that gains.

    Looks at all options, not only those on the hull; items that another order buys stay there.
    """
    room = room_of(sheet, chosen, order)
    if room[VALUE] < 0:
        return
    bids, options, gains, amounts = _changes(sheet, chosen, order, price)
    for _ in range(MOST_MOVES):
        one, two = _best_move(sheet, chosen, bids, options, gains, amounts, room)
        if one < 0:
            return
        _move(chosen, room, bids, options, gains, amounts, one)
        if two >= 0:
            _move(chosen, room, bids, options, gains, amounts, two)


@njit(cache=True)
def _move(
    chosen: Ints, room: Ints, bids: Ints, options: Ints, gains: Floats, amounts: Ints, move: int
) -> None:
    """Make a change; the other changes of its bid start from there."""
    chosen[bids[move]] = options[move]
    gain = gains[move]
    for other in range(len(bids)):
        if bids[other] == bids[move]:
            gains[other] -= gain
    for column in range(4):
        amount = amounts[move, column]
        room[column] -= amount
        for other in range(len(bids)):
            if bids[other] == bids[move]:
                amounts[other, column] -= amount


@njit(cache=True)
def room_of(sheet: Sheet, chosen: Ints, order: int) -> Ints:
    """What each amount of the order may still grow by; for the value, what it may shrink by (-1: empty)."""
    room = np.zeros(4, dtype=np.int64)
    for column in range(3):
        room[column] = sheet.limit[order, column]
    room[VALUE] = -max(sheet.limit[order, VALUE], 1)
    for bid in range(sheet.order_first[order], sheet.order_first[order + 1]):
        if chosen[bid] >= 0:
            for column in range(3):
                room[column] -= sheet.amount[chosen[bid], column]
            room[VALUE] += sheet.amount[chosen[bid], VALUE]
    return room


@njit(cache=True)
def _changes(sheet: Sheet, chosen: Ints, order: int, price: Floats) -> tuple[Ints, Ints, Floats, Ints]:
    """Every other option of the order's bids (nothing is one, too), with gain and amounts of changing to it.

    The value counts negative: it uses up room by shrinking.
    """
    first, last = sheet.order_first[order], sheet.order_first[order + 1]
    size = sheet.bid_first[last] - sheet.bid_first[first] + last - first
    bids = np.empty(size, dtype=np.int64)
    options = np.empty(size, dtype=np.int64)
    gains = np.zeros(size)
    amounts = np.zeros((size, 4), dtype=np.int64)
    place = 0
    for bid in range(first, last):
        if chosen[bid] < 0 and bought_elsewhere(sheet, chosen, bid):
            continue
        for option in range(sheet.bid_first[bid] - 1, sheet.bid_first[bid + 1]):
            choice = NOTHING if option < sheet.bid_first[bid] else option
            bids[place], options[place] = bid, choice
            for taken, sign in ((choice, 1), (chosen[bid], -1)):
                if taken >= 0:
                    gains[place] += sign * (sheet.worth[taken] - price[bid] * sheet.amount[taken, COST])
                    for column in range(3):
                        amounts[place, column] += sign * sheet.amount[taken, column]
                    amounts[place, VALUE] -= sign * sheet.amount[taken, VALUE]
            place += 1
    return bids[:place], options[:place], gains[:place], amounts[:place]


@njit(cache=True)
def _best_move(
    sheet: Sheet, chosen: Ints, bids: Ints, options: Ints, gains: Floats, amounts: Ints, room: Ints
) -> tuple[int, int]:
    """The change, or the two changes of different bids, that gain most within the order's limits."""
    best, one, two = TINY, -1, -1
    for move in range(len(bids)):
        if gains[move] > best and _fits(amounts, move, move, room, 0):
            best, one = gains[move], move
    if one >= 0:
        return one, two
    near = np.empty(LARGEST_PAIRING, dtype=np.int64)
    size = 0
    for move in range(len(bids)):
        if _is_near(sheet, chosen[bids[move]], options[move], bids[move]):
            if size == LARGEST_PAIRING:
                return one, two
            near[size] = move
            size += 1
    for place in range(size):
        move = near[place]
        for other in near[place + 1 : size]:
            gain = gains[move] + gains[other]
            if gain > best and bids[move] != bids[other] and _fits(amounts, move, other, room, 1):
                best, one, two = gain, move, other
    return one, two


@njit(cache=True)
def _is_near(sheet: Sheet, now: int, option: int, bid: int) -> bool:
    """Whether an option is a few steps from the chosen one; nothing is one step under the least."""
    least = sheet.bid_first[bid] - 1
    here = least if now < 0 else now
    there = least if option < 0 else option
    return bool(here != there and abs(here - there) <= REACH)


@njit(cache=True)
def _fits(amounts: Ints, one: int, two: int, room: Ints, both: int) -> bool:
    fits = True
    for column in range(4):
        fits = fits and amounts[one, column] + both * amounts[two, column] <= room[column]
    return fits


@njit(cache=True)
def bought_elsewhere(sheet: Sheet, chosen: Ints, bid: int) -> bool:
    """Whether another bid buys the item."""
    item = sheet.bid_item[bid]
    for place in range(sheet.item_first[item], sheet.item_first[item + 1]):
        other = sheet.item_bids[place]
        if other != bid and chosen[other] >= 0:
            return True
    return False


def best_upgrades(
    sheet: Sheet, chosen: Ints, bid_budget: Ints, room: Ints, may_grow: Flags
) -> tuple[Ints, Ints, Floats]:
    """The best larger option of each bid that the budgets' room pays for: bids, options, worth per cost.

    Only of orders that are placed or have no limits, and of items that no other bid buys.
    """
    found, ratios = _best_upgrades(sheet, chosen, bid_budget, room, may_grow)
    bids = np.flatnonzero(found >= 0)
    return bids, found[bids], ratios[bids]


@njit(cache=True)
def _best_upgrades(
    sheet: Sheet, chosen: Ints, bid_budget: Ints, room: Ints, may_grow: Flags
) -> tuple[Ints, Floats]:
    found = np.empty(len(chosen), dtype=np.int64)
    ratios = np.zeros(len(chosen))
    for order in range(len(sheet.order_first) - 1):
        own = room_of(sheet, chosen, order)
        for bid in range(sheet.order_first[order], sheet.order_first[order + 1]):
            found[bid] = NOTHING
            if may_grow[order] and (chosen[bid] >= 0 or not bought_elsewhere(sheet, chosen, bid)):
                money = min(affordable(bid_budget, room, bid), own[COST])
                found[bid], ratios[bid] = _best_upgrade(sheet, chosen[bid], bid, money, own)
    return found, ratios


@njit(cache=True)
def affordable(bid_budget: Ints, room: Ints, bid: int) -> int:
    """How much more money all budgets of a bid leave."""
    money = np.int64(2**62)
    for column in range(bid_budget.shape[1]):
        budget = bid_budget[bid, column]
        if budget >= 0:
            money = min(money, room[budget])
    return int(money)


@njit(cache=True)
def _best_upgrade(sheet: Sheet, now: int, bid: int, money: int, own: Ints) -> tuple[int, float]:
    cost, weight, volume, value, worth = 0, 0, 0, 0, 0.0
    if now >= 0:
        cost, weight = sheet.amount[now, COST], sheet.amount[now, WEIGHT]
        volume, value = sheet.amount[now, VOLUME], sheet.amount[now, VALUE]
        worth = sheet.worth[now]
    best, top = NOTHING, 0.0
    for option in range(sheet.bid_first[bid], sheet.bid_first[bid + 1]):
        more = sheet.amount[option, COST] - cost
        gain = sheet.worth[option] - worth
        if gain <= TINY or more > money or sheet.amount[option, VALUE] < value:
            continue
        heavier = sheet.amount[option, WEIGHT] - weight
        bulkier = sheet.amount[option, VOLUME] - volume
        ratio = gain / max(more, 1)
        if heavier <= own[WEIGHT] and bulkier <= own[VOLUME] and ratio > top * AS_GOOD:
            best, top = option, max(ratio, top)
    return best, top
