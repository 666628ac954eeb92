"""A small shop in the form of tau2's retail data, tasks on it, and their ends, worked out by hand."""

from __future__ import annotations

import copy
from typing import Any

HOME = {
    "address1": "1 Mill Lane",
    "address2": "Suite 2",
    "city": "Boston",
    "country": "USA",
    "state": "MA",
    "zip": "02101",
}
NEW_HOME = {**HOME, "address1": "9 Elm Street", "zip": "02109"}


def variant(item: str, price: float, size: str, *, available: bool = True) -> dict[str, Any]:
    """One variant of a product."""
    return {"item_id": item, "options": {"size": size}, "available": available, "price": price}


def product(key: str, name: str, *variants: dict[str, Any]) -> dict[str, Any]:
    """A product with its variants."""
    return {"name": name, "product_id": key, "variants": {one["item_id"]: one for one in variants}}


PRODUCTS = {
    "100": product(
        "100",
        "Mug",
        variant("101", 10.1, "small"),
        variant("102", 12.35, "large"),
        variant("103", 9.0, "tiny", available=False),
    ),
    "200": product("200", "Shirt", variant("201", 46.66, "M"), variant("202", 46.66, "L")),
}
CARD = {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "1111"}
GIFT = {"source": "gift_card", "id": "gift_card_1", "balance": 20.0}
THEIRS = {"source": "paypal", "id": "paypal_2"}
THEIR_GIFT = {"source": "gift_card", "id": "gift_card_2", "balance": 500.0}


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
    total = round(sum(one["price"] for one in things), 2)
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


def booked(kind: str, amount: float, method: str) -> dict[str, Any]:
    """A line of a payment history."""
    return {"transaction_type": kind, "amount": amount, "payment_method_id": method}


def expected_ends() -> dict[str, Any]:
    """The ends of the tasks, worked out by hand."""
    shop = small_shop()

    def changed(key: str, *bookings: dict[str, Any], **fields: Any) -> dict[str, Any]:
        one = shop["orders"][key]
        return {**one, "payment_history": [*one["payment_history"], *bookings], **fields}

    def ann(balance: float) -> dict[str, Any]:
        one = shop["users"]["ann_1"]
        gift = {**GIFT, "balance": balance}
        return {"ann_1": {**one, "payment_methods": {"credit_card_1": CARD, "gift_card_1": gift}}}

    done = "pending (item modified)"
    swapped = changed(
        "#W1",
        booked("payment", 2.2499999999999964, "gift_card_1"),
        items=[item("101"), item("202"), item("102")],
        status=done,
    )
    even = changed(
        "#W1",
        booked("refund", 0.0, "gift_card_1"),
        items=[item("101"), item("202"), item("101")],
        status=done,
    )
    twice = changed(
        "#W1",
        booked("payment", 4.5, "gift_card_1"),
        items=[item("102"), item("201"), item("102")],
        status=done,
    )
    exchanged = changed(
        "#W2",
        status="exchange requested",
        exchange_items=["101"],
        exchange_new_items=["102"],
        exchange_payment_method_id="gift_card_1",
        exchange_price_difference=2.25,
    )
    returned = changed(
        "#W2", status="return requested", return_items=["201"], return_payment_method_id="gift_card_1"
    )
    cancelled = changed(
        "#W4",
        booked("refund", 12.35, "gift_card_1"),
        status="cancelled",
        cancel_reason="no longer needed",
    )
    paid = changed("#W4", booked("payment", 12.35, "credit_card_1"), booked("refund", 12.35, "gift_card_1"))
    moved = changed("#W1", address=NEW_HOME)
    refused = [(one["name"], one["arguments"]) for one in TASKS[8]["evaluation_criteria"]["actions"]]

    def end(orders: list[dict[str, Any]], users: dict[str, Any] | None = None) -> dict[str, Any]:
        found = {"orders": {one["order_id"]: one for one in orders}, "users": users or {}}
        return {"changed": found, "refused": []}

    return {
        "items": end([swapped], ann(17.75)),
        "even": end([even]),
        "twice": end([twice], ann(15.5)),
        "exchange": end([exchanged]),
        "return": end([returned]),
        "cancel": end([cancelled], ann(32.35)),
        "payment": end([paid], ann(32.35)),
        "address": end([moved]),
        "failing": {
            "changed": {},
            "refused": [
                {"action": name, "arguments": given, "error": "Error"}
                for name, given in refused
                if name not in {"calculate", "transfer_to_human_agents"}
            ],
        },
        "nothing": end([]),
    }
