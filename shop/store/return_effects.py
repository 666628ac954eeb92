"""What returns, exchanges and replacements do to the embedded shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from shop import service_actions as asked
from shop.backends.ports import Claim, Receipt
from shop.errors import ConflictError, NotFoundError
from shop.model import Order, OrderLine, Return
from shop.store import order_books as books
from shop.store.database import Transaction
from shop.store.effects import applied, carry_out, change_on_hand, move, today
from shop.store.exchange_books import close, give_up, held_at
from shop.store.guarded import insert, one, update
from shop.store.reads import orders as order_reads
from shop.store.reads.availability import place_with
from shop.store.reads.credits import refunded_goods
from shop.store.schema import order_lines, orders, returns, stock_levels
from shop.store.service_effects import swap_quote
from shop.store.service_schema import exchanges
from shop.swaps import Swap, returnable

BACK = ("received", "restocked", "written_off")
"""States of an RMA whose pieces are back."""


@carry_out.register
def _return(action: asked.RequestReturn, tx: Transaction, claim: Claim) -> Receipt:
    order = books.order_of(tx, action.order)
    _refuse_more_than(order, action.lines, _free(tx, order))
    if action.to is not None:
        books.method_of(tx, order, action.to)
    opened = [
        _open_rma(tx, claim, order, one.line, one.quantity, action.reason, action.to) for one in action.lines
    ]
    books.change_order(tx, order)
    return applied(f"return {', '.join(opened)} opened for order {order.id}", reference=opened[0])


@carry_out.register
def _cancel(action: asked.CancelReturn, tx: Transaction, claim: Claim) -> Receipt:
    rma = _rma(tx, action.rma, ("requested",))
    order = books.order_of(tx, rma.order)
    for exchange in order_reads.exchanges(tx, rma.order):
        if exchange.rma == rma.id and exchange.status == "requested":
            give_up(tx, claim, order, exchange)
    return _moved_on(tx, rma, "cancelled", f"return {rma.id} cancelled", closed_on=today(tx, claim))


@carry_out.register
def _receive(action: asked.ReceiveReturn, tx: Transaction, claim: Claim) -> Receipt:
    rma = _rma(tx, action.rma, ("requested",))
    order, line = _line_of(tx, rma)
    place = books.place_of(tx, order)
    change_on_hand(tx, claim, line.sku, place, rma.quantity, create=True)
    _set_aside(tx, claim, line.sku, place, rma.quantity)
    move(tx, claim, line.sku, place, "return", rma.quantity, ref=rma.id)
    mine = (order_lines.c.order_id == order.id) & (order_lines.c.line_no == line.line_no)
    tx.execute(order_lines.update().where(mine).values(returned=line.returned + rma.quantity))
    detail = f"{rma.id}: {rma.quantity} of {line.sku} are back at {place}, to be inspected"
    return _moved_on(tx, rma, "received", detail, received_on=today(tx, claim))


@carry_out.register
def _inspect(action: asked.InspectReturn, tx: Transaction, claim: Claim) -> Receipt:
    rma = _rma(tx, action.rma, ("received",))
    order, line = _line_of(tx, rma)
    place = books.place_of(tx, order)
    _set_aside(tx, claim, line.sku, place, -rma.quantity)
    status = "restocked"
    if action.result is asked.InspectionResult.WRITE_OFF:
        status = "written_off"
        change_on_hand(tx, claim, line.sku, place, -rma.quantity)
        move(tx, claim, line.sku, place, "adjustment", -rma.quantity, ref=rma.id)
    detail = f"{rma.id}: {rma.quantity} of {line.sku} {status.replace('_', ' ')}"
    return _moved_on(tx, rma, status, detail, inspection=action.note, closed_on=today(tx, claim))


@carry_out.register
def _exchange(action: asked.RequestExchange, tx: Transaction, claim: Claim) -> Receipt:
    order = books.order_of(tx, action.order)
    _refuse_refunded(tx, order, action.lines)
    quote = swap_quote(tx, order, action, _free(tx, order))
    if action.method is not None:
        books.method_of(tx, order, action.method)
    opened = []
    for swap, place in _places(tx, order, quote.swaps):
        books.promise(tx, claim, swap.new.sku, place, swap.quantity)
        rma = _open_rma(tx, claim, order, swap.line.line_no, swap.quantity, action.reason, action.method)
        opened.append(_open_exchange(tx, claim, order, swap, rma, action.method, place))
    books.change_order(tx, order)
    return applied(
        f"exchange {', '.join(opened)} of order {order.id} agreed, difference {quote.difference}",
        reference=opened[0],
    )


@carry_out.register
def _complete(action: asked.CompleteExchange, tx: Transaction, claim: Claim) -> Receipt:
    exchange = order_reads.exchange(tx, action.exchange)
    if exchange is None or exchange.status != "requested":
        became = "unknown" if exchange is None else exchange.status
        raise ConflictError(
            f"exchange {action.exchange!r} is {became}, not requested: look at its order first"
        )
    rma = order_reads.rma(tx, exchange.rma)
    if rma is None or rma.status not in BACK:
        raise ConflictError(f"the pieces of exchange {exchange.id} are not back: receive its return first")
    order = books.order_of(tx, exchange.order)
    reference = books.settle_difference(tx, claim, order, exchange.difference, exchange.method_id)
    if exchange.difference.minor < 0:
        books.settle(tx, claim, order, exchange.line_no, 0, -exchange.difference)
    line = next(line for line in order.lines if line.line_no == exchange.line_no)
    pieces = [(exchange.new_sku, line.title, exchange.quantity)]
    sent = _replacement(tx, claim, order, pieces, held_at(tx, order, exchange))
    close(tx, exchange, "completed", today(tx, claim))
    books.change_order(tx, order)
    return applied(
        f"exchange {exchange.id} completed by order {sent}, difference {exchange.difference}",
        reference=reference or sent,
    )


@carry_out.register
def _reship(action: asked.ReshipOrder, tx: Transaction, claim: Claim) -> Receipt:
    order = books.order_of(tx, action.order)
    _refuse_more_than(order, action.lines, {line.line_no: line.fulfilled for line in order.lines})
    _refuse_refunded(tx, order, action.lines)
    lines = {line.line_no: line for line in order.lines}
    needed = Counter[str]()
    for piece in action.lines:
        needed[lines[piece.line].sku] += piece.quantity
    place = place_with(tx, needed, books.place_of(tx, order))
    for piece in action.lines:
        books.promise(tx, claim, lines[piece.line].sku, place, piece.quantity)
    pieces = [(lines[one.line].sku, lines[one.line].title, one.quantity) for one in action.lines]
    sent = _replacement(tx, claim, order, pieces, place)
    books.change_order(tx, order)
    return applied(
        f"order {sent} sends {action.reason.value} goods of order {order.id} again", reference=sent
    )


def _free(tx: Transaction, order: Order) -> dict[int, int]:
    return returnable(order, order_reads.returns(tx, order.id))


def _refuse_more_than(order: Order, wanted: Sequence[asked.OrderPieces], free: dict[int, int]) -> None:
    for piece in wanted:
        if piece.quantity > free.get(piece.line, 0):
            raise ConflictError(
                f"line {piece.line} of order {order.id} has {free.get(piece.line, 0)} such pieces, "
                f"not {piece.quantity}: ask for at most {free.get(piece.line, 0)}"
            )


def _refuse_refunded(
    tx: Transaction, order: Order, wanted: Sequence[asked.OrderPieces] | Sequence[asked.SwappedPieces]
) -> None:
    refunded = refunded_goods(tx, order, ((one.line, one.quantity) for one in wanted))
    if refunded:
        raise ConflictError(refunded)


def _rma(tx: Transaction, rma_id: str, states: Sequence[str]) -> Return:
    rma = order_reads.rma(tx, rma_id)
    if rma is None:
        raise NotFoundError(f"there is no return {rma_id!r} any more: look at its order first")
    if rma.status not in states:
        raise ConflictError(
            f"return {rma.id} is {rma.status}, not {' or '.join(states)}: {_next_step(rma.status)}"
        )
    return rma


def _next_step(status: str) -> str:
    """What can be done with an RMA in a state instead."""
    if status == "requested":
        return "receive it first"
    return "inspect it" if status == "received" else "it is closed, so open a new one for other pieces"


def _moved_on(tx: Transaction, rma: Return, status: str, detail: str, **changes: Any) -> Receipt:
    """The RMA in its next state, and the receipt that says so."""
    update(tx, returns, {"id": rma.id}, rma.version, status=status, **changes)
    return applied(detail, reference=rma.id, before={"status": rma.status}, after={"status": status})


def _line_of(tx: Transaction, rma: Return) -> tuple[Order, OrderLine]:
    order = books.order_of(tx, rma.order)
    for line in order.lines:
        if line.line_no == rma.line_no:
            return order, line
    raise ConflictError(f"order {order.id} has no line {rma.line_no} any more: look at the order first")


def _open_rma(
    tx: Transaction, claim: Claim, order: Order, line: int, quantity: int, reason: str, to: str | None
) -> str:
    number = f"RMA-{books.next_number(tx, returns.c.id, 'RMA-', 1)}"
    insert(
        tx,
        returns,
        id=number,
        order_id=order.id,
        line_no=line,
        quantity=quantity,
        reason=reason,
        status="requested",
        requested_on=today(tx, claim),
        method_id=to,
        action_id=claim.action_id,
    )
    return number


def _places(tx: Transaction, order: Order, swaps: Sequence[Swap]) -> list[tuple[Swap, str]]:
    """Each swap and where its new goods come from: all pieces of a SKU from one place."""
    needed = Counter[str]()
    for swap in swaps:
        needed[swap.new.sku] += swap.quantity
    own = books.place_of(tx, order)
    places = {sku: place_with(tx, {sku: pieces}, own) for sku, pieces in needed.items()}
    return [(swap, places[swap.new.sku]) for swap in swaps]


def _open_exchange(
    tx: Transaction, claim: Claim, order: Order, swap: Swap, rma: str, method: str | None, place: str
) -> str:
    number = f"EX-{books.next_number(tx, exchanges.c.id, 'EX-', 1)}"
    insert(
        tx,
        exchanges,
        id=number,
        rma=rma,
        order_id=order.id,
        line_no=swap.line.line_no,
        quantity=swap.quantity,
        new_sku=swap.new.sku,
        unit_price_minor=swap.new.price.minor,
        difference_minor=swap.difference.minor,
        currency=swap.difference.currency,
        method_id=method,
        location=place,
        status="requested",
        requested_on=today(tx, claim),
        action_id=claim.action_id,
    )
    return number


def _replacement(
    tx: Transaction, claim: Claim, order: Order, pieces: Sequence[tuple[str, str, int]], place: str
) -> str:
    """An order at no charge that sends pieces again from a place; its stock is held back there already."""
    number = f"{order.id}-R{books.next_number(tx, orders.c.id, f'{order.id}-R', 1)}"
    row = one(tx, orders, f"order {order.id!r}", id=order.id)
    address: dict[str, Any] = {name: getattr(row, name) for name in row._fields if name.startswith("ship_")}
    insert(
        tx,
        orders,
        id=number,
        customer=order.customer,
        placed_at=claim.at,
        status="unfulfilled",
        financial_status="paid",
        currency=order.total.currency,
        subtotal_minor=0,
        shipping_minor=0,
        tax_minor=0,
        discount_minor=0,
        total_minor=0,
        location=place,
        replaces=order.id,
        **address,
    )
    for line, (sku, title, quantity) in enumerate(pieces, start=1):
        values = {"sku": sku, "title": title, "quantity": quantity, "fulfilled": 0, "returned": 0}
        insert(tx, order_lines, order_id=number, line_no=line, unit_price_minor=0, **values)
    return number


def _set_aside(tx: Transaction, claim: Claim, sku: str, place: str, pieces: int) -> None:
    """Put pieces aside until they are inspected, or (below zero) end that; never below zero altogether."""
    level = one(tx, stock_levels, f"stock of {sku} at {place}", sku=sku, location=place)
    after = level.unavailable + pieces
    if after < 0:
        raise ConflictError(
            f"{sku} at {place} has {level.unavailable} put aside, not {-pieces}: count the shelf"
        )
    keys = {"sku": sku, "location": place}
    update(tx, stock_levels, keys, level.version, unavailable=after, updated_at=claim.at)
