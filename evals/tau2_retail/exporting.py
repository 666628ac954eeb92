"""The store back in tau2's shape: customers and orders, as their records stand in the tables now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from evals.tau2_retail.shapes import (
    Address,
    Booking,
    Fulfillment,
    Item,
    Method,
    Name,
    ProductType,
    RetailOrder,
    User,
    Variant,
)
from shop.store import service_schema  # noqa: F401 - its tables are read by name
from shop.store.database import Snapshot
from shop.store.loading import Row, stored_rows

_SOURCES: Final = {"card": "credit_card", "gift_card": "gift_card", "paypal": "paypal"}
_ADDRESS: Final = ("street", "street2", "city", "region", "postcode", "country")
_REQUESTED: Final = "requested"
CAUSES: Final = {"no_longer_needed": "no longer needed", "ordered_by_mistake": "ordered by mistake"}
"""The store's causes of a cancellation in tau2's words."""

Grouped = Mapping[str, list[Row]]


def users(snapshot: Snapshot, **customer: str) -> dict[str, User]:
    """Customers with their payment methods and the numbers of their orders, oldest first.

    All of them, or those with exactly this value in a column of the customers: ``id="olivia_1"``.
    """
    methods = _by("customer", _rows(snapshot, "payment_methods", *_METHOD))
    orders = _by("customer", _rows(snapshot, "orders", "id", "customer", "placed_at"))
    found = {}
    for row in stored_rows(snapshot, "customers", ("id", "name", "email", *_ADDRESS), **customer):
        first, _, last = row["name"].partition(" ")
        mine = sorted(orders[row["id"]], key=lambda one: (one["placed_at"], one["id"]))
        found[row["id"]] = User.model_construct(
            user_id=row["id"],
            name=Name.model_construct(first_name=first, last_name=last),
            address=_address(row),
            email=row["email"],
            payment_methods={one["id"]: _method(one) for one in methods[row["id"]]},
            orders=[f"#{one['id']}" for one in mine],
        )
    return found


_METHOD: Final = ("id", "customer", "kind", "brand", "last_four", "balance_minor")


def _method(row: Row) -> Method:
    return Method.model_construct(
        source=_SOURCES[row["kind"]],
        id=row["id"],
        brand=row["brand"] or None,
        last_four=row["last_four"] or None,
        balance=row["balance_minor"],
    )


def products(snapshot: Snapshot, **column: str) -> dict[str, ProductType]:
    """Products with their variants, all of them or those with this value in a column of the products."""
    levels = _by("sku", _rows(snapshot, "stock_levels", "sku", "on_hand", "committed", "unavailable"))
    found: dict[str, ProductType] = {}
    for row in stored_rows(
        snapshot, "products", ("sku", "title", "product_group", "options", "price_minor"), **column
    ):
        group = row["product_group"]
        product = found.setdefault(
            group, ProductType.model_construct(name=row["title"], product_id=group, variants={})
        )
        left = sum(one["on_hand"] - one["committed"] - one["unavailable"] for one in levels[row["sku"]])
        product.variants[row["sku"]] = Variant.model_construct(
            item_id=row["sku"],
            options=json.loads(row["options"]),
            available=left > 0,
            price=row["price_minor"],
        )
    return found


def orders(snapshot: Snapshot, **column: str) -> dict[str, RetailOrder]:
    """Orders with their items, parcels and bookings, and what was asked for after delivery.

    All of them, or those with exactly this value in a column of the orders: ``id="W2378156"``.
    """
    products = {row["sku"]: row for row in _rows(snapshot, "products", "sku", "product_group", "options")}
    lines = _by("order_id", _rows(snapshot, "order_lines", *_LINE), "line_no")
    payments = _payments(snapshot)
    parcels = _by("order_id", _rows(snapshot, "shipments", "order_id", "tracking", "status"), "tracking")
    returned = _by("order_id", _rows(snapshot, "returns", *_RETURN))
    exchanged = _by("order_id", _rows(snapshot, "exchanges", *_EXCHANGE))
    ship = tuple(f"ship_{name}" for name in _ADDRESS)
    columns = ("id", "customer", "status", "items_changed_at", "cancel_cause", *ship)
    found = {}
    for row in stored_rows(snapshot, "orders", columns, **column):
        key = row["id"]
        items = [_item(line, products) for line in lines[key]]
        skus = {line["line_no"]: line["sku"] for line in lines[key]}
        tracking = [one["tracking"] for one in parcels[key]]
        boxes = [Fulfillment.model_construct(tracking_id=tracking, item_ids=[item.item_id for item in items])]
        found[f"#{key}"] = RetailOrder.model_construct(
            order_id=f"#{key}",
            user_id=row["customer"],
            address=_address(row, "ship_"),
            items=items,
            status=_status(row, parcels[key], bool(returned[key]), bool(exchanged[key])),
            fulfillments=boxes if tracking else [],
            payment_history=[_booking(one) for one in payments[key]],
            cancel_reason=CAUSES.get(row["cancel_cause"], row["cancel_cause"]) or None,
            **_asked_for(skus, returned[key], exchanged[key]),
        )
    return found


_LINE: Final = ("order_id", "line_no", "sku", "title", "quantity", "unit_price_minor")
_PAYMENT: Final = ("id", "order_id", "kind", "method_id", "amount_minor", "at")
_RETURN: Final = ("id", "order_id", "line_no", "quantity", "method_id", "status")
_EXCHANGE: Final = ("id", "order_id", "line_no", "quantity", "new_sku", "difference_minor", "method_id")


def _item(line: Row, products: Mapping[str, Row]) -> Item:
    product = products[line["sku"]]
    return Item.model_construct(
        name=line["title"],
        product_id=product["product_group"],
        item_id=line["sku"],
        price=line["unit_price_minor"],
        options=json.loads(product["options"]),
    )


def _status(order: Row, parcels: Iterable[Row], returned: bool, exchanged: bool) -> str:
    if order["status"] == "cancelled":
        return "cancelled"
    if order["status"] == "unfulfilled":
        return "pending (item modified)" if order["items_changed_at"] else "pending"
    if exchanged:
        return "exchange requested"
    if returned:
        return "return requested"
    return "delivered" if any(one["status"] == "delivered" for one in parcels) else "processed"


def _payments(snapshot: Snapshot) -> Grouped:
    """What was booked for each order, oldest first; of one moment, what came in before what went out."""
    rows = _rows(snapshot, "payments", *_PAYMENT) + _even_changes(snapshot)
    return _by("order_id", [{**row, "out": row["kind"] == "refund"} for row in rows], "at", "out", "id")


def _even_changes(snapshot: Snapshot) -> list[Row]:
    """Changes of items that cost nothing: tau2 books a refund of 0.00, the store books nothing."""
    booked = {row["action_id"] for row in _rows(snapshot, "payments", "action_id")}
    changes = stored_rows(
        snapshot, "actions", ("id", "args", "created_at"), kind="change_order_items", state="executed"
    )
    even = [(row, json.loads(row["args"])) for row in changes if row["id"] not in booked]
    return [
        {
            "id": row["id"],
            "order_id": args["order"],
            "kind": "refund",
            "method_id": args["method"],
            "amount_minor": 0,
            "at": row["created_at"],
        }
        for row, args in even
    ]


def _booking(row: Row) -> Booking:
    return Booking.model_construct(
        transaction_type="payment" if row["kind"] == "sale" else "refund",
        amount=row["amount_minor"],
        payment_method_id=row["method_id"],
    )


def _asked_for(skus: Mapping[int, str], returned: list[Row], exchanged: list[Row]) -> dict[str, Any]:
    """What a return or an exchange leaves on an order; an exchange comes with RMAs of its own."""
    if exchanged:
        return {
            "exchange_items": [skus[one["line_no"]] for one in exchanged for _ in range(one["quantity"])],
            "exchange_new_items": [one["new_sku"] for one in exchanged for _ in range(one["quantity"])],
            "exchange_payment_method_id": exchanged[0]["method_id"],
            "exchange_price_difference": sum(one["difference_minor"] for one in exchanged),
        }
    if returned:
        return {
            "return_items": [skus[one["line_no"]] for one in returned for _ in range(one["quantity"])],
            "return_payment_method_id": returned[0]["method_id"],
        }
    return {}


def _address(row: Row, prefix: str = "") -> Address:
    return Address.model_construct(
        address1=row[f"{prefix}street"],
        address2=row[f"{prefix}street2"],
        city=row[f"{prefix}city"],
        country=row[f"{prefix}country"],
        state=row[f"{prefix}region"],
        zip=row[f"{prefix}postcode"],
    )


def _rows(snapshot: Snapshot, table: str, *columns: str) -> list[Row]:
    return stored_rows(snapshot, table, columns)


def _by(column: str, rows: Iterable[Row], *order: str) -> Grouped:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    for found in grouped.values() if order else ():
        found.sort(key=lambda row: tuple(row[name] for name in order))
    return grouped
