"""The small store with what customer service needs: variants, payment methods, a delivered order."""

from datetime import date
from typing import Any

from sqlalchemy import insert, update

from shop.store import schema, service_schema
from shop.store.database import Database
from tests.small_store import at


def add_service(database: Database) -> None:
    """Write the rows into a filled small store."""
    with database.writing() as tx:
        mugs = schema.products.c.sku.in_(("MUG-01", "MUG-02"))
        tx.execute(update(schema.products).where(mugs).values(product_group="mug"))
        green = (schema.stock_levels.c.sku == "MUG-02") & (schema.stock_levels.c.location == "leeds")
        tx.execute(update(schema.stock_levels).where(green).values(on_hand=5))
        tx.execute(insert(service_schema.payment_methods), _methods())
        tx.execute(insert(schema.orders), _orders())
        tx.execute(insert(schema.order_lines), _lines())
        tx.execute(insert(schema.payments), _payments())
        tx.execute(insert(schema.shipments), _parcels())


def add_goods_that_are_back(database: Database) -> None:
    """A mug of an agreed exchange is back and waits to be inspected."""
    rma = {"id": "RMA-302", "order_id": "1042", "line_no": 1, "quantity": 1, "reason": "too small"}
    swap = {"id": "EX-1", "rma": "RMA-302", "order_id": "1042", "line_no": 1, "quantity": 1}
    terms = {"new_sku": "MUG-02", "unit_price_minor": 1300, "difference_minor": 50, "currency": "GBP"}
    asked = {"status": "requested", "requested_on": date(2026, 11, 16), "method_id": "pm-gift"}
    back = {**asked, "status": "received", "received_on": date(2026, 11, 18)}
    with database.writing() as tx:
        tx.execute(insert(schema.returns), [{**rma, **back}])
        tx.execute(insert(service_schema.exchanges), [{**swap, **terms, **asked}])


def _methods() -> list[dict[str, Any]]:
    card = {"brand": "Visa", "balance_minor": None, "currency": None}
    empty = {"brand": "", "last_four": "", "balance_minor": None, "currency": None}
    return [
        {"id": "pm-card", "customer": "C-10001", "kind": "card", "last_four": "4242", **card},
        {
            **empty,
            "id": "pm-gift",
            "customer": "C-10001",
            "kind": "gift_card",
            "balance_minor": 2_000,
            "currency": "GBP",
        },
        {**empty, "id": "pm-paypal", "customer": "C-10001", "kind": "paypal"},
        {"id": "pm-john", "customer": "C-10002", "kind": "card", "last_four": "1111", **card},
    ]


def _orders() -> list[dict[str, Any]]:
    shared = {
        "customer": "C-10001",
        "currency": "GBP",
        "financial_status": "paid",
        "location": "leeds",
        "shipping_minor": 0,
    }
    return [
        {"id": "2001", "placed_at": at(10), "status": "fulfilled", "subtotal_minor": 3399,
         "total_minor": 3399, **shared},
        {"id": "2002", "placed_at": at(19), "status": "unfulfilled", "subtotal_minor": 1250,
         "total_minor": 1250, **shared},
    ]  # fmt: skip


def _lines() -> list[dict[str, Any]]:
    mug = {"sku": "MUG-01", "title": "Blue Stoneware Mug", "unit_price_minor": 1250}
    tea = {"sku": "TEA-100", "title": "Earl Grey Tea, 100 bags", "unit_price_minor": 899}
    return [
        {"order_id": "2001", "line_no": 1, "quantity": 2, "fulfilled": 2, **mug},
        {"order_id": "2001", "line_no": 2, "quantity": 1, "fulfilled": 1, **tea},
        {"order_id": "2002", "line_no": 1, "quantity": 1, "fulfilled": 0, **mug},
    ]


def _payments() -> list[dict[str, Any]]:
    card = {"kind": "sale", "method": "Visa card ending 4242", "method_id": "pm-card", "currency": "GBP"}
    return [
        {"id": "pay-2001", "order_id": "2001", "amount_minor": 3399, "at": at(10), **card},
        {"id": "pay-2002", "order_id": "2002", "amount_minor": 1250, "at": at(19), **card},
    ]


def _parcels() -> list[dict[str, Any]]:
    return [
        {
            "id": "ship-2001",
            "order_id": "2001",
            "carrier": "DPD",
            "tracking": "DPD2001",
            "status": "delivered",
            "shipped_on": date(2026, 11, 11),
            "promised_on": date(2026, 11, 14),
            "delivered_on": date(2026, 11, 14),
        }
    ]
