"""What the planning tools answer, made from the plan's rows: each figure with the numbers behind it."""

from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Final

from shop.money import Money
from shop.plan_results import Arithmetic, ItemVerdict, PlannedOrder
from shop.stock_health import Excess, available
from tools.answers import Amount, Answer, ListAnswer, Record
from tools.todays_plan import Today

LIKELY: Final = 0.9
"""A forecast's range holds the demand with 80 %: from the 10 % to the 90 % quantile."""


class LowStockRecord(Record):
    """A shelf at or below its reorder point. `days_left` is available stock at the mean rate of sales."""

    sku: str
    title: str
    location: str
    available: int
    incoming: int
    reorder_point: int
    demand_per_day: Decimal
    days_left: Decimal | None
    risk_percent: Decimal
    plan: str
    order_quantity: int


class LowStockAnswer(ListAnswer):
    """Shelves that run low, the most likely to run out first."""

    items: tuple[LowStockRecord, ...]


class OverstockRecord(Record):
    """A shelf with more than its demand needs; `excess` pieces are above the cover asked about.

    Of a product that spoils, `excess` pieces do not sell within its `shelf_life_days`.
    """

    sku: str
    title: str
    location: str
    available: int
    demand_per_day: Decimal
    cover_days: Decimal | None
    excess: int
    excess_value: Amount | None
    shelf_life_days: int | None = None


class OverstockAnswer(ListAnswer):
    """Shelves that hold too much, the most money first. `excess_value` is at cost, over the whole list."""

    cover_days: int
    excess_value: Amount | None
    items: tuple[OverstockRecord, ...]


class ForecastRecord(Record):
    """The demand that is expected at a location; `low` to `high` holds it with 80 % probability."""

    location: str
    expected: Decimal
    low: int
    high: int
    per_day: Decimal
    sd_per_day: Decimal
    demand_class: str
    method: str
    observed_days: int
    stockout_days: int


class ForecastAnswer(Answer):
    """The demand forecast of a product, location by location."""

    sku: str
    title: str
    days: int
    items: tuple[ForecastRecord, ...]
    note: str = ""


class RecommendationRecord(Record):
    """What the plan does for a SKU at a location, and every number behind it."""

    sku: str
    title: str
    location: str
    verdict: str
    words: str
    notes: tuple[str, ...]
    quantity: int
    supplier: str
    unit_cost: Amount | None
    value: Amount | None
    transferred_in: int
    arithmetic: str


class PlannedOrderRecord(Record):
    """A purchase order that the plan would place; `total` is in the supplier's currency."""

    supplier: str
    location: str
    expected_on: date
    lines: int
    total: Amount


class RecommendationAnswer(ListAnswer):
    """What to reorder, the most urgent first; for one product also why nothing need be ordered."""

    items: tuple[RecommendationRecord, ...]
    orders: tuple[PlannedOrderRecord, ...] = ()


def low_stock(today: Today, row: int) -> LowStockRecord:
    """The row as a shelf that runs low."""
    verdict = today.plan.verdicts[row]
    numbers = verdict.arithmetic
    free = numbers.on_hand - numbers.committed - numbers.unavailable
    return LowStockRecord(
        sku=verdict.sku,
        title=verdict.title,
        location=verdict.location,
        available=free,
        incoming=numbers.incoming,
        reorder_point=numbers.reorder_point,
        demand_per_day=_decimal(numbers.demand_per_day, 3),
        days_left=_decimal(max(free, 0) / numbers.demand_per_day, 1) if numbers.demand_per_day else None,
        risk_percent=_decimal(numbers.risk_without * 100, 1),
        plan=f"{verdict.verdict.value}: {verdict.words}",
        order_quantity=numbers.quantity,
    )


def overstock(today: Today, excess: Excess) -> OverstockRecord:
    """The row as a shelf that holds too much."""
    items, row = today.inputs.items, excess.row
    value = None
    if excess.value_minor is not None:
        value = Amount.of(Money(excess.value_minor, str(items.currency[row])))
    return OverstockRecord(
        sku=str(items.sku[row]),
        title=str(items.title[row]),
        location=str(items.location[row]),
        available=int(available(today.inputs)[row]),
        demand_per_day=_decimal(today.state.per_day[row], 3),
        cover_days=None if excess.cover_days is None else _decimal(excess.cover_days, 0),
        excess=excess.pieces,
        excess_value=value,
        shelf_life_days=excess.shelf_life_days,
    )


