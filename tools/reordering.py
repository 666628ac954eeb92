"""Tools that look at suppliers' terms and purchase orders."""

from datetime import date, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from shop.errors import NotFoundError, ToolInputError
from shop.model import Offer, PurchaseOrder, Supplier
from shop.store.database import Snapshot
from shop.store.reads import catalogue, info, purchasing, terms
from tools import lookups
from tools.answers import Amount, ListAnswer, Record, Untrusted
from tools.arguments import Limit, LocationName, PageToken, PurchaseOrderId, Sku, SupplierName
from tools.tool import Shop, read_from

_SHOWN_LINES: Final = 20

Messages = Annotated[
    bool,
    Field(strict=True, description="true to read the supplier's own messages too: a stranger's words"),
]


class SupplierRecord(Record):
    """A supplier; lead times in calendar days from order to shelf. `assumed` terms were invented."""

    id: str
    name: str
    currency: str
    lead_time_days: float
    lead_time_sd_days: float
    minimum_order: Amount
    approved: bool
    assumed: bool


class PriceBreakRecord(Record):
    """From this quantity on, every piece costs this much."""

    from_quantity: int
    unit_cost: Amount


class OfferRecord(Record):
    """A supplier's terms for a SKU; rank 0 is the preferred supplier."""

    supplier: str
    sku: str
    title: str
    unit_cost: Amount
    moq: int
    pack_size: int
    rank: int
    price_breaks: tuple[PriceBreakRecord, ...]
    assumed: bool


class TermsAnswer(ListAnswer):
    """Suppliers and their terms, the preferred first."""

    suppliers: tuple[SupplierRecord, ...]
    items: tuple[OfferRecord, ...]
    messages: tuple[Untrusted, ...] = ()
    note: str = ""


class PurchaseLineRecord(Record):
    """A line of a purchase order, in pieces."""

    sku: str
    title: str
    quantity: int
    received: int
    open_quantity: int
    unit_cost: Amount


class PurchaseOrderRecord(Record):
    """A purchase order; `overdue_days` is over 0 when goods should have arrived before today."""

    id: str
    supplier: str
    location: str
    status: str
    ordered_on: date
    expected_on: date
    received_on: date | None
    overdue_days: int
    total: Amount
    lines: tuple[PurchaseLineRecord, ...]
    more_lines: int = 0


class PurchaseOrdersAnswer(ListAnswer):
    """Purchase orders; open ones the soonest first, others the latest first."""

    items: tuple[PurchaseOrderRecord, ...]


