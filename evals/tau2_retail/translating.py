"""tau2's seven write tools in the shop's own actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from evals.tau2_retail.answers import RefusedCallError
from evals.tau2_retail.loading import number_of
from shop.actions import Action
from shop.errors import InvalidActionError
from shop.service_actions import (
    CancelCause,
    CancelOrder,
    ChangeCustomerAddress,
    ChangeOrderAddress,
    ChangeOrderItems,
    ChangeOrderPayment,
    OrderPieces,
    RequestExchange,
    RequestReturn,
    SwappedPieces,
)
from shop.store.database import Snapshot
from shop.store.reads import customers, orders
from shop.store.reads.swap_quotes import swap_quote

Arguments = Mapping[str, Any]

_CAUSES: Final = {
    "no longer needed": CancelCause.NO_LONGER_NEEDED,
    "ordered by mistake": CancelCause.ORDERED_BY_MISTAKE,
}
_ADDRESS: Final = ("address1", "address2", "city", "country", "state", "zip")
_SWAPS: Final = ("order_id", "item_ids", "new_item_ids", "payment_method_id")
ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "cancel_pending_order": ("order_id", "reason"),
    "modify_pending_order_address": ("order_id", *_ADDRESS),
    "modify_pending_order_payment": ("order_id", "payment_method_id"),
    "modify_pending_order_items": _SWAPS,
    "exchange_delivered_order_items": _SWAPS,
    "return_delivered_order_items": ("order_id", "item_ids", "payment_method_id"),
    "modify_user_address": ("user_id", *_ADDRESS),
    "find_user_id_by_email": ("email",),
    "find_user_id_by_name_zip": ("first_name", "last_name", "zip"),
    "get_user_details": ("user_id",),
    "get_order_details": ("order_id",),
    "get_product_details": ("product_id",),
    "get_item_details": ("item_id",),
    "list_all_product_types": (),
    "calculate": ("expression",),
    "transfer_to_human_agents": ("summary",),
    "think": ("thought",),
}
"""What each tool takes, tau-bench's one more too: exactly these, lists where the name is plural."""


def check_arguments(name: str, arguments: Arguments) -> None:
    """Raise RefusedCallError for a tool that tau2 lacks, or that does not get exactly its arguments."""
    wanted = ARGUMENTS.get(name)
    if wanted is None:
        raise RefusedCallError("unknown-tool", f"{name} is no tool of tau2's retail")
    if set(arguments) != set(wanted):
        raise RefusedCallError("wrong-arguments", f"{name} takes {', '.join(wanted) or 'nothing'}")
    for key, value in arguments.items():
        plural = key.endswith("_ids")
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if not (fits if plural else isinstance(value, str)):
            form = "a list of texts" if plural else "text"
            raise RefusedCallError("wrong-arguments", f"{name}: {key} must be {form}")


def action_of(snapshot: Snapshot, name: str, arguments: Arguments) -> Action:
    """The action that a write call means; RefusedCallError if it names what is not there or is none."""
    check_arguments(name, arguments)
    try:
        return _MADE[name](snapshot, arguments)
    except (InvalidActionError, ValueError) as error:
        raise RefusedCallError("invalid-action", str(error)) from error


def _cancel(snapshot: Snapshot, given: Arguments) -> Action:
    if given["reason"] not in _CAUSES:
        raise RefusedCallError("invalid-reason", f"the reason must be one of: {', '.join(_CAUSES)}")
    return CancelOrder(order=_order(snapshot, given), reason=given["reason"], cause=_CAUSES[given["reason"]])


def _order_address(snapshot: Snapshot, given: Arguments) -> Action:
    return ChangeOrderAddress(order=_order(snapshot, given), **_address(given))


def _payment(snapshot: Snapshot, given: Arguments) -> Action:
    return ChangeOrderPayment(order=_order(snapshot, given), method=given["payment_method_id"])


def _items(snapshot: Snapshot, given: Arguments) -> Action:
    return ChangeOrderItems(**_swap(snapshot, given))


def _exchange(snapshot: Snapshot, given: Arguments) -> Action:
    return RequestExchange(**_swap(snapshot, given), reason="asked for by the customer")


def _return(snapshot: Snapshot, given: Arguments) -> Action:
    return RequestReturn(
        order=_order(snapshot, given),
        lines=tuple(OrderPieces(line=line, quantity=1) for line in _lines(snapshot, given)),
        to=given["payment_method_id"],
        reason="asked for by the customer",
    )


def _customer_address(snapshot: Snapshot, given: Arguments) -> Action:
    if customers.customer(snapshot, given["user_id"]) is None:
        raise RefusedCallError("unknown-customer", f"there is no customer {given['user_id']!r}")
    return ChangeCustomerAddress(customer=given["user_id"], **_address(given))


_MADE: Final[Mapping[str, Callable[[Snapshot, Arguments], Action]]] = {
    "cancel_pending_order": _cancel,
    "modify_pending_order_address": _order_address,
    "modify_pending_order_payment": _payment,
    "modify_pending_order_items": _items,
    "exchange_delivered_order_items": _exchange,
    "return_delivered_order_items": _return,
    "modify_user_address": _customer_address,
}


def _order(snapshot: Snapshot, given: Arguments) -> str:
    number = number_of(given["order_id"])
    if orders.order(snapshot, number) is None:
        raise RefusedCallError("unknown-order", f"there is no order {given['order_id']!r}")
    return number


def _address(given: Arguments) -> dict[str, str]:
    return {
        "street": given["address1"],
        "street2": given["address2"],
        "city": given["city"],
        "region": given["state"],
        "postcode": given["zip"],
        "country": given["country"],
    }


def _lines(snapshot: Snapshot, given: Arguments) -> list[int]:
    """The line of the order for each item that is named, another one each time an item is named again."""
    order = orders.order(snapshot, number_of(given["order_id"]))
    left = list(order.lines) if order else []
    found = []
    for sku in given["item_ids"]:
        line = next((one for one in left if one.sku == sku), None)
        if line is None:
            raise RefusedCallError("item-not-in-order", f"the order has no {sku!r}, or not so many of it")
        left.remove(line)
        found.append(line.line_no)
    return found


def _swap(snapshot: Snapshot, given: Arguments) -> dict[str, Any]:
    """What items are swapped for which, by what they are paid, and what the customer is told it costs."""
    number, lines = _order(snapshot, given), _swapped(snapshot, given)
    order = orders.order(snapshot, number)
    quote = None if order is None else swap_quote(snapshot, order, lines, {})
    return {
        "order": number,
        "lines": lines,
        "method": given["payment_method_id"],
        "difference": quote.difference if quote else None,
    }


def _swapped(snapshot: Snapshot, given: Arguments) -> tuple[SwappedPieces, ...]:
    lines, news = _lines(snapshot, given), given["new_item_ids"]
    if len(lines) != len(news):
        raise RefusedCallError("unequal-lists", f"{len(lines)} items are to become {len(news)}")
    return tuple(
        SwappedPieces(line=line, quantity=1, new_sku=new) for line, new in zip(lines, news, strict=True)
    )
