"""What service actions do to orders, money and customers; ``effects.carry_out`` calls each by its class."""

from __future__ import annotations

from sqlalchemy import Table

from shop.backends.ports import Claim, Receipt
from shop.errors import ConflictError, NotFoundError
from shop.model import Order
from shop.money import Money
from shop.refund_parts import SHIPPING
from shop.service_actions import (
    ADDRESS,
    AddOrderNote,
    CancelOrder,
    ChangeCustomerAddress,
    ChangeOrderAddress,
    ChangeOrderItems,
    ChangeOrderPayment,
    DraftReply,
    GiveCredit,
    ItemSwap,
    RefundOrder,
    RequestExchange,
)
from shop.store import order_books as books
from shop.store.database import Transaction
from shop.store.effects import applied, carry_out
from shop.store.exchange_books import give_up_refunded
from shop.store.guarded import insert, one, update
from shop.store.reads import customers
from shop.store.reads import orders as order_reads
from shop.store.reads.credits import left_to_refund
from shop.store.reads.info import store_info
from shop.store.reads.payment_methods import payment_method, payment_methods
from shop.store.reads.refund_faults import refund_fault
from shop.store.reads.swap_quotes import swap_quote as quoted
from shop.store.schema import customers as customer_rows
from shop.store.schema import order_lines, order_notes
from shop.store.service_schema import payment_methods as method_rows
from shop.store.service_schema import store_credits, ticket_replies
from shop.swaps import Swap, SwapQuote, unshipped


@carry_out.register
def _refund(action: RefundOrder, tx: Transaction, claim: Claim) -> Receipt:
    order = books.order_of(tx, action.order)
    before = order_reads.refunded(tx, order)
    left = left_to_refund(tx, order)
    if action.amount > left:
        raise ConflictError(
            f"only {left} of order {order.id} can still be refunded, not {action.amount}: "
            "ask for at most that"
        )
    fault = refund_fault(tx, order, action)
    if fault:
        raise ConflictError(fault)
    _settle(tx, claim, order, action)
    reference = books.refund(tx, claim, order, action.amount, action.to)
    ended = give_up_refunded(tx, claim, order)
    state = "partly_refunded" if books.left_of(tx, order).minor else "refunded"
    books.change_order(tx, order, financial_status=state)
    return applied(
        f"{action.amount} refunded for order {order.id}"
        + (f"; exchange {', '.join(ended)} is given up for it" if ended else ""),
        reference=reference,
        before={"refunded": before.as_json()},
        after={"refunded": (before + action.amount).as_json()},
    )


def _settle(tx: Transaction, claim: Claim, order: Order, action: RefundOrder) -> None:
    """Write down what the refund is for."""
    for part in action.lines or ():
        books.settle(tx, claim, order, part.line, part.quantity, part.amount)
    if action.shipping is not None:
        books.settle(tx, claim, order, SHIPPING, 0, action.shipping)


@carry_out.register
def _cancel(action: CancelOrder, tx: Transaction, claim: Claim) -> Receipt:
    order = books.order_of(tx, action.order)
    if order.status != "unfulfilled" or order.has_shipped or order_reads.shipments(tx, order.id):
        raise ConflictError(
            f"order {order.id} is {order.status}, and only an unshipped order can be cancelled: "
            "refund it or take its goods back instead"
        )
    if order.location is not None:
        for line in order.lines:
            books.release(tx, claim, line.sku, order.location, line.quantity - line.fulfilled)
    left = books.left_of(tx, order)
    reference = books.refund(tx, claim, order, left) if left.minor > 0 else ""
    books.change_order(
        tx,
        order,
        status="cancelled",
        financial_status="refunded" if reference else "voided",
        cancelled_at=claim.at,
        cancel_cause="" if action.cause is None else action.cause.value,
    )
    return applied(
        f"order {order.id} cancelled, {left} paid back",
        reference=reference or order.id,
        before={"status": order.status},
        after={"status": "cancelled", "paid_back": left.as_json()},
    )


@carry_out.register
def _note(action: AddOrderNote, tx: Transaction, claim: Claim) -> Receipt:
    order = books.order_of(tx, action.order)
    _write_down(tx, claim, order_notes, action.note, order_id=order.id)
    return applied(f"note added to order {order.id}", reference=order.id)


