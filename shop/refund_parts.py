"""What may still be refunded of each part of an order: its lines and its shipping.

Refunds that name their goods are written down by line. Money that went back without saying for what (an
amount, goodwill credit, a refund of another system) counts against the shipping first, then against all lines
in proportion. So the parts never add up to more than the money that is left, and none is paid back twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shop.model import Order
from shop.money import Money
from shop.service_actions import RefundOrder

SHIPPING: Final = 0
"""The number of the part that is no line of goods."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was refunded of one part before: whole pieces, and money."""

    quantity: int
    amount: Money


def refundable(paid: Money, refunded: Money) -> Money:
    """What was paid and not yet refunded, never below zero.

    >>> str(refundable(Money(2995, "GBP"), Money(500, "GBP")))
    '24.95 GBP'
    >>> str(refundable(Money(500, "GBP"), Money(700, "GBP")))
    '0.00 GBP'
    """
    left = paid - refunded
    return left if left.minor > 0 else Money.zero(paid.currency)


def line_values(order: Order) -> dict[int, Money]:
    """What each line cost the customer: the total without shipping, shared out by price times quantity.

    So order discounts and taxes are in it, and the lines add up exactly.
    """
    goods = order.total - order.shipping
    weights = [line.unit_price.minor * line.quantity for line in order.lines]
    if goods.minor <= 0 or sum(weights) <= 0:
        return {line.line_no: Money.zero(goods.currency) for line in order.lines}
    shares = goods.split(weights)
    return {line.line_no: share for line, share in zip(order.lines, shares, strict=True)}


def open_parts(order: Order, settled: Mapping[int, Settled], left: Money) -> dict[int, Money]:
    """What may still be refunded of each line, by number, and of the shipping (`SHIPPING`).

    `settled` is what was refunded part by part, `left` the money of the order that is left (not below zero).
    No part is below zero or over its value less what was settled, and together they are at most `left`.
    """
    values = {SHIPPING: order.shipping, **line_values(order)}
    parts = {
        number: refundable(value, settled[number].amount) if number in settled else value
        for number, value in values.items()
    }
    beyond = Money.total(parts.values(), order.total.currency) - left
    if beyond.minor <= 0:
        return parts
    shipping = refundable(parts.pop(SHIPPING), beyond)
    goods = left - shipping
    if not parts or not any(part.minor for part in parts.values()):
        return {SHIPPING: shipping, **parts}
    shares = goods.split([part.minor for part in parts.values()])
    return {SHIPPING: shipping, **dict(zip(parts, shares, strict=True))}


def pays_for_goods_sent_again(
    order: Order, action: RefundOrder, settled: Mapping[int, Settled], again: Mapping[int, int]
) -> bool:
    """Whether a refund pays for goods that went out again (`again`: pieces by line): they would have both.

    The other pieces of a line are paid back freely. An amount that names no goods may be for any of them, a
    refund of the shipping alone is for none.
    """
    if not action.lines:
        return action.shipping is None and any(again.values())
    pieces = {line.line_no: line.quantity for line in order.lines}
    for part in action.lines:
        twice = again.get(part.line, 0)
        before = settled[part.line].quantity if part.line in settled else 0
        if twice and (not part.quantity or part.quantity + before + twice > pieces.get(part.line, 0)):
            return True
    return False


def worth_of(value: Money, pieces: int, before: int, quantity: int) -> Money:
    """What `quantity` pieces of a line of so many `pieces` and this `value` cost, after `before` others.

    However a line is taken apart, its pieces add up to its value.

    >>> [worth_of(Money(1000, "GBP"), 3, before, 1).minor for before in (0, 1, 2)]
    [333, 333, 334]
    """
    return Money(value.minor * (before + quantity) // pieces - value.minor * before // pieces, value.currency)
