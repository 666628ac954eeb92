"""What takes an executed action back: another action, made from what was done, while it still makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import singledispatch
from typing import Any, Final

from shop.actions import (
    Action,
    AddDemandSignal,
    AddOrderNote,
    AddSupplySignal,
    AdjustReason,
    AdjustStock,
    CancelOrder,
    CancelPurchaseOrder,
    CancelReturn,
    ChangeCustomerAddress,
    ChangeOrderAddress,
    ChangePrice,
    ChangePrices,
    DraftReply,
    InspectReturn,
    PlacePurchaseOrder,
    PriceLine,
    PurchaseLine,
    ReceivePurchaseOrder,
    ReceiveReturn,
    RemoveSignal,
    RequestExchange,
    RequestReturn,
    ReshipOrder,
    TransferStock,
)
from shop.backends.ports import Receipt
from shop.clock import Clock
from shop.errors import ConflictError, InvalidActionError
from shop.model import PurchaseOrder
from shop.money import Money
from shop.service_actions import InspectionResult
from shop.signal_actions import DemandEffect, SupplyEffect
from shop.store.database import Snapshot
from shop.store.reads import catalogue, orders, purchasing, signals
from shop.store.reads.info import business_day
from tools.ledger import rows
from tools.ledger.states import ActionView, State

LIVE: Final = (State.PENDING, State.APPROVED, State.EXECUTING, State.UNKNOWN, State.EXECUTED)
"""A compensation in one of these stands; in any other it was refused or had no effect."""


def compensation(snapshot: Snapshot, done: ActionView, clock: Clock, sku: str | None = None) -> Action:
    """The action that takes an executed one back; `sku` chooses a line of a receipt of several.

    Raises ConflictError when it was not carried out or the world has moved on, InvalidActionError for
    what can never be taken back.
    """
    if done.state is not State.EXECUTED or done.receipt is None:
        raise ConflictError(f"{done.id} is {done.state.value}; only what was carried out can be undone")
    undone = _undone(done.action, snapshot, done, done.receipt)
    if isinstance(undone, PlacePurchaseOrder):
        return _not_in_the_past(undone, snapshot, done.receipt, clock)
    if isinstance(undone, tuple):
        return _chosen(undone, done, sku)
    return undone


def no_longer(snapshot: Snapshot, view: ActionView, clock: Clock) -> str | None:
    """Why a compensation that waits makes no sense any more; None if it does, or for any other action."""
    if view.compensates is None:
        return None
    action = view.action
    sku = action.sku if isinstance(action, AdjustStock) else None
    try:
        compensation(snapshot, rows.get(snapshot, view.tenant, view.compensates), clock, sku)
    except (ConflictError, InvalidActionError) as error:
        return str(error)
    return None


def standing(snapshot: Snapshot, done: ActionView, sku: str | None = None) -> ActionView | None:
    """The compensation of an action (of one SKU of it) that was asked for before and still stands."""
    live = [one for one in rows.compensating(snapshot, done.tenant, done.id) if one.state in LIVE]
    lines = done.args.get("lines", ())
    if done.kind != ReceivePurchaseOrder.kind or (sku is None and len(lines) == 1):
        return live[0] if live else None
    return next((one for one in live if one.args.get("sku") == sku), None)


def same_subject(action: Action, other: Action) -> bool:
    """Whether two actions of a kind are about the same records, whatever their figures and words are."""
    mine, its = action.as_json(), other.as_json()
    return all(mine.get(name) == its.get(name) for name in _SUBJECT) and _skus(mine) == _skus(its)


def _skus(arguments: Mapping[str, Any]) -> list[str]:
    """The SKUs of an order's lines, each as often as it stands there."""
    return sorted(line["sku"] for line in arguments.get("lines", ()))


_SUBJECT: Final = (
    "sku", "location", "from_location", "to_location", "supplier", "purchase_order", "order", "signal",
    "rma", "exchange", "customer", "ticket",
)  # fmt: skip


