"""Tools that look at customers, their orders and their parcels. Personal data is masked.

Messages, notes and reasons of returns are strangers' words: they are read only when asked for.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from shop.errors import NotFoundError, ToolInputError
from shop.model import Customer, Order, Shipment
from shop.service import refundable
from shop.store.database import Snapshot
from shop.store.reads import customers, info, orders
from tools import lookups
from tools.answers import Amount, Untrusted
from tools.arguments import CustomerName, Day, Limit, Name, OrderId, PageToken, Sku
from tools.privacy import city, masked_email, masked_phone, masked_words, short_name
from tools.service_answers import (
    CustomerAnswer,
    OrderAnswer,
    OrderLineRecord,
    OrderRecord,
    OrdersAnswer,
    ParcelRecord,
    PaymentRecord,
    ReturnRecord,
    ShipmentAnswer,
)
from tools.tool import Shop, read_from

_SHOWN_LINES: Final = 20

Messages = Annotated[
    bool, Field(strict=True, description="true to read messages and notes too: strangers' words")
]
Parcel = Annotated[Name, Field(description="customer's order '#1042', or a tracking number")]


def find_customer(shop: Shop, customer: CustomerName, include_messages: Messages = False) -> CustomerAnswer:
    """Find one customer by id, e-mail address, name, order or ticket, with recent orders and tickets.

    Personal data is masked.
    """
    with shop.db.reading() as snapshot:
        who = _customer(snapshot, customer)
        bought = orders.orders_page(snapshot, customer=who.id, limit=5)
        written = customers.tickets_of(snapshot, who.id)
        return CustomerAnswer(
            **read_from(shop, snapshot, "customers and orders"),
            id=who.id,
            name=short_name(who.name),
            email=masked_email(who.email),
            phone=masked_phone(who.phone),
            city=city(who),
            country=who.country[:40],
            customer_since=who.created_on,
            orders=bought.total,
            latest_orders=tuple(
                f"#{one.id} {one.placed_at.date()} {one.status} {one.total}" for one in bought.items
            ),
            tickets=tuple(f"{one.id} {one.status} {one.opened_at.date()}" for one in written),
            messages=tuple(
                Untrusted(
                    text=masked_words(f"{one.subject}: {one.body}", who),
                    origin=f"ticket {one.id} of customer {who.id}",
                )
                for one in written
                if include_messages
            ),
        )


def find_orders(
    shop: Shop,
    customer: CustomerName | None = None,
    sku: Sku | None = None,
    status: Literal["unfulfilled", "partly_fulfilled", "fulfilled", "cancelled"] | None = None,
    placed_from: Annotated[Day | None, Field(description="first day: '2026-11-01'")] = None,
    placed_until: Annotated[Day | None, Field(description="last day: '2026-11-20'")] = None,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> OrdersAnswer:
    """List customers' orders, newest first: of a customer, with a product, in a status, or between days."""
    with shop.db.reading() as snapshot:
        if page is not None and orders.order(snapshot, page) is None:
            raise ToolInputError(f"{page!r} is no page; use next_page of the answer before, or leave it out")
        zone = ZoneInfo(info.store_info(snapshot).timezone)
        found = orders.orders_page(
            snapshot,
            customer=None if customer is None else _customer(snapshot, customer).id,
            sku=None if sku is None else lookups.product(snapshot, sku).sku,
            status=status,
            placed_from=None if placed_from is None else _start_of(placed_from, zone),
            placed_before=None if placed_until is None else _start_of(placed_until + timedelta(days=1), zone),
            after=page,
            limit=limit,
        )
        return OrdersAnswer(
            **read_from(shop, snapshot, "orders"),
            total=found.total,
            next_page=found.after,
            items=tuple(
                OrderRecord.copied(one, pieces=sum(line.quantity for line in one.lines))
                for one in found.items
            ),
        )


