"""Forecast, lead time and costs -> reorder point and order-up-to level, as arrays.

The policy is (s, S) under periodic review: when the inventory position is at or below the reorder point s
(R12: at it, too), order up to S. Both are the cheapest pair on the costs of holding, ordering and shortage,
found by `shop/level_search.py` from the demand of the lead time and of the exposure (lead time + review
period). The exposure's demand has mean d*E and variance E*sd^2 + d^2*sdL^2 (Silver, Pyke and Thomas 2017,
SPT, section 6.10) plus E^2 times the variance of the level itself. Distributions are those of
`shop/distributions.py`: discrete for slow movers (R8).

All arrays have one entry per SKU-location. Rates and costs are floats of the home currency's major units:
they weigh alternatives. No amount that anybody pays is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shop import distributions
from shop.compiled import njit
from shop.level_search import search_levels
from shop.plan_inputs import PackRounding, Shortages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.demand import Forecasts
    from shop.plan_inputs import Flags, Floats, Ints, PlanSettings
    from shop.projected_level import Projection

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What to hold of each SKU at a location; quantities in pieces, times in days.

    `fill_rate` is the expected share of demand served from the shelf, `service` the chance that the
    exposure's demand stays at or below the reorder point: two numbers, never one under the other's name.
    `cost_per_day` is the expected cost of the policy in home currency; both are of the levels before the
    level cover takes from them. `risk(position)` and
    `shortage(position)` judge a position by the exposure's demand.
    """

    exposure_days: Floats
    demand_mean: Floats
    demand_variance: Floats
    service: Floats
    fill_rate: Floats
    cost_per_day: Floats
    worth_stocking: Flags
    distribution: NDArray[np.uint8]
    reorder_point: Ints
    order_up_to: Ints

    @property
    def economic_quantity(self) -> Ints:
        """What is ordered at the reorder point."""
        return self.order_up_to - self.reorder_point

    @property
    def safety_stock(self) -> Ints:
        """Reorder point less the mean demand of the exposure, rounded; below zero for rare sales."""
        return np.rint(self.reorder_point - self.demand_mean).astype(np.int64)

    def risk(self, position: Ints) -> Floats:
        """Probability that the exposure's demand exceeds the position."""
        return np.asarray(_risks(position.astype(np.float64), self.demand_mean, self.demand_variance))

    def shortage(self, position: Ints) -> Floats:
        """Expected pieces short within the exposure."""
        return np.asarray(_shortages(position.astype(np.float64), self.demand_mean, self.demand_variance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizons:
    """Mean and variance of each SKU's demand: over the lead time, over it and a review, between reviews.

    `late` is the part of the first two variances that the spread of the lead time brings; None for none.
    """

    lead: tuple[Floats, Floats]
    exposure: tuple[Floats, Floats]
    review: tuple[Floats, Floats]
    late: Floats | None = None


def horizons(
    forecasts: Forecasts, lead_time_days: Floats, lead_time_sd_days: Floats, review_days: int
) -> Horizons:
    """The demand that a reorder decision is about (S&S ch. 4; the lead time's spread: SPT 6.10)."""
    per_day, variance_per_day = forecasts.per_day()
    drift = (per_day * lead_time_sd_days) ** 2
    lead_mean, lead_variance = forecasts.over(lead_time_days)
    mean, variance = forecasts.over(lead_time_days + review_days)
    return Horizons(
        lead=(lead_mean, lead_variance + drift),
        exposure=(mean, variance + drift),
        review=(per_day * review_days, variance_per_day * review_days),
        late=drift,
    )


def lead_time_with_floor(lead_time_days: Floats, minimum_days: float) -> Floats:
    """R11: a supplier next door still leaves a warning before the stock-out."""
    return np.maximum(lead_time_days, minimum_days)


def levels(
    forecasts: Forecasts,
    lead_time_days: Floats,
    lead_time_sd_days: Floats,
    price: Floats,
    unit_cost: Floats,
    order_cost: float,
    settings: PlanSettings,
    asking: Asking | None = None,
    fresh: Floats | None = None,
) -> Levels:
    """Reorder point s and order-up-to level S of every SKU-location from its forecast, lead time and costs.

    `price` and `unit_cost` per piece and `order_cost` per order line, home currency, NaN where unknown.
    A SKU that is not worth stocking on its costs has s = -1 and S = 0: nothing is ordered for the shelf.
    Levels that costs choose stay under the pieces that the rules would ask about (`asking`); all levels
    under the pieces that sell before they spoil (`fresh`, see `shop/shelf_life.py`).
    """
    demand = horizons(forecasts, lead_time_days, lead_time_sd_days, settings.review_days)
    per_day, _ = forecasts.per_day()
    costs = unit_costs_to_weigh_with(unit_cost, per_day, order_cost, settings)
    found = best_levels(
        demand,
        holding=costs * settings.holding_rate_per_year / DAYS_PER_YEAR * settings.review_days,
        shortage=shortage_costs(price, costs, settings),
        order_cost=order_cost,
        most=np.maximum(forecasts.within(float(settings.economic_cover_days)), 1.0),
        settings=settings,
    )
    mean, variance = demand.exposure
    point, top = found.reorder_point, found.order_up_to
    if settings.service_level is not None:
        quantile = _reorder_points(np.full(len(mean), settings.service_level), mean, variance)
        point, top = quantile, quantile + top - point
    elif settings.fill_rate_target is None:
        point, top = (np.where(found.worth, *pair) for pair in ((point, -1), (top, 0)))
        foreseen = np.maximum(mean - forecasts.within(lead_time_days + settings.review_days), 0.0)
        sold_in_cover = forecasts.within(float(settings.level_cover_days)) + foreseen
        point, top = within_cover(point, top, sold_in_cover, mean)
        if asking is not None:
            point, top = unasked(point, top, asking, foreseen, mean)
    if fresh is not None:
        lowered = np.minimum(top, fresh).astype(np.int64)
        point, top = np.minimum(point, np.where(lowered < top, lowered - 1, point)), lowered
    return Levels(
        exposure_days=lead_time_days + settings.review_days,
        demand_mean=mean,
        demand_variance=variance,
        service=1.0 - _risks(point.astype(np.float64), mean, variance),
        fill_rate=found.fill_rate,
        cost_per_day=found.cost / settings.review_days,
        worth_stocking=found.worth,
        distribution=_fittings(mean, variance),
        reorder_point=point,
        order_up_to=top,
    )


def within_cover(
    reorder_point: Ints, order_up_to: Ints, sold_in_cover: Floats, exposure_mean: Floats
) -> tuple[Ints, Ints]:
    """(s, S) with S at the pieces that sell within the cover, but never under the exposure's mean demand.

    Costs alone hold slow movers for years where margins are high: they know nothing of fashion, damage and
    the next model. A store that names a service or a fill rate gets that instead. What signals foresee for
    the exposure sells on top of the usual days.

    >>> s, top = np.array([57]), np.array([63])
    >>> within_cover(s, top, sold_in_cover=np.array([15.1]), exposure_mean=np.array([3.5]))
    (array([15]), array([16]))
    """
    least = np.ceil(exposure_mean).astype(np.int64) + 1
    most = np.maximum(np.ceil(sold_in_cover).astype(np.int64), least)
    top = np.minimum(order_up_to, most)
    return np.minimum(reorder_point, np.where(top < order_up_to, top - 1, reorder_point)), top


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """From how many pieces on the rules ask about the cover of a SKU, and the least that it is bought in."""

    pieces: Floats
    lot: Ints


def unasked(
    reorder_point: Ints, order_up_to: Ints, asking: Asking, foreseen: Floats, exposure_mean: Floats
) -> tuple[Ints, Ints]:
    """(s, S) such that an order leaves no more pieces than recent sales account for within the rules' cover.

    S stops there, and s leaves room for the least lot, so that a slow mover that comes in large lots waits
    until it is lower. Neither falls under the exposure's mean demand: what is needed is asked for.

    >>> s, top, asking = np.array([6]), np.array([10]), Asking(pieces=np.array([12.0]), lot=np.array([8]))
    >>> unasked(s, top, asking, np.zeros(1), np.array([2.5]))
    (array([4]), array([10]))
    """
    needed = np.ceil(exposure_mean)
    most = asking.pieces + foreseen
    top = np.minimum(order_up_to, np.maximum(most, needed + 1)).astype(np.int64)
    point = np.minimum(reorder_point, np.maximum(most - asking.lot, needed)).astype(np.int64)
    return np.minimum(point, np.where(top < order_up_to, top - 1, point)), top


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """(s, S) of each SKU with its expected fill rate and its cost per review period."""

    reorder_point: Ints
    order_up_to: Ints
    fill_rate: Floats
    cost: Floats
    worth: Flags


def best_levels(
    demand: Horizons,
    *,
    holding: Floats,
    shortage: Floats,
    order_cost: float,
    most: Floats,
    settings: PlanSettings,
) -> Policies:
    """The cheapest (s, S) of every SKU, or the least that reaches the fill-rate target.

    `holding` per piece and review period, `shortage` per piece short (with backorders: of which a share per
    day is paid while the customer waits), `order_cost` per order, S - s at most `most`. See `level_search`.
    """
    items, days = len(holding), settings.review_days
    waits = settings.shortages is Shortages.BACKORDERS
    found = Policies(
        reorder_point=np.zeros(items, dtype=np.int64),
        order_up_to=np.zeros(items, dtype=np.int64),
        fill_rate=np.zeros(items),
        cost=np.zeros(items),
        worth=np.zeros(items, dtype=bool),
    )
    search_levels(
        *demand.lead,
        demand.late if demand.late is not None else np.zeros(items),
        *demand.exposure,
        *demand.review,
        holding,
        np.zeros(items) if waits else shortage,
        shortage * settings.waiting_cost_per_day * days if waits else np.zeros(items),
        np.full(items, order_cost),
        most,
        np.full(items, settings.fill_rate_target or 0.0),
        0.5 + 0.5 / days,
        not waits,
        found.reorder_point,
        found.order_up_to,
        found.fill_rate,
        found.cost,
        found.worth,
    )
    return found


def shortage_costs(price: Floats, unit_cost: Floats, settings: PlanSettings) -> Floats:
    """What a piece short costs: the margin (half the cost for an unknown price), never under the goodwill."""
    margin = np.where(np.isnan(price), 0.5 * unit_cost, price - unit_cost)
    return np.maximum(margin, settings.least_goodwill * unit_cost)


def unit_costs_to_weigh_with(
    unit_cost: Floats, per_day: Floats, order_cost: float, settings: PlanSettings
) -> Floats:
    """The unit costs; where unknown, the one at which the demand of thirty days is the order quantity."""
    implied = 2.0 * order_cost * DAYS_PER_YEAR / settings.holding_rate_per_year / 30.0**2
    known = np.isfinite(unit_cost) & (unit_cost > 0)
    return np.where(known, unit_cost, implied / np.maximum(per_day, 1e-9))


def raw_needs(
    position: Ints,
    reorder_point: Ints,
    order_up_to: Ints,
    per_day: Floats,
    projection: Projection | None = None,
) -> Ints:
    """Pieces up to S where the position is at or below s (R12); 0 above it (R1).

    `projection`: what is lost before a delivery and needs no replacement. Without demand only what is
    already owed (a negative position) is needed, and never less than that.
    """
    surplus, lost = (projection.surplus, projection.lost) if projection else (0, 0)
    due = (position + surplus <= reorder_point) & (per_day > 0) | (position < 0)
    return np.where(due, np.maximum(np.maximum(order_up_to - position - lost, -position), 0), 0)


def after_minimum(need: Ints, moq: Ints) -> Ints:
    """The supplier's minimum quantity, only where there is a need."""
    return np.where(need > 0, np.maximum(need, moq), 0)


def in_packs(quantity: Ints, pack_size: Ints, moq: Ints, rounding: PackRounding) -> Ints:
    """Whole packs in integers (R3), never under the MOQ, which is itself rounded up to packs (R2).

    >>> pack, moq = np.array([6, 6]), np.array([1, 10])
    >>> in_packs(np.array([13, 10]), pack, moq, PackRounding.UP)
    array([18, 12])
    >>> in_packs(np.array([13, 13]), pack, moq, PackRounding.DOWN_NOT_BELOW_MINIMUM)
    array([12, 12])
    """
    least = -(-np.maximum(moq, 1) // pack_size) * pack_size
    if rounding is PackRounding.UP:
        packed = -(-quantity // pack_size) * pack_size
    elif rounding is PackRounding.NEAREST:
        packed = (2 * quantity + pack_size) // (2 * pack_size) * pack_size
    else:
        packed = quantity // pack_size * pack_size
    return np.where(quantity > 0, np.maximum(packed, least), 0)


@njit(cache=True)
def _reorder_points(service: Floats, mean: Floats, variance: Floats) -> Ints:
    found = np.zeros(len(mean), dtype=np.int64)
    for i in range(len(mean)):
        if mean[i] > 0.0:
            found[i] = int(np.ceil(distributions.quantile(service[i], mean[i], variance[i]) - 1e-9))
    return found


@njit(cache=True)
def _risks(position: Floats, mean: Floats, variance: Floats) -> Floats:
    found = np.zeros(len(mean))
    for i in range(len(mean)):
        found[i] = 1.0 - distributions.cdf(position[i], mean[i], variance[i])
    return found


@njit(cache=True)
def _shortages(position: Floats, mean: Floats, variance: Floats) -> Floats:
    found = np.zeros(len(mean))
    for i in range(len(mean)):
        found[i] = distributions.loss(position[i], mean[i], variance[i])
    return found


@njit(cache=True)
def _fittings(mean: Floats, variance: Floats) -> Any:
    found = np.zeros(len(mean), dtype=np.uint8)
    for i in range(len(mean)):
        found[i] = distributions.fitting(mean[i], variance[i])
    return found
