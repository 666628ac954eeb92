"""What each action does to the embedded shop. Only ``shop/backends/embedded.py`` calls this, with a claim.

Every function checks the shop's own invariants again inside the transaction (stock is there, the order
is open, the money is refundable): policy has allowed the action, this makes sure that it is possible.
Raises ConflictError when the shop is no longer as the action needs it, NotFoundError for unknown records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import singledispatch
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from shop.actions import (
    Action,
    AdjustStock,
    CancelPurchaseOrder,
    PlacePurchaseOrder,
    ReceivePurchaseOrder,
    TransferStock,
)
from shop.backends.ports import Claim, Outcome, Receipt
from shop.errors import ConflictError, InvalidActionError
from shop.store.database import Snapshot, Transaction
from shop.store.guarded import insert, one, update
from shop.store.prepared import Prepared, insert_into, select_by
from shop.store.schema import (
    purchase_order_lines,
    purchase_orders,
    stock_levels,
    stock_movements,
    store_info,
    suppliers,
)

OPEN_PURCHASE_ORDER = ("placed", "partly_received")


@singledispatch
def carry_out(action: Action, tx: Transaction, claim: Claim) -> Receipt:  # noqa: ARG001 - the fallback
    """Do what the action says, in the given transaction."""
    raise InvalidActionError(f"the embedded store cannot carry out {action.kind}")


@carry_out.register
def _adjust(action: AdjustStock, tx: Transaction, claim: Claim) -> Receipt:
    before, after = change_on_hand(tx, claim, action.sku, action.location, action.change)
    move(tx, claim, action.sku, action.location, "adjustment", action.change)
    return applied(
        f"{action.sku} at {action.location}: {before} -> {after} on hand",
        before={"on_hand": before},
        after={"on_hand": after},
    )


@carry_out.register
def _transfer(action: TransferStock, tx: Transaction, claim: Claim) -> Receipt:
    level = _level(tx, action.sku, action.from_location)
    available = level.on_hand - level.committed - level.unavailable
    if available < action.quantity:
        raise ConflictError(
            f"only {available} of {action.sku} are available at {action.from_location}, not {action.quantity}"
        )
    source = change_on_hand(tx, claim, action.sku, action.from_location, -action.quantity)
    target = change_on_hand(tx, claim, action.sku, action.to_location, action.quantity, create=True)
    move(tx, claim, action.sku, action.from_location, "transfer_out", -action.quantity)
    move(tx, claim, action.sku, action.to_location, "transfer_in", action.quantity)
    return applied(
        f"{action.quantity} of {action.sku} moved from {action.from_location} to {action.to_location}",
        before={action.from_location: source[0], action.to_location: target[0]},
        after={action.from_location: source[1], action.to_location: target[1]},
    )


@carry_out.register
def _place(action: PlacePurchaseOrder, tx: Transaction, claim: Claim) -> Receipt:
    supplier = one(tx, suppliers, f"supplier {action.supplier!r}", id=action.supplier)
    if supplier.currency != action.total.currency:
        raise ConflictError(f"{action.supplier} is paid in {supplier.currency} by now")
    number = _next_number(tx)
    insert(
        tx,
        purchase_orders,
        id=number,
        supplier=action.supplier,
        location=action.location,
        status="placed",
        ordered_on=today(tx, claim),
        expected_on=action.expected_on,
        currency=action.total.currency,
        total_minor=action.total.minor,
        action_id=claim.action_id,
    )
    insert_into(purchase_order_lines).run_each(
        tx,
        [
            {
                "purchase_order": number,
                "sku": line.sku,
                "quantity": line.quantity,
                "received": 0,
                "unit_cost_minor": line.unit_cost.minor,
            }
            for line in action.lines
        ],
    )
    return applied(f"{number} placed with {supplier.name}: {action.total}", reference=number)


@carry_out.register
def _cancel_purchase_order(action: CancelPurchaseOrder, tx: Transaction, claim: Claim) -> Receipt:  # noqa: ARG001 - one shape for all effects
    order = _open_purchase_order(tx, action.purchase_order)
    update(tx, purchase_orders, {"id": order.id}, order.version, status="cancelled")
    return applied(
        f"{order.id} cancelled",
        reference=order.id,
        before={"status": order.status},
        after={"status": "cancelled"},
    )


@carry_out.register
def _receive(action: ReceivePurchaseOrder, tx: Transaction, claim: Claim) -> Receipt:
    order = _open_purchase_order(tx, action.purchase_order)
    for received in action.lines:
        _receive_line(tx, claim, order, received.sku, received.quantity)
    open_pieces = _OPEN_PIECES.scalar(tx, {"b_order": order.id})
    status = "partly_received" if open_pieces else "received"
    arrived = None if open_pieces else today(tx, claim)
    update(
        tx,
        purchase_orders,
        {"id": order.id},
        order.version,
        status=status,
        received_on=arrived,
    )
    return applied(
        f"{order.id}: {sum(line.quantity for line in action.lines)} pieces booked in",
        reference=order.id,
        before={"status": order.status},
        after={"status": status, "still_open": int(open_pieces or 0)},
    )


def _receive_line(tx: Transaction, claim: Claim, order: Any, sku: str, quantity: int) -> None:
    line = one(tx, purchase_order_lines, f"{sku} on {order.id}", purchase_order=order.id, sku=sku)
    values = {"b_order": order.id, "b_sku": sku, "b_received": line.received + quantity}
    _RECEIVED.run(tx, values)
    change_on_hand(tx, claim, sku, order.location, quantity, create=True)
    move(tx, claim, sku, order.location, "receipt", quantity, ref=order.id)


def today(tx: Snapshot, claim: Claim) -> date:
    """The store's day: its data's own day when it is a snapshot, else the day of the claim."""
    day: date | None = _DAY.scalar(tx)
    return day or claim.at.date()


def applied(
    detail: str,
    *,
    reference: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Receipt:
    """The receipt of an effect that happened."""
    return Receipt(Outcome.APPLIED, detail, reference, before or {}, after or {})


def _level(tx: Snapshot, sku: str, location: str) -> Any:
    return one(tx, stock_levels, f"stock of {sku} at {location}", sku=sku, location=location)


def change_on_hand(
    tx: Transaction, claim: Claim, sku: str, location: str, change: int, *, create: bool = False
) -> tuple[int, int]:
    """Change the stock on hand; gives it before and after. Never takes it below zero."""
    keys = {"sku": sku, "location": location}
    if create and select_by(stock_levels, "sku", "location").first(tx, keys) is None:
        insert(
            tx,
            stock_levels,
            sku=sku,
            location=location,
            on_hand=0,
            committed=0,
            unavailable=0,
            updated_at=claim.at,
        )
    level = _level(tx, sku, location)
    after = level.on_hand + change
    if after < 0:
        raise ConflictError(f"{sku} at {location} has {level.on_hand} on hand; {change:+d} is not possible")
    update(tx, stock_levels, keys, level.version, on_hand=after, updated_at=claim.at, assumed=False)
    return level.on_hand, after


def move(
    tx: Transaction, claim: Claim, sku: str, location: str, kind: str, quantity: int, *, ref: str = ""
) -> None:
    """Write a movement of stock, signed; `ref` is what it belongs to, else the action."""
    insert(
        tx,
        stock_movements,
        sku=sku,
        location=location,
        day=today(tx, claim),
        kind=kind,
        quantity=quantity,
        ref=ref or claim.action_id,
    )


def _next_number(tx: Snapshot) -> str:
    """The next purchase order number; the write transaction makes sure that nobody else takes it."""
    numbers = _plain_numbers(_HIGHEST.rows(tx)) or _plain_numbers(_NUMBERS.rows(tx))
    return f"PO-{max(numbers, default=1000) + 1}"


def _plain_numbers(rows: Sequence[Any]) -> list[int]:
    return [int(number) for row in rows if (number := row.id.removeprefix("PO-")).isdigit()]


def _open_purchase_order(tx: Snapshot, purchase_order: str) -> Any:
    order = one(tx, purchase_orders, f"purchase order {purchase_order!r}", id=purchase_order)
    if order.status not in OPEN_PURCHASE_ORDER:
        raise ConflictError(f"{order.id} is {order.status}, not open")
    return order


# Built once: making a statement costs more than running it.
_DAY: Final = Prepared(select(store_info.c.business_date))
_ID: Final = purchase_orders.c.id
_NUMBERS: Final = Prepared(select(_ID).where(_ID.like("PO-%")))
_BARE: Final = func.ltrim(func.substr(_ID, 4), "0")
_HIGHEST: Final = Prepared(
    select(_ID).where(_ID.like("PO-%")).order_by(func.length(_BARE).desc(), _BARE.desc()).limit(100)
)
"""Numbers of the same length stand in the order of their digits, so the highest is among the first."""
_LINE: Final = purchase_order_lines.c
_OPEN_PIECES: Final = Prepared(
    select(func.sum(_LINE.quantity - _LINE.received)).where(
        _LINE.purchase_order == bindparam("b_order"), _LINE.quantity > _LINE.received
    )
)
_RECEIVED: Final = Prepared(
    purchase_order_lines.update()
    .where(_LINE.purchase_order == bindparam("b_order"), _LINE.sku == bindparam("b_sku"))
    .values(received=bindparam("b_received"))
)
