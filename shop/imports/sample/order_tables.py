"""Customers, orders, payments, parcels and returns as rows for the bulk insert."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shop.imports.sample.catalogue import HOME
from shop.imports.sample.customers import customer_id
from shop.imports.sample.demand import LOCATIONS
from shop.imports.sample.period import calendar_day
from shop.imports.sample.tickets import ticket_rows
from shop.imports.sample.wallets import method_id, wallet_rows
from shop.store import schema, service_schema
from shop.store.bulk import insert_rows

if TYPE_CHECKING:
    from datetime import date, datetime

    from shop.imports.sample.catalogue import Catalogue
    from shop.imports.sample.parcels import Parcel, Rma
    from shop.imports.sample.service import Service
    from shop.imports.sample.web_orders import WebOrder
    from shop.store.database import Transaction


def write_service(transaction: Transaction, catalogue: Catalogue, service: Service) -> None:
    """Everything that has to do with customers, and the letters of suppliers."""
    insert_rows(transaction, schema.customers, service.customers)
    write_orders(transaction, catalogue, service.orders)
    write_parcels(transaction, service.parcels)
    write_returns(transaction, service.rmas)
    insert_rows(transaction, schema.tickets, ticket_rows(service.tickets))
    insert_rows(transaction, schema.supplier_notes, service.supplier_notes)
    insert_rows(transaction, schema.order_notes, service.order_notes)


def write_orders(transaction: Transaction, catalogue: Catalogue, orders: list[WebOrder]) -> int:
    """Orders, lines and payments; returns the number of orders."""
    count = insert_rows(transaction, schema.orders, [_order(order) for order in orders])
    insert_rows(transaction, service_schema.payment_methods, wallet_rows(orders))
    lines = [row for order in orders for row in _lines(catalogue, order)]
    insert_rows(transaction, schema.order_lines, lines)
    insert_rows(transaction, schema.payments, [row for order in orders for row in _payments(order)])
    return count


def _order(order: WebOrder) -> dict[str, Any]:
    """The prices include VAT of 20 %: a sixth of the total."""
    return {
        "id": order.id,
        "customer": customer_id(order.customer),
        "placed_at": order.placed_at,
        "status": order.status,
        "financial_status": order.financial_status,
        "currency": HOME,
        "subtotal_minor": order.subtotal,
        "shipping_minor": order.shipping,
        "tax_minor": (order.total + 3) // 6,
        "discount_minor": order.discount,
        "total_minor": order.total,
        "location": LOCATIONS[order.location][0],
        "cancelled_at": order.cancelled_at,
    }


def _lines(catalogue: Catalogue, order: WebOrder) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order.id,
            "line_no": line_no,
            "sku": catalogue.items[line.sku].sku,
            "title": catalogue.items[line.sku].title,
            "quantity": line.quantity,
            "fulfilled": line.fulfilled,
            "returned": line.returned,
            "unit_price_minor": line.unit_price,
        }
        for line_no, line in enumerate(order.lines, start=1)
    ]


def _payments(order: WebOrder) -> list[dict[str, Any]]:
    if not order.paid:
        return []
    sale = _payment(order, "S", order.total, order.placed_at + timedelta(minutes=1))
    refunds = [
        _payment(order, f"R{number}", amount, at)
        for number, (at, amount) in enumerate(order.refunds, start=1)
    ]
    return [sale, *refunds]


def _payment(order: WebOrder, suffix: str, amount: int, at: datetime) -> dict[str, Any]:
    return {
        "id": f"PAY-{order.id}-{suffix}",
        "order_id": order.id,
        "kind": "sale" if suffix == "S" else "refund",
        "method": order.method,
        "amount_minor": amount,
        "currency": HOME,
        "at": at,
        "method_id": method_id(order),
    }


def write_parcels(transaction: Transaction, parcels: list[Parcel]) -> int:
    """Shipments; returns their number."""
    rows = [
        {
            "id": f"SH-{parcel.order.id}",
            "order_id": parcel.order.id,
            "carrier": parcel.carrier,
            "tracking": parcel.tracking,
            "status": parcel.status,
            "shipped_on": calendar_day(parcel.shipped),
            "promised_on": calendar_day(parcel.promised),
            "delivered_on": _day(parcel.delivered),
        }
        for parcel in parcels
    ]
    return insert_rows(transaction, schema.shipments, rows)


def write_returns(transaction: Transaction, rmas: list[Rma]) -> int:
    """RMAs, 'RMA-301' the oldest; returns their number."""
    rows = [
        {
            "id": f"RMA-{number}",
            "order_id": rma.order.id,
            "line_no": rma.line_no,
            "quantity": rma.quantity,
            "reason": rma.reason,
            "status": rma.status,
            "requested_on": calendar_day(rma.requested),
            "received_on": _day(rma.received),
        }
        for number, rma in enumerate(rmas, start=301)
    ]
    return insert_rows(transaction, schema.returns, rows)


def _day(number: int | None) -> date | None:
    return None if number is None else calendar_day(number)
