"""Tools for money back and cancellations, and the note on an order."""

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from shop import service
from shop.actions import AddOrderNote, CancelOrder, RefundOrder
from shop.errors import ToolInputError
from shop.model import Order
from shop.money import Money
from shop.service import RefundQuote
from shop.service_actions import CancelCause, RefundedPart
from shop.store.database import Snapshot
from shop.store.reads import orders
from shop.store.reads.credits import credited, settled
from tools import lookups
from tools.answers import Amount, Answer, Record, WriteAnswer
from tools.arguments import (
    NO_REASON,
    AmountText,
    Name,
    OrderedLine,
    OrderId,
    PercentText,
    Reason,
    Words,
    parse_amount,
    parse_percent,
)
from tools.order_pieces import method_meant, sku_on
from tools.tool import Shop, read_from, submit

Returned = Annotated[
    list[OrderedLine] | None,
    Field(
        max_length=100,
        description="only these products and pieces; leave out for the whole order; [] for shipping alone",
    ),
]
Shipping = Annotated[bool, Field(strict=True, description="true to pay the shipping back as well")]

Destination = Annotated[
    Name, Field(description="'original payment', or 'gift card', or an id of the customer's methods")
]
ShareText = Annotated[PercentText, Field(description="percent of what the quote says, as text: '50'")]
_WHOLE: Final = Decimal(100)
Cause = Annotated[
    Literal["no_longer_needed", "ordered_by_mistake", "out_of_stock", "suspected_fraud"],
    Field(description="the cause, where it is known"),
]


class LineQuoteRecord(Record):
    """What the customer paid for these pieces, discount and tax shared out by value.

    `refundable` is what of it may still go back.
    """

    sku: str
    title: str
    quantity: int
    paid: Amount
    refundable: Amount


class RefundQuoteAnswer(Answer):
    """What may be paid back: `amount` for what was asked about, `refundable` at most for the order."""

    order: str
    amount: Amount
    paid: Amount
    refunded: Amount
    refundable: Amount
    shipping: Amount
    lines: tuple[LineQuoteRecord, ...]
    note: str


def quote_refund(
    shop: Shop, order: OrderId, items: Returned = None, include_shipping: Shipping = False
) -> RefundQuoteAnswer:
    """Work out how much of an order may be paid back: of everything, or of some of its products.

    Changes nothing and promises nothing.
    """
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        quoted = _quote(snapshot, found, items, with_shipping=include_shipping)
        return RefundQuoteAnswer.copied(
            quoted,
            **read_from(shop, snapshot, "orders and payments"),
            order=found.id,
            lines=tuple(LineQuoteRecord.copied(line) for line in quoted.lines),
            note=_note(quoted),
        )


def refund_order(
    shop: Shop,
    order: OrderId,
    amount: AmountText | None = None,
    percent: ShareText | None = None,
    items: Returned = None,
    include_shipping: Shipping = False,
    to: Destination | None = None,
    reason: Reason = NO_REASON,
) -> WriteAnswer:
    """Ask to pay money of an order back to the customer: an amount, or what the quote says, or a share of it.

    An amount with items is a part of their price; give an amount or percent, not both. It goes back as it was
    paid, or to a gift card of the customer. Pays once the rules or a person allow it, and cannot be undone.
    Refuses an order with nothing left to refund.
    """
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        quoted = _quote(snapshot, found, items, with_shipping=include_shipping)
        method = method_meant(snapshot, found.customer, to)
    money = _asked_for(quoted, amount, percent)
    if money.minor == 0:
        left = f"{quoted.paid} was paid, {quoted.refunded} has been refunded; give goodwill credit instead"
        raise ToolInputError(f"there is nothing to refund on order #{found.id}: {left}")
    parts = _parts_of(quoted, money) if items or (items == [] and include_shipping) else {}
    request = f"refund {money} of order #{found.id} ({quoted.refundable} refundable)"
    return submit(shop, RefundOrder, request, order=found.id, amount=money, reason=reason, to=method, **parts)


def _asked_for(quoted: RefundQuote, amount: str | None, percent: str | None) -> Money:
    """The money that is meant: all that the quote says where neither is given."""
    if amount is not None and percent is not None:
        raise ToolInputError("give an amount, such as '12.50', or percent, such as '50', not both")
    if amount is not None:
        return parse_amount(amount, quoted.amount.currency)
    share = Decimal(100) if percent is None else parse_percent(percent)
    if not 0 < share <= _WHOLE:
        raise ToolInputError(
            f"percent must be over 0 and at most 100, not {percent}: ask for a share in between"
        )
    return quoted.amount.times(share / _WHOLE)


def cancel_order(
    shop: Shop, order: OrderId, reason: Reason = NO_REASON, cause: Cause | None = None
) -> WriteAnswer:
    """Ask to cancel a customer's order that has not been shipped and to pay back what was paid.

    Cancels once the rules or a person allow it, and cannot be undone. Asks back when a bare number is a
    purchase order's number too.
    """
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order, number_must_be_clear=True)
    request = f"cancel order #{found.id} of {found.placed_at.date()}, {found.total}, {found.status}"
    why = None if cause is None else CancelCause(cause)
    return submit(shop, CancelOrder, request, order=found.id, reason=reason, cause=why)


def add_order_note(
    shop: Shop, order: OrderId, note: Annotated[Words, Field(description="the note, as it should stand")]
) -> WriteAnswer:
    """Ask to add an internal note to a customer's order; the customer does not see it."""
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
    return submit(shop, AddOrderNote, f"note on order #{found.id}: {note}", order=found.id, note=note)


def _quote(
    snapshot: Snapshot, order: Order, items: list[OrderedLine] | None, *, with_shipping: bool
) -> RefundQuote:
    quantities: dict[str, int] | None = {} if items == [] and with_shipping else None
    for item in items or []:
        sku = sku_on(snapshot, order, item.sku)
        quantities = quantities or {}
        quantities[sku] = quantities.get(sku, 0) + item.quantity
    payments = orders.payments(snapshot, order.id)
    return service.quote(
        order,
        payments,
        quantities=quantities,
        with_shipping=with_shipping,
        credited=credited(snapshot, order),
        settled=settled(snapshot, order),
    )


def _parts_of(quoted: RefundQuote, money: Money) -> dict[str, Any]:
    """What of the money is for which line, and for the shipping.

    Less than the quote is a part of the price of each line; raises ToolInputError for more.
    """
    shares = [line.refundable for line in quoted.lines] + [quoted.shipping]
    if money > quoted.amount:
        raise ToolInputError(
            f"{quoted.amount} of these goods can still be refunded, not {money}: ask for at most that"
        )
    shares = money.split([share.minor for share in shares])
    *of_lines, shipping = shares
    lines = tuple(
        RefundedPart(line=line.line_no, quantity=line.quantity if money == quoted.amount else 0, amount=share)
        for line, share in zip(quoted.lines, of_lines, strict=True)
        if share.minor > 0
    )
    return {"lines": lines or None, "shipping": shipping if shipping.minor > 0 else None}


def _note(quoted: RefundQuote) -> str:
    if not quoted.refundable:
        return f"nothing is left: {quoted.paid} was paid and {quoted.refunded} refunded"
    if quoted.capped:
        return f"limited to the {quoted.amount} that was paid and not yet refunded"
    return ""