def total_excess(today: Today, found: list[Excess]) -> Amount | None:
    """The value of all excess of known cost; None where currencies meet."""
    home = today.inputs.home_currency
    known = [one for one in found if one.value_minor is not None]
    if any(today.inputs.items.currency[one.row] != home for one in known):
        return None
    return Amount.of(Money(sum(one.value_minor or 0 for one in known), home))


def forecast(today: Today, row: int, days: int) -> ForecastRecord:
    """Mean and quantiles of the horizon's demand, by the distribution that the plan uses too."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    from shop.distributions import quantile  # noqa: PLC0415 - loads numba

    means, variances = today.state.forecasts.over(np.full(len(today.inputs.items), float(days)))
    mean, variance = float(means[row]), float(variances[row])
    numbers = today.plan.verdicts[row].arithmetic
    return ForecastRecord(
        location=str(today.inputs.items.location[row]),
        expected=_decimal(mean, 1),
        low=max(floor(quantile(1 - LIKELY, mean, variance)), 0),
        high=ceil(quantile(LIKELY, mean, variance)),
        per_day=_decimal(numbers.demand_per_day, 3),
        sd_per_day=_decimal(numbers.demand_sd_per_day, 3),
        demand_class=numbers.demand_class,
        method=numbers.method,
        observed_days=numbers.observed_days,
        stockout_days=numbers.stockout_days,
    )


def recommendation(verdict: ItemVerdict) -> RecommendationRecord:
    """What the plan does for a SKU at a location."""
    numbers = verdict.arithmetic
    return RecommendationRecord(
        sku=verdict.sku,
        title=verdict.title,
        location=verdict.location,
        verdict=verdict.verdict.value,
        words=verdict.words,
        notes=tuple(note.value for note in verdict.notes),
        quantity=numbers.quantity,
        supplier=numbers.supplier,
        unit_cost=Amount.maybe(numbers.unit_cost),
        value=Amount.maybe(verdict.value),
        transferred_in=numbers.transferred_in,
        arithmetic=_in_words(numbers),
    )


def _in_words(numbers: Arithmetic) -> str:
    """The arithmetic in the order in which it is computed."""
    unserved = numbers.lost_before_delivery
    lost = f", {unserved} lost before delivery left out" if unserved else ""
    steps = [
        f"position {numbers.position} = on hand {numbers.on_hand} - committed {numbers.committed}"
        f" - unavailable {numbers.unavailable} + incoming {numbers.incoming}",
        f"demand {numbers.demand_per_day:.3f} a day ({numbers.demand_class},"
        f" {numbers.observed_days} days seen)",
        f"{numbers.lead_time_days:g} days lead time + {numbers.review_days} days to the next review:"
        f" {numbers.lead_time_demand:.1f} expected",
        f"reorder point {numbers.reorder_point} for {numbers.service_target * 100:.1f} % service",
        f"order up to {numbers.order_up_to}{lost}: need {numbers.raw_need}",
    ]
    if numbers.quantity:
        steps.append(
            f"at least {numbers.moq}: {numbers.after_moq}; in packs of {numbers.pack_size}:"
            f" {numbers.after_packs}; order {numbers.quantity}"
        )
    risk = f"risk of running out {numbers.risk_without * 100:.1f} %"
    steps.append(f"{risk} -> {numbers.risk_with * 100:.1f} %" if numbers.quantity else risk)
    return "; ".join(steps)


def planned_order(order: PlannedOrder) -> PlannedOrderRecord:
    """A purchase order of the plan."""
    return PlannedOrderRecord(
        supplier=order.supplier,
        location=order.location,
        expected_on=order.expected_on,
        lines=len(order.lines),
        total=Amount.of(order.total),
    )


def _decimal(number: float, places: int) -> Decimal:
    return Decimal(f"{number:.{places}f}")
