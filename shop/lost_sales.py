"""How much to order now where unmet demand is lost: the last unit must be worth its keep on sampled futures.

Each series is simulated on sampled futures: paths of demand (`shop/forecasting/futures.py`), of what
is on order (late, lost or on time, from `shop/lead_times.py`) and of the order to be placed. A unit more
earns the margin on a path where it meets demand that would be lost, and costs holding for each period it
lies until then. It is worth nothing any more once an order that was placed after it came to lie has arrived:
that order would have been smaller by one. The order is the quantity at which the average of this crosses
zero: the derivative of expected profit on common random numbers (infinitesimal perturbation analysis,
Glasserman and Tayur 1995, Management Science 41), the orders that follow held fixed by the envelope theorem.
They are placed on each path by projected inventory level (van Jaarsveld and Arts 2024, Operations Research
72): up to the expected demand of their arrival period and the same safety. For delivery at once the rule is
the newsvendor's quantile of this period's demand at margin / (margin + holding).

Quantities are pieces; margins and holding costs per piece, in any one currency.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.compiled import njit
from shop.forecasting.beliefs import (
    DISCOUNTS,
    LEVEL_VARIANCE,
    LOG_WEIGHT,
    Beliefs,
)
from shop.forecasting.futures import PATHS, SEED, chances, paths_of
from shop.lead_times import LeadTimes, outcome

if TYPE_CHECKING:
    from shop.plan_inputs import Floats, Ints

LOOK_AHEAD: Final = 6
"""Periods after the latest possible arrival that are simulated."""
STEPS = 9
MOST_OVER_NEWSVENDOR = 1.3
"""How far above the myopic quantile the search looks."""
NEVER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where each series stands before ordering: (series,) and, for orders, (series, ages).

    `on_order[:, a]` was ordered a periods ago and has not arrived; column 0 (this period) is 0.
    """

    on_hand: Floats
    on_order: Floats
    margin: Floats
    holding_cost: Floats


def order_quantities(
    beliefs: Beliefs, lead_times: LeadTimes, shelf: Shelf, *, paths: int = PATHS, seed: int = SEED
) -> Ints:
    """Whole pieces to order now of each series, 0 or more.

    >>> from shop.forecasting.beliefs import believe
    >>> from shop.lead_times import promised
    >>> steady = believe(np.full((40, 1), 10.0))
    >>> one = np.ones(1)
    >>> shelf = Shelf(on_hand=3.0 * one, on_order=np.zeros((1, 3)), margin=9.0 * one, holding_cost=one)
    >>> order_quantities(steady, promised(np.array([0])), shelf)
    array([8])
    """
    horizon = lead_times.given_up_after + LOOK_AHEAD
    table = chances(horizon, paths, seed)
    luck = _fates(paths, lead_times.given_up_after, horizon, seed)
    found = np.zeros(len(beliefs), dtype=np.int64)
    _order_all(
        beliefs.models,
        beliefs.own,
        lead_times.counts,
        shelf.on_hand,
        _by_age(shelf.on_order, lead_times.given_up_after),
        shelf.margin,
        shelf.holding_cost,
        table.even,
        table.bell,
        luck,
        found,
    )
    return found


def _by_age(on_order: Floats, ages: int) -> Floats:
    """Orders by age in as many columns as an order may be old; older ones are given up."""
    found = np.zeros((len(on_order), ages))
    shared = min(ages, on_order.shape[1])
    found[:, :shared] = on_order[:, :shared]
    return found


def _fates(paths: int, ages: int, horizon: int, seed: int) -> Floats:
    """Uniform numbers (paths, columns): one for each order that is out or will be placed, by stratum."""
    rng = np.random.default_rng(seed + 1)
    return np.column_stack([(rng.permutation(paths) + 0.5) / paths for _ in range(ages + horizon)])


@njit(cache=True)
def _order_all(
    models: Floats,
    own: Floats,
    counts: Floats,
    on_hand: Floats,
    on_order: Floats,
    margin: Floats,
    holding: Floats,
    even: Floats,
    bell: Floats,
    luck: Floats,
    found: Ints,
) -> None:
    paths, ages = even.shape[0], on_order.shape[1]
    horizon = luck.shape[1] - ages
    demand = np.zeros((paths, horizon))
    coming = np.zeros((paths, ages + 1))
    takes = np.zeros((paths, horizon), dtype=np.int64)
    short = np.zeros(paths)
    for i in range(len(found)):
        paths_of(models[i], own[i], even, bell, demand)
        _draw_supply(counts[i], on_order[i], luck, coming, takes)
        before = _shortfalls(on_hand[i], demand, coming, takes, short)
        ratio = margin[i] / (margin[i] + holding[i])
        newsvendor = _quantile(short, ratio)
        if newsvendor <= 0.0:
            continue
        found[i] = _worthwhile(
            newsvendor,
            before,
            _gain(models[i]),
            on_hand[i],
            margin[i],
            holding[i],
            counts[i] / counts[i].sum(),
            demand,
            coming,
            takes,
        )


@njit(cache=True)
def _draw_supply(counts: Floats, on_order: Floats, luck: Floats, coming: Floats, takes: Ints) -> None:
    """When what is on order arrives on each path, and what the orders of this and later periods take.

    The order of this period is drawn among those that arrive: a lost one is worth the same whatever its size.
    """
    ages = len(on_order)
    arriving = 1.0 - counts[ages] / counts.sum()
    coming[:] = 0.0
    for s in range(coming.shape[0]):
        for age in range(1, ages):
            if on_order[age] > 0.0:
                took = outcome(luck[s, age], counts, age)
                if took < ages:
                    coming[s, took - age] += on_order[age]
        takes[s, 0] = outcome(luck[s, ages] * arriving, counts, 0)
        for later in range(1, takes.shape[1]):
            takes[s, later] = outcome(luck[s, ages + later], counts, 0)


