"""What will be lost on an empty shelf before an order placed now can arrive, and needs no replacement.

An order that covers the whole demand of its lead time, as if every customer waited, is too large by what
leaves unserved in the meantime. The projected inventory level (van Jaarsveld and Arts 2024, Operations
Research 72) is the expected stock at an order's arrival; their policy orders up to a fixed projected level.
Here that is kept in the usual words. A position y that lies on the shelf loses n(y) of the lead time's demand
and projects to y + n(y) - mean. An item with deliveries to come loses more: it counts as at the y that
projects to the same level (`surplus` above its position), and is ordered at or below the reorder point s. It
is ordered up to what S projects to, which leaves out of S - position what is `lost`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.compiled import njit
from shop.lattice import fill_losses, fill_masses

if TYPE_CHECKING:
    from shop.demand import Forecasts
    from shop.plan_inputs import Flags, Floats, Incoming, Ints

STEPS: Final = 96
"""Steps of the lattice of stock levels; one step is one piece while the levels fit."""

LEFT_OUT_FROM: Final = 0.3
"""From so much of a piece on that is expected to be lost, the need leaves a whole one out.

Under a half, as levels by the costs of one review period are an upper bound of the best ones where sales are
lost (Morton 1971, Operations Research 19; Zipkin 2008, Operations Research 56).
"""


@dataclass(frozen=True, slots=True)
class Projection:
    """Whole pieces per item: what it counts above its position, and what is lost without replacement."""

    surplus: Ints
    lost: Ints


def project(
    forecasts: Forecasts,
    lead_time_days: Floats,
    on_hand: Ints,
    order_up_to: Ints,
    incoming: Incoming,
    counted: Flags,
    wanted: Flags,
    lead_time_sd_days: Floats | None = None,
) -> Projection:
    """The projection of each item where `wanted`, zeros elsewhere; `counted` marks trusted `incoming`.

    With `lead_time_sd_days` deliveries may be late, the spread of what is left of an order's way falling with
    its square root.
    """
    items = len(on_hand)
    spread = np.zeros(items) if lead_time_sd_days is None else forecasts.per_day()[0] * lead_time_sd_days
    order = np.lexsort((incoming.due_in_days, incoming.item))
    trusted = counted & wanted[incoming.item] & (incoming.due_in_days < lead_time_days[incoming.item])
    order = order[trusted[order]]
    row, due = incoming.item[order], np.maximum(incoming.due_in_days[order], 0).astype(np.float64)
    turn = np.arange(len(row)) - np.searchsorted(row, row)
    turns = int(turn.max(initial=-1)) + 1
    quantity = np.zeros((items, turns + 1))
    mean, variance = np.zeros((items, turns + 1)), np.zeros((items, turns + 1))
    late = np.zeros((items, turns + 1))
    for number in range(turns + 1):
        until = lead_time_days.copy()
        here = turn == number
        until[row[here]] = due[here]
        quantity[row[here], number] = incoming.quantity[order[here]]
        mean[:, number], variance[:, number] = forecasts.over(until)
        late[:, number] = spread**2 * np.minimum(until / np.maximum(lead_time_days, 1e-9), 1.0)
    return projected(np.flatnonzero(wanted), on_hand, order_up_to, quantity, mean, variance, late)


def projected(
    rows: Ints,
    on_hand: Ints,
    order_up_to: Ints,
    quantity: Floats,
    mean: Floats,
    variance: Floats,
    late: Floats | None = None,
) -> Projection:
    """The projection of each row of `rows`; zeros for the others.

    `quantity` (items, stretches) arrives at the end of each stretch; `mean` and `variance` of the demand, of
    the same shape, count from now to that end. The last stretch ends with the lead time. `late` is the
    variance of the demand of the days by which each stretch may end later or sooner.
    """
    surplus, lost = np.zeros(len(on_hand)), np.zeros(len(on_hand))
    shelf = np.maximum(on_hand, 0).astype(np.float64)
    spread = np.zeros(mean.shape) if late is None else late
    _project(rows, shelf, order_up_to.astype(np.float64), quantity, mean, variance, spread, surplus, lost)
    left_out = np.floor(lost + (1.0 - LEFT_OUT_FROM))
    return Projection(np.rint(surplus).astype(np.int64), left_out.astype(np.int64))


@njit(cache=True)
def _project(
    rows: Ints,
    on_hand: Floats,
    order_up_to: Floats,
    quantity: Floats,
    mean: Floats,
    variance: Floats,
    late: Floats,
    surplus: Floats,
    found: Floats,
) -> None:
    """Stretch by stretch between deliveries, the chances of every stock level and the pieces lost."""
    stock, after = np.empty(STEPS + 2), np.empty(STEPS + 2)
    mass, short = np.empty(STEPS + 2), np.empty(STEPS + 2)
    later = np.empty(STEPS + 2)
    ends = mean.shape[1] - 1
    for i in rows:
        most = max(on_hand[i] + np.maximum(quantity[i], 0.0).sum(), order_up_to[i])
        unit = max(1.0, most / STEPS)
        last = math.ceil(most / unit) + 1
        stock[: last + 1] = 0.0
        _put(stock, on_hand[i] / unit, 1.0, last)
        mean_before, variance_before = 0.0, 0.0
        lost = 0.0
        for stretch in range(ends + 1):
            more = mean[i, stretch] - mean_before
            if more > 0.0:
                spread = max(variance[i, stretch] - variance_before, 1e-9)
                lost += _serve(stock, after, mass, short, later, more, spread, late[i, stretch], unit, last)
                mean_before, variance_before = mean[i, stretch], variance[i, stretch]
            if quantity[i, stretch] != 0.0:
                _deliver(stock, after, quantity[i, stretch] / unit, last)
        if mean[i, ends] > 0.0:
            position = on_hand[i] + quantity[i].sum()
            fill_losses(mean[i, ends], max(variance[i, ends] + late[i, ends], 1e-9), unit, last, short)
            surplus[i] = max(_alike(position + lost, unit, last, short) - position, 0.0)
            top = min(int(order_up_to[i] / unit), last)
            found[i] = max(lost - short[top], 0.0)


@njit(cache=True)
def _serve(
    stock: Floats,
    after: Floats,
    mass: Floats,
    short: Floats,
    later: Floats,
    mean: float,
    variance: float,
    late: float,
    unit: float,
    last: int,
) -> float:
    """Take a stretch's demand from the stock's distribution; gives what is lost.

    A delivery that comes late loses more, `late` being the variance that this adds at the stretch's end. What
    is lost for that only is still there for the next stretch, which is as much shorter.
    """
    fill_losses(mean, variance, unit, last, short)
    fill_losses(mean, variance + late, unit, last, later)
    fill_masses(mean / unit, variance / unit**2, last, mass)
    lost = 0.0
    for level in range(last + 1):
        after[level] = 0.0
    for level in range(last + 1):
        chance = stock[level]
        if chance <= 0.0:
            continue
        lost += chance * later[level]
        more = max(later[level] - short[level], 0.0) / unit
        left = 1.0
        for sold in range(level):
            _put(after, level - sold + more, chance * mass[sold], last)
            left -= mass[sold]
        _put(after, more, chance * max(left, 0.0), last)
    for level in range(last + 1):
        stock[level] = after[level]
    return lost


@njit(cache=True)
def _alike(projected: float, unit: float, last: int, short: Floats) -> float:
    """The y with y + n(y) = `projected`: all of it on the shelf, it loses as much."""
    for k in range(last):
        below, above = k * unit + short[k], (k + 1) * unit + short[k + 1]
        if above >= projected:
            return float(k * unit + unit * max(projected - below, 0.0) / max(above - below, 1e-12))
    return projected


@njit(cache=True)
def _deliver(stock: Floats, after: Floats, steps: float, last: int) -> None:
    for level in range(last + 1):
        after[level] = 0.0
    for level in range(last + 1):
        if stock[level] > 0.0:
            _put(after, max(level + steps, 0.0), stock[level], last)
    for level in range(last + 1):
        stock[level] = after[level]


@njit(cache=True)
def _put(stock: Floats, level: float, chance: float, last: int) -> None:
    """Add a chance at a level between two steps, so that the mean is kept."""
    below = min(math.floor(level), last)
    share = min(level - below, 1.0)
    stock[below] += chance * (1.0 - share)
    stock[min(below + 1, last)] += chance * share
