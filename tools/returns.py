"""Tools for goods that come back, are exchanged, or are sent again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shop.actions import (
    CancelReturn,
    CompleteExchange,
    InspectReturn,
    ReceiveReturn,
    RequestExchange,
    RequestReturn,
    ReshipOrder,
)
from shop.model import Order
from shop.service_actions import InspectionResult, ReshipReason
from shop.store.database import Snapshot
from shop.store.reads import orders
from shop.store.reads.swap_quotes import swap_quote
from shop.swaps import returnable
from tools import lookups
from tools.answers import WriteAnswer
from tools.arguments import NO_REASON, Name, OrderedLine, OrderId, Reason, Words, because, numbered
from tools.order_pieces import ExchangedLine, Free, counted, method_meant, pieces_of, swaps_of
from tools.tool import Shop, submit

Rma = Annotated[Name, numbered("RMA"), Field(description="return: 'RMA-301'")]
ExchangeId = Annotated[Name, numbered("EX"), Field(description="exchange: 'EX-1'")]
Method = Annotated[
    Name, Field(description="payment method of the customer: an id, 'gift card', 'card ending 4242'")
]
Items = Annotated[
    list[OrderedLine] | None,
    Field(max_length=100, description="only these products and pieces; leave out for the whole order"),
]
Exchanged = Annotated[
    list[ExchangedLine],
    Field(min_length=1, max_length=100, description="what is given back, and the variant wanted instead"),
]


def request_return(
    shop: Shop,
    order: OrderId,
    items: Items = None,
    refund_to: Method | None = None,
    reason: Reason = NO_REASON,
) -> WriteAnswer:
    """Ask to open a return (RMA) for delivered goods of an order.

    The money follows when they are back: by refund_order. Late returns and goods that are not taken back
    need a support lead.
    """
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        lines = pieces_of(snapshot, found, items, _free(snapshot, found))
        to = method_meant(snapshot, found.customer, refund_to)
    pieces = sum(line.quantity for line in lines)
    request = f"return of {counted(pieces)} of order #{found.id}{because(reason)}"
    return submit(shop, RequestReturn, request, order=found.id, lines=lines, to=to, reason=reason)


def cancel_return(shop: Shop, rma: Rma, reason: Reason = NO_REASON) -> WriteAnswer:
    """Ask to cancel a return of which nothing has come back, and the exchange that it belongs to."""
    return submit(shop, CancelReturn, f"cancel return {rma}", rma=rma.upper(), reason=reason)


def receive_return(shop: Shop, rma: Rma) -> WriteAnswer:
    """Ask to book the goods of a return in; they cannot be sold until they are inspected."""
    return submit(shop, ReceiveReturn, f"receive return {rma}", rma=rma.upper())


def inspect_return(
    shop: Shop,
    rma: Rma,
    result: Annotated[
        Literal["restock", "write_off"], Field(description="restock: sound; write_off: cannot be sold")
    ],
    note: Annotated[Words | None, Field(description="what was seen, in a few words")] = None,
) -> WriteAnswer:
    """Ask to put received goods of a return back into stock, or to write them off."""
    words = f"{result.replace('_', ' ')} return {rma}"
    return submit(
        shop, InspectReturn, words, rma=rma.upper(), result=InspectionResult(result), note=note or ""
    )


def request_exchange(
    shop: Shop,
    order: OrderId,
    items: Exchanged,
    method: Method | None = None,
    reason: Reason = NO_REASON,
) -> WriteAnswer:
    """Ask to exchange delivered goods for another variant of the same product.

    Holds the new variant back and opens a return; the price difference is settled when the exchange is
    completed.
    """
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        free = _free(snapshot, found)
        lines = swaps_of(snapshot, found, items, free)
        difference = swap_quote(snapshot, found, lines, free.pieces).difference
        paying = method_meant(snapshot, found.customer, method)
    wanted = ", ".join(f"{line.quantity} of line {line.line} for {line.new_sku}" for line in lines)
    request = f"exchange on order #{found.id}: {wanted}, difference {difference}"
    return submit(
        shop,
        RequestExchange,
        request,
        order=found.id,
        lines=lines,
        method=paying,
        difference=difference,
        reason=reason,
    )


def complete_exchange(shop: Shop, exchange: ExchangeId) -> WriteAnswer:
    """Ask to send the new goods of an exchange whose old ones are back, and to settle the difference."""
    return submit(shop, CompleteExchange, f"complete exchange {exchange}", exchange=exchange.upper())


def reship_order(
    shop: Shop,
    order: OrderId,
    reason: Annotated[Literal["lost", "damaged"], Field(description="what happened to the goods")],
    items: Items = None,
    note: Annotated[Words | None, Field(description="details, in a few words")] = None,
) -> WriteAnswer:
    """Ask to send goods of an order again that were lost or arrived damaged, at no charge."""
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        sent = Free(
            {line.line_no: line.fulfilled for line in found.lines},
            "was sent",
            "wait until it is sent, or cancel the order",
        )
        lines = pieces_of(snapshot, found, items, sent)
    pieces = counted(sum(line.quantity for line in lines)).replace(" ", f" {reason} ")
    request = f"send {pieces} of order #{found.id} again"
    return submit(
        shop,
        ReshipOrder,
        request,
        order=found.id,
        lines=lines,
        reason=ReshipReason(reason),
        note=note or "",
    )


def _free(snapshot: Snapshot, order: Order) -> Free:
    """What can still come back of an order."""
    free = returnable(order, orders.returns(snapshot, order.id))
    instead = "change its items or cancel it instead"
    if order.has_shipped:
        instead = "what was sent is back already, or on a return; the order shows it"
    return Free(free, "can come back", instead)
