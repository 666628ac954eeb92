"""Customers' orders, customers (masked) and orders to suppliers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from app.web.api.shapes import PAGE, After, Id, Limit, Listed, MoneyOut, Out, Words
from app.web.who import Caller, Opened
from shop.errors import NotFoundError
from shop.model import Customer
from shop.store.reads import customers as people
from shop.store.reads import orders, purchasing, tables
from tools.privacy import city, masked_email, masked_phone, short_name

router = APIRouter(tags=["records"])

OrderStatus = Literal["", "unfulfilled", "partly_fulfilled", "fulfilled", "cancelled"]
PurchaseStatus = Literal["", "placed", "partly_received", "received", "cancelled"]


class OrderLineOut(Out):
    """One line of a customer's order."""

    line_no: int
    sku: str
    title: str
    quantity: int
    fulfilled: int
    returned: int
    unit_price: MoneyOut


class OrderOut(Out):
    """A customer's order; `customer` is an id, null for a guest."""

    id: str
    customer: str | None
    placed_at: datetime
    status: str
    financial_status: str
    subtotal: MoneyOut
    shipping: MoneyOut
    tax: MoneyOut
    discount: MoneyOut
    total: MoneyOut
    location: str | None
    cancelled_at: datetime | None
    lines: list[OrderLineOut]


class PaymentOut(Out):
    """Money that was taken or given back."""

    kind: str
    method: str
    amount: MoneyOut
    at: datetime
    action_id: str | None


class ShipmentOut(Out):
    """A parcel."""

    carrier: str
    status: str
    shipped_on: date
    promised_on: date
    delivered_on: date | None


class OrderDetail(Out):
    """An order with payments and parcels."""

    order: OrderOut
    payments: list[PaymentOut]
    shipments: list[ShipmentOut]


class CustomerOut(Out):
    """A customer, masked: enough to recognise somebody, not enough to reach them."""

    id: str
    name: str
    email: str
    phone: str
    city: str
    country: str

    @classmethod
    def of(cls, found: Customer) -> CustomerOut:
        """The only way from a customer to an answer."""
        return cls(
            id=found.id,
            name=short_name(found.name),
            email=masked_email(found.email),
            phone=masked_phone(found.phone),
            city=city(found),
            country=found.country,
        )


class PurchaseLineOut(Out):
    """One line of an order to a supplier."""

    sku: str
    quantity: int
    received: int
    unit_cost: MoneyOut


class PurchaseOrderOut(Out):
    """An order to a supplier; `action_id` leads to who asked for it."""

    id: str
    supplier: str
    location: str
    status: str
    ordered_on: date
    expected_on: date
    received_on: date | None
    total: MoneyOut
    action_id: str | None
    lines: list[PurchaseLineOut]


@router.get("/orders", summary="Customers' orders, newest first")
def customer_orders(
    house: Opened,
    caller: Caller,
    status: Annotated[OrderStatus, Query()] = "",
    customer: Annotated[Words, Query(description="a customer's id")] = "",
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[OrderOut]:
    """With their lines."""
    del caller
    with house.db.reading() as snapshot:
        found = orders.orders_page(
            snapshot, status=status or None, customer=customer or None, after=after or None, limit=limit
        )
    return Listed(items=[OrderOut.model_validate(one) for one in found.items], next=found.after)


@router.get("/orders/{order_id}", summary="One order")
def order(house: Opened, caller: Caller, order_id: Id) -> OrderDetail:
    """With payments and parcels."""
    del caller
    with house.db.reading() as snapshot:
        found = orders.order(snapshot, order_id)
        if found is None:
            raise NotFoundError(f"there is no order {order_id!r}")
        return OrderDetail(
            order=OrderOut.model_validate(found),
            payments=[PaymentOut.model_validate(one) for one in orders.payments(snapshot, order_id)],
            shipments=[ShipmentOut.model_validate(one) for one in orders.shipments(snapshot, order_id)],
        )


@router.get("/customers", summary="Customers, masked")
def customers(
    house: Opened,
    caller: Caller,
    q: Annotated[
        Words,
        Query(description="an id or first name from its beginning, whole surnames, an e-mail"),
    ] = "",
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[CustomerOut]:
    """By id."""
    del caller
    with house.db.reading() as snapshot:
        found = tables.customers(snapshot, words=q.strip(), after=after, limit=limit + 1)
    following = found[limit - 1].id if len(found) > limit else None
    return Listed(items=[CustomerOut.of(one) for one in found[:limit]], next=following)


@router.get("/customers/{customer_id}", summary="One customer, masked")
def customer(house: Opened, caller: Caller, customer_id: Id) -> CustomerOut:
    """Full data is shown on the pages only, to a role that may see it, and audited."""
    del caller
    with house.db.reading() as snapshot:
        found = people.customer(snapshot, customer_id)
    if found is None:
        raise NotFoundError(f"there is no customer {customer_id!r}")
    return CustomerOut.of(found)


@router.get("/purchase-orders", summary="Orders to suppliers, the latest expected first")
def purchase_orders(
    house: Opened,
    caller: Caller,
    status: Annotated[PurchaseStatus, Query()] = "",
    supplier: Annotated[Words, Query(description="a supplier's id")] = "",
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[PurchaseOrderOut]:
    """With their lines."""
    del caller
    with house.db.reading() as snapshot:
        found = purchasing.purchase_orders(
            snapshot, status=status or None, supplier_id=supplier or None, after=after or None, limit=limit
        )
    return Listed(items=[PurchaseOrderOut.model_validate(one) for one in found.items], next=found.after)


@router.get("/purchase-orders/{order_id}", summary="One order to a supplier")
def purchase_order(house: Opened, caller: Caller, order_id: Id) -> PurchaseOrderOut:
    """With its lines."""
    del caller
    with house.db.reading() as snapshot:
        found = purchasing.purchase_order(snapshot, order_id)
    if found is None:
        raise NotFoundError(f"there is no purchase order {order_id!r}")
    return PurchaseOrderOut.model_validate(found)
