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
from typing import TYPE_CHECKING, Final

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

ALONE: Final = 0.5
"""Up to so many orders on their way on average, one order's losses do not touch another's."""

EVEN: Final = 0.35
"""Demand between reviews whose deviation is below this share of its mean counts as even."""

_TINY = 1e-12
_LEAST_RENEWALS = 24


@njit(cache=True)
def search_levels(
    lead_mean: Floats,
    lead_variance: Floats,
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

    Demand of the lead time, of the exposure and between two reviews; `holding` per piece and review period,
    `shortage` per piece short, `waiting` per piece backordered and review period. S - s is at most `most`.
    Where `fill_target` is a number, s is the least that reaches it instead of the cheapest. `end_share`
    weighs the end of the period against its start in the average stock. `worth` is false where buying
    nothing is cheaper than any (s, S).
    """
    short = np.empty(POINTS + 1)
    price = np.empty(POINTS + 1)
    renewal = np.empty(POINTS + 1)
    for i in range(len(mean)):
        if mean[i] <= 0.0:
            point[i], top[i], fill[i], cost[i], worth[i] = 0, 0, 1.0, 0.0, False
            continue
        guess = math.sqrt(2.0 * order_cost[i] * review_mean[i] / holding[i])
        reach = min(2.0 * guess, most[i]) + math.sqrt(variance[i])
        span = mean[i] + SPREAD * math.sqrt(variance[i]) + reach + 4.0
        unit = max(1.0, span / POINTS)
        last = min(POINTS, math.ceil(span / unit))
        _renewals(review_mean[i] / unit, review_variance[i] / unit**2, last, renewal)
        widest = max(1, math.ceil(min(most[i], span) / unit - 1e-9))
        even = review_variance[i] < (EVEN * review_mean[i]) ** 2
        kept = 1.0
        for _ in range(PASSES):
            early = kept * lead_variance[i]
            whole = variance[i] - lead_variance[i] + early
            _period_costs(
                lead_mean[i],
                early,
                mean[i],
                whole,
                holding[i],
                shortage[i],
                waiting[i],
                end_share,
                unit,
                last,
                short,
                price,
            )
            low, high, found = _cheapest(
                order_cost[i], review_mean[i], price, short, renewal, last, widest, lost_sales, even
            )
            if fill_target[i] > 0.0:
                low, high = _least_for_fill(
                    fill_target[i], high - low, review_mean[i], short, renewal, last, lost_sales
                )
            fill[i], cost[i] = _judge(
                low, high, order_cost[i], review_mean[i], price, short, renewal, lost_sales
            )
            lot = (high - low) * unit + 0.5 * (review_mean[i] + review_variance[i] / review_mean[i])
            outstanding = lead_mean[i] / lot
            if not lost_sales or outstanding <= ALONE:
                break
            kept = _kept_variance(fill[i], review_mean[i], review_variance[i], min(outstanding - ALONE, 1.0))
        worth[i] = waiting[i] > 0.0 or found < shortage[i] * review_mean[i]
        s = low * unit
        if unit > 1.0 and fill_target[i] <= 0.0:
            s = _finer(
                cost[i],
                s,
                unit,
                lead_mean[i],
                early,
                mean[i],
                whole,
                holding[i],
                shortage[i],
                waiting[i],
                end_share,
                short,
                price,
            )
        point[i] = int(np.rint(s))
        top[i] = max(int(np.rint(high * unit)), point[i] + 1)


@njit(cache=True)
def _kept_variance(fill: float, mean: float, variance: float, share: float) -> float:
    """How much of the lead time's variance lost sales leave when several orders are on their way.

    Demand beyond the stock is cut off in every review period, and an order on its way answers for it: what
    stays is the variance of min(D, a) where a serves the fill rate, D normal; `share` of the effect counts.
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
    lead_mean: float,
    lead_variance: float,
    mean: float,
    variance: float,
    holding: float,
    shortage: float,
    waiting: float,
    end_share: float,
    unit: float,
    last: int,
    short: Floats,
    price: Floats,
) -> None:
    """Pieces short in the period (`short`) and G (`price`) of every position 0 .. last of the lattice."""
    fill_losses(mean, variance, unit, last, price)
    fill_losses(lead_mean, lead_variance, unit, last, short)
    for k in range(last + 1):
        y = k * unit
        after, before = price[k], short[k]
        stock = end_share * (y - mean + after) + (1.0 - end_share) * (y - lead_mean + before)
        short[k] = max(after - before, 0.0)
        price[k] = holding * stock + shortage * short[k] + waiting * after


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
def _best_point(
    top: int,
    order_cost: float,
    review_mean: float,
    price: Floats,
    short: Floats,
    renewal: Floats,
    widest: int,
    lost_sales: bool,
) -> tuple[int, float]:
    """The best s under a given S, and the cost: down while the next position costs less than the average."""
    spent, periods = order_cost, 0.0
    best, cheapest = top - 1, np.inf
    for j in range(min(top, widest)):
        visits = renewal[j] * (1.0 + (short[top - j] / review_mean if lost_sales else 0.0))
        spent += visits * price[top - j]
        periods += visits
        average = spent / periods
        if average < cheapest:
            best, cheapest = top - j - 1, average
        elif price[top - j] > price[top]:
            break
    return best, cheapest


