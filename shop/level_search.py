"""The compiled search for the best (s, S) of one item after another.

An item's demand over the lead time L and over the exposure E = L + R is put on a lattice (pieces, or
coarser steps for fast movers). A position y after a review costs, in the review period that it decides on,

    G(y) = h R E[(y - D)+] + p (n_E(y) - n_L(y)) + b R n_E(y),      n_T(y) = E[(D_T - y)+],

holding on the average stock of the period, p for every piece that falls short in it, b for every piece and
period that customers wait. The cost per period of
(s, S) is (K + sum of m(j) G(S - j) over j < S - s) / sum of m(j), where m is the renewal mass of the demand
between reviews: the exact expression of Veinott and Wagner (1965) and Zheng and Federgruen (1991), not an
approximation for large order quantities. For a given S the best s is the last position that costs less than
the average so far; S is found by bisection. With lost sales a position lasts longer, as what
is lost does not lower it: its visits are m(j) (1 + pieces short / mean demand).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from shop.compiled import njit
from shop.distributions import normal_cdf, normal_density, normal_loss
from shop.lattice import fill_losses, fill_masses

if TYPE_CHECKING:
    from shop.plan_inputs import Flags, Floats, Ints

POINTS: Final = 128
"""Steps of the lattice; one step is one piece while the levels fit."""

SPREAD: Final = 6.0
"""Deviations above the mean that the lattice reaches, before the order quantity."""

PASSES: Final = 3
"""How often the variance that lost sales leave and the levels are found from each other."""

CROSSING: Final = 1.0 / math.sqrt(math.pi)
"""Orders that follow each other closely overtake one another, and goods that are late are made up for by
goods that come early: of the variance of the lead time, at most this times its deviation times the time
between orders remains (the mean over time of what is out, for normal lead times of deviation s: the integral
of F (1 - F) is s / sqrt(pi); order crossover: Robinson, Bradley and Thomas 2001, M&SOM 3; Hayya et al. 2008,
IJPE 111)."""

ALONE: Final = 0.5
"""Up to so many orders on their way on average, one order's losses do not touch another's."""

EVEN: Final = 0.35
"""Demand between reviews whose deviation is below this share of its mean counts as even."""

_TINY = 1e-12
_LEAST_RENEWALS = 24


class Item(NamedTuple):
    """What the levels of one item rest on, as `search_levels` says."""

    lead_mean: float
    lead_variance: float
    late_variance: float
    mean: float
    variance: float
    review_mean: float
    review_variance: float
    holding: float
    shortage: float
    waiting: float
    order_cost: float
    most: float
    fill_target: float
    end_share: float
    lost_sales: bool


class Lattice(NamedTuple):
    """Positions 0 .. `last` in steps of `unit` pieces; `widest` is the largest S - s in steps.

    `short` and `price` are pieces short and G of each position, `renewal` the masses between reviews, which
    are `even` where demand hardly varies.
    """

    unit: float
    last: int
    widest: int
    even: bool
    short: Any
    price: Any
    renewal: Any


@njit(cache=True)
def search_levels(
    lead_mean: Floats,
    lead_variance: Floats,
    late_variance: Floats,
    mean: Floats,
    variance: Floats,
    review_mean: Floats,
    review_variance: Floats,
    holding: Floats,
    shortage: Floats,
    waiting: Floats,
    order_cost: Floats,
    most: Floats,
    fill_target: Floats,
    end_share: float,
    lost_sales: bool,
    point: Ints,
    top: Ints,
    fill: Floats,
    cost: Floats,
    worth: Flags,
) -> None:
    """Fill `point` (s), `top` (S), the expected `fill` rate and `cost` per review period of every item.

    Demand of the lead time (`late_variance` of its variance comes from the spread of the lead time itself),
    of the exposure and between two reviews; `holding` per piece and review period, `shortage` per piece
    short, `waiting` per piece backordered and review period. S - s is at most `most`. Where `fill_target` is
    a number, s is the least that reaches it instead of the cheapest. `end_share` weighs the end of the period
    against its start in the average stock. `worth` is false where buying nothing is cheaper than any (s, S).
    """
    short, price, renewal = np.empty(POINTS + 1), np.empty(POINTS + 1), np.empty(POINTS + 1)
    for i in range(len(mean)):
        if mean[i] <= 0.0:
            point[i], top[i], fill[i], cost[i], worth[i] = 0, 0, 1.0, 0.0, False
            continue
        item = Item(
            lead_mean[i],
            lead_variance[i],
            late_variance[i],
            mean[i],
            variance[i],
            review_mean[i],
            review_variance[i],
            holding[i],
            shortage[i],
            waiting[i],
            order_cost[i],
            most[i],
            fill_target[i],
            end_share,
            lost_sales,
        )
        lattice = _lattice(item, short, price, renewal)
        point[i], top[i], fill[i], cost[i], worth[i] = _best_levels(item, lattice)


@njit(cache=True)
def _lattice(item: Item, short: Floats, price: Floats, renewal: Floats) -> Lattice:
    """Steps that reach from nothing to above the best S; `renewal` is filled, the others are not yet."""
    guess = math.sqrt(2.0 * item.order_cost * item.review_mean / item.holding)
    reach = min(2.0 * guess, item.most) + math.sqrt(item.variance)
    span = item.mean + SPREAD * math.sqrt(item.variance) + reach + 4.0
    unit = max(1.0, span / POINTS)
    last = min(POINTS, math.ceil(span / unit))
    _renewals(item.review_mean / unit, item.review_variance / unit**2, last, renewal)
    widest = max(1, math.ceil(min(item.most, span) / unit - 1e-9))
    even = item.review_variance < (EVEN * item.review_mean) ** 2
    return Lattice(unit, last, widest, even, short, price, renewal)


@njit(cache=True)
def _best_levels(item: Item, lattice: Lattice) -> tuple[int, int, float, float, bool]:
    """s, S, fill rate, cost per review period and whether they are worth it; see `PASSES`."""
    kept, late = 1.0, item.late_variance
    for _ in range(PASSES):
        early = late + kept * (item.lead_variance - item.late_variance)
        whole = item.variance - item.lead_variance + early
        _period_costs(item, early, whole, lattice.unit, lattice.last, lattice.short, lattice.price)
        low, high, found = _cheapest(item, lattice)
        if item.fill_target > 0.0:
            low, high = _least_for_fill(item, lattice, high - low)
        served, average = _judge(item, lattice, low, high, item.order_cost, lattice.price)
        spread = item.review_variance / item.review_mean
        lot = max((high - low) * lattice.unit + 0.5 * (item.review_mean + spread), item.review_mean)
        before, late = late, min(item.late_variance, CROSSING * math.sqrt(item.late_variance) * lot)
        share = min(item.lead_mean / lot - ALONE, 1.0)
        if item.lost_sales and share > 0.0:
            kept = _kept_variance(served, item.review_mean, item.review_variance, share)
        elif late >= before:
            break
    worth = item.waiting > 0.0 or found < item.shortage * item.review_mean
    s, top = low * lattice.unit, high * lattice.unit
    if lattice.unit > 1.0 and item.fill_target > 0.0:
        back = _not_needed(item, lattice, low, high, served) * lattice.unit
        s, top, served = math.ceil(s - back - 1e-9), math.ceil(top - back - 1e-9), item.fill_target
    elif lattice.unit > 1.0:
        s = _finer(item, lattice, early, whole, average, s)
    point = int(np.rint(s))
    return point, max(int(np.rint(top)), point + 1), served, average, worth


@njit(cache=True)
def _not_needed(item: Item, lattice: Lattice, low: int, high: int, served: float) -> float:
    """The part of the last step up to (s, S) that the fill rate does not ask for, between two positions."""
    if low <= 0 or served <= item.fill_target:
        return 0.0
    below, _ = _judge(item, lattice, low - 1, high - 1, 0.0, lattice.short)
    return (served - item.fill_target) / max(served - below, _TINY) if below < item.fill_target else 0.0


@njit(cache=True)
def _kept_variance(fill: float, mean: float, variance: float, share: float) -> float:
    """How much of the lead time's variance lost sales leave when several orders are on their way.

    Of the part that demand brings: a late delivery is not made up for by what was lost before it. Demand
    beyond the stock is cut off in every review period, and an order on its way answers for it: what stays is
    the variance of min(D, a) where a serves the fill rate, D normal; `share` of the effect counts.
    """
    deviation = math.sqrt(variance)
    wanted = max(1.0 - fill, 1e-9) * mean / deviation
    low, high = -4.0, 6.0
    for _ in range(24):
        z = 0.5 * (low + high)
        low, high = (z, high) if normal_loss(z, 0.0, 1.0) > wanted else (low, z)
    above = 1.0 - normal_cdf(z)
    first = -normal_density(z) + z * above
    second = 1.0 - above - z * normal_density(z) + z * z * above
    return 1.0 - share * (1.0 - min(max(second - first * first, 0.0), 1.0))


@njit(cache=True)
def _period_costs(
    item: Item,
    lead_variance: float,
    variance: float,
    unit: float,
    last: int,
    short: Floats,
    price: Floats,
) -> None:
    """Pieces short in the period (`short`) and G (`price`) of every position 0 .. last of the lattice."""
    fill_losses(item.mean, variance, unit, last, price)
    fill_losses(item.lead_mean, lead_variance, unit, last, short)
    for k in range(last + 1):
        y = k * unit
        after, before = price[k], short[k]
        stock = item.end_share * (y - item.mean + after)
        stock = stock + (1.0 - item.end_share) * (y - item.lead_mean + before)
        short[k] = max(after - before, 0.0)
        price[k] = item.holding * stock + item.shortage * short[k] + item.waiting * after


@njit(cache=True)
def _renewals(mean: float, variance: float, last: int, renewal: Floats) -> None:
    """Renewal masses m(0 .. last); exact at first, then their limit 1 / mean.

    They settle within a few multiples of variance / mean, the size of a demand, but for an almost even
    demand (which comes back to the same positions) only after (mean / deviation)^2 periods.
    """
    settled = 4.0 * variance / mean + mean * (1.0 + mean * mean / max(variance, _TINY))
    known = int(min(float(last), max(_LEAST_RENEWALS, math.ceil(min(settled, 1e6)))))
    mass = np.empty(known + 1)
    fill_masses(mean, variance, known, mass)
    scale = 1.0 / max(1.0 - mass[0], _TINY)
    renewal[0] = scale
    for j in range(1, known + 1):
        total = 0.0
        for step in range(1, j + 1):
            total += mass[step] * renewal[j - step]
        renewal[j] = scale * total
    for j in range(known + 1, last + 1):
        renewal[j] = 1.0 / mean


@njit(cache=True)
def _visits(item: Item, lattice: Lattice, top: int, j: int) -> float:
    """How long the stock stays at S - j, in review periods: sales that are lost do not lower it."""
    lasting = lattice.short[top - j] / item.review_mean if item.lost_sales else 0.0
    visits: float = lattice.renewal[j] * (1.0 + lasting)
    return visits


@njit(cache=True)
def _best_point(item: Item, lattice: Lattice, top: int) -> tuple[int, float]:
    """The best s under a given S, and the cost: down while the next position costs less than the average."""
    price = lattice.price
    spent, periods = item.order_cost, 0.0
    best, cheapest = top - 1, np.inf
    for j in range(min(top, lattice.widest)):
        visits = _visits(item, lattice, top, j)
        spent += visits * price[top - j]
        periods += visits
        average = spent / periods
        if average < cheapest:
            best, cheapest = top - j - 1, average
        elif price[top - j] > price[top]:
            break
    return best, cheapest


@njit(cache=True)
def _cheapest(item: Item, lattice: Lattice) -> tuple[int, int, float]:
    """The best s and S of the lattice: S by bisection of the slope, which has one sign on each side of it.

    An even demand comes back to the same positions, and the cost has a valley for each number of periods
    that an order lasts: there every S is tried up to where G alone exceeds the cost (Zheng and Federgruen).
    No S below the cheapest position is best. Far below a long lead time's demand G is level (all is missed),
    so that position is looked for everywhere instead of downhill from zero.
    """
    least = max(int(np.argmin(lattice.price[: lattice.last + 1])), 1)
    low, high = least, lattice.last
    while low < high:
        middle = (low + high) // 2
        _, here = _best_point(item, lattice, middle)
        _, above = _best_point(item, lattice, middle + 1)
        low, high = (middle + 1, high) if above < here else (low, middle)
    point, found = _best_point(item, lattice, low)
    top = low
    if not lattice.even:
        return point, top, found
    for other in range(least, lattice.last + 1):
        if other > low and lattice.price[other] > found:
            break
        below, here = _best_point(item, lattice, other)
        if here < found:
            point, top, found = below, other, here
    return point, top, found


@njit(cache=True)
def _judge(
    item: Item, lattice: Lattice, point: int, top: int, order_cost: float, price: Floats
) -> tuple[float, float]:
    """Fill rate and cost per review period of an (s, S) on the lattice, at these costs."""
    spent, periods, missed = order_cost, 0.0, 0.0
    for j in range(top - point):
        visits = _visits(item, lattice, top, j)
        spent += visits * price[top - j]
        missed += visits * lattice.short[top - j]
        periods += visits
    return max(1.0 - missed / (periods * item.review_mean), 0.0), spent / periods


@njit(cache=True)
def _least_for_fill(item: Item, lattice: Lattice, width: int) -> tuple[int, int]:
    """The least s whose (s, s + width) reaches the fill rate, by bisection: more stock never serves less."""
    low, high = -1, max(lattice.last - width, 0)
    while high - low > 1:
        middle = (low + high) // 2
        reached, _ = _judge(item, lattice, middle, middle + width, 0.0, lattice.short)
        low, high = (low, middle) if reached >= item.fill_target else (middle, high)
    return high, high + width


@njit(cache=True)
def _finer(
    item: Item, lattice: Lattice, lead_variance: float, variance: float, average: float, coarse: float
) -> float:
    """The reorder point between two steps of the lattice: where G falls to the average cost.

    Looked for on a finer lattice that reaches just above the coarse point.
    """
    span = coarse + 2.0 * lattice.unit
    step = max(1.0, span / POINTS)
    if step >= lattice.unit:
        return coarse
    last = min(POINTS, math.ceil(span / step))
    _period_costs(item, lead_variance, variance, step, last, lattice.short, lattice.price)
    for k in range(max(math.floor((coarse - lattice.unit) / step), 0), last):
        if lattice.price[k + 1] <= average:
            return k * step
    return coarse