@carry_out.register
def _items(action: ChangeOrderItems, tx: Transaction, claim: Claim) -> Receipt:
    order = pending(tx, action.order)
    if order.items_changed_at is not None:
        raise ConflictError(
            f"the items of order {order.id} were changed before, which goes once: "
            "exchange them once they are delivered"
        )
    quote = swap_quote(tx, order, action, unshipped(order))
    place = books.place_of(tx, order)
    for swap in quote.swaps:
        books.release(tx, claim, swap.line.sku, place, swap.quantity)
        books.promise(tx, claim, swap.new.sku, place, swap.quantity)
        _swap_line(tx, order, swap)
    reference = books.settle_difference(tx, claim, order, quote.difference, action.method)
    _new_totals(tx, claim, order, quote.difference)
    return applied(
        f"items of order {order.id} changed, difference {quote.difference}",
        reference=reference or order.id,
        before={"total": order.total.as_json()},
        after={"total": (order.total + quote.difference).as_json()},
    )


def _swap_line(tx: Transaction, order: Order, swap: Swap) -> None:
    """The line is of the new variant from now on; of a part of its pieces a line of its own is made."""
    new = {"sku": swap.new.sku, "title": swap.new.title, "unit_price_minor": swap.new.price.minor}
    lines = order_lines.c
    mine = (lines.order_id == order.id) & (lines.line_no == swap.line.line_no)
    row = one(tx, order_lines, "order line", order_id=order.id, line_no=swap.line.line_no)
    if row.quantity == swap.quantity:
        tx.execute(order_lines.update().where(mine).values(**new))
        return
    tx.execute(order_lines.update().where(mine).values(quantity=row.quantity - swap.quantity))
    last = max(line.line_no for line in books.order_of(tx, order.id).lines)
    insert(
        tx,
        order_lines,
        order_id=order.id,
        line_no=last + 1,
        quantity=swap.quantity,
        fulfilled=0,
        returned=0,
        **new,
    )


def _new_totals(tx: Transaction, claim: Claim, order: Order, difference: Money) -> None:
    """Subtotal and total move by the difference, and the tax in them keeps its share."""
    total = order.total + difference
    tax = order.tax
    if order.total.minor > 0 and total.minor >= 0:
        tax = total.split([order.tax.minor, order.total.minor - order.tax.minor])[0]
    books.change_order(
        tx,
        order,
        items_changed_at=claim.at,
        subtotal_minor=(order.subtotal + difference).minor,
        tax_minor=tax.minor,
        total_minor=total.minor,
    )


@carry_out.register
def _payment(action: ChangeOrderPayment, tx: Transaction, claim: Claim) -> Receipt:
    order = pending(tx, action.order)
    sale = books.only_sale(order_reads.payments(tx, order.id))
    if sale is None:
        raise ConflictError(
            f"order {order.id} was not paid in one payment, so its payment stays: "
            "cancel it and open a new one"
        )
    method = books.method_of(tx, order, action.method)
    if sale.method_id == method.id:
        raise ConflictError(f"order {order.id} is paid with this method already: name another one")
    reference = books.charge(tx, claim, order, sale.amount, method)
    books.refund(tx, claim, order, sale.amount, sale.method_id)
    books.change_order(tx, order)
    return applied(
        f"order {order.id}: {sale.amount} now paid by {method.words}",
        reference=reference,
        before={"method": sale.method},
        after={"method": method.words},
    )


@carry_out.register
def _order_address(action: ChangeOrderAddress, tx: Transaction, claim: Claim) -> Receipt:  # noqa: ARG001 - one shape for all effects
    order = pending(tx, action.order)
    if order.items_changed_at is not None:
        raise ConflictError(
            f"the items of order {order.id} were changed, so it can be changed no more: "
            "ask the carrier once it is sent"
        )
    parts = {f"ship_{name}": getattr(action, name) for name in ADDRESS}
    books.change_order(tx, order, **parts)
    return applied(f"order {order.id} goes to another address", reference=order.id)


