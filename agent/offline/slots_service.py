"""Fills the arguments of the tools of customer service."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from agent.offline import values
from agent.offline.filling import QUESTIONS, Filled, Filling, MissingError
from agent.offline.mentions import Sort


def _customer(filling: Filling, args: dict[str, Any]) -> Filled:
    called = values.unknown_words(
        filling.request, start=r"\b(?:called|named|name of|customer|mr|mrs|ms|client)\b"
    )
    said = filling.request.of(Sort.CUSTOMER)
    args["customer"] = called if called and not said else filling.record("customer", Sort.CUSTOMER)
    args["include_messages"] = _wants_messages(filling.request.text)
    return args, ""


def _wants_messages(text: str) -> bool | None:
    """Whether strangers' words are asked for; they are shown as theirs and taint the conversation."""
    asked = re.search(r"\b(?:messages?|tickets?|wrote|written|complain\w*|said|mails?|notes)\b", text)
    return asked is not None or None


def _orders(filling: Filling, args: dict[str, Any]) -> Filled:
    text = filling.request.text
    by_status = re.search(
        r"\b(?:unfulfilled|unshipped|unsent|unprocessed|open)\b|\b(?:not|haven't|hasn't|yet|to be|still|to) (?:\w+ )?(?:ship\w*|sent|send|pack|fulfil\w*|gone)",
        text,
    )
    cancelled = re.search(r"\bcancelled\b", text)
    args["sku"] = filling.record("sku", Sort.SKU, required=False)
    free = bool(
        by_status
        or cancelled
        or args["sku"]
        or filling.request.of(Sort.PERIOD)
        or re.search(
            r"\b(?:unpaid|which|how many|recent|latest|newest|all|today's|last|new) (?:\w+ )?orders?\b", text
        )
    )
    people = filling.request.of(Sort.CUSTOMER) or not free
    args["customer"] = filling.record("customer", Sort.CUSTOMER) if people else None
    args["status"] = "unfulfilled" if by_status else "cancelled" if cancelled else None
    return args, ""


def _order(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    return args, ""


def _shown_order(filling: Filling, args: dict[str, Any]) -> Filled:
    return _order(filling, {**args, "include_messages": _wants_messages(filling.request.text)})


def _track(filling: Filling, args: dict[str, Any]) -> Filled:
    tracking = filling.request.of(Sort.TRACKING)
    args["order"] = tracking[0].value if tracking else filling.record("order", Sort.ORDER)
    return args, ""


def _refund(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    args["reason"] = values.reason(filling.request)
    said = values.amount(filling.request)
    if said is not None:
        args["amount"] = values.amount_text(said, filling.home)
        return args, ""
    percents = filling.request.of(Sort.PERCENT)
    if percents:
        return args, f"share:{percents[0].value}"
    if values.is_full(filling.request):
        return args, ""  # without an amount the tool pays what the quote says
    raise MissingError("amount", QUESTIONS["amount"])


def _cancel_order(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    args["reason"] = values.reason(filling.request)
    return args, ""


def _note(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    words = filling.request.of(Sort.WORDS)
    if not words:
        raise MissingError("note", QUESTIONS["note"])
    args["note"] = words[0].value
    return args, ""


def _question(filling: Filling, args: dict[str, Any]) -> Filled:
    args["question"] = filling.request.said
    return args, ""


SERVICE: Final[dict[str, Callable[[Filling, dict[str, Any]], Filled]]] = {
    "find_customer": _customer,
    "find_orders": _orders,
    "get_order": _shown_order,
    "track_shipment": _track,
    "quote_refund": _order,
    "refund_order": _refund,
    "cancel_order": _cancel_order,
    "add_order_note": _note,
    "search_guides": _question,
}
"""For each tool of customer service its filler."""
