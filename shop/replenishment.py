"""Forecast, lead time and costs -> service target, reorder point and order-up-to level, as arrays.

The policy is (s, S) under periodic review: when the inventory position is at or below the reorder point s
(R12: at it, too), order up to S. s is the quantile of the demand of the exposure (lead time + review
period) at the service target; S - s is the economic order quantity. The exposure's demand has mean d*E and
variance E*sd^2 + d^2*sdL^2 (Silver, Pyke and Thomas 2017, section 6.10) plus E^2 times the variance of the
level itself. Slow movers use the negative binomial or Poisson, faster ones the gamma or normal (R8).

All arrays have one entry per SKU-location. Rates and costs are floats of the home currency's major units:
they weigh alternatives. No amount that anybody pays is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from shop import distributions
from shop.plan_inputs import PackRounding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.demand import Forecasts
    from shop.plan_inputs import Floats, Ints, PlanSettings

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What to hold of each SKU at a location; quantities in pieces, times in days.

    `risk(position)` and `shortage(position)` judge a position by the exposure's demand.
    """

    exposure_days: Floats
    demand_mean: Floats
    demand_variance: Floats
    service_target: Floats
    distribution: NDArray[np.uint8]
    reorder_point: Ints
    economic_quantity: Ints
    order_up_to: Ints

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


def lead_time_with_floor(lead_time_days: Floats, minimum_days: float) -> Floats:
    """R11: a supplier next door still leaves a warning before the stock-out."""
    return np.maximum(lead_time_days, minimum_days)


def service_targets(
    price: Floats, unit_cost: Floats, exposure_days: Floats, settings: PlanSettings
) -> Floats:
    """The newsvendor's critical ratio p / (p + h) of each SKU, kept between the floor and the ceiling.

    p is the margin lost on a missed sale, h the holding cost of a piece over the exposure (S&S 4.3.2).
    A SKU with unknown price or cost (NaN) gets `service_without_margin`; `service_level` overrides all.
    """
    if settings.service_level is not None:
        return np.full(len(price), settings.service_level)
    margin = price - unit_cost
    held = unit_cost * settings.holding_rate_per_year * exposure_days / DAYS_PER_YEAR
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(margin > 0, margin / (margin + held), settings.service_floor)
    ratio = np.clip(ratio, settings.service_floor, settings.service_ceiling)
    return np.where(np.isnan(margin), settings.service_without_margin, ratio)


def levels(
    forecasts: Forecasts,
    lead_time_days: Floats,
    lead_time_sd_days: Floats,
    price: Floats,
    unit_cost: Floats,
    order_cost: float,
    settings: PlanSettings,
) -> Levels:
    """Service target, s, Q and S of every SKU-location from its forecast, lead time and costs.

    `price` and `unit_cost` per piece and `order_cost` per order line, home currency, NaN where unknown.
    """
    exposure = lead_time_days + settings.review_days
    mean, variance = forecasts.over(exposure)
    per_day, _ = forecasts.per_day()
    variance = variance + (per_day * lead_time_sd_days) ** 2
    service = service_targets(price, unit_cost, exposure, settings)
    cover = per_day * settings.economic_cover_days
    point = _reorder_points(service, mean, variance)
    quantity = economic_quantities(per_day, unit_cost, order_cost, settings.holding_rate_per_year)
    quantity = np.where(per_day > 0, np.clip(np.minimum(quantity, np.floor(cover)), 1, None), 0)
    return Levels(
        exposure_days=exposure,
        demand_mean=mean,
        demand_variance=variance,
        service_target=service,
        distribution=_fittings(mean, variance),
        reorder_point=point,
        economic_quantity=quantity.astype(np.int64),
        order_up_to=point + quantity.astype(np.int64),
    )


def economic_quantities(
    per_day: Floats, unit_cost: Floats, order_cost: float, holding_rate_per_year: float
) -> Floats:
    """EOQ sqrt(2 K lambda / h), rounded to whole pieces; 30 days of demand where the cost is unknown."""
    holding = unit_cost * holding_rate_per_year / DAYS_PER_YEAR
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.sqrt(2.0 * order_cost * per_day / holding)
    return np.rint(np.where(np.isfinite(found), found, per_day * 30.0))


def raw_needs(position: Ints, reorder_point: Ints, order_up_to: Ints, per_day: Floats) -> Ints:
    """Pieces up to S where the position is at or below s (R12); 0 above it (R1).

    Without demand only what is already owed (a negative position) is needed.
    """
    due = (position <= reorder_point) & ((per_day > 0) | (position < 0))
    return np.where(due, np.maximum(order_up_to - position, 0), 0)


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
