"""Facts of refunds, cancellations, credits and notes, of payments and addresses, and of drafts."""

from __future__ import annotations

from datetime import timedelta

from shop.actions import AddOrderNote, CancelOrder, RefundOrder
from shop.countries import same_country
from shop.model import Customer, Order
from shop.money import Money
from shop.refund_parts import pays_for_goods_sent_again
from shop.service_actions import (
    ChangeCustomerAddress,
    ChangeOrderAddress,
    ChangeOrderPayment,
    DraftReply,
    GiveCredit,
)
from shop.store.reads import customers, orders
from shop.store.reads.credits import credited, credits_given, left_to_refund, settled
from shop.store.reads.payment_methods import payment_method
from shop.store.reads.refund_faults import refund_fault
from shop.store.reads.sent_again import sent_again
from shop.swaps import can_pay
from tools.facts.fraud import ADDRESS_DAYS, ADDRESS_KINDS, add_account, asked_lately
from tools.facts.gathering import Gathered, Scene, found, read_facts
from tools.facts.orders import (
    add_delivery,
    add_nothing_spent,
    add_value,
    allowed_for_refund,
    asked_about,
    customer_of,
    is_pending,
    order_of,
)
from tools.ledger import rows

REFUND_DAYS = 90


@read_facts.register
def _refund(action: RefundOrder, scene: Scene, into: Gathered) -> None:
    order = asked_about(f"Refund {action.amount} of order", action, scene, into)
    if order is None:
        return
    if action.amount.currency != order.total.currency:
        paid = order.total.currency
        into.missing.append(f"order #{order.id} was paid in {paid}: ask for an amount in {paid}")
        return
    refunded = orders.refunded(scene.snapshot, order)
    given = credited(scene.snapshot, order)
    left = left_to_refund(scene.snapshot, order)
    fault = refund_fault(scene.snapshot, order, action)
    into.values["within_refundable"] = action.amount <= left and not fault
    into.values["method.allowed"] = allowed_for_refund(order, action.to, scene)
    if order.total.minor > 0:
        into.values["share_pct"] = action.amount.percent_of(order.total)
    add_value("amount", action.amount, scene, into)
    add_delivery(order, scene, into)
    _customer_history(action.kind, scene, into)
    add_account(order, scene, into)
    _add_sent_again(action, order, scene, into)
    into.show("Refunded so far", refunded, refunded + action.amount)
    if given.minor:
        into.show("Goodwill credit for the order", "", given)
    for part in (action.lines or ())[:20]:
        pieces = f"{part.quantity} pieces of line" if part.quantity else "Part of the price of line"
        into.show(f"{pieces} {part.line}", "", part.amount)
    if action.shipping is not None:
        into.show("Shipping", "", action.shipping)
    into.show("Still refundable", left, left - action.amount)
    if action.amount > left:
        into.advice.append(f"At most {left} of order #{order.id} can still be refunded.")
    elif fault:
        into.advice.append(f"{fault[0].upper()}{fault[1:]}.")
    if action.to is not None:
        method = payment_method(scene.snapshot, action.to)
        into.show("Goes to", "", method.words if method else action.to)


@read_facts.register
def _cancel(action: CancelOrder, scene: Scene, into: Gathered) -> None:
    order = asked_about("Cancel order", action, scene, into)
    if order is None:
        return
    shipped = order.has_shipped or bool(orders.shipments(scene.snapshot, order.id))
    into.values["shipped"] = shipped
    into.values["cancellable"] = order.status == "unfulfilled" and not shipped
    into.values["items.changed_before"] = order.items_changed_at is not None
    into.values["cause"] = "none" if action.cause is None else action.cause.value
    add_value("total", order.total, scene, into)
    left = orders.paid(scene.snapshot, order) - orders.refunded(scene.snapshot, order)
    into.show("Status", order.status, "cancelled")
    into.show("Paid back to the customer", "", left)


@read_facts.register
def _note(action: AddOrderNote, scene: Scene, into: Gathered) -> None:
    into.title = f"Note on order #{action.order}"
    if order_of(action.order, scene, into) is not None:
        add_nothing_spent(scene, into)
        into.values["length"] = len(action.note)
        into.show("Note", "", action.note)


@read_facts.register
def _payment(action: ChangeOrderPayment, scene: Scene, into: Gathered) -> None:
    order = asked_about("Change the payment of order", action, scene, into)
    if order is None:
        return
    paid = orders.payments(scene.snapshot, order.id)
    once = len(paid) == 1 and paid[0].kind == "sale"
    method = payment_method(scene.snapshot, action.method)
    into.values["pending"] = is_pending(order, scene)
    into.values["items.changed_before"] = order.items_changed_at is not None
    into.values["paid_once"] = once
    into.values["method.different"] = not any(one.method_id == action.method for one in paid)
    charge = paid[0].amount if once else order.total
    into.values["method.can_pay"] = can_pay(method, order.customer, charge)
    add_nothing_spent(scene, into)
    into.show("Paid by", paid[0].method if paid else "", method.words if method else action.method)