@njit(cache=True)
def _shortfalls(on_hand: float, demand: Floats, coming: Floats, takes: Ints, short: Floats) -> float:
    """Demand of the arrival period less what is there by then, per path; returns the mean of the latter."""
    there = 0.0
    for s in range(len(short)):
        arrival = takes[s, 0]
        stock = on_hand
        for x in range(arrival):
            stock = max(stock + coming[s, x] - demand[s, x], 0.0)
        stock += coming[s, arrival]
        there += stock
        short[s] = demand[s, arrival] - stock
    return there / len(short)


@njit(cache=True)
def _quantile(values: Floats, share: float) -> float:
    return np.sort(values)[min(int(share * len(values)), len(values) - 1)]  # type: ignore[no-any-return]


@njit(cache=True)
def _gain(models: Floats) -> float:
    """How much of a period's surprise the next forecast takes over: the models' gains by weight."""
    whole, gain = 0.0, 0.0
    for k in range(models.shape[0]):
        weight = math.exp(models[k, LOG_WEIGHT])
        spread = models[k, LEVEL_VARIANCE] / DISCOUNTS[k]
        whole += weight
        gain += weight * spread / (spread + 1.0)
    return gain / whole


@njit(cache=True)
def _worthwhile(
    newsvendor: float,
    before: float,
    gain: float,
    on_hand: float,
    margin: float,
    holding: float,
    chance: Floats,
    demand: Floats,
    coming: Floats,
    takes: Ints,
) -> int:
    """The quantity whose last unit earns nothing, by bisection."""
    first, expected, usual = _outlook(demand, takes, chance)
    likely = _column_means(coming)
    safest = newsvendor + before - expected
    calendar = np.zeros((2, demand.shape[1] + len(chance)))
    low, high = 0.0, MOST_OVER_NEWSVENDOR * newsvendor + 1.0
    for _ in range(STEPS):
        quantity = 0.5 * (low + high)
        safety = min(quantity + before - expected, safest)
        worth = 0.0
        for s in range(demand.shape[0]):
            worth += _worth_of_one_more(
                quantity, on_hand, first, safety, usual, gain, margin, holding,
                chance, likely, demand[s], coming[s], takes[s], calendar,
            )  # fmt: skip
        if worth > 0.0:
            low = quantity
        else:
            high = quantity
    return math.floor(0.5 * (low + high) + 0.5)


@njit(cache=True)
def _outlook(demand: Floats, takes: Ints, chance: Floats) -> tuple[float, float, int]:
    """Mean demand of this period and of the arrival period, and the usual lead time in whole periods."""
    first, arrival = 0.0, 0.0
    for s in range(demand.shape[0]):
        first += demand[s, 0]
        arrival += demand[s, takes[s, 0]]
    usual, arriving = 0.0, 0.0
    for d in range(len(chance) - 1):
        usual += d * chance[d]
        arriving += chance[d]
    return first / demand.shape[0], arrival / demand.shape[0], int(usual / arriving + 0.5)


@njit(cache=True)
def _column_means(values: Floats) -> Floats:
    found: Floats = np.zeros(values.shape[1])
    for s in range(values.shape[0]):
        found += values[s] / values.shape[0]
    return found


@njit(cache=True)
def _worth_of_one_more(
    quantity: float,
    stock: float,
    level: float,
    safety: float,
    usual: int,
    gain: float,
    margin: float,
    holding: float,
    chance: Floats,
    likely: Floats,
    demand: Floats,
    coming: Floats,
    takes: Ints,
    calendar: Floats,
) -> float:
    """What the last unit of `quantity` earns on one path, if every later order is placed as planned.

    `level` is the forecast on the path, which follows its surprises by `gain`; `likely` what may be expected
    to arrive, `coming` what does. `calendar` is room to work in.
    """
    horizon, ages = len(demand), len(chance) - 1
    arriving, awaited = calendar[0], calendar[1]
    calendar[:] = 0.0
    for y in range(ages):
        arriving[y] = coming[y]
        awaited[y] = likely[y] + quantity * chance[y]
    arriving[takes[0]] += quantity
    replaced, waited = NEVER, 0
    for x in range(horizon):
        if 0 < x <= LOOK_AHEAD:
            following = _following_order(stock, level, safety, usual, awaited, x)
            for y in range(ages):
                awaited[x + y] += following * chance[y]
            if takes[x] < ages:
                arriving[x + takes[x]] += following
                if x > takes[0] and following > 0.0:
                    replaced = min(replaced, x + takes[x])
        if x >= replaced:
            break
        stock += arriving[x]
        if x >= takes[0]:
            if demand[x] >= stock:
                return margin - holding * waited
            waited += 1
        stock = max(stock - demand[x], 0.0)
        level += gain * (demand[x] - level)
    return -holding * waited


@njit(cache=True)
def _following_order(
    stock: float, level: float, safety: float, usual: int, awaited: Floats, now: int
) -> float:
    """An order by projected inventory level: what is missing at its arrival, as far as one can see."""
    for y in range(now, now + usual):
        stock = max(stock + awaited[y] - level, 0.0)
    missing: float = level + safety - stock - awaited[now + usual]
    return max(missing, 0.0)
