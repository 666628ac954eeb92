"""A small shop in the form of tau2's retail data, tasks on it, and their ends, worked out by hand."""

from __future__ import annotations

import copy
from typing import Any

from evals.tau2_retail.shapes import dollars

HOME = {
    "address1": "1 Mill Lane",
    "address2": "Suite 2",
    "city": "Boston",
    "country": "USA",
    "state": "MA",
    "zip": "02101",
}
NEW_HOME = {**HOME, "address1": "9 Elm Street", "zip": "02109"}


CENTS = {"101": 1010, "102": 1235, "103": 900, "201": 4666, "202": 4666}
"""What each item costs."""


def variant(item: str, size: str, *, available: bool = True) -> dict[str, Any]:
    """One variant of a product."""
    price = dollars(CENTS[item])
    return {"item_id": item, "options": {"size": size}, "available": available, "price": price}


def product(key: str, name: str, *variants: dict[str, Any]) -> dict[str, Any]:
    """A product with its variants."""
    return {"name": name, "product_id": key, "variants": {one["item_id"]: one for one in variants}}


PRODUCTS = {
    "100": product(
        "100",
        "Mug",
        variant("101", "small"),
        variant("102", "large"),
        variant("103", "tiny", available=False),
    ),
    "200": product("200", "Shirt", variant("201", "M"), variant("202", "L")),
}
CARD = {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "1111"}
GIFT = {"source": "gift_card", "id": "gift_card_1", "balance": dollars(2000)}
THEIRS = {"source": "paypal", "id": "paypal_2"}
THEIR_GIFT = {"source": "gift_card", "id": "gift_card_2", "balance": dollars(50000)}


def user(key: str, first: str, orders: list[str], *methods: dict[str, Any]) -> dict[str, Any]:
    """A customer."""
    return {
        "user_id": key,
        "name": {"first_name": first, "last_name": "Lee"},
        "address": HOME,
        "email": f"{first.lower()}@example.com",
        "payment_methods": {one["id"]: one for one in methods},
        "orders": orders,
    }


def item(key: str) -> dict[str, Any]:
    """An item of an order, as the catalogue has it."""
    for one in PRODUCTS.values():
        if key in one["variants"]:
            found = one["variants"][key]
            named = {"name": one["name"], "product_id": one["product_id"]}
            return {**named, "item_id": key, "price": found["price"], "options": found["options"]}
    raise KeyError(key)


def order(key: str, owner: str, status: str, items: list[str], method: str) -> dict[str, Any]:
    """An order, paid at once; what is not pending is in a parcel."""
    things = [item(one) for one in items]
    total = dollars(sum(CENTS[one] for one in items))
    parcels = [{"tracking_id": [f"9{key[2:]}"], "item_ids": items}] if status != "pending" else []
    return {
        "order_id": key,
        "user_id": owner,
        "address": HOME,
        "items": things,
        "status": status,
        "fulfillments": parcels,
        "payment_history": [{"transaction_type": "payment", "amount": total, "payment_method_id": method}],
    }


def small_shop() -> dict[str, Any]:
    """Two products, two customers, five orders."""
    orders = [
        order("#W1", "ann_1", "pending", ["101", "201", "101"], "credit_card_1"),
        order("#W2", "ann_1", "delivered", ["101", "201"], "gift_card_1"),
        order("#W3", "ann_1", "processed", ["201"], "credit_card_1"),
        order("#W4", "ann_1", "pending", ["102"], "gift_card_1"),
        order("#W5", "bob_2", "pending", ["201"], "paypal_2"),
    ]
    return {
        "products": copy.deepcopy(PRODUCTS),
        "users": {
            "ann_1": user("ann_1", "Ann", ["#W1", "#W2", "#W3", "#W4"], CARD, GIFT),
            "bob_2": user("bob_2", "Bob", ["#W5"], THEIRS, THEIR_GIFT),
        },
        "orders": {one["order_id"]: one for one in orders},
    }


