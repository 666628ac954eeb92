"""The rules to beat: fixed minimum and maximum, and base stock with normal demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.replay.simulation import View
from evals.replay.world import World
from shop.distributions import normal_quantile


@dataclass(frozen=True, slots=True)
class MinMax:
    """Order up to the maximum when the position is at or below the minimum, as Odoo and ERPNext do.

    Both are set once, from the history before the split.
    """

    name: str
    minimum: NDArray[np.int64]
    maximum: NDArray[np.int64]

    def order(self, view: View) -> NDArray[np.int64]:
        """Up to the maximum, at or below the minimum."""
        position = view.position
        return np.where(position <= self.minimum, np.maximum(self.maximum - position, 0), 0)


def min_max(world: World, safety_days: int, order_days: int, recent_days: int) -> MinMax:
    """Minimum = mean sales x (lead time + safety days), maximum = minimum + mean sales x order days.

    The mean is that of the last `recent_days` before the split.
    """
    rate = world.demand[max(world.split - recent_days, 0) : world.split].mean(axis=0)
    minimum = np.ceil(rate * (world.lead_time[world.supplier] + safety_days)).astype(np.int64)
    maximum = minimum + np.maximum(np.ceil(rate * order_days), 1).astype(np.int64)
    name = f"min-max, {safety_days} days of safety, {order_days} of order, mean of {recent_days}"
    return MinMax(name, minimum, maximum)


def min_max_settings(world: World) -> list[MinMax]:
    """Every setting that is tried."""
    return [
        min_max(world, safety, order, recent)
        for recent in (91, 365)
        for safety in (0, 7, 14, 28, 42, 56, 84, 112, 140, 182)
        for order in (7, 14, 30, 45, 60, 90)
    ]


@dataclass(frozen=True, slots=True)
class NormalBaseStock:
    """Base stock with normal demand, kept up to date: mean + z deviations of the exposure's demand.

    Mean and deviation are those of the daily sales of the last `recent_days` so far. With `economic` the
    economic order quantity is added on top; without it every review orders back up to the level.
    """

    name: str
    service: float
    economic: bool
    recent_days: int = 182

    def order(self, view: View) -> NDArray[np.int64]:
        """Up to the level when the position has fallen below the base stock."""
        world = view.world
        sold = view.sold[-self.recent_days :]
        mean, deviation = sold.mean(axis=0), sold.std(axis=0)
        lead_time, lead_time_sd = world.lead_time[world.supplier], world.lead_time_sd[world.supplier]
        exposure = lead_time + world.review_days
        spread = np.sqrt(exposure * deviation**2 + (mean * lead_time_sd) ** 2)
        level = np.ceil(mean * exposure + normal_quantile(self.service) * spread).astype(np.int64)
        quantity = (
            np.sqrt(2 * world.order_cost * mean / world.holding) if self.economic else np.zeros(len(mean))
        )
        position = view.position
        short = position <= level if self.economic else position < level
        needed = np.maximum(level + np.rint(quantity).astype(np.int64) - position, 0)
        return np.where(short & (mean > 0), needed, 0)


def normal_settings() -> list[NormalBaseStock]:
    """Service levels with and without an economic order quantity."""
    return [
        NormalBaseStock(
            f"base stock, normal, {service:.1%}" + (" + EOQ" if economic else ""), service, economic
        )
        for economic in (False, True)
        for service in (0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99, 0.995)
    ]
