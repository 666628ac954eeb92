"""The books of an order as effects write them: money per payment method, promised stock, running numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Column, func, select

from shop.backends.ports import Claim
from shop.errors import ConflictError, InvalidActionError, NotFoundError
from shop.model import Order, Payment
from shop.money import Money
from shop.service import pay_back
from shop.service_model import PaymentMethod
from shop.store.database import Snapshot, Transaction
from shop.store.guarded import insert, update
from shop.store.prepared import Prepared, select_by
from shop.store.reads import catalogue
from shop.store.reads import orders as order_reads
from shop.store.reads.payment_methods import payment_method
from shop.store.schema import orders, payments, stock_levels
from shop.store.service_schema import payment_methods, refund_parts


def order_of(tx: Snapshot, order: str) -> Order:
    """The order with its lines; raises NotFoundError."""
    found = order_reads.order(tx, order)
    if found is None:
        raise NotFoundError(f"there is no order {order!r} any more: look it up again")
    return found


def change_order(tx: Transaction, order: Order, **changes: Any) -> None:
    """Change the order's row, which must still be of the version that was read."""
    update(tx, orders, {"id": order.id}, order.version, **changes)


def left_of(tx: Snapshot, order: Order) -> Money:
    """What was paid for an order and not paid back yet."""
    return order_reads.paid(tx, order) - order_reads.refunded(tx, order)


def refund(tx: Transaction, claim: Claim, order: Order, amount: Money, to: str | None = None) -> str:
    """Pay back as it was paid, or to one method of the customer; gives the first payment's id.

    Raises ConflictError if the amount is more than what is left, or if the method is not the customer's.
    """
    if amount.currency != order.total.currency:
        paid = order.total.currency
        raise ConflictError(
            f"order {order.id} was paid in {paid}, not {amount.currency}: ask for an amount in {paid}"
        )
    left = left_of(tx, order)
    if amount > left:
        raise ConflictError(
            f"only {left} of order {order.id} can still be refunded, not {amount}: ask for at most that"
        )
    if to is not None:
        method = method_of(tx, order, to)
        return _write(tx, claim, order, "refund", [(method.words, method.id, amount)])
    try:
        shares = pay_back(order_reads.payments(tx, order.id), amount)
    except InvalidActionError as error:
        raise ConflictError(str(error)) from error
    return _write(
        tx, claim, order, "refund", [(sale.method, sale.method_id, share) for sale, share in shares]
    )


def settle(tx: Transaction, claim: Claim, order: Order, line_no: int, quantity: int, amount: Money) -> None:
    """Write down what a refund is for: whole pieces and money of one line, 0 being the shipping."""
    insert(
        tx,
        refund_parts,
        action_id=claim.action_id,
        order_id=order.id,
        line_no=line_no,
        quantity=quantity,
        amount_minor=amount.minor,
        currency=amount.currency,
    )


def charge(tx: Transaction, claim: Claim, order: Order, amount: Money, method: PaymentMethod) -> str:
    """Book a payment of the customer; raises ConflictError if a gift card does not hold it."""
    return _write(tx, claim, order, "sale", [(method.words, method.id, amount)])


def settle_difference(
    tx: Transaction, claim: Claim, order: Order, difference: Money, method_id: str | None
) -> str:
    """Charge a difference over zero, pay one below zero back; gives the payment's id, empty without one."""
    if difference.minor == 0:
        return ""
    if difference.minor < 0:
        return refund(tx, claim, order, -difference, method_id)
    return charge(tx, claim, order, difference, paying_method(tx, order, method_id))


def paying_method(tx: Snapshot, order: Order, method_id: str | None) -> PaymentMethod:
    """The named payment method of the order's customer, else the one that paid for the order."""
    if method_id is None:
        sales = [one for one in order_reads.payments(tx, order.id) if one.kind == "sale"]
        method_id = next((one.method_id for one in sales if one.method_id), None)
    if method_id is None:
        raise ConflictError(f"how order {order.id} was paid is not on file; name a payment method")
    return method_of(tx, order, method_id)


def method_of(tx: Snapshot, order: Order, method_id: str) -> PaymentMethod:
    """A payment method of the order's customer; raises ConflictError."""
    method = payment_method(tx, method_id)
    if method is None or order.customer is None or method.customer != order.customer:
        raise ConflictError(
            f"{method_id} is no payment method of the customer of order {order.id}: name one of theirs"
        )
    return method


