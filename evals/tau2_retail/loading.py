"""tau2's retail shop as a Shophand store: a bulk load, like every import."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from evals.tau2_retail.shapes import CURRENCY, Address, Method, Retail, RetailOrder, User
from shop.store import service_schema  # noqa: F401 - its tables are loaded by name
from shop.store.database import Database, Transaction
from shop.store.founding import found_store
from shop.store.loading import Difference, Row, compare, write

NOW: Final = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""tau2 has no dates: its orders were placed a week ago, and parcels arrived the day before yesterday."""
LOCATION: Final = "retail"
_PIECES: Final = 1_000
"""tau2 counts no stock: what is available is there in plenty."""
_ARRIVED: Final = date(2026, 11, 18)
_SHIPPED: Final = date(2026, 11, 15)
_PLACED: Final = datetime(2026, 11, 13, 9, 0, tzinfo=UTC)
_KINDS: Final = {"credit_card": "card", "gift_card": "gift_card", "paypal": "paypal"}
_STATUSES: Final = {
    "pending": "unfulfilled",
    "processed": "fulfilled",
    "delivered": "fulfilled",
    "cancelled": "cancelled",
}
_PARCELS: Final = {"processed": "in_transit", "delivered": "delivered", "cancelled": "returned"}


def load_products(db: Database, shop: Retail) -> None:
    """Found an empty, migrated store and put the products and their stock into it; raises StoreError."""
    with db.writing() as tx:
        found_store(tx, name="tau2 retail", currency=CURRENCY, timezone="America/New_York")
        _insert(tx, "locations", ("id",), [{"id": LOCATION, "name": "Retail", "rank": 0}])
        _insert(tx, "products", ("sku",), _products(shop))
        _insert(tx, "stock_levels", ("sku", "location"), _stock(shop))


def load_people(db: Database, shop: Retail) -> None:
    """Put customers and their orders into a store that has the products; raises StoreError."""
    with db.writing() as tx:
        write(tx, [Difference("stock_levels", ("sku", "location"), [], _committed(shop), [], 0)])
        _insert(tx, "customers", ("id",), (_customer(user) for user in shop.users.values()))
        _insert(tx, "payment_methods", ("id",), _methods(shop))
        orders = list(_in_order(shop))
        _insert(tx, "orders", ("id",), (_order(order, place) for order, place in orders))
        _insert(tx, "order_lines", ("order_id", "line_no"), _lines(shop))
        _insert(tx, "payments", ("id",), _payments(shop))
        _insert(tx, "shipments", ("id",), _shipments(shop))


def number_of(order_id: str) -> str:
    """An order's id in the store: without the sign that tau2 writes before it.

    >>> number_of("#W2378156")
    'W2378156'
    """
    return order_id.removeprefix("#")


def _insert(tx: Transaction, table: str, key: tuple[str, ...], rows: Any) -> None:
    write(tx, [compare(table, key, [], rows)])


def _products(shop: Retail) -> Iterator[Row]:
    for product in shop.products.values():
        for variant in product.variants.values():
            yield {
                "sku": variant.item_id,
                "title": product.name,
                "category": product.name,
                "price_minor": variant.price,
                "currency": CURRENCY,
                "product_group": product.product_id,
                "options": json.dumps(variant.options),
            }


def _stock(shop: Retail) -> Iterator[Row]:
    for product in shop.products.values():
        for key, variant in product.variants.items():
            yield _level(key, _PIECES if variant.available else 0)


def _level(sku: str, free: int, committed: int = 0) -> Row:
    return {
        "sku": sku,
        "location": LOCATION,
        "on_hand": free + committed,
        "committed": committed,
        "assumed": True,
        "updated_at": _PLACED,
    }


def _committed(shop: Retail) -> list[Row]:
    """The stock of what pending orders hold back, beside what is free."""
    free = {key: one.available for product in shop.products.values() for key, one in product.variants.items()}
    pending = (order for order in shop.orders.values() if order.status == "pending")
    held = Counter(item.item_id for order in pending for item in order.items)
    return [_level(sku, _PIECES if free[sku] else 0, pieces) for sku, pieces in held.items()]


