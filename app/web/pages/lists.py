"""The lists of records: stock, products, orders, customers, suppliers, purchase orders."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.web.places import mark_of_shelf, shelf_at
from app.web.rendering import formats_of, page
from app.web.tables import PAGE, Cell, Column, Listing, link, next_page, number, state, text
from app.web.who import Opened, SignedIn
from shop.model import Order, PurchaseOrder
from shop.store.reads import catalogue, orders, purchasing, tables
from tools.privacy import city, masked_email, short_name

router = APIRouter()

ORDER_STATUSES = ("unfulfilled", "partly_fulfilled", "fulfilled", "cancelled")
PURCHASE_STATUSES = ("placed", "partly_received", "received", "cancelled")


@router.get("/stock")
def stock(
    request: Request, house: Opened, visit: SignedIn, q: str = "", location: str = "", after: str = ""
) -> Response:
    """What lies on each shelf."""
    behind = shelf_at(after)
    with house.db.reading() as snapshot:
        places = catalogue.locations(snapshot)
        found = tables.shelves(snapshot, words=q[:100], location=location, after=behind, limit=PAGE + 1)
    shown = found[:PAGE]
    last = mark_of_shelf(shown[-1]) if len(found) > PAGE else ""
    rows = tuple(
        (
            link(one.sku, "products", one.sku),
            text(one.title),
            text(one.location),
            number(one.on_hand),
            number(one.committed),
            Cell(f"{one.available:,}", number=True, tone="" if one.available > 0 else "bad"),
            number(one.incoming),
        )
        for one in shown
    )
    return _page(
        request,
        visit,
        Listing(
            "Stock",
            "/stock",
            (
                Column("SKU"),
                Column("Product"),
                Column("Location"),
                Column("On hand", number=True),
                Column("Committed", number=True),
                Column("Available", number=True),
                Column("Incoming", number=True),
            ),
            rows,
            words=q,
            older=next_page("/stock", last, q=q, location=location) if last else "",
            choices=tuple((place.id, place.name) for place in places),
            chosen=location,
            choice_name="location",
        ),
    )


@router.get("/products")
def products(request: Request, house: Opened, visit: SignedIn, q: str = "", after: str = "") -> Response:
    """The catalogue."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        found = tables.products(snapshot, words=q[:100], after=after, limit=PAGE + 1)
    rows = tuple(
        (
            link(one.sku, "products", one.sku),
            text(one.title),
            text(one.category),
            Cell(formats.money(one.price), number=True),
            Cell(formats.money(one.cost), number=True),
            Cell(one.status, tone="good" if one.status == "active" else "plain"),
        )
        for one in found[:PAGE]
    )
    columns = (
        Column("SKU"),
        Column("Product"),
        Column("Category"),
        Column("Price", number=True),
        Column("Cost", number=True),
        Column("Status"),
    )
    older = next_page("/products", found[PAGE - 1].sku, q=q) if len(found) > PAGE else ""
    return _page(request, visit, Listing("Products", "/products", columns, rows, words=q, older=older))