def task(key: str, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A task with its reference calls."""
    actions = [{"action_id": key, "name": name, "arguments": given} for name, given in calls]
    return {"id": key, "evaluation_criteria": {"actions": actions}}


BY_EMAIL = ("find_user_id_by_email", {"email": "ANN@example.com"})
SWAP = {
    "order_id": "#W1",
    "item_ids": ["101", "201"],
    "new_item_ids": ["102", "202"],
    "payment_method_id": "gift_card_1",
}
TWICE = {**SWAP, "item_ids": ["101", "101"], "new_item_ids": ["102", "102"]}
EVEN = {**SWAP, "item_ids": ["201"], "new_item_ids": ["202"]}
EXCHANGE = {**SWAP, "order_id": "#W2", "item_ids": ["101"], "new_item_ids": ["102"]}
RETURN = {"order_id": "#W2", "item_ids": ["201"], "payment_method_id": "gift_card_1"}
TASKS = [
    task("items", BY_EMAIL, ("modify_pending_order_items", SWAP)),
    task("even", ("modify_pending_order_items", EVEN)),
    task("twice", ("modify_pending_order_items", TWICE)),
    task("exchange", ("exchange_delivered_order_items", EXCHANGE)),
    task("return", ("return_delivered_order_items", RETURN)),
    task("cancel", ("cancel_pending_order", {"order_id": "#W4", "reason": "no longer needed"})),
    task(
        "payment",
        ("modify_pending_order_payment", {"order_id": "#W4", "payment_method_id": "credit_card_1"}),
    ),
    task(
        "address",
        ("modify_pending_order_address", {"order_id": "#W1", **NEW_HOME}),
        ("modify_user_address", {"user_id": "ann_1", **HOME}),
    ),
    task(
        "failing",
        ("find_user_id_by_email", {"email": "nobody@example.com"}),
        ("get_product_details", {"product_id": "999"}),
        ("calculate", {"expression": "1 + 1"}),
        ("cancel_pending_order", {"order_id": "#W3", "reason": "no longer needed"}),
        ("transfer_to_human_agents", {"summary": "It was sent already."}),
    ),
    task("nothing"),
]


def booked(kind: str, cents: int, method: str) -> dict[str, Any]:
    """A line of a payment history."""
    return {"transaction_type": kind, "amount": dollars(cents), "payment_method_id": method}


def changed(key: str, *bookings: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An order of the small shop with lines added to its payment history and other fields."""
    one = small_shop()["orders"][key]
    return {**one, "payment_history": [*one["payment_history"], *bookings], **fields}


def ann_with(cents: int) -> dict[str, Any]:
    """Ann, with so much on her gift card."""
    one = small_shop()["users"]["ann_1"]
    gift = {**GIFT, "balance": dollars(cents)}
    return {"ann_1": {**one, "payment_methods": {"credit_card_1": CARD, "gift_card_1": gift}}}


def end(order: dict[str, Any], users: dict[str, Any] | None = None) -> dict[str, Any]:
    """The end of a task that changes one order and perhaps a customer."""
    return {"changed": {"orders": {order["order_id"]: order}, "users": users or {}}, "refused": []}


def items_now(*items: str) -> dict[str, Any]:
    """What an order says after its items were changed to these."""
    return {"items": [item(one) for one in items], "status": "pending (item modified)"}


A_SUM_OF_FLOATS = {**booked("payment", 225, "gift_card_1"), "amount": 2.2499999999999964}
"""225 cents as tau2 writes them where it has added floats: to be read as cents all the same."""


def expected_ends() -> dict[str, Any]:
    """The ends of the tasks, worked out by hand."""
    nothing_due = booked("refund", 0, "gift_card_1")
    back, paid = booked("refund", 1235, "gift_card_1"), booked("payment", 1235, "credit_card_1")
    exchanged = {
        "status": "exchange requested",
        "exchange_items": ["101"],
        "exchange_new_items": ["102"],
        "exchange_payment_method_id": "gift_card_1",
        "exchange_price_difference": dollars(225),
    }
    returned = {
        "status": "return requested",
        "return_items": ["201"],
        "return_payment_method_id": "gift_card_1",
    }
    cancelled = {"status": "cancelled", "cancel_reason": "no longer needed"}
    twice = booked("payment", 450, "gift_card_1")
    return {
        "items": end(changed("#W1", A_SUM_OF_FLOATS, **items_now("101", "202", "102")), ann_with(1775)),
        "even": end(changed("#W1", nothing_due, **items_now("101", "202", "101"))),
        "twice": end(changed("#W1", twice, **items_now("102", "201", "102")), ann_with(1550)),
        "exchange": end(changed("#W2", **exchanged)),
        "return": end(changed("#W2", **returned)),
        "cancel": end(changed("#W4", back, **cancelled), ann_with(3235)),
        "payment": end(changed("#W4", paid, back), ann_with(3235)),
        "address": end(changed("#W1", address=NEW_HOME)),
        "failing": {"changed": {}, "refused": refused_calls("failing")},
        "nothing": {"changed": {"orders": {}, "users": {}}, "refused": []},
    }


def refused_calls(key: str) -> list[dict[str, Any]]:
    """The calls of a task that read or write the shop, as calls that must be refused."""
    calls = next(one for one in TASKS if one["id"] == key)["evaluation_criteria"]["actions"]
    return [
        {"action": one["name"], "arguments": one["arguments"], "error": "Error"}
        for one in calls
        if one["name"] not in {"calculate", "transfer_to_human_agents"}
    ]