@singledispatch
def _undone(
    action: Action,
    snapshot: Snapshot,  # noqa: ARG001 - one shape for all
    done: ActionView,  # noqa: ARG001 - one shape for all
    receipt: Receipt,  # noqa: ARG001 - one shape for all
) -> Action | tuple[AdjustStock, ...]:
    raise InvalidActionError(f"{action.kind.replace('_', ' ')} cannot be undone: {action.undo_by}")


@_undone.register
def _note(action: AddOrderNote, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    raise InvalidActionError(f"a note stays on the order; to correct it, {action.undo_by}")


@_undone.register
def _adjust(action: AdjustStock, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    return _adjusted(action.sku, action.location, -action.change, done)


@_undone.register
def _transfer(action: TransferStock, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    return TransferStock(
        sku=action.sku,
        from_location=action.to_location,
        to_location=action.from_location,
        quantity=action.quantity,
    )


@_undone.register
def _price(action: ChangePrice, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:
    before = receipt.before.get("price")
    if before is None:
        raise ConflictError(f"what {action.sku} cost before {done.id} was not noted")
    changes = catalogue.price_changes(snapshot, action.sku)
    product = catalogue.product(snapshot, action.sku)
    if product is None or product.price != action.price or not changes or changes[-1].source != done.id:
        raise ConflictError(f"the price of {action.sku} was changed again since; set it by itself")
    return ChangePrice(sku=action.sku, price=Money.from_json(before), reason=f"undo of {done.id}")


@_undone.register
def _campaign(action: ChangePrices, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:
    """The old prices of all lines that were done and were not changed again since."""
    before = receipt.before.get("prices", {})
    products = catalogue.products(snapshot, before)
    lines = tuple(
        PriceLine(sku=line.sku, price=Money.from_json(before[line.sku]))
        for line in action.lines
        if line.sku in products
        and products[line.sku].price == line.price
        and catalogue.price_changes(snapshot, line.sku)[-1].source == done.id
    )
    if not lines:
        raise ConflictError(f"every price of {done.id} was changed again since; set them by themselves")
    left = len(before) - len(lines)
    words = f", {left} left: changed again since" if left else ""
    return ChangePrices(lines=lines, reason=f"undo of {done.id}{words}")


@_undone.register
def _place(action: PlacePurchaseOrder, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    order = _order(snapshot, receipt.reference)
    if order.status != "placed" or any(line.received for line in order.lines):
        status = order.status.replace("_", " ")
        raise ConflictError(f"{order.id} is {status}; only an order of which nothing came can be undone")
    return CancelPurchaseOrder(purchase_order=order.id, reason=f"undo of {done.id}")


@_undone.register
def _cancel(action: CancelPurchaseOrder, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    order = _order(snapshot, action.purchase_order)
    lines = tuple(
        PurchaseLine(sku=line.sku, quantity=line.open_quantity, unit_cost=line.unit_cost)
        for line in order.lines
        if line.open_quantity
    )
    if not lines:
        raise ConflictError(f"nothing of {order.id} was still to come")
    return PlacePurchaseOrder(
        supplier=order.supplier, location=order.location, lines=lines, expected_on=order.expected_on
    )


@_undone.register
def _receive(
    action: ReceivePurchaseOrder,
    snapshot: Snapshot,
    done: ActionView,
    receipt: Receipt,  # noqa: ARG001 - one shape for all
) -> tuple[AdjustStock, ...]:
    location = _order(snapshot, action.purchase_order).location
    return tuple(_adjusted(line.sku, location, -line.quantity, done) for line in action.lines)


@_undone.register(RequestReturn)
@_undone.register(RequestExchange)
def _opened(
    action: RequestReturn | RequestExchange,
    snapshot: Snapshot,
    done: ActionView,
    receipt: Receipt,  # noqa: ARG001 - one shape for all
) -> Action:
    opened = [one for one in orders.returns(snapshot, action.order) if one.action_id == done.id]
    waiting = [one.id for one in opened if one.status == "requested"]
    if len(opened) > 1:
        raise InvalidActionError(
            f"{done.id} opened {', '.join(one.id for one in opened)}; cancel each by itself"
        )
    if not waiting:
        raise ConflictError(
            f"the return that {done.id} opened is back or closed; only an open one can be cancelled"
        )
    return CancelReturn(rma=waiting[0], reason=f"undo of {done.id}")


@_undone.register
def _received(action: ReceiveReturn, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    rma = orders.rma(snapshot, action.rma)
    if rma is None or rma.status != "received":
        raise ConflictError(f"{action.rma} was inspected already")
    return InspectReturn(rma=rma.id, result=InspectionResult.WRITE_OFF, note=f"undo of {done.id}")


@_undone.register
def _reshipped(action: ReshipOrder, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    sent = orders.order(snapshot, receipt.reference)
    if sent is None or sent.status != "unfulfilled" or sent.has_shipped:
        raise ConflictError(f"the replacement {receipt.reference} is on its way or was cancelled")
    return CancelOrder(order=sent.id, reason=f"undo of {done.id}")


@_undone.register(ChangeOrderAddress)
@_undone.register(ChangeCustomerAddress)
@_undone.register(DraftReply)
def _asked_again(action: Action, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    raise InvalidActionError(f"what stood there before is not kept; to correct it, {action.undo_by}")


@_undone.register(AddDemandSignal)
@_undone.register(AddSupplySignal)
def _signal(action: Action, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    stored = signals.signal(snapshot, receipt.reference)
    if stored is None or stored.removed_at is not None:
        raise ConflictError(f"{receipt.reference} was removed already")
    return RemoveSignal(signal=stored.id, reason=f"undo of {done.id}")


@_undone.register
def _removed(action: RemoveSignal, snapshot: Snapshot, done: ActionView, receipt: Receipt) -> Action:  # noqa: ARG001 - one shape for all
    stored = signals.signal(snapshot, action.signal)
    if stored is None:
        raise ConflictError(f"there is no signal {action.signal!r} any more")
    shared: dict[str, Any] = {"starts_on": stored.starts_on, "reason": stored.reason, "sku": stored.sku}
    if stored.is_demand and stored.ends_on is not None:
        return AddDemandSignal(
            effect=DemandEffect(stored.effect),
            category=stored.category,
            whole_store=stored.sku is None and stored.category is None,
            location=stored.location,
            percent=stored.percent,
            quantity=stored.quantity,
            ends_on=stored.ends_on,
            **shared,
        )
    return AddSupplySignal(
        effect=SupplyEffect(stored.effect),
        supplier=stored.supplier,
        purchase_order=stored.purchase_order,
        days=stored.days,
        percent=stored.percent,
        unit_cost=stored.unit_cost,
        ends_on=stored.ends_on,
        **shared,
    )


def _adjusted(sku: str, location: str, change: int, done: ActionView) -> AdjustStock:
    note = f"undo of {done.id}"
    return AdjustStock(sku=sku, location=location, change=change, reason=AdjustReason.COUNT, note=note)


def _chosen(undone: tuple[AdjustStock, ...], done: ActionView, sku: str | None) -> AdjustStock:
    known = {one.sku: one for one in undone}
    if sku is None and len(undone) == 1:
        return undone[0]
    if sku not in known:
        named = ", ".join(known)
        raise InvalidActionError(f"{done.id} booked {named} in; an undo takes one SKU back, so name one")
    return known[sku]


def _not_in_the_past(
    order: PlacePurchaseOrder, snapshot: Snapshot, receipt: Receipt, clock: Clock
) -> PlacePurchaseOrder:
    """The order again, expected as long after today as it was after its own day, if its day is over."""
    today, old = business_day(snapshot, clock), _order(snapshot, receipt.reference)
    if order.expected_on >= today:
        return order
    lead = max(old.expected_on - old.ordered_on, timedelta(days=1))
    return PlacePurchaseOrder(
        supplier=order.supplier, location=order.location, lines=order.lines, expected_on=today + lead
    )


def _order(snapshot: Snapshot, order: str) -> PurchaseOrder:
    found = purchasing.purchase_order(snapshot, order)
    if found is None:
        raise ConflictError(f"there is no purchase order {order!r} any more")
    return found
