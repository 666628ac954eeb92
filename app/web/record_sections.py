"""What stands on the pages of a product, a supplier and a purchase order, section by section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from app.web.formats import Formats
from app.web.tables import Cell, Column, Section, link, number, state, text
from shop.model import (
    Movement,
    Offer,
    PriceChange,
    Product,
    PurchaseOrder,
    StockLevel,
    Supplier,
    SupplierNote,
)

_LEVELS: Final = (
    Column("Location"),
    Column("On hand", number=True),
    Column("Committed", number=True),
    Column("Available", number=True),
)
_OFFERS: Final = (
    Column("Supplier"),
    Column("Unit cost", number=True),
    Column("MOQ", number=True),
    Column("Pack", number=True),
)
_MOVES: Final = (Column("Day"), Column("Location"), Column("What"), Column("Pieces", number=True))
_PRICES: Final = (Column("Since"), Column("Price", number=True), Column("By"))
_PLACED: Final = (Column("Order"), Column("Expected"), Column("Total", number=True), Column("Status"))
_LINES: Final = (
    Column("SKU"),
    Column("Pieces", number=True),
    Column("Received", number=True),
    Column("Unit cost", number=True),
)


def product_terms(found: Product, formats: Formats) -> Section:
    """What is known of a product itself."""
    return Section(
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
    )


def stock_by_location(levels: Sequence[StockLevel]) -> Section:
    """Where a product lies."""
    rows = tuple(
        (text(one.location), number(one.on_hand), number(one.committed), number(one.available))
        for one in levels
    )
    return Section("Stock", columns=_LEVELS, rows=rows, empty="No location holds it.")


def sales_drawing(sku: str) -> Section:
    """A year of sales, drawn."""
    return Section("Sales", chart=f"/products/{quote(sku, safe='')}/sales")


def who_sells_it(offers: Sequence[Offer], formats: Formats) -> Section:
    """The suppliers of a product and their terms."""
    rows = tuple(
        (
            link(one.supplier, "suppliers", one.supplier),
            Cell(formats.money(one.unit_cost), number=True),
            number(one.moq),
            number(one.pack_size),
        )
        for one in offers
    )
    nobody = "No supplier offers it: nothing can be reordered."
    return Section("Who sells it", columns=_OFFERS, rows=rows, empty=nobody)


def latest_movements(moves: Sequence[Movement], formats: Formats) -> Section:
    """What came and went last."""
    rows = tuple(
        (text(formats.day(one.day)), text(one.location), text(one.kind), number(one.quantity))
        for one in moves
    )
    return Section("Latest movements", columns=_MOVES, rows=rows, empty="Nothing has moved yet.")


def latest_prices(prices: Sequence[PriceChange], formats: Formats) -> Section:
    """The prices that were set, the last one first."""
    rows = tuple(
        (text(formats.moment(one.at)), Cell(formats.money(one.price), number=True), text(one.source))
        for one in reversed(prices)
    )
    return Section("Prices", columns=_PRICES, rows=rows, empty="The price was never changed.")


def supplier_terms(found: Supplier, formats: Formats) -> Section:
    """Under which terms a supplier sells."""
    standing, tone = ("approved", "good") if found.approved else ("not approved", "bad")
    return Section(
        "Terms",
        (
            ("Currency", text(found.currency)),
            ("Lead time", text(f"{found.lead_time_days:g} days +/- {found.lead_time_sd_days:g}")),
            ("Minimum order", text(formats.money(found.minimum_order))),
            ("Standing", Cell(standing, tone=tone)),
            ("Terms are", text("assumed by an import" if found.assumed else "told by people")),
        ),
    )


def orders_placed(placed: Sequence[PurchaseOrder], formats: Formats) -> Section:
    """The latest orders to a supplier."""
    rows = tuple(
        (
            link(one.id, "purchase-orders", one.id),
            text(formats.day(one.expected_on)),
            Cell(formats.money(one.total), number=True),
            state(one.status),
        )
        for one in placed
    )
    nothing = "Nothing was ordered from them yet."
    return Section("Purchase orders", columns=_PLACED, rows=rows, empty=nothing)


def messages(notes: Sequence[SupplierNote]) -> Section:
    """What a supplier wrote."""
    return Section("Messages", texts=tuple((one.subject, one.body) for one in notes), empty="None.")


def purchase_order_terms(found: PurchaseOrder, formats: Formats) -> Section:
    """An order to a supplier, with the way back to who asked for it."""
    cause = (
        link("the whole story", "activity", found.action_id)
        if found.action_id
        else text("not through Shophand")
    )
    return Section(
        "Purchase order",
        (
            ("Supplier", link(found.supplier, "suppliers", found.supplier)),
            ("Location", text(found.location)),
            ("Status", state(found.status)),
            ("Ordered", text(formats.day(found.ordered_on))),
            ("Expected", text(formats.day(found.expected_on))),
            ("Received", text(formats.day(found.received_on))),
            ("Total", text(formats.money(found.total))),
            ("Asked for by", cause),
        ),
    )


def order_lines(found: PurchaseOrder, formats: Formats) -> Section:
    """What was ordered, line by line."""
    rows = tuple(
        (
            link(one.sku, "products", one.sku),
            number(one.quantity),
            number(one.received),
            Cell(formats.money(one.unit_cost), number=True),
        )
        for one in found.lines
    )
    return Section("Lines", columns=_LINES, rows=rows)