def _customer(user: User) -> Row:
    return {
        "id": user.user_id,
        "name": f"{user.name.first_name} {user.name.last_name}",
        "email": user.email,
        "created_on": _PLACED.date(),
        **address_row(user.address),
    }


def address_row(address: Address, prefix: str = "") -> Row:
    """An address as the columns of a customer, or with a prefix those of an order."""
    return {
        f"{prefix}street": address.address1,
        f"{prefix}street2": address.address2,
        f"{prefix}city": address.city,
        f"{prefix}region": address.state,
        f"{prefix}postcode": address.zip,
        f"{prefix}country": address.country,
    }


def _methods(shop: Retail) -> Iterator[Row]:
    for user in shop.users.values():
        for method in user.payment_methods.values():
            yield {
                "id": method.id,
                "customer": user.user_id,
                "kind": _KINDS[method.source],
                "brand": method.brand or "",
                "last_four": method.last_four or "",
                "balance_minor": method.balance,
                "currency": CURRENCY if method.balance is not None else None,
            }


def _in_order(shop: Retail) -> Iterator[tuple[RetailOrder, int]]:
    """Each order with its place in its customer's list."""
    for user in shop.users.values():
        for place, order_id in enumerate(user.orders):
            yield shop.orders[order_id], place


def _order(order: RetailOrder, place: int) -> Row:
    total = sum(item.price for item in order.items)
    cancelled = order.status == "cancelled"
    return {
        "id": number_of(order.order_id),
        "customer": order.user_id,
        "placed_at": _PLACED + timedelta(minutes=place),
        "status": _STATUSES[order.status],
        "financial_status": "refunded" if cancelled else "paid",
        "currency": CURRENCY,
        "subtotal_minor": total,
        "total_minor": total,
        "location": LOCATION,
        "cancelled_at": _PLACED + timedelta(days=1) if cancelled else None,
        **address_row(order.address, "ship_"),
    }


def _lines(shop: Retail) -> Iterator[Row]:
    for order in shop.orders.values():
        for number, item in enumerate(order.items, start=1):
            yield {
                "order_id": number_of(order.order_id),
                "line_no": number,
                "sku": item.item_id,
                "title": item.name,
                "quantity": 1,
                "fulfilled": int(order.status in {"processed", "delivered"}),
                "unit_price_minor": item.price,
            }


def _payments(shop: Retail) -> Iterator[Row]:
    for order in shop.orders.values():
        methods = shop.users[order.user_id].payment_methods
        for number, booking in enumerate(order.payment_history):
            yield {
                "id": f"{number_of(order.order_id)}-{number}",
                "order_id": number_of(order.order_id),
                "kind": "sale" if booking.transaction_type == "payment" else "refund",
                "method": _in_words(methods[booking.payment_method_id]),
                "method_id": booking.payment_method_id,
                "amount_minor": booking.amount,
                "currency": CURRENCY,
                "at": _PLACED + timedelta(seconds=number),
            }


def _in_words(method: Method) -> str:
    if method.source == "credit_card":
        return f"{method.brand} ending {method.last_four}"
    return "gift card" if method.source == "gift_card" else "PayPal"


def _shipments(shop: Retail) -> Iterator[Row]:
    for order in shop.orders.values():
        for parcel in order.fulfillments:
            for tracking in parcel.tracking_id:
                yield {
                    "id": f"{number_of(order.order_id)}-{tracking}",
                    "order_id": number_of(order.order_id),
                    "carrier": "carrier",
                    "tracking": tracking,
                    "status": _PARCELS[order.status],
                    "shipped_on": _SHIPPED,
                    "promised_on": _ARRIVED,
                    "delivered_on": _ARRIVED if order.status == "delivered" else None,
                }