def supplier_terms(
    shop: Shop,
    sku: Sku | None = None,
    supplier: SupplierName | None = None,
    include_messages: Messages = False,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> TermsAnswer:
    """Show who supplies a product, or what a supplier offers: unit cost, price breaks, MOQ, pack, lead time.

    Give sku, supplier or both.
    """
    if sku is None and supplier is None:
        raise ToolInputError("give a sku, a supplier or both")
    with shop.db.reading() as snapshot:
        who = None if supplier is None else lookups.supplier(snapshot, supplier)
        stored, total, after = _offers(snapshot, sku, who, page, limit)
        offers = terms.on_day(snapshot, info.business_day(snapshot, shop.clock), stored)
        known = [one for one in (purchasing.supplier(snapshot, key) for key in _keys(offers, who)) if one]
        titles = catalogue.products(snapshot, (one.sku for one in offers))
        return TermsAnswer(
            **read_from(shop, snapshot, "suppliers' terms"),
            total=total,
            next_page=after,
            suppliers=tuple(SupplierRecord.copied(one) for one in known),
            items=tuple(_offer(one, titles[one.sku].title) for one in offers),
            messages=_messages(snapshot, known) if include_messages else (),
            note="" if offers else "no terms are known",
        )


def list_purchase_orders(
    shop: Shop,
    purchase_order: PurchaseOrderId | None = None,
    supplier: SupplierName | None = None,
    sku: Sku | None = None,
    location: LocationName | None = None,
    status: Literal["open", "overdue", "received", "cancelled", "all"] | None = None,
    due_within_days: Annotated[
        int | None, Field(strict=True, ge=0, le=3650, description="only what is expected within so many days")
    ] = None,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> PurchaseOrdersAnswer:
    """List purchase orders with what has arrived and what is still to come; without a status, the open ones.

    With purchase_order, show just that one.
    """
    with shop.db.reading() as snapshot:
        today = info.business_day(snapshot, shop.clock)
        source = read_from(shop, snapshot, "purchase orders")
        if purchase_order is not None:
            one = lookups.purchase_order(snapshot, purchase_order)
            return PurchaseOrdersAnswer(**source, total=1, items=(_record(snapshot, one, today),))
        if page is not None and purchasing.purchase_order(snapshot, page) is None:
            raise ToolInputError(f"{page!r} is no page; use next_page of the answer before, or leave it out")
        before = _latest(today, status, due_within_days)
        found = purchasing.purchase_orders(
            snapshot,
            open_only=status in (None, "open", "overdue"),
            status=status if status in ("received", "cancelled") else None,
            supplier_id=None if supplier is None else lookups.supplier(snapshot, supplier).id,
            location=None if location is None else lookups.location(snapshot, location).id,
            sku=None if sku is None else lookups.product(snapshot, sku).sku,
            expected_before=before,
            soonest_first=status in (None, "open", "overdue"),
            after=page,
            limit=limit,
        )
        items = tuple(_record(snapshot, one, today) for one in found.items)
        return PurchaseOrdersAnswer(**source, total=found.total, next_page=found.after, items=items)


def _latest(today: date, status: str | None, due_within_days: int | None) -> date | None:
    """The day before which the listed orders are expected."""
    if status == "overdue":
        return today
    return None if due_within_days is None else today + timedelta(days=due_within_days + 1)


def _offers(
    snapshot: Snapshot, sku: str | None, supplier: Supplier | None, page: str | None, limit: int
) -> tuple[list[Offer], int, str | None]:
    if sku is None and supplier is not None:
        found = purchasing.offers_of(snapshot, supplier.id, after=page, limit=limit)
        return list(found.items), found.total, found.after
    product = lookups.product(snapshot, sku or "")
    offers = purchasing.offers_for(snapshot, product.sku)
    if supplier is not None:
        offers = [one for one in offers if one.supplier == supplier.id]
        if not offers:
            raise NotFoundError(f"{supplier.name} does not offer {product.sku} {product.title}")
    return offers, len(offers), None


def _keys(offers: list[Offer], supplier: Supplier | None) -> list[str]:
    named = [] if supplier is None else [supplier.id]
    return list(dict.fromkeys([*named, *(one.supplier for one in offers)]))


def _messages(snapshot: Snapshot, suppliers: list[Supplier]) -> tuple[Untrusted, ...]:
    return tuple(
        Untrusted(
            text=f"{note.subject}: {note.body}",
            origin=f"message of supplier {one.id}, {note.received_on.isoformat()}",
        )
        for one in suppliers
        for note in purchasing.supplier_notes(snapshot, one.id)
    )


def _offer(offer: Offer, title: str) -> OfferRecord:
    steps = tuple(PriceBreakRecord.copied(step) for step in offer.breaks)
    return OfferRecord.copied(offer, title=title, price_breaks=steps)


def _record(snapshot: Snapshot, order: PurchaseOrder, today: date) -> PurchaseOrderRecord:
    shown = order.lines[:_SHOWN_LINES]
    titles = catalogue.products(snapshot, (line.sku for line in shown))
    return PurchaseOrderRecord.copied(
        order,
        overdue_days=max((today - order.expected_on).days, 0) if order.is_open else 0,
        lines=tuple(PurchaseLineRecord.copied(line, title=titles[line.sku].title) for line in shown),
        more_lines=len(order.lines) - len(shown),
    )
