"""What the log does not tell, drawn by a seed: suppliers, lead times, costs, first stock."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evals.replay.sales import Sales

SUPPLIERS = 40
LEAD_TIME_DAYS = (3, 28)
LEAD_TIME_SPREAD = (0.1, 0.35)
COST_SHARE = (0.4, 0.7)
HOLDING_RATE = (0.2, 0.35)
ORDER_COST = (1.0, 5.0)
FIRST_COVER_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One store to replay; money in major units of the log's currency, times in days.

    Rows of `demand` up to `split` are history; days from `counted_from` on are counted. `took[day, s]` is
    how long an order placed on that day takes supplier s; nobody is told, only mean and deviation.
    """

    sales: Sales
    split: int
    counted_from: int
    supplier: NDArray[np.int64]
    lead_time: NDArray[np.float64]
    lead_time_sd: NDArray[np.float64]
    took: NDArray[np.int64]
    price: NDArray[np.float64]
    unit_cost_minor: NDArray[np.int64]
    holding_rate: float
    order_cost: float
    first_stock: NDArray[np.int64]
    review_days: int

    @property
    def demand(self) -> NDArray[np.int64]:
        """Pieces that customers asked for, days x SKUs."""
        return self.sales.pieces

    def of(self, chosen: NDArray[np.int64]) -> World:
        """The same world with some of the SKUs only."""
        sales = self.sales
        return replace(
            self,
            sales=Sales(
                sales.starts_on, sales.sku[chosen], sales.pieces[:, chosen], sales.price_minor[chosen]
            ),
            supplier=self.supplier[chosen],
            price=self.price[chosen],
            unit_cost_minor=self.unit_cost_minor[chosen],
            first_stock=self.first_stock[chosen],
        )

    @property
    def items(self) -> int:
        """Number of SKUs."""
        return int(self.demand.shape[1])

    @property
    def unit_cost(self) -> NDArray[np.float64]:
        """Cost per piece."""
        return self.unit_cost_minor / 100

    @property
    def margin(self) -> NDArray[np.float64]:
        """Margin lost with each piece that is not there."""
        return self.price - self.unit_cost

    @property
    def holding(self) -> NDArray[np.float64]:
        """Holding cost per piece and day."""
        return self.unit_cost * self.holding_rate / 365


def draw(sales: Sales, seed: int, *, held_out_days: int, warm_up_days: int, review_days: int) -> World:
    """A world for a seed: suppliers with gamma lead times, unit costs, holding rate, cost per order line."""
    chance = np.random.default_rng(seed)
    split = sales.days - held_out_days
    items = sales.pieces.shape[1]
    supplier = chance.integers(0, SUPPLIERS, size=(items,))
    mean = chance.uniform(*LEAD_TIME_DAYS, SUPPLIERS).round()
    deviation = mean * chance.uniform(*LEAD_TIME_SPREAD, SUPPLIERS)
    shape = (mean / deviation) ** 2
    took = np.rint(chance.gamma(shape, mean / shape, (sales.days, SUPPLIERS))).astype(np.int64)
    cost = np.maximum(np.rint(sales.price_minor * chance.uniform(*COST_SHARE, items)), 1).astype(np.int64)
    rate = sales.pieces[:split].mean(axis=0)
    return World(
        sales=sales,
        split=split,
        counted_from=split + warm_up_days,
        supplier=supplier,
        lead_time=mean,
        lead_time_sd=deviation,
        took=np.maximum(took, 1),
        price=sales.price_minor / 100,
        unit_cost_minor=cost,
        holding_rate=float(chance.uniform(*HOLDING_RATE)),
        order_cost=float(chance.uniform(*ORDER_COST)),
        first_stock=np.ceil(rate * (mean[supplier] + FIRST_COVER_DAYS)).astype(np.int64),
        review_days=review_days,
    )