@njit(cache=True)
def _cheapest(
    order_cost: float,
    review_mean: float,
    price: Floats,
    short: Floats,
    renewal: Floats,
    last: int,
    widest: int,
    lost_sales: bool,
    even: bool,
) -> tuple[int, int, float]:
    """The best s and S of the lattice: S by bisection of the slope, which has one sign on each side of it.

    An even demand comes back to the same positions, and the cost has a valley for each number of periods
    that an order lasts: there every S is tried up to where G alone exceeds the cost (Zheng and Federgruen).
    No S below the cheapest position is best. Far below a long lead time's demand G is level (all is missed),
    so that position is looked for everywhere instead of downhill from zero.
    """
    least = max(int(np.argmin(price[: last + 1])), 1)
    low, high = least, last
    while low < high:
        middle = (low + high) // 2
        _, here = _best_point(middle, order_cost, review_mean, price, short, renewal, widest, lost_sales)
        _, above = _best_point(middle + 1, order_cost, review_mean, price, short, renewal, widest, lost_sales)
        low, high = (middle + 1, high) if above < here else (low, middle)
    point, found = _best_point(low, order_cost, review_mean, price, short, renewal, widest, lost_sales)
    top = low
    if not even:
        return point, top, found
    for other in range(least, last + 1):
        if other > low and price[other] > found:
            break
        below, here = _best_point(other, order_cost, review_mean, price, short, renewal, widest, lost_sales)
        if here < found:
            point, top, found = below, other, here
    return point, top, found


@njit(cache=True)
def _judge(
    point: int,
    top: int,
    order_cost: float,
    review_mean: float,
    price: Floats,
    short: Floats,
    renewal: Floats,
    lost_sales: bool,
) -> tuple[float, float]:
    """Fill rate and cost per review period of an (s, S) on the lattice."""
    spent, periods, missed = order_cost, 0.0, 0.0
    for j in range(top - point):
        visits = renewal[j] * (1.0 + (short[top - j] / review_mean if lost_sales else 0.0))
        spent += visits * price[top - j]
        missed += visits * short[top - j]
        periods += visits
    return max(1.0 - missed / (periods * review_mean), 0.0), spent / periods


@njit(cache=True)
def _least_for_fill(
    target: float,
    width: int,
    review_mean: float,
    short: Floats,
    renewal: Floats,
    last: int,
    lost_sales: bool,
) -> tuple[int, int]:
    """The least s whose (s, s + width) reaches the fill rate, by bisection: more stock never serves less."""
    low, high = -1, max(last - width, 0)
    while high - low > 1:
        middle = (low + high) // 2
        reached, _ = _judge(middle, middle + width, 0.0, review_mean, short, short, renewal, lost_sales)
        low, high = (low, middle) if reached >= target else (middle, high)
    return high, high + width


@njit(cache=True)
def _finer(
    average: float,
    coarse: float,
    unit: float,
    lead_mean: float,
    lead_variance: float,
    mean: float,
    variance: float,
    holding: float,
    shortage: float,
    waiting: float,
    end_share: float,
    short: Floats,
    price: Floats,
) -> float:
    """The reorder point between two steps of the lattice: where G falls to the average cost.

    Looked for on a finer lattice that reaches just above the coarse point.
    """
    span = coarse + 2.0 * unit
    step = max(1.0, span / POINTS)
    if step >= unit:
        return coarse
    last = min(POINTS, math.ceil(span / step))
    _period_costs(
        lead_mean,
        lead_variance,
        mean,
        variance,
        holding,
        shortage,
        waiting,
        end_share,
        step,
        last,
        short,
        price,
    )
    for k in range(max(math.floor((coarse - unit) / step), 0), last):
        if price[k + 1] <= average:
            return k * step
    return coarse
