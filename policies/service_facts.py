"""What the judge must know about actions of customer service, beside what it knows of every action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policies.fact_types import BoolFact, DecimalFact, EnumFact, FactType, IntFact, MoneyFact

_YES_NO: Final = BoolFact()
_AMOUNT: Final = MoneyFact()
_POSITIVE_AMOUNT: Final = MoneyFact(minimum=1)
_DAYS: Final = IntFact("days", minimum=None)

ITEM_CLASSES: Final = ("standard", "hygiene", "hazardous", "final_sale")
"""From the one that is taken back most freely to the one that is not taken back."""

CARRIER_STATES: Final = ("none", "delivered", "in_transit", "returned", "late", "damaged", "lost")
"""The state of an order's parcels; of several, the last of this list counts."""

_SPEAKING: Final[dict[str, FactType]] = {
    "identity": EnumFact(("staff", "none", "this_customer", "another_customer")),
    "consent": EnumFact(("not_needed", "missing", "given")),
}
"""Asked of every action that a customer may ask for."""

_DELIVERY: Final[dict[str, FactType]] = {"delivered": _YES_NO, "days_since_delivery": _DAYS}
_BACK: Final[dict[str, FactType]] = {
    "items.returnable": _YES_NO,
    "item_class": EnumFact(ITEM_CLASSES),
    "value": _AMOUNT,
    "return_open": _YES_NO,
}
_SWAP: Final[dict[str, FactType]] = {
    "items.on_order": _YES_NO,
    "items.same_product": _YES_NO,
    "items.different": _YES_NO,
    "items.available": _YES_NO,
    "method.can_pay": _YES_NO,
    "difference": _AMOUNT,
}

FOR_CUSTOMERS: Final[dict[str, dict[str, FactType]]] = {
    "refund_order": {
        "amount": _POSITIVE_AMOUNT,
        "within_refundable": _YES_NO,
        "share_pct": DecimalFact(scale=2),
        "method.allowed": _YES_NO,
        **_DELIVERY,
        "customer.refunds_90d": _AMOUNT,
        "customer.refund_count_90d": IntFact("refunds"),
        "customer.age_days": _DAYS,
        "country_differs": _YES_NO,
        "goods_sent_again": _YES_NO,
    },
    "cancel_order": {
        "cancellable": _YES_NO,
        "shipped": _YES_NO,
        "items.changed_before": _YES_NO,
        "total": _AMOUNT,
        "cause": EnumFact(
            ("none", "no_longer_needed", "ordered_by_mistake", "out_of_stock", "suspected_fraud")
        ),
    },
    "request_return": {**_DELIVERY, **_BACK, "method.allowed": _YES_NO},
    "cancel_return": {"open": _YES_NO},
    "request_exchange": {**_DELIVERY, **_BACK, **_SWAP},
    "change_order_items": {"pending": _YES_NO, "items.changed_before": _YES_NO, **_SWAP},
    "change_order_payment": {
        "pending": _YES_NO,
        "items.changed_before": _YES_NO,
        "paid_once": _YES_NO,
        "method.different": _YES_NO,
        "method.can_pay": _YES_NO,
    },
    "change_order_address": {
        "pending": _YES_NO,
        "items.changed_before": _YES_NO,
        "country_changes": _YES_NO,
        "customer.address_changes_30d": IntFact("changes"),
        "total": _AMOUNT,
    },
    "change_customer_address": {"country_changes": _YES_NO},
    "reship_order": {
        "items.on_order": _YES_NO,
        "items.available": _YES_NO,
        "carrier": EnumFact(CARRIER_STATES),
        "reshipped_before": _YES_NO,
        "customer.reships_90d": IntFact("replacements"),
        "value": _AMOUNT,
    },
    "give_credit": {
        "amount": _POSITIVE_AMOUNT,
        "order.of_customer": _YES_NO,
        "customer.credits_90d": _AMOUNT,
    },
}
"""Kinds that a customer may ask for in a conversation; all others only operators and runs ask for."""

FOR_STAFF: Final[dict[str, dict[str, FactType]]] = {
    "add_order_note": {"length": IntFact("characters")},
    "receive_return": {"open": _YES_NO},
    "inspect_return": {"received": _YES_NO, "restock": _YES_NO, "item_class": EnumFact(ITEM_CLASSES)},
    "complete_exchange": {
        "exchange_open": _YES_NO,
        "returned": _YES_NO,
        "method.can_pay": _YES_NO,
        "difference": _AMOUNT,
    },
    "draft_reply": {"ticket_open": _YES_NO, "length": IntFact("characters")},
}


def service_facts(
    common: Mapping[str, FactType], channels: tuple[str, ...]
) -> dict[str, Mapping[str, FactType]]:
    """The facts of each kind, with those that every action has; customers ask over one of `channels`."""
    asked_by_customers = {**common, "channel": EnumFact(channels), **_SPEAKING}
    return {
        **{kind: {**asked_by_customers, **own} for kind, own in FOR_CUSTOMERS.items()},
        **{kind: {**common, **own} for kind, own in FOR_STAFF.items()},
    }


LABELS: Final[dict[str, str]] = {
    "identity": "who the customer of this conversation is",
    "consent": "the customer's yes to exactly this",
    "method.allowed": "money goes to the order's payment method or a gift card of the customer",
    "method.can_pay": "payment method is the customer's and holds enough",
    "method.different": "payment method is another one",
    "cause": "cause of the cancellation",
    "items.returnable": "pieces were sent and are not back yet",
    "items.on_order": "pieces are on the order",
    "items.same_product": "new items are variants of the same products",
    "items.different": "new items are other ones",
    "items.available": "items are available",
    "items.changed_before": "items were changed before",
    "item_class": "class of the items",
    "value": "value",
    "return_open": "another return of the order is open",
    "difference": "price difference",
    "pending": "order is pending",
    "paid_once": "order was paid in one payment",
    "customer.age_days": "days since the customer's account was opened",
    "country_differs": "the order goes to another country than the customer lives in",
    "goods_sent_again": "the refund is for goods that went out again, as a replacement or in exchange",
    "customer.address_changes_30d": "number of address changes for this customer in 30 days",
    "customer.reships_90d": "number of times goods were sent again to this customer in 90 days",
    "country_changes": "address is in another country",
    "carrier": "what the carrier says",
    "reshipped_before": "goods of the order were sent again before",
    "order.of_customer": "order is the customer's",
    "customer.credits_90d": "customer's credit in 90 days",
    "received": "goods are back",
    "restock": "goods go back into stock",
    "exchange_open": "exchange is open",
    "returned": "old goods are back",
    "ticket_open": "ticket is open",
}
