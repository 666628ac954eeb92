"""What signal actions do to the embedded shop; ``shop/backends/embedded.py`` calls it through `carry_out`."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from shop.actions import AddDemandSignal, AddSupplySignal, RemoveSignal
from shop.backends.ports import Claim, Outcome, Receipt
from shop.errors import ConflictError
from shop.store.database import Snapshot, Transaction
from shop.store.effects import OPEN_PURCHASE_ORDER, carry_out
from shop.store.reads import catalogue, purchasing
from shop.store.reads.signals import signal
from shop.store.schema import signals


@carry_out.register
def _demand(action: AddDemandSignal, tx: Transaction, claim: Claim) -> Receipt:
    if action.sku is not None:
        _must_be_there(catalogue.product(tx, action.sku), f"product {action.sku!r}")
    if action.location is not None:
        _must_be_there(catalogue.location(tx, action.location), f"location {action.location!r}")
    return _added(
        tx,
        claim,
        effect=action.effect.value,
        sku=action.sku,
        category=action.category,
        location=action.location,
        percent=action.percent,
        quantity=action.quantity,
        starts_on=action.starts_on,
        ends_on=action.ends_on,
        reason=action.reason,
    )


@carry_out.register
def _supply(action: AddSupplySignal, tx: Transaction, claim: Claim) -> Receipt:
    if action.sku is not None:
        _must_be_there(catalogue.product(tx, action.sku), f"product {action.sku!r}")
    if action.supplier is not None:
        _must_be_there(purchasing.supplier(tx, action.supplier), f"supplier {action.supplier!r}")
    if action.purchase_order is not None:
        order = purchasing.purchase_order(tx, action.purchase_order)
        if order is None or order.status not in OPEN_PURCHASE_ORDER:
            raise ConflictError(f"{action.purchase_order} is not open any more")
    cost = action.unit_cost
    return _added(
        tx,
        claim,
        effect=action.effect.value,
        sku=action.sku,
        supplier=action.supplier,
        purchase_order=action.purchase_order,
        days=action.days,
        percent=action.percent,
        unit_cost_minor=cost.minor if cost else None,
        currency=cost.currency if cost else None,
        starts_on=action.starts_on,
        ends_on=action.ends_on,
        reason=action.reason,
    )


@carry_out.register
def _remove(action: RemoveSignal, tx: Transaction, claim: Claim) -> Receipt:
    known = signal(tx, action.signal)
    if known is None or known.removed_at is not None:
        raise ConflictError(f"there is no signal {action.signal!r} in force any more")
    result = tx.execute(
        signals.update()
        .where(signals.c.id == known.id, signals.c.version == known.version)
        .values(removed_at=claim.at, removed_by=claim.actor, version=known.version + 1)
    )
    if result.rowcount != 1:
        raise ConflictError(f"{known.id} changed since it was read")
    return Receipt(
        Outcome.APPLIED, f"{known.id} removed", known.id, {"state": "in force"}, {"state": "removed"}
    )


def _added(tx: Transaction, claim: Claim, **values: Any) -> Receipt:
    number = _next_number(tx)
    tx.execute(
        signals.insert().values(
            id=number, author=claim.actor, added_at=claim.at, action_id=claim.action_id, version=1, **values
        )
    )
    stored = signal(tx, number)
    detail = f"{number} added: {stored.says()}, {stored.period()}" if stored else f"{number} added"
    after = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None and name != "reason"
    }
    return Receipt(Outcome.APPLIED, detail, number, {}, after)


def _next_number(tx: Snapshot) -> str:
    """The next signal's number; the write transaction makes sure that nobody else takes it."""
    return f"S-{(tx.scalar(select(func.count()).select_from(signals)) or 0) + 1}"


def _must_be_there(record: object, what: str) -> None:
    if record is None:
        raise ConflictError(f"there is no {what} any more")
