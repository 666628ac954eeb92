"""How the invented customers pay: the methods of their orders, and a balance on their gift cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shop.imports.sample.catalogue import HOME
from shop.imports.sample.customers import customer_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shop.imports.sample.web_orders import WebOrder

_KINDS: Final = {"PayPal": "paypal", "gift card": "gift_card"}


def method_id(order: WebOrder) -> str | None:
    """The id of the payment method of an order; None for a bank transfer, which is nobody's wallet."""
    if order.method == "bank transfer":
        return None
    return f"{customer_id(order.customer)}-{order.method.lower().replace(' ', '-')}"


def wallet_rows(orders: Iterable[WebOrder]) -> list[dict[str, Any]]:
    """Each customer's payment methods, once each; a gift card holds up to 59 GBP."""
    known: dict[str, dict[str, Any]] = {}
    for order in orders:
        name = method_id(order)
        if name is None or name in known:
            continue
        kind = _KINDS.get(order.method, "card")
        gift = kind == "gift_card"
        known[name] = {
            "id": name,
            "customer": customer_id(order.customer),
            "kind": kind,
            "last_four": order.method[-4:] if kind == "card" else "",
            "balance_minor": order.customer * 7 % 60 * 100 if gift else None,
            "currency": HOME if gift else None,
        }
    return list(known.values())
