"""What service and pricing answer to what cannot be: the figure that stands against it, and what to do."""

from typing import Any, Final

from tools.tool import Shop
from tools.toolbox import call

HOME: Final = {"street": "1 Mill Lane", "city": "York", "postcode": "YO1 1AA", "country": "GB"}

REFUSALS: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    (
        "refund_order",
        {"order": "2001", "amount": "99"},
        "denied: At most 33.99 GBP of order #2001 can still be refunded. The amount is more than what "
        "may still be refunded; ask for no more than that.",
    ),
    (
        "refund_order",
        {"order": "2001", "items": [{"sku": "MUG-01", "quantity": 9}]},
        "order #2001 has 2 of 'MUG-01', not 9: ask for at most 2",
    ),
    (
        "request_return",
        {"order": "2001", "items": [{"sku": "MUG-01", "quantity": 9}]},
        "of MUG-01 on order #2001, 2 pieces can come back, not 9: ask for at most 2",
    ),
    (
        "request_return",
        {"order": "2002"},
        "nothing of order #2002 can come back: change its items or cancel it instead",
    ),
    (
        "reship_order",
        {"order": "2002", "reason": "lost"},
        "nothing of order #2002 was sent: wait until it is sent, or cancel the order",
    ),
    (
        "change_order_items",
        {"order": "2001", "items": [{"sku": "MUG-01", "quantity": 1, "new_sku": "MUG-02"}]},
        "no piece of MUG-01 on order #2001 can change: it was sent already; exchange it once it has been"
        " delivered",
    ),
    (
        "request_exchange",
        {"order": "2001", "items": [{"sku": "MUG-01", "quantity": 1, "new_sku": "MUG-01"}]},
        "denied: The new item is the one that was ordered; name another variant.",
    ),
    (
        "receive_return",
        {"rma": "RMA-999"},
        "denied: There is no return 'RMA-999': the order shows its returns.",
    ),
    (
        "complete_exchange",
        {"exchange": "EX-9"},
        "denied: There is no exchange 'EX-9': its number was told when it was agreed.",
    ),
    (
        "cancel_order",
        {"order": "2001"},
        "denied: Only an order of which nothing has left can be cancelled; refund it or take it back "
        "instead. The order has been shipped; take it back as a return instead.",
    ),
    (
        "change_order_address",
        {"order": "2001", **HOME},
        "denied: The order is not pending any more; ask the carrier, or send it again if it gets lost.",
    ),
    (
        "refund_order",
        {"order": "2001", "amount": "1", "to": "cheque"},
        "'cheque' is no payment method of the customer: name one of pm-card (Visa card ending 4242); pm-"
        "gift (gift card); pm-paypal (PayPal)",
    ),
    (
        "give_credit",
        {"customer": "C-10001", "amount": "900", "reason": "sorry"},
        "denied: No credit may exceed 500.00 GBP; this one is 900.00 GBP. Ask for less. 500.00 GBP or "
        "less could pass with an approval (amount).",
    ),
    (
        "change_price",
        {"sku": "MUG-01", "price": "4.50"},
        "denied: MUG-01 costs 5.00 GBP, 4.50 GBP was asked for. The price would be below cost; ask for "
        "more than the goods cost.",
    ),
)


def test_a_refusal_begins_with_what_stands_against_it_and_ends_with_what_to_do(desk_shop: Shop) -> None:
    """Each impossible request is answered in exactly these words."""
    answered = [(name, given, said(desk_shop, name, given)) for name, given, _ in REFUSALS]
    assert answered == list(REFUSALS)


def said(shop: Shop, name: str, given: dict[str, Any]) -> str:
    """The words of a tool's answer, or of its error, that did nothing."""
    answer = call(shop, name, given)
    if answer.error is not None:
        return answer.error
    assert answer.result is not None
    assert answer.result.state == "denied"  # type: ignore[attr-defined]  # a write's answer
    return str(answer.result.words)  # type: ignore[attr-defined]  # a write's answer
