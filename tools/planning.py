"""Tools that answer from the reorder plan: low stock, overstock, forecast, recommendation.

All numbers are those of the plan that the autonomous run would make on the same day.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Annotated, Final

from pydantic import Field

from shop.errors import NotFoundError
from shop.model import Product
from shop.money import Money
from shop.plan_results import Arithmetic, ItemVerdict, PlannedOrder
from shop.stock_health import LONG_COVER_DAYS, Excess, available, overstocked, running_low
from shop.store.database import Snapshot
from shop.store.reads import catalogue
from tools import lookups
from tools.answers import Amount, Answer, ListAnswer, Record
from tools.arguments import Category, Limit, LocationName, PageToken, Sku, SupplierName, page_offset
from tools.todays_plan import Today, todays_plan
from tools.tool import Shop, read_from

LIKELY: Final = 0.9
"""A forecast's range holds the demand with 80 %: from the 10 % to the 90 % quantile."""

Horizon = Annotated[int, Field(strict=True, ge=1, le=365, description="days ahead: 28")]


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
    """A shelf with more than its demand needs; `excess` pieces are above the cover asked about."""

    sku: str
    title: str
    location: str
    available: int
    demand_per_day: Decimal
    cover_days: Decimal | None
    excess: int
    excess_value: Amount | None


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