@read_facts.register
def _order_address(action: ChangeOrderAddress, scene: Scene, into: Gathered) -> None:
    order = asked_about("Change the address of order", action, scene, into)
    if order is None:
        return
    who = None if order.customer is None else customers.customer(scene.snapshot, order.customer)
    countries = _may_go_to(order, who)
    into.values["pending"] = is_pending(order, scene)
    into.values["items.changed_before"] = order.items_changed_at is not None
    into.values["country_changes"] = not all(same_country(one, action.country) for one in countries)
    into.values["customer.address_changes_30d"] = asked_lately(ADDRESS_KINDS, ADDRESS_DAYS, scene, into)
    add_value("total", order.total, scene, into, spends=False)
    add_nothing_spent(scene, into)
    into.show("Goes to", ", ".join(countries), f"{action.city}, {action.country}")


def _may_go_to(order: Order, who: Customer | None) -> list[str]:
    """The country of the order's own address; without one, of all that the order and its customer tell.

    An order may know its country and no street. A customer who moves abroad does not take it along unasked.
    """
    if order.ship_to is not None:
        return [order.ship_to.country]
    told = (order.ship_country, who.country if who else "")
    return list(dict.fromkeys(one for one in told if one.strip())) or [""]


@read_facts.register
def _customer_address(action: ChangeCustomerAddress, scene: Scene, into: Gathered) -> None:
    who = customer_of("Change the address of", action, action.customer, scene, into)
    if who is None:
        return
    into.values["country_changes"] = not same_country(who.country, action.country)
    add_nothing_spent(scene, into)
    into.show("Address", who.country, f"{action.city}, {action.country}")


@read_facts.register
def _credit(action: GiveCredit, scene: Scene, into: Gathered) -> None:
    who = customer_of(f"Give {action.amount} credit to", action, action.customer, scene, into)
    if who is None:
        return
    order = None if action.order is None else orders.order(scene.snapshot, action.order)
    into.values["order.of_customer"] = action.order is None or (
        order is not None and order.customer == who.id
    )
    left = None if order is None else left_to_refund(scene.snapshot, order)
    if left is not None and left.currency == action.amount.currency and action.amount > left:
        into.missing.append(f"only {left} of order #{action.order} is left: give credit without the order")
        return
    add_value("amount", action.amount, scene, into)
    since = scene.asked.now - timedelta(days=REFUND_DAYS)
    _sum_of(action.kind, "customer.credits_90d", credits_given(scene.snapshot, who.id, since), scene, into)
    into.show("Why", "", action.reason)


@read_facts.register
def _draft(action: DraftReply, scene: Scene, into: Gathered) -> None:
    into.title = f"Draft of a reply to ticket {action.ticket}"
    ticket = customers.ticket(scene.snapshot, action.ticket)
    if not found(ticket, f"ticket {action.ticket!r}", into) or ticket is None:
        return
    into.customer = ticket.customer
    into.values["ticket_open"] = ticket.status != "closed"
    into.values["length"] = len(action.text)
    add_nothing_spent(scene, into)
    into.show("Draft", "", action.text)


def _add_sent_again(action: RefundOrder, order: Order, scene: Scene, into: Gathered) -> None:
    """Whether the money is for goods that the customer has, or is to get, a second time."""
    again = sent_again(scene.snapshot, order)
    before = settled(scene.snapshot, order) if again else {}
    into.values["goods_sent_again"] = pays_for_goods_sent_again(order, action, before, again)
    for line in order.lines:
        if line.line_no in again:
            into.show("Sent again", f"{line.quantity} of {line.sku}", again[line.line_no])


def _customer_history(kind: str, scene: Scene, into: Gathered) -> None:
    """Refunds of the customer in 90 days: those of the store's books and those still under way."""
    if into.money is None:
        return
    if into.customer is None:
        into.missing.append(
            "the order has no customer, so earlier refunds are unknown: pay it outside Shophand"
        )
        return
    since = scene.asked.now - timedelta(days=REFUND_DAYS)
    booked = orders.refunds_since(scene.snapshot, into.customer, since)
    count = _sum_of(kind, "customer.refunds_90d", [one.amount for one in booked], scene, into)
    into.values["customer.refund_count_90d"] = count


def _sum_of(kind: str, name: str, booked: list[Money], scene: Scene, into: Gathered) -> int:
    """Add up what was booked for the customer, what is under way and this; gives how many that are."""
    if into.money is None or into.customer is None:
        return 0
    under_way = [
        action
        for action in rows.reserving(scene.snapshot, scene.asked.tenant, kind, customer=into.customer)
        if action.id != scene.asked.action_id
    ]
    spent = into.money
    for amount in booked:
        value = scene.at_home(amount, into)
        if value is None:
            return 0
        spent += value[0]
    for action in under_way:
        if action.money is not None:
            spent += action.money
    into.values[name] = spent
    return len(booked) + len(under_way) + 1
