"""Tools that answer from the reorder plan: low stock, overstock, forecast, recommendation.

All numbers are those of the plan that the autonomous run would make on the same day.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from shop.errors import NotFoundError
from shop.model import Product
from shop.plan_results import ItemVerdict, Verdict
from shop.stock_health import LONG_COVER_DAYS, overstocked, running_low
from shop.store.database import Snapshot
from shop.store.reads import catalogue
from tools import lookups
from tools.arguments import Category, Limit, LocationName, PageToken, Sku, SupplierName, page_offset
from tools.plan_answers import (
    ForecastAnswer,
    LowStockAnswer,
    OverstockAnswer,
    RecommendationAnswer,
    forecast,
    low_stock,
    overstock,
    planned_order,
    recommendation,
    total_excess,
)
from tools.todays_plan import Today, todays_plan
from tools.tool import Shop, read_from

Horizon = Annotated[int, Field(strict=True, ge=1, le=365, description="days ahead: 28")]


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
            items=tuple(low_stock(today, row) for row in rows[start : start + limit]),
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
            excess_value=total_excess(today, found),
            items=tuple(overstock(today, one) for one in found[start : start + limit]),
        )


def forecast_demand(
    shop: Shop, sku: Sku, location: LocationName | None = None, days: Horizon = 28
) -> ForecastAnswer:
    """Forecast how many pieces of one product will sell over the coming days, by location, with a range."""
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        place = None if location is None else lookups.location(snapshot, location).id
        today = todays_plan(shop, snapshot)
        items = tuple(forecast(today, row, days) for row in _rows_of(today, product.sku, place))
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
        orders = () if product else tuple(planned_order(one) for one in today.plan.orders)
        return RecommendationAnswer(
            **read_from(shop, snapshot, "reorder plan"),
            total=len(found),
            next_page=_next(start, limit, len(found)),
            items=tuple(recommendation(one) for one in found[start : start + limit]),
            orders=tuple(
                one for one in orders if place in (None, one.location) and who in (None, one.supplier)
            ),
        )


def _recommended(today: Today, product: Product | None) -> list[ItemVerdict]:
    """The verdicts on a product everywhere; without one, on all that needs something.

    What can be ordered comes first, the riskiest on top; behind it what somebody has to clear up before.
    """
    verdicts = today.plan.verdicts
    if product is not None:
        return [verdicts[row] for row in _rows_of(today, product.sku)]
    ordered = {line.item for order in today.plan.orders for line in order.lines}
    found = [verdicts[row] for row in ordered | set(running_low(today.inputs, today.state))]
    return sorted(
        found,
        key=lambda one: (
            one.verdict is not Verdict.ORDERED,
            -one.arithmetic.risk_without,
            one.sku,
            one.location,
        ),
    )


def _rows_of(today: Today, sku: str, place: str | None = None) -> list[int]:
    items = today.inputs.items
    return [int(row) for row in (items.sku == sku).nonzero()[0] if place in (None, items.location[row])]


def _filter(snapshot: Snapshot, location: str | None, category: str | None) -> Callable[[Today, int], bool]:
    """Whether a row of the plan is at a location and in a category; either may be left open."""
    place = None if location is None else lookups.location(snapshot, location).id
    group = None if category is None else category_named(snapshot, category)

    def keep(today: Today, row: int) -> bool:
        items = today.inputs.items
        return place in (None, items.location[row]) and group in (None, items.category[row])

    return keep


def category_named(snapshot: Snapshot, text: str) -> str:
    """The category of this name, whatever its case and number; NotFoundError names those there are."""
    known = [one for one in catalogue.categories(snapshot) if one]
    wanted = text.casefold().removesuffix("s")
    same = [one for one in known if one.casefold().removesuffix("s") == wanted]
    if not same:
        raise NotFoundError(f"no category {text!r}; the categories are {', '.join(known)}")
    return same[0]


def _next(start: int, limit: int, total: int) -> str | None:
    return str(start + limit) if start + limit < total else None