def list_low_stock(
    shop: Shop,
    location: LocationName | None = None,
    category: Category | None = None,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> LowStockAnswer:
    """List products that run low (position at or below the reorder point), the most urgent first."""
    start = page_offset(page)
    with shop.db.reading() as snapshot:
        today = todays_plan(shop, snapshot)
        keep = _filter(snapshot, location, category)
        rows = [row for row in running_low(today.inputs, today.state) if keep(today, row)]
        return LowStockAnswer(
            **read_from(shop, snapshot, "reorder plan"),
            total=len(rows),
            next_page=_next(start, limit, len(rows)),
            items=tuple(_low(today, row) for row in rows[start : start + limit]),
        )


def list_overstock(
    shop: Shop,
    location: LocationName | None = None,
    category: Category | None = None,
    cover_days: Annotated[
        int, Field(strict=True, ge=1, le=3_650, description="more days of cover than this is too much")
    ] = LONG_COVER_DAYS,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> OverstockAnswer:
    """List products that gather dust: slow movers, dead stock, more cover than needed; most money first."""
    start = page_offset(page)
    with shop.db.reading() as snapshot:
        today = todays_plan(shop, snapshot)
        keep = _filter(snapshot, location, category)
        found = overstocked(today.inputs, today.state, cover_days=cover_days)
        found = [one for one in found if keep(today, one.row)]
        return OverstockAnswer(
            **read_from(shop, snapshot, "stock and demand forecast"),
            total=len(found),
            next_page=_next(start, limit, len(found)),
            cover_days=cover_days,
            excess_value=_total(today, found),
            items=tuple(_over(today, one) for one in found[start : start + limit]),
        )


def forecast_demand(
    shop: Shop, sku: Sku, location: LocationName | None = None, days: Horizon = 28
) -> ForecastAnswer:
    """Forecast how many pieces of one product will sell over the coming days, by location, with a range."""
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        place = None if location is None else lookups.location(snapshot, location).id
        today = todays_plan(shop, snapshot)
        items = tuple(_forecast(today, row, days) for row in _rows_of(today, product.sku, place))
        return ForecastAnswer(
            **read_from(shop, snapshot, "demand forecast from 52 weeks of sales"),
            sku=product.sku,
            title=product.title,
            days=days,
            items=items,
            note="" if items else f"{product.sku} was never kept there",
        )


def recommend_reorder(
    shop: Shop,
    sku: Sku | None = None,
    location: LocationName | None = None,
    supplier: SupplierName | None = None,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> RecommendationAnswer:
    """Work out how much to reorder of one product, or of everything that needs it, with the arithmetic.

    Orders nothing.
    """
    start = page_offset(page)
    with shop.db.reading() as snapshot:
        product = None if sku is None else lookups.product(snapshot, sku)
        place = None if location is None else lookups.location(snapshot, location).id
        who = None if supplier is None else lookups.supplier(snapshot, supplier).id
        today = todays_plan(shop, snapshot)
        found = _recommended(today, product)
        found = [one for one in found if place in (None, one.location)]
        found = [one for one in found if who in (None, one.arithmetic.supplier)]
        orders = () if product else tuple(_order(one) for one in today.plan.orders)
        return RecommendationAnswer(
            **read_from(shop, snapshot, "reorder plan"),
            total=len(found),
            next_page=_next(start, limit, len(found)),
            items=tuple(_recommendation(one) for one in found[start : start + limit]),
            orders=tuple(
                one for one in orders if place in (None, one.location) and who in (None, one.supplier)
            ),
        )


def _recommended(today: Today, product: Product | None) -> list[ItemVerdict]:
    """The verdicts on a product everywhere; without one, on all that needs something, the riskiest first."""
    verdicts = today.plan.verdicts
    if product is not None:
        return [verdicts[row] for row in _rows_of(today, product.sku)]
    ordered = {line.item for order in today.plan.orders for line in order.lines}
    found = [verdicts[row] for row in ordered | set(running_low(today.inputs, today.state))]
    return sorted(found, key=lambda one: (-one.arithmetic.risk_without, one.sku, one.location))


def _rows_of(today: Today, sku: str, place: str | None = None) -> list[int]:
    items = today.inputs.items
    return [int(row) for row in (items.sku == sku).nonzero()[0] if place in (None, items.location[row])]


def _filter(snapshot: Snapshot, location: str | None, category: str | None) -> Callable[[Today, int], bool]:
    """Whether a row of the plan is at a location and in a category; either may be left open."""
    place = None if location is None else lookups.location(snapshot, location).id
    group = None if category is None else _category(snapshot, category)

    def keep(today: Today, row: int) -> bool:
        items = today.inputs.items
        return place in (None, items.location[row]) and group in (None, items.category[row])

    return keep


def _category(snapshot: Snapshot, text: str) -> str:
    known = [one for one in catalogue.categories(snapshot) if one]
    same = [one for one in known if one.casefold() == text.casefold()]
    if not same:
        raise NotFoundError(f"no category {text!r}; the categories are {', '.join(known)}")
    return same[0]


def _next(start: int, limit: int, total: int) -> str | None:
    return str(start + limit) if start + limit < total else None


def _low(today: Today, row: int) -> LowStockRecord:
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


def _over(today: Today, excess: Excess) -> OverstockRecord:
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
    )


def _total(today: Today, found: list[Excess]) -> Amount | None:
    """The value of all excess of known cost; None where currencies meet."""
    home = today.inputs.home_currency
    known = [one for one in found if one.value_minor is not None]
    if any(today.inputs.items.currency[one.row] != home for one in known):
        return None
    return Amount.of(Money(sum(one.value_minor or 0 for one in known), home))


def _forecast(today: Today, row: int, days: int) -> ForecastRecord:
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


def _recommendation(verdict: ItemVerdict) -> RecommendationRecord:
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
    steps = [
        f"position {numbers.position} = on hand {numbers.on_hand} - committed {numbers.committed}"
        f" - unavailable {numbers.unavailable} + incoming {numbers.incoming}",
        f"demand {numbers.demand_per_day:.3f} a day ({numbers.demand_class},"
        f" {numbers.observed_days} days seen)",
        f"{numbers.lead_time_days:g} days lead time + {numbers.review_days} days to the next review:"
        f" {numbers.lead_time_demand:.1f} expected",
        f"reorder point {numbers.reorder_point} for {numbers.service_target * 100:.1f} % service",
        f"order up to {numbers.order_up_to}: need {numbers.raw_need}",
    ]
    if numbers.quantity:
        steps.append(
            f"at least {numbers.moq}: {numbers.after_moq}; in packs of {numbers.pack_size}:"
            f" {numbers.after_packs}; order {numbers.quantity}"
        )
    risk = f"risk of running out {numbers.risk_without * 100:.1f} %"
    steps.append(f"{risk} -> {numbers.risk_with * 100:.1f} %" if numbers.quantity else risk)
    return "; ".join(steps)


def _order(order: PlannedOrder) -> PlannedOrderRecord:
    return PlannedOrderRecord(
        supplier=order.supplier,
        location=order.location,
        expected_on=order.expected_on,
        lines=len(order.lines),
        total=Amount.of(order.total),
    )


def _decimal(number: float, places: int) -> Decimal:
    return Decimal(f"{number:.{places}f}")