def get_order(shop: Shop, order: OrderId, include_messages: Messages = False) -> OrderAnswer:
    """Show one customer's order: lines, payments, refunds so far, parcels and returns."""
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        who = None if found.customer is None else customers.customer(snapshot, found.customer)
        paid, refunded = orders.paid(snapshot, found), orders.refunded(snapshot, found)
        today = info.business_day(snapshot, shop.clock)
        shown = found.lines[:_SHOWN_LINES]
        return OrderAnswer.copied(
            found,
            **read_from(shop, snapshot, "orders, payments and parcels"),
            customer_name=short_name(who.name) if who else "",
            paid=Amount.of(paid),
            refunded=Amount.of(refunded),
            refundable=Amount.of(refundable(paid, refunded)),
            lines=tuple(OrderLineRecord.copied(one, line=one.line_no) for one in shown),
            more_lines=len(found.lines) - len(shown),
            payments=tuple(PaymentRecord.copied(one) for one in orders.payments(snapshot, found.id)),
            shipments=tuple(_parcel(one, today) for one in orders.shipments(snapshot, found.id)),
            returns=tuple(
                ReturnRecord.copied(one, line=one.line_no) for one in orders.returns(snapshot, found.id)
            ),
            tickets=tuple(f"{one.id} {one.status}" for one in customers.tickets_about(snapshot, found.id)),
            notes=len(orders.notes(snapshot, found.id)),
            messages=_messages(snapshot, found, who) if include_messages else (),
        )


def track_shipment(shop: Shop, order: Parcel) -> ShipmentAnswer:
    """Show where the parcels of one order are: carrier, tracking number, promised and actual delivery."""
    with shop.db.reading() as snapshot:
        found = _order_of_parcel(snapshot, order)
        today = info.business_day(snapshot, shop.clock)
        parcels = tuple(_parcel(one, today) for one in orders.shipments(snapshot, found.id))
        note = "" if parcels else f"nothing of order #{found.id} has been shipped; it is {found.status}"
        return ShipmentAnswer(
            **read_from(shop, snapshot, "parcels"),
            order=found.id,
            status=found.status,
            shipments=parcels,
            note=note,
        )


def _customer(snapshot: Snapshot, text: str) -> Customer:
    """A customer by id or name; or the one of an order or a ticket, if the text names one of those."""
    try:
        return lookups.customer(snapshot, text)
    except NotFoundError:
        named = _customer_of(snapshot, text)
        found = None if named is None else customers.customer(snapshot, named)
        if found is None:
            raise
        return found


def _customer_of(snapshot: Snapshot, text: str) -> str | None:
    try:
        meant = lookups.reference(snapshot, text)
    except NotFoundError:
        return None
    if meant.kind == "order":
        return lookups.order(snapshot, meant.id).customer
    return lookups.ticket(snapshot, meant.id).customer if meant.kind == "ticket" else None


def _order_of_parcel(snapshot: Snapshot, text: str) -> Order:
    tracked = orders.orders_by_tracking(snapshot, lookups.clean(text))
    return lookups.order(snapshot, tracked[0] if len(tracked) == 1 else text)


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _parcel(parcel: Shipment, today: date) -> ParcelRecord:
    arrived = parcel.delivered_on or today
    return ParcelRecord.copied(parcel, days_late=max((arrived - parcel.promised_on).days, 0))


def _messages(snapshot: Snapshot, order: Order, who: Customer | None) -> tuple[Untrusted, ...]:
    """Everything that people wrote about an order, the store's own people included: whose words, is said.

    Masked: who reads an answer of this tool need not be somebody who may see how to reach the customer.
    """
    notes = [
        (one.text, f"note on order #{order.id} by {one.author}") for one in orders.notes(snapshot, order.id)
    ]
    reasons = [
        (one.reason, f"reason of return {one.id} by the customer")
        for one in orders.returns(snapshot, order.id)
    ]
    tickets = [
        (f"{one.subject}: {one.body}", f"ticket {one.id} by the customer")
        for one in customers.tickets_about(snapshot, order.id)
    ]
    written = (*notes, *reasons, *tickets)
    return tuple(Untrusted(text=masked_words(text, who), origin=origin) for text, origin in written)