@carry_out.register
def _customer_address(action: ChangeCustomerAddress, tx: Transaction, claim: Claim) -> Receipt:  # noqa: ARG001 - one shape for all effects
    customer = customers.customer(tx, action.customer)
    if customer is None:
        raise NotFoundError(f"there is no customer {action.customer!r} any more: look them up again")
    parts = {name: getattr(action, name) for name in ADDRESS}
    update(tx, customer_rows, {"id": customer.id}, customer.version, **parts)
    return applied(f"the address of customer {customer.id} is changed", reference=customer.id)


@carry_out.register
def _credit(action: GiveCredit, tx: Transaction, claim: Claim) -> Receipt:
    if customers.customer(tx, action.customer) is None:
        raise NotFoundError(f"there is no customer {action.customer!r} any more: look them up again")
    if action.amount.currency != store_info(tx).home_currency:
        home = store_info(tx).home_currency
        raise ConflictError(
            f"credit is given in {home}, not in {action.amount.currency}: ask for an amount in {home}"
        )
    if action.order is not None:
        order = books.order_of(tx, action.order)
        if action.amount.currency == order.total.currency and action.amount > left_to_refund(tx, order):
            raise ConflictError(
                f"only {left_to_refund(tx, order)} of order {order.id} is left: give credit without the order"
            )
    card = _gift_card(tx, claim, action)
    number = f"CR-{books.next_number(tx, store_credits.c.id, 'CR-', 1)}"
    insert(
        tx,
        store_credits,
        id=number,
        customer=action.customer,
        order_id=action.order,
        method_id=card,
        amount_minor=action.amount.minor,
        currency=action.amount.currency,
        at=claim.at,
        reason=action.reason,
        action_id=claim.action_id,
    )
    return applied(f"{action.amount} credit given to customer {action.customer}", reference=number)


def _gift_card(tx: Transaction, claim: Claim, action: GiveCredit) -> str:
    """The customer's first gift card of the currency, credited; a new one if there is none."""
    for method in payment_methods(tx, action.customer):
        if method.kind == "gift_card" and (
            method.balance is None or method.balance.currency == action.amount.currency
        ):
            books.add_balance(tx, method, action.amount)
            return method.id
    name = f"GC-{claim.action_id}"
    insert(
        tx,
        method_rows,
        id=name,
        customer=action.customer,
        kind="gift_card",
        balance_minor=action.amount.minor,
        currency=action.amount.currency,
    )
    return name


@carry_out.register
def _draft(action: DraftReply, tx: Transaction, claim: Claim) -> Receipt:
    ticket = customers.ticket(tx, action.ticket)
    if ticket is None or ticket.status == "closed":
        raise ConflictError(f"ticket {action.ticket!r} is not open any more: look at the open ones")
    _write_down(tx, claim, ticket_replies, action.text, ticket=ticket.id)
    return applied(f"draft of a reply to ticket {ticket.id} written", reference=ticket.id)


def _write_down(tx: Transaction, claim: Claim, table: Table, text: str, **about: str) -> None:
    """Keep somebody's words with their author, their moment and the action that wrote them."""
    written = {"at": claim.at, "author": claim.actor, "text": text, "action_id": claim.action_id}
    insert(tx, table, **written, **about)


def pending(tx: Transaction, order_id: str) -> Order:
    """An order of which nothing has left and which was not cancelled; raises ConflictError."""
    order = books.order_of(tx, order_id)
    if order.status != "unfulfilled" or order.has_shipped or order_reads.shipments(tx, order.id):
        raise ConflictError(
            f"order {order.id} is {order.status}, and only a pending order can be changed: "
            "exchange or return its goods once they are delivered"
        )
    return order


def swap_quote(tx: Transaction, order: Order, action: ItemSwap, free: dict[int, int]) -> SwapQuote:
    """The swap that an action asks for as the books stand; raises ConflictError if it cannot be as agreed."""
    by_itself = isinstance(action, RequestExchange)
    quote = quoted(tx, order, action.lines, free, by_itself=by_itself)
    if not quote.is_possible:
        raise ConflictError(f"order {order.id}: {quote.fault}")
    if action.difference not in {None, quote.difference}:
        raise ConflictError(
            f"the price difference is {quote.difference} by now, not {action.difference}: ask for it again"
        )
    method = action.method
    if method is not None and payment_method(tx, method) is None:
        raise ConflictError(f"there is no payment method {method!r} any more: name another one")
    return quote