@router.get("/orders")
def customer_orders(
    request: Request, house: Opened, visit: SignedIn, status: str = "", q: str = "", after: str = ""
) -> Response:
    """Customers' orders, the newest first; a search finds one by its number."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        if q.strip():
            one = orders.order(snapshot, q.strip().lstrip("#"))
            items: tuple[Order, ...] = (one,) if one else ()
            following = None
        else:
            found = orders.orders_page(
                snapshot, status=status or None, after=after or None, limit=PAGE, counted=False
            )
            items, following = found.items, found.after
    rows = tuple(
        (
            link(f"#{one.id}", "orders", one.id),
            text(formats.moment(one.placed_at)),
            link(one.customer, "customers", one.customer) if one.customer else text(""),
            number(len(one.lines)),
            Cell(formats.money(one.total), number=True),
            state(one.status),
            text(one.financial_status.replace("_", " ")),
        )
        for one in items
    )
    columns = (
        Column("Order"),
        Column("Placed"),
        Column("Customer"),
        Column("Lines", number=True),
        Column("Total", number=True),
        Column("Status"),
        Column("Payment"),
    )
    return _page(
        request,
        visit,
        Listing(
            "Orders",
            "/orders",
            columns,
            rows,
            words=q,
            older=next_page("/orders", following, status=status) if following else "",
            choices=tuple((each, each.replace("_", " ")) for each in ORDER_STATUSES),
            chosen=status,
            choice_name="status",
        ),
    )


@router.get("/customers")
def customers(request: Request, house: Opened, visit: SignedIn, q: str = "", after: str = "") -> Response:
    """Customers, masked: enough to recognise somebody, not enough to reach them."""
    with house.db.reading() as snapshot:
        found = tables.customers(snapshot, words=q.strip()[:100], after=after, limit=PAGE + 1)
    rows = tuple(
        (
            link(one.id, "customers", one.id),
            text(short_name(one.name)),
            text(masked_email(one.email)),
            text(city(one)),
            text(one.country),
        )
        for one in found[:PAGE]
    )
    columns = (Column("Customer"), Column("Name"), Column("E-mail"), Column("City"), Column("Country"))
    older = next_page("/customers", found[PAGE - 1].id, q=q) if len(found) > PAGE else ""
    advice = "Write a surname or an e-mail address whole; of a first name or a number the beginning will do."
    listing = Listing("Customers", "/customers", columns, rows, words=q, older=older, advice=advice)
    return _page(request, visit, listing)


@router.get("/suppliers")
def suppliers(request: Request, house: Opened, visit: SignedIn, q: str = "") -> Response:
    """Who sells to the store, with their terms."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        found = [one for one in purchasing.suppliers(snapshot) if q.lower() in f"{one.id} {one.name}".lower()]
    rows = tuple(
        (
            link(one.name, "suppliers", one.id),
            text(one.currency),
            Cell(f"{one.lead_time_days:g} days", number=True),
            Cell(formats.money(one.minimum_order), number=True),
            Cell("approved" if one.approved else "not approved", tone="good" if one.approved else "bad"),
            text("assumed" if one.assumed else ""),
        )
        for one in found
    )
    columns = (
        Column("Supplier"),
        Column("Currency"),
        Column("Lead time", number=True),
        Column("Minimum order", number=True),
        Column("Standing"),
        Column("Terms"),
    )
    return _page(request, visit, Listing("Suppliers", "/suppliers", columns, rows, words=q))


@router.get("/purchase-orders")
def purchase_orders(
    request: Request, house: Opened, visit: SignedIn, status: str = "", q: str = "", after: str = ""
) -> Response:
    """Orders to suppliers, the latest expected first; a search finds one by its number."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        if q.strip():
            one = purchasing.purchase_order(snapshot, q.strip())
            items: tuple[PurchaseOrder, ...] = (one,) if one else ()
            following = None
        else:
            page_of = purchasing.purchase_orders
            found = page_of(snapshot, status=status or None, after=after or None, limit=PAGE)
            items, following = found.items, found.after
    rows = tuple(
        (
            link(one.id, "purchase-orders", one.id),
            link(one.supplier, "suppliers", one.supplier),
            text(one.location),
            text(formats.day(one.ordered_on)),
            text(formats.day(one.expected_on)),
            number(len(one.lines)),
            Cell(formats.money(one.total), number=True),
            state(one.status),
        )
        for one in items
    )
    columns = (
        Column("Order"),
        Column("Supplier"),
        Column("Location"),
        Column("Ordered"),
        Column("Expected"),
        Column("Lines", number=True),
        Column("Total", number=True),
        Column("Status"),
    )
    return _page(
        request,
        visit,
        Listing(
            "Purchase orders",
            "/purchase-orders",
            columns,
            rows,
            words=q,
            older=next_page("/purchase-orders", following, status=status) if following else "",
            choices=tuple((each, each.replace("_", " ")) for each in PURCHASE_STATUSES),
            chosen=status,
            choice_name="status",
        ),
    )


def _page(request: Request, visit: SignedIn, listing: Listing) -> Response:
    return page(request, "records.html", visit, list=listing)
