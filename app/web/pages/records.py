"""A product, a supplier, a purchase order: each on its page, with its history and what hangs on it."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bootstrap import House
from app.web.charts import by_week, sales_chart
from app.web.pages.lists import TONES
from app.web.record_page import record_page
from app.web.rendering import formats_of
from app.web.tables import Cell, Column, Section, link, number, text
from app.web.who import Opened, SignedIn
from shop.errors import NotFoundError
from shop.imports.safe_csv import SafeCsvWriter
from shop.store.reads import catalogue, purchasing, stock, tables
from shop.store.reads.info import business_day

router = APIRouter()

CHART_WEEKS: Final = 52
_SHOWN: Final = 20

_LINES: Final = (
    Column("SKU"),
    Column("Pieces", number=True),
    Column("Received", number=True),
    Column("Unit cost", number=True),
)


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
        Section(
            "Product",
            (
                ("Category", text(found.category)),
                ("Status", Cell(found.status, tone="good" if found.status == "active" else "plain")),
                ("Price", text(formats.money(found.price))),
                ("Cost", text(formats.money(found.cost))),
                ("Margin", text(None if found.margin_percent is None else f"{found.margin_percent} %")),
                ("Minimum advertised price", text(formats.money(found.map_price))),
                ("Class", text(found.item_class.replace("_", " "))),
            ),
        ),
        Section(
            "Stock",
            columns=(
                Column("Location"),
                Column("On hand", number=True),
                Column("Committed", number=True),
                Column("Available", number=True),
            ),
            rows=tuple(
                (text(one.location), number(one.on_hand), number(one.committed), number(one.available))
                for one in levels
            ),
            empty="No location holds it.",
        ),
        Section("Sales", chart=f"/products/{quote(found.sku, safe='')}/sales"),
        Section(
            "Who sells it",
            columns=(
                Column("Supplier"),
                Column("Unit cost", number=True),
                Column("MOQ", number=True),
                Column("Pack", number=True),
            ),
            rows=tuple(
                (
                    link(one.supplier, "suppliers", one.supplier),
                    Cell(formats.money(one.unit_cost), number=True),
                    number(one.moq),
                    number(one.pack_size),
                )
                for one in offers
            ),
            empty="No supplier offers it: nothing can be reordered.",
        ),
        Section(
            "Latest movements",
            columns=(Column("Day"), Column("Location"), Column("What"), Column("Pieces", number=True)),
            rows=tuple(
                (text(formats.day(one.day)), text(one.location), text(one.kind), number(one.quantity))
                for one in moves
            ),
            empty="Nothing has moved yet.",
        ),
        Section(
            "Prices",
            columns=(Column("Since"), Column("Price", number=True), Column("By")),
            rows=tuple(
                (text(formats.moment(one.at)), Cell(formats.money(one.price), number=True), text(one.source))
                for one in reversed(prices[-_SHOWN:])
            ),
            empty="The price was never changed.",
        ),
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
    sections = (
        Section(
            "Terms",
            (
                ("Currency", text(found.currency)),
                ("Lead time", text(f"{found.lead_time_days:g} days +/- {found.lead_time_sd_days:g}")),
                ("Minimum order", text(formats.money(found.minimum_order))),
                ("Standing", Cell("approved" if found.approved else "not approved",
                                  tone="good" if found.approved else "bad")),
                ("Terms are", text("assumed by an import" if found.assumed else "told by people")),
            ),
        ),
        Section(
            "Purchase orders",
            columns=(Column("Order"), Column("Expected"), Column("Total", number=True), Column("Status")),
            rows=tuple(
                (
                    link(one.id, "purchase-orders", one.id),
                    text(formats.day(one.expected_on)),
                    Cell(formats.money(one.total), number=True),
                    Cell(one.status.replace("_", " "), tone=TONES[one.status]),
                )
                for one in placed
            ),
            empty="Nothing was ordered from them yet.",
        ),
        Section("Messages", texts=tuple((one.subject, one.body) for one in notes), empty="None."),
    )  # fmt: skip
    return record_page(request, visit, found.name, found.id, sections, f"What are the terms of {found.name}?")


@router.get("/purchase-orders/{order_id}")
def purchase_order(request: Request, house: Opened, visit: SignedIn, order_id: str) -> Response:
    """An order to a supplier, with the way back to who asked for it."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        found = purchasing.purchase_order(snapshot, order_id)
    if found is None:
        raise NotFoundError(f"there is no purchase order {order_id!r}")
    sections = (
        Section(
            "Purchase order",
            (
                ("Supplier", link(found.supplier, "suppliers", found.supplier)),
                ("Location", text(found.location)),
                ("Status", Cell(found.status.replace("_", " "), tone=TONES[found.status])),
                ("Ordered", text(formats.day(found.ordered_on))),
                ("Expected", text(formats.day(found.expected_on))),
                ("Received", text(formats.day(found.received_on))),
                ("Total", text(formats.money(found.total))),
                ("Asked for by", link("the whole story", "activity", found.action_id)
                 if found.action_id else text("not through Shophand")),
            ),
        ),
        Section(
            "Lines",
            columns=_LINES,
            rows=tuple(
                (
                    link(one.sku, "products", one.sku),
                    number(one.quantity),
                    number(one.received),
                    Cell(formats.money(one.unit_cost), number=True),
                )
                for one in found.lines
            ),
        ),
    )  # fmt: skip
    return record_page(request, visit, found.id, found.supplier, sections, f"Where is {found.id}?")
