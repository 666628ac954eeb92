"""Facts of refunds, cancellations and notes on customers' orders."""

from __future__ import annotations

from datetime import date, timedelta

from shop.actions import AddOrderNote, CancelOrder, RefundOrder
from shop.model import Order
from shop.money import Money
from shop.store.reads import orders
from tools.facts.gathering import Gathered, Scene, read_facts
from tools.ledger import rows
from tools.ledger.windows import Entry

REFUND_DAYS = 90


@read_facts.register
def _refund(action: RefundOrder, scene: Scene, into: Gathered) -> None:
    into.title = f"Refund {action.amount} of order #{action.order}"
    order = _order(action.order, scene, into)
    if order is None:
        return
    if action.amount.currency != order.total.currency:
        into.missing.append(f"order #{order.id} was paid in {order.total.currency}")
        return
    refunded = orders.refunded(scene.snapshot, order)
    left = orders.paid(scene.snapshot, order) - refunded
    into.values["within_refundable"] = action.amount <= left
    if order.total.minor > 0:
        into.values["share_pct"] = action.amount.percent_of(order.total)
    value = scene.at_home(action.amount, into)
    if value is not None:
        into.money = into.values["amount"] = value[0]
        into.entries.append(Entry(value[0], customer=order.customer))
    delivered = _delivered_on(order, scene)
    into.values["delivered"] = delivered is not None
    into.values["days_since_delivery"] = max(0, (scene.today - delivered).days) if delivered else 0
    _customer_history(action.kind, scene, into)
    into.show("Refunded so far", refunded, refunded + action.amount)
    into.show("Still refundable", left, left - action.amount)


@read_facts.register
def _cancel(action: CancelOrder, scene: Scene, into: Gathered) -> None:
    into.title = f"Cancel order #{action.order}"
    order = _order(action.order, scene, into)
    if order is None:
        return
    shipped = order.has_shipped or bool(orders.shipments(scene.snapshot, order.id))
    into.values["shipped"] = shipped
    into.values["cancellable"] = order.status == "unfulfilled" and not shipped
    value = scene.at_home(order.total, into)
    if value is not None:
        into.money = into.values["total"] = value[0]
        into.entries.append(Entry(value[0], customer=order.customer))
    left = orders.paid(scene.snapshot, order) - orders.refunded(scene.snapshot, order)
    into.show("Status", order.status, "cancelled")
    into.show("Paid back to the customer", "", left)


@read_facts.register
def _note(action: AddOrderNote, scene: Scene, into: Gathered) -> None:
    into.title = f"Note on order #{action.order}"
    if _order(action.order, scene, into) is not None:
        into.entries.append(Entry(Money.zero(scene.home), customer=into.customer))
        into.values["length"] = len(action.note)
        into.show("Note", "", action.note)


def _order(order_id: str, scene: Scene, into: Gathered) -> Order | None:
    order = orders.order(scene.snapshot, order_id)
    if order is None:
        into.missing.append(f"there is no order {order_id!r}")
        return None
    into.versions[f"order:{order.id}"] = order.version
    into.customer = order.customer
    into.evidence.append(f"order #{order.id} of {order.placed_at:%Y-%m-%d}, {order.total}")
    return order


def _delivered_on(order: Order, scene: Scene) -> date | None:
    days = [parcel.delivered_on for parcel in orders.shipments(scene.snapshot, order.id)]
    return max((day for day in days if day is not None), default=None)


def _customer_history(kind: str, scene: Scene, into: Gathered) -> None:
    """Refunds of the customer in 90 days: those of the store's books and those still under way."""
    if into.money is None:
        return
    if into.customer is None:
        into.missing.append("the order has no customer, so earlier refunds are unknown")
        return
    since = scene.asked.now - timedelta(days=REFUND_DAYS)
    booked = orders.refunds_since(scene.snapshot, into.customer, since)
    under_way = [
        action
        for action in rows.reserving(scene.snapshot, scene.asked.tenant, kind, customer=into.customer)
        if action.id != scene.asked.action_id
    ]
    spent = into.money
    for payment in booked:
        value = scene.at_home(payment.amount, into)
        if value is None:
            return
        spent += value[0]
    for action in under_way:
        if action.money is not None:
            spent += action.money
    into.values["customer.refunds_90d"] = spent
    into.values["customer.refund_count_90d"] = len(booked) + len(under_way) + 1
