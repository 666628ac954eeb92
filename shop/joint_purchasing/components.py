"""Which orders must be decided together, and which decisions a small change of prices would turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shop.compiled import njit
from shop.joint_purchasing.kernels import COST, Sheet, State, outside

if TYPE_CHECKING:
    from shop.plan_inputs import Flags, Floats, Ints

SMALLEST_PRICE = 1e-6


def components(sheet: Sheet, limited: Flags) -> tuple[Ints, Ints]:
    """Limited orders that share items, as runs: where each run starts (and the end), and the orders."""
    root = roots(sheet.bid_order, sheet.bid_item, limited, len(sheet.item_first) - 1)
    orders = np.flatnonzero(limited)
    ordered = orders[np.argsort(root[orders], kind="stable")]
    starts = np.flatnonzero(np.diff(root[ordered], prepend=-1))
    return np.append(starts, len(ordered)).astype(np.int64), ordered.astype(np.int64)


@njit(cache=True)
def roots(bid_order: Ints, bid_item: Ints, limited: Flags, items: int) -> Ints:
    """The first order of each order's component (union-find over shared items)."""
    root = np.arange(len(limited))
    seen = np.full(items, -1, dtype=np.int64)
    for bid in range(len(bid_order)):
        order = bid_order[bid]
        if not limited[order]:
            continue
        other = seen[bid_item[bid]]
        if other < 0:
            seen[bid_item[bid]] = order
            continue
        left, right = _root_of(root, order), _root_of(root, other)
        root[max(left, right)] = min(left, right)
    for order in range(len(root)):
        root[order] = _root_of(root, order)
    return root


@njit(cache=True)
def _root_of(root: Ints, order: int) -> int:
    while root[order] != order:
        root[order] = root[root[order]]
        order = root[order]
    return order


@njit(cache=True)
def undecided_orders(sheet: Sheet, state: State, price: Floats, first: Ints, orders: Ints) -> Floats:
    """How far each component's nearest order is from gaining nothing, relative to what it costs."""
    found = np.full(len(first) - 1, np.inf)
    for unit in range(len(found)):
        for order in orders[first[unit] : first[unit + 1]]:
            cost, gain = 1.0, -sheet.fixed[order]
            for bid in range(sheet.order_first[order], sheet.order_first[order + 1]):
                top, _ = outside(sheet, state, bid)
                if state.score[bid] > top:
                    option = state.option[bid]
                    priced = price[bid] * sheet.amount[option, COST]
                    cost += max(priced, SMALLEST_PRICE * sheet.amount[option, COST])
                    gain += sheet.worth[option] - priced - top
            found[unit] = min(found[unit], abs(gain) / cost)
    return found


def undecided_items(sheet: Sheet, bids: Ints, free: Flags, price: Floats) -> tuple[Ints, Floats]:
    """Items that only orders without limits sell, and how far, relative to it, their next price is."""
    near = _next_prices(sheet, bids, price)
    item = sheet.bid_item[bids]
    found = np.full(len(sheet.item_first) - 1, np.inf)
    np.minimum.at(found, item, near)
    tied = np.zeros(len(found), dtype=np.bool_)
    tied[sheet.bid_item[~free[sheet.bid_order]]] = True
    items = np.flatnonzero(~tied & np.isfinite(found))
    return items, found[items]


@njit(cache=True)
def _next_prices(sheet: Sheet, bids: Ints, price: Floats) -> Floats:
    found = np.full(len(bids), np.inf)
    for place in range(len(bids)):
        bid = bids[place]
        cost, worth = 0, 0.0
        for h in range(sheet.hull_first[bid], sheet.hull_first[bid + 1]):
            option = sheet.hull[h]
            ratio = (sheet.worth[option] - worth) / max(sheet.amount[option, COST] - cost, 1)
            away = abs(ratio - price[bid]) / max(price[bid], SMALLEST_PRICE)
            found[place] = min(found[place], away)
            cost, worth = sheet.amount[option, COST], sheet.worth[option]
    return found
