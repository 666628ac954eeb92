"""A product, a supplier, a purchase order: each on its page, with its history and what hangs on it."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bootstrap import House
from app.web.charts import by_week, sales_chart
from app.web.record_page import record_page
from app.web.record_sections import (
    latest_movements,
    latest_prices,
    messages,
    order_lines,
    orders_placed,
    product_terms,
    purchase_order_terms,
    sales_drawing,
    stock_by_location,
    supplier_terms,
    who_sells_it,
)
from app.web.rendering import formats_of
from app.web.who import Opened, SignedIn
from shop.errors import NotFoundError
from shop.imports.safe_csv import SafeCsvWriter
from shop.store.reads import catalogue, purchasing, stock, tables
from shop.store.reads.info import business_day

router = APIRouter()

CHART_WEEKS: Final = 52
_SHOWN: Final = 20


@router.get("/products/{sku}")
def product(request: Request, house: Opened, visit: SignedIn, sku: str) -> Response:
    """A product: price and cost, stock by location, offers, sales, movements."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        found = catalogue.product(snapshot, sku)
        if found is None:
            raise NotFoundError(f"there is no product {sku!r}")
        levels = stock.levels_of(snapshot, sku)
        offers = purchasing.offers_for(snapshot, sku)
        moves = stock.movements(snapshot, sku, limit=_SHOWN).items
        prices = catalogue.price_changes(snapshot, sku)
    sections = (
        product_terms(found, formats),
        stock_by_location(levels),
        sales_drawing(found.sku),
        who_sells_it(offers, formats),
        latest_movements(moves, formats),
        latest_prices(prices[-_SHOWN:], formats),
    )
    return record_page(request, visit, found.title, found.sku, sections, f"Tell me about {found.sku}")


@router.get("/products/{sku}/sales.svg")
def sales(house: Opened, visit: SignedIn, sku: str) -> Response:
    """A year of a product's sales as a drawing."""
    del visit
    return Response(sales_chart(f"Sales of {sku}", _sold(house, sku)), media_type="image/svg+xml")


@router.get("/products/{sku}/sales.csv")
def sales_figures(house: Opened, visit: SignedIn, sku: str) -> Response:
    """The figures of the drawing: pieces sold week by week, each week by its Monday."""
    del visit
    out = io.StringIO()
    writer = SafeCsvWriter(out, ("week_from", "pieces"))
    for monday, pieces in by_week(_sold(house, sku)).items():
        writer.row((monday.isoformat(), pieces))
    headers = {"content-disposition": 'attachment; filename="sales.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _sold(house: House, sku: str) -> tuple[tuple[date, int], ...]:
    """Pieces a day of the last year; raises NotFoundError."""
    with house.db.reading() as snapshot:
        if catalogue.product(snapshot, sku) is None:
            raise NotFoundError(f"there is no product {sku!r}")
        today = business_day(snapshot, house.clock)
        return tuple(tables.daily_sales(snapshot, sku, today - timedelta(weeks=CHART_WEEKS), today))


@router.get("/suppliers/{supplier_id}")
def supplier(request: Request, house: Opened, visit: SignedIn, supplier_id: str) -> Response:
    """A supplier: terms, open orders, messages."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        found = purchasing.supplier(snapshot, supplier_id)
        if found is None:
            raise NotFoundError(f"there is no supplier {supplier_id!r}")
        placed = purchasing.purchase_orders(snapshot, supplier_id=supplier_id, limit=_SHOWN).items
        notes = purchasing.supplier_notes(snapshot, supplier_id)
    sections = (supplier_terms(found, formats), orders_placed(placed, formats), messages(notes))
    return record_page(request, visit, found.name, found.id, sections, f"What are the terms of {found.name}?")


@router.get("/purchase-orders/{order_id}")
def purchase_order(request: Request, house: Opened, visit: SignedIn, order_id: str) -> Response:
    """An order to a supplier, with the way back to who asked for it."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        found = purchasing.purchase_order(snapshot, order_id)
    if found is None:
        raise NotFoundError(f"there is no purchase order {order_id!r}")
    sections = (purchase_order_terms(found, formats), order_lines(found, formats))
    return record_page(request, visit, found.id, found.supplier, sections, f"Where is {found.id}?")
