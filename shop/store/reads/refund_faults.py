"""What stands against a refund of an order, as the books stand: line by line, and payment by payment."""

from __future__ import annotations

from shop.model import Order
from shop.money import Money
from shop.refund_parts import SHIPPING
from shop.service import nets
from shop.service_actions import RefundOrder
from shop.store.database import Snapshot
from shop.store.reads import orders
from shop.store.reads.credits import left_of_parts, settled
from shop.store.reads.payment_methods import payment_method


def refund_fault(snapshot: Snapshot, order: Order, action: RefundOrder) -> str:
    """What is wrong with the parts of a refund or with where it goes, and what to do; empty if nothing is."""
    before = settled(snapshot, order)
    left = left_of_parts(snapshot, order, before)
    lines = {line.line_no: line for line in order.lines}
    for part in action.lines or ():
        line = lines.get(part.line)
        if line is None:
            return f"order {order.id} has no line {part.line}: name one of {sorted(lines)}"
        free = line.quantity - (before[part.line].quantity if part.line in before else 0)
        if part.quantity > free:
            gone = f"{line.quantity - free} of {line.quantity} pieces of {line.sku} were refunded before"
            return f"{gone}: ask for at most {max(free, 0)}, or for an amount"
        open_part = left[part.line]
        if part.amount > open_part:
            words = f"only {open_part} of {line.sku} can still be refunded, not {part.amount}"
            return f"{words}: ask for at most that"
    if action.shipping is not None and action.shipping > left[SHIPPING]:
        return (
            f"only {left[SHIPPING]} of the shipping can still be refunded, not {action.shipping}: "
            "ask for at most that"
        )
    return over_payment(snapshot, order, action.to, action.amount)


def over_payment(snapshot: Snapshot, order: Order, to: str | None, amount: Money) -> str:
    """Why an amount cannot go to one method: it paid less than that. A gift card may take any amount."""
    method = None if to is None else payment_method(snapshot, to)
    if method is None or method.kind == "gift_card":
        return ""
    by_method = nets([one for one in orders.payments(snapshot, order.id) if one.method_id == method.id])
    paid = Money.total(by_method.values(), order.total.currency)
    if amount <= paid:
        return ""
    return (
        f"{method.words} paid {paid} of order {order.id} and cannot get {amount} back: "
        "refund as it was paid, or to a gift card"
    )
