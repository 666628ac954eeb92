"""Multiple-choice knapsacks by dynamic programming over a limit in whole units, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shop.compiled import njit
from shop.joint_purchasing.kernels import COST, NOTHING, VALUE, Sheet
from shop.joint_purchasing.polish import bought_elsewhere, room_of

if TYPE_CHECKING:
    from shop.plan_inputs import Floats, Ints

ORDER_UNITS = 1_000
"""An order's limit is looked at in so many units."""

LARGEST_REPACKED = 64
MOST_CHOICES = 64


@njit(cache=True)
def repack_order(sheet: Sheet, chosen: Ints, order: int, price: Floats, column: int) -> None:
    """Choose all quantities of a small order anew under its tightest limit, if that gains more.

    A price on the limit, as in `kernels`, passes over one large line that would fill it best. An order that
    such a price left empty, as what stayed missed its minimum, is placed if that gains.
    """
    first, last = sheet.order_first[order], sheet.order_first[order + 1]
    limit = sheet.limit[order, column]
    if last - first > LARGEST_REPACKED or limit <= 0:
        return
    unit = max(-(-limit // ORDER_UNITS), 1)
    spend = np.zeros((last - first, MOST_CHOICES + 1), dtype=np.int64)
    worth = np.full((last - first, MOST_CHOICES + 1), -np.inf)
    option = np.full((last - first, MOST_CHOICES + 1), NOTHING, dtype=np.int64)
    before, placed = 0.0, False
    for row in range(last - first):
        bid = first + row
        now = chosen[bid]
        worth[row, 0] = 0.0
        if now >= 0:
            placed = True
            before += sheet.worth[now] - price[bid] * sheet.amount[now, COST]
        elif bought_elsewhere(sheet, chosen, bid):
            continue
        options = sheet.bid_first[bid + 1] - sheet.bid_first[bid]
        choices = min(options, MOST_CHOICES)
        for place in range(choices):
            each = sheet.bid_first[bid] + place * options // choices
            option[row, place + 1] = each
            spend[row, place + 1] = -(-sheet.amount[each, column] // unit)
            worth[row, place + 1] = sheet.worth[each] - price[bid] * sheet.amount[each, COST]
    found = multiple_choice(spend, worth, limit // unit)
    after = 0.0 if placed else -sheet.fixed[order]
    kept = chosen[first:last].copy()
    for row in range(last - first):
        after += worth[row, found[row]]
        chosen[first + row] = option[row, found[row]]
    room = room_of(sheet, chosen, order)
    fits = after > before and room[VALUE] >= 0
    for limited in range(3):
        fits = fits and room[limited] >= 0
    if not fits:
        for row in range(last - first):  # an assignment to a slice takes a quarter of all compiling
            chosen[first + row] = kept[row]


@njit(cache=True)
def multiple_choice(spend: Ints, worth: Floats, budget: int) -> Ints:
    """Row by row: the column that adds most worth within the budget (whole units)."""
    rows, columns = spend.shape
    best = np.zeros(budget + 1)
    taken = np.zeros((rows, budget + 1), dtype=np.int16)
    for row in range(rows):
        following = np.full(budget + 1, -np.inf)
        for column in range(columns):
            if worth[row, column] == -np.inf:
                continue
            for left in range(spend[row, column], budget + 1):
                total = best[left - spend[row, column]] + worth[row, column]
                if total > following[left]:
                    following[left] = total
                    taken[row, left] = column
        best = following
    found = np.zeros(rows, dtype=np.int64)
    left = budget
    for row in range(rows - 1, -1, -1):
        found[row] = taken[row, left]
        left -= spend[row, found[row]]
    return found
