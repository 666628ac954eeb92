"""What of an order may be paid back: never more than was paid and not yet refunded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.errors import InvalidActionError
from shop.model import Order, OrderLine, Payment
from shop.money import Money


@dataclass(frozen=True, slots=True)
class LineQuote:
    """What the customer paid for some pieces of an order line, discount and tax shared out by value."""

    line_no: int
    sku: str
    title: str
    quantity: int
    paid: Money


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What may be refunded of an order; `amount` is for what was asked about, `refundable` for all of it."""

    paid: Money
    refunded: Money
    refundable: Money
    lines: tuple[LineQuote, ...]
    shipping: Money
    amount: Money
    capped: bool


def refundable(paid: Money, refunded: Money) -> Money:
    """What was paid and not yet refunded, never below zero.

    >>> str(refundable(Money(2995, "GBP"), Money(500, "GBP")))
    '24.95 GBP'
    >>> str(refundable(Money(500, "GBP"), Money(700, "GBP")))
    '0.00 GBP'
    """
    left = paid - refunded
    return left if left.minor > 0 else Money.zero(paid.currency)


def nets(payments: Sequence[Payment]) -> dict[str, Money]:
    """What each payment method paid less what it got back, by `Payment.source`, in the order of payments.

    The nets of all methods add up to what was paid and not refunded. One is below zero where a refund went
    to a method that had not paid, such as a gift card.
    """
    found: dict[str, Money] = {}
    for one in payments:
        signed = one.amount if one.kind == "sale" else -one.amount
        before = found.get(one.source)
        found[one.source] = signed if before is None else before + signed
    return found


def pay_back(payments: Sequence[Payment], amount: Money) -> list[tuple[Payment, Money]]:
    """How an amount goes back as it was paid: a sale of each method with its share, oldest method first.

    No method gets back more than it paid, refunds netted. Raises InvalidActionError if the amount is more
    than what was paid and not yet refunded.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> card = Payment("1", "1042", "sale", "card ending 4242", Money(2000, "GBP"), noon, None)
    >>> gift = Payment("2", "1042", "sale", "gift card", Money(500, "GBP"), noon, None)
    >>> [(one.method, share.minor) for one, share in pay_back([card, gift], Money(2200, "GBP"))]
    [('card ending 4242', 2000), ('gift card', 200)]
    """
    left = nets(payments)
    whole = Money.total(left.values(), amount.currency)
    if amount > whole:
        raise InvalidActionError(f"only {whole} can still be refunded, not {amount}")
    sales: dict[str, Payment] = {}
    for one in payments:
        if one.kind == "sale":
            sales.setdefault(one.source, one)
    shares, open_amount = [], amount
    for source, sale in sales.items():
        share = min(left[source], open_amount)
        if share.minor > 0:
            shares.append((sale, share))
            open_amount -= share
    return shares


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


def quote(
    order: Order,
    payments: Sequence[Payment],
    *,
    quantities: Mapping[str, int] | None = None,
    with_shipping: bool = False,
    credited: Money | None = None,
) -> RefundQuote:
    """The refund of some pieces (by SKU), with or without the shipping; without `quantities`, of everything.

    `credited` is the goodwill credit that was given for the order: they have it, so it lowers the rest.
    Raises InvalidActionError for a SKU or a number of pieces that the order does not have.
    """
    currency = order.total.currency
    paid = Money.total((one.amount for one in payments if one.kind == "sale"), currency)
    refunded = Money.total((one.amount for one in payments if one.kind == "refund"), currency)
    left = refundable(paid, refunded if credited is None else refunded + credited)
    lines = _lines(order, quantities)
    shipping = order.shipping if with_shipping or quantities is None else Money.zero(currency)
    wanted = left
    if quantities is not None:
        wanted = Money.total((line.paid for line in lines), currency) + shipping
    return RefundQuote(paid, refunded, left, lines, shipping, min(wanted, left), capped=wanted > left)


def _lines(order: Order, quantities: Mapping[str, int] | None) -> tuple[LineQuote, ...]:
    values = line_values(order)
    if quantities is None:
        return tuple(_quoted(line, line.quantity, values[line.line_no]) for line in order.lines)
    found: list[LineQuote] = []
    for sku, quantity in quantities.items():
        left = quantity
        for line in (one for one in order.lines if one.sku == sku):
            pieces = min(left, line.quantity)
            left -= pieces
            if pieces:
                found.append(_quoted(line, pieces, values[line.line_no]))
        if left:
            had = quantity - left
            raise InvalidActionError(f"order #{order.id} has {had} of {sku!r}, not {quantity}")
    return tuple(found)


def _quoted(line: OrderLine, quantity: int, value: Money) -> LineQuote:
    paid = value.split([quantity, line.quantity - quantity])[0] if line.quantity else value
    return LineQuote(line.line_no, line.sku, line.title, quantity, paid)
