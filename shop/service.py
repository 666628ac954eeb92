"""What of an order may be paid back: never more than was paid and not yet refunded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.errors import InvalidActionError
from shop.model import Order, OrderLine, Payment
from shop.money import Money
from shop.refund_parts import SHIPPING, Settled, line_values, open_parts, refundable, worth_of

__all__ = ["LineQuote", "RefundQuote", "line_values", "nets", "pay_back", "quote", "refundable"]


@dataclass(frozen=True, slots=True)
class LineQuote:
    """What the customer paid for some pieces of an order line, discount and tax shared out by value.

    `refundable` is what of it may go back now: less where some went back before.
    """

    line_no: int
    sku: str
    title: str
    quantity: int
    paid: Money
    refundable: Money


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
        raise InvalidActionError(f"only {whole} can still be refunded, not {amount}: ask for at most that")
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


def quote(
    order: Order,
    payments: Sequence[Payment],
    *,
    quantities: Mapping[str, int] | None = None,
    with_shipping: bool = False,
    credited: Money | None = None,
    settled: Mapping[int, Settled] | None = None,
) -> RefundQuote:
    """The refund of some pieces (by SKU), with or without the shipping; without `quantities`, of everything.

    `credited` is the goodwill credit that was given for the order: they have it, so it lowers the rest.
    `settled` is what was refunded by line before; line 0 is the shipping.
    Raises InvalidActionError for a SKU or a number of pieces that the order does not have, or not any more.
    """
    currency = order.total.currency
    paid = Money.total((one.amount for one in payments if one.kind == "sale"), currency)
    refunded = Money.total((one.amount for one in payments if one.kind == "refund"), currency)
    left = refundable(paid, refunded if credited is None else refunded + credited)
    before = settled or {}
    parts = open_parts(order, before, left)
    lines = _lines(order, quantities, before, parts)
    shipping = parts[SHIPPING] if with_shipping or quantities is None else Money.zero(currency)
    if quantities is None:
        return RefundQuote(paid, refunded, left, lines, shipping, left, capped=False)
    amount = Money.total((line.refundable for line in lines), currency) + shipping
    capped = any(line.refundable < line.paid for line in lines)
    return RefundQuote(paid, refunded, left, lines, shipping, amount, capped)


def _lines(
    order: Order,
    quantities: Mapping[str, int] | None,
    before: Mapping[int, Settled],
    parts: Mapping[int, Money],
) -> tuple[LineQuote, ...]:
    gone = {number: one.quantity for number, one in before.items()}
    free = {line.line_no: max(line.quantity - gone.get(line.line_no, 0), 0) for line in order.lines}
    values = line_values(order)
    found: list[LineQuote] = []
    for line, pieces in _taken(order, quantities, free):
        paid = worth_of(values[line.line_no], line.quantity, gone.get(line.line_no, 0), pieces)
        now = min(paid, parts[line.line_no])
        found.append(LineQuote(line.line_no, line.sku, line.title, pieces, paid, now))
    return tuple(found)


def _taken(
    order: Order, quantities: Mapping[str, int] | None, free: Mapping[int, int]
) -> list[tuple[OrderLine, int]]:
    """The lines that the pieces are of, with so many of each; every free piece without `quantities`."""
    if quantities is None:
        return [(line, free[line.line_no]) for line in order.lines if free[line.line_no]]
    found: list[tuple[OrderLine, int]] = []
    for sku, quantity in quantities.items():
        missing = quantity
        for line in (one for one in order.lines if one.sku == sku):
            pieces = min(missing, free[line.line_no])
            missing -= pieces
            if pieces:
                found.append((line, pieces))
        if missing:
            raise InvalidActionError(_too_many(order, sku, quantity, quantity - missing))
    return found


def _too_many(order: Order, sku: str, quantity: int, had: int) -> str:
    bought = sum(line.quantity for line in order.lines if line.sku == sku)
    if bought < quantity:
        return f"order #{order.id} has {bought} of {sku!r}, not {quantity}: ask for at most {bought}"
    return (
        f"{bought - had} of the {bought} pieces of {sku!r} on order #{order.id} were refunded before: "
        f"ask for at most {had}, or for an amount"
    )
