"""Lost sales with a lead time: the product's orders against the optimum of a dynamic programme.

The state is the stock and every order on its way; average costs by relative value iteration (Puterman 1994,
section 8.5). The product's rule is evaluated on the same states with the same law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evals.ordering_regret.laws import Law
from shop.compiled import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLERANCE = 1e-5
MOST_SWEEPS = 3_000
LARGEST = 1.5e6
"""States times orders of an instance that is still solved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One item whose customers go away: an order of this morning is there `lead_time` mornings later."""

    law: Law
    lead_time: int
    holding: float
    shortage: float
    order_cost: float


@dataclass(frozen=True, slots=True)
class States:
    """All states: `stock` on hand, and `coming[k]` due in k + 1 periods; stock and quantities are capped."""

    most_stock: int
    most_ordered: int
    stock: NDArray[np.int64]
    coming: NDArray[np.int64]


def caps(law: Law, lead_time: int, order_cost: float) -> tuple[int, int]:
    """Stock and order quantity that no good policy exceeds."""
    deviation = math.sqrt(law.variance)
    lot = math.sqrt(2 * order_cost * law.mean)
    stock = (lead_time + 1) * law.mean + 4 * deviation * math.sqrt(lead_time + 1) + lot
    return int(stock) + 2, int(law.mean + (3 if lead_time > 2 else 4) * deviation + 2 * lot) + 1  # noqa: PLR2004


def size_of(law: Law, lead_time: int, order_cost: float) -> float:
    """Number of states times the number of orders to choose from."""
    most_stock, most_ordered = caps(law, lead_time, order_cost)
    return float((most_stock + 1) * (most_ordered + 1) ** max(lead_time, 1))


def states(instance: Instance) -> States:
    """Every combination of stock and orders on their way (lead time - 1 of them)."""
    most_stock, most_ordered = caps(instance.law, instance.lead_time, instance.order_cost)
    waiting = max(instance.lead_time - 1, 0)
    shape = (most_stock + 1, *([most_ordered + 1] * waiting))
    grid = np.indices(shape).reshape(waiting + 1, -1)
    return States(most_stock, most_ordered, grid[0], grid[1:])


def optimal_cost(instance: Instance, space: States) -> float:
    """Cost per period of the best orders."""
    every = np.full((1, 1), -1, dtype=np.int64)
    return _run(instance, space, every)


def cost_of(instance: Instance, space: States, orders: NDArray[np.int64]) -> float:
    """Cost per period of given orders, one per state."""
    return _run(instance, space, np.minimum(orders, space.most_ordered).reshape(-1, 1))


def _run(instance: Instance, space: States, orders: NDArray[np.int64]) -> float:
    mass = instance.law.mass
    pieces = np.arange(space.most_stock + space.most_ordered + 1)
    demand = np.arange(len(mass))
    held = np.array([np.maximum(have - demand, 0) @ mass for have in pieces])
    short = np.array([np.maximum(demand - have, 0) @ mass for have in pieces])
    cost = instance.holding * held + instance.shortage * short
    return float(
        _iterate(
            cost,
            mass,
            orders,
            instance.lead_time,
            space.most_stock,
            space.most_ordered,
            instance.order_cost,
            space.stock,
            TOLERANCE,
            MOST_SWEEPS,
        )
    )


@njit(cache=True)
def _iterate(  # noqa: C901 - one sweep over the states, with the lead time's three cases
    cost: NDArray[np.float64],
    mass: NDArray[np.float64],
    orders: NDArray[np.int64],
    lead_time: int,
    most_stock: int,
    most_ordered: int,
    order_cost: float,
    stock: NDArray[np.int64],
    tolerance: float,
    most_sweeps: int,
) -> float:
    """Relative value iteration; a state's number is stock first, then the orders, soonest first."""
    radix = most_ordered + 1
    count = len(stock)
    rest = count // (most_stock + 1)
    value, after = np.zeros(count), np.zeros(count)
    ahead = np.zeros((most_stock + 1, rest))
    average = 0.0
    for _ in range(most_sweeps):
        # ahead[y, pipeline after a shift] = value of ending the day's sales from y pieces
        for state in range(count):
            have, coming = state // rest, state % rest
            best = np.inf
            first = orders[state, 0] if orders.shape[0] > 1 else 0
            last = orders[state, 0] if orders.shape[0] > 1 else most_ordered
            for quantity in range(first, last + 1):
                total = order_cost if quantity > 0 else 0.0
                if lead_time == 0:
                    now = min(have + quantity, most_stock)
                    total += cost[now] + ahead[now, 0]
                elif lead_time == 1:
                    total += cost[have]
                    total += _expected(value, mass, have, quantity, 0, rest, most_stock)
                else:
                    soonest = coming // (rest // radix)
                    later = (coming % (rest // radix)) * radix + quantity
                    total += cost[have]
                    total += _expected(value, mass, have, soonest, later, rest, most_stock)
                best = min(best, total)
            after[state] = best
        low, high = np.inf, -np.inf
        for state in range(count):
            change = after[state] - value[state]
            low, high = min(low, change), max(high, change)
        base = after[0]
        for state in range(count):
            value[state] = after[state] - base
        if lead_time == 0:
            for now in range(most_stock + 1):
                ahead[now, 0] = _expected(value, mass, now, 0, 0, rest, most_stock)
        average = 0.5 * (low + high)
        if high - low < tolerance * abs(average):
            break
    return average


@njit(cache=True)
def _expected(
    value: NDArray[np.float64],
    mass: NDArray[np.float64],
    have: int,
    arriving: int,
    later: int,
    rest: int,
    most_stock: int,
) -> float:
    """Expected value of tomorrow: what is left of `have`, and what arrives."""
    total, left = 0.0, 1.0
    for sold in range(min(have, len(mass) - 1) + 1):
        tomorrow = min(have - sold + arriving, most_stock)
        total += mass[sold] * value[tomorrow * rest + later]
        left -= mass[sold]
    if left > 0.0:
        total += left * value[min(arriving, most_stock) * rest + later]
    return total