def add_balance(tx: Transaction, method: PaymentMethod, change: Money) -> None:
    """Credit or debit a gift card; raises ConflictError below zero or in another currency."""
    balance = method.balance or Money.zero(change.currency)
    if balance.currency != change.currency:
        raise ConflictError(
            f"the gift card is in {balance.currency}, not {change.currency}: name another payment method"
        )
    after = balance + change
    if after.minor < 0:
        raise ConflictError(f"the gift card holds {balance}, not {-change}: name another payment method")
    keys = {"id": method.id}
    update(tx, payment_methods, keys, method.version, balance_minor=after.minor, currency=after.currency)


def _write(
    tx: Transaction, claim: Claim, order: Order, kind: str, shares: Sequence[tuple[str, str | None, Money]]
) -> str:
    first = ""
    for label, method_id, amount in shares:
        reference = _payment_id(tx, claim, kind)
        first = first or reference
        insert(
            tx,
            payments,
            id=reference,
            order_id=order.id,
            kind=kind,
            method=label,
            amount_minor=amount.minor,
            currency=amount.currency,
            at=claim.at,
            action_id=claim.action_id,
            method_id=method_id,
        )
        _balance_follows(tx, method_id, amount if kind == "refund" else -amount)
    return first


def _balance_follows(tx: Transaction, method_id: str | None, change: Money) -> None:
    method = None if method_id is None else payment_method(tx, method_id)
    if method is not None and method.kind == "gift_card":
        add_balance(tx, method, change)


def _payment_id(tx: Snapshot, claim: Claim, kind: str) -> str:
    """The id of the action's next payment: made of its own, so that a second try cannot pay again."""
    written = len(select_by(payments, "action_id").rows(tx, {"action_id": claim.action_id}))
    name = f"{'R' if kind == 'refund' else 'S'}-{claim.action_id}"
    return name if written == 0 else f"{name}-{written + 1}"


def place_of(tx: Snapshot, order: Order) -> str:
    """Where the goods of an order come from and go back to: its location, else the store's first."""
    return order.location or catalogue.locations(tx)[0].id


def promise(tx: Transaction, claim: Claim, sku: str, place: str, pieces: int) -> None:
    """Hold pieces back for an order; raises ConflictError if so many are not available."""
    level = select_by(stock_levels, "sku", "location").first(tx, {"sku": sku, "location": place})
    available = 0 if level is None else level.on_hand - level.committed - level.unavailable
    if level is None or available < pieces:
        there = max(available, 0)
        raise ConflictError(
            f"only {there} of {sku} are available at {place}, not {pieces}: ask for fewer, or transfer some"
        )
    _commit(tx, claim, level, level.committed + pieces)


def release(tx: Transaction, claim: Claim, sku: str, place: str, pieces: int) -> None:
    """Give pieces free that were held back, where the store tracks them."""
    level = select_by(stock_levels, "sku", "location").first(tx, {"sku": sku, "location": place})
    if level is not None and pieces > 0:
        _commit(tx, claim, level, max(0, level.committed - pieces))


def _commit(tx: Transaction, claim: Claim, level: Any, committed: int) -> None:
    keys = {"sku": level.sku, "location": level.location}
    update(tx, stock_levels, keys, level.version, committed=committed, updated_at=claim.at)


def next_number(tx: Snapshot, column: Column[Any], prefix: str, first: int) -> int:
    """The number after the highest of ids such as ``RMA-301``; the write transaction keeps it ours."""
    ids = (row[0].removeprefix(prefix) for row in _highest(column, prefix).rows(tx))
    return max((int(one) for one in ids if one.isdigit()), default=first - 1) + 1


@cache
def _highest(column: Column[Any], prefix: str) -> Prepared:
    bare = func.ltrim(func.substr(column, len(prefix) + 1), "0")
    rows = select(column).where(column.like(f"{prefix}%"))
    return Prepared(rows.order_by(func.length(bare).desc(), bare.desc()).limit(_TRIED))


_TRIED: Final = 20
"""Of ids of one length the highest digits stand first; strangers such as ``RMA-x`` may stand between."""


def only_sale(found: Sequence[Payment]) -> Payment | None:
    """The one payment of an order of which nothing was paid back; None for any other history."""
    return found[0] if len(found) == 1 and found[0].kind == "sale" else None
