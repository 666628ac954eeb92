"""The levels and orders of the product for an instance: the functions of the reorder run, nothing else."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from evals.ordering_regret import backorders, lost_sales
from evals.ordering_regret.laws import Law
from shop.plan_inputs import PlanSettings, Shortages
from shop.projected_level import Projection, projected
from shop.replenishment import Horizons, best_levels, raw_needs

PARTS = 200
"""Reviews per period that stand for a continuous one."""


def levels_of(
    law: Law,
    lead_time: float,
    *,
    holding: float,
    shortage: float,
    waiting: float,
    order_cost: float,
    reviews_per_period: int = 1,
) -> tuple[int, int]:
    """(s, S) that the product chooses knowing mean and variance of the demand."""
    mean, variance = law.mean, max(law.variance, law.mean)
    review = 1 / reviews_per_period
    spans = (lead_time, lead_time + review, review)
    lead, exposure, between = ((np.array([mean * span]), np.array([variance * span])) for span in spans)
    waits = waiting > 0
    settings = PlanSettings(
        review_days=1,
        shortages=Shortages.BACKORDERS if waits else Shortages.LOST_SALES,
        waiting_cost_per_day=1.0,
    )
    found = best_levels(
        Horizons(lead=lead, exposure=exposure, review=between),
        holding=np.array([holding * review]),
        shortage=np.array([waiting * review if waits else shortage]),
        order_cost=order_cost,
        most=np.array([math.inf]),
        settings=settings,
    )
    if not found.worth[0]:
        return -1, 0
    return int(found.reorder_point[0]), int(found.order_up_to[0])


def backorder_levels(instance: backorders.Instance, reviews_per_period: int = 1) -> tuple[int, int]:
    """The product's (s, S) where customers wait."""
    return levels_of(
        instance.law,
        instance.lead_time,
        holding=instance.holding,
        shortage=instance.shortage,
        waiting=instance.waiting,
        order_cost=instance.order_cost,
        reviews_per_period=reviews_per_period,
    )


def lost_sales_orders(instance: lost_sales.Instance, space: lost_sales.States) -> NDArray[np.int64]:
    """What the product orders in every state: its levels, and what will be lost before the delivery."""
    point, top = levels_of(
        instance.law,
        instance.lead_time,
        holding=instance.holding,
        shortage=instance.shortage,
        waiting=0.0,
        order_cost=instance.order_cost,
    )
    count = len(space.stock)
    points, tops = (np.full(count, level, dtype=np.int64) for level in (point, top))
    projection = Projection(np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64))
    if instance.lead_time > 0:
        ends = np.arange(1, instance.lead_time + 1, dtype=np.float64)
        quantity = np.zeros((count, instance.lead_time))
        quantity[:, : len(space.coming)] = space.coming.T
        mean = np.tile(instance.law.mean * ends, (count, 1))
        variance = np.tile(max(instance.law.variance, instance.law.mean) * ends, (count, 1))
        projection = projected(np.arange(count), space.stock, tops, quantity, mean, variance)
    position = space.stock + space.coming.sum(axis=0)
    return raw_needs(position, points, tops, np.ones(count), projection)
