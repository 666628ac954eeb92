"""What the facts of service actions have in common: the order, its value, its delivery, its customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from policies.service_facts import CARRIER_STATES, ITEM_CLASSES
from shop.action import Action
from shop.model import Customer, Order
from shop.money import Money
from shop.service_actions import OfOrder
from shop.service_model import PaymentMethod
from shop.store.reads import catalogue, customers, orders
from shop.store.reads.payment_methods import payment_method
from tools.facts.gathering import Gathered, Scene, found
from tools.facts.speaking import add_identity_and_consent
from tools.ledger.windows import Entry


def order_of(order_id: str, scene: Scene, into: Gathered) -> Order | None:
    """The order, with its version, its customer and its line on the card."""
    order = orders.order(scene.snapshot, order_id)
    if not found(order, f"order {order_id!r}", into) or order is None:
        return None
    into.versions[f"order:{order.id}"] = order.version
    into.customer = order.customer
    into.evidence.append(f"order #{order.id} of {order.placed_at:%Y-%m-%d}, {order.total}")
    return order


def asked_about(title: str, action: OfOrder, scene: Scene, into: Gathered) -> Order | None:
    """The order of an action that a customer may ask for, and whether they may: identity and consent.

    `title` says what is asked for; the order's number is put behind it.
    """
    into.title = f"{title} #{action.order}"
    order = order_of(action.order, scene, into)
    if order is not None:
        add_identity_and_consent(action, scene, into)
    return order


def customer_of(title: str, action: Action, customer: str, scene: Scene, into: Gathered) -> Customer | None:
    """The customer of an action with their version, and identity and consent as for an order."""
    into.title = f"{title} customer {customer}"
    who = customers.customer(scene.snapshot, customer)
    if not found(who, f"customer {customer!r}", into) or who is None:
        return None
    into.versions[f"customer:{who.id}"] = who.version
    into.customer = who.id
    add_identity_and_consent(action, scene, into)
    return who


def add_value(name: str, amount: Money, scene: Scene, into: Gathered, *, spends: bool = True) -> None:
    """An amount as a fact in the home currency, and as what the action spends for its customer."""
    value = scene.at_home(amount, into)
    if value is None:
        return
    into.values[name] = value[0]
    if spends:
        into.money = value[0]
        into.entries.append(Entry(value[0], customer=into.customer))


def add_nothing_spent(scene: Scene, into: Gathered) -> None:
    """The action costs nothing, and counts all the same."""
    into.entries.append(Entry(Money.zero(scene.home), customer=into.customer))


def delivered_on(order: Order, scene: Scene) -> date | None:
    """The day of the last delivery of an order, None before it."""
    days = [parcel.delivered_on for parcel in orders.shipments(scene.snapshot, order.id)]
    return max((day for day in days if day is not None), default=None)


def add_delivery(order: Order, scene: Scene, into: Gathered) -> None:
    """Whether and how long ago the order was delivered."""
    day = delivered_on(order, scene)
    into.values["delivered"] = day is not None
    into.values["days_since_delivery"] = max(0, (scene.today - day).days) if day else 0
    into.show("Delivered", "", "not yet" if day is None else day.isoformat())


def is_pending(order: Order, scene: Scene) -> bool:
    """Whether nothing has left and nothing was cancelled."""
    shipped = order.has_shipped or bool(orders.shipments(scene.snapshot, order.id))
    return order.status == "unfulfilled" and not shipped


def carrier_state(order: Order, scene: Scene) -> str:
    """What the carriers say, the worst of it."""
    states = [parcel.status for parcel in orders.shipments(scene.snapshot, order.id)]
    return max(states, key=CARRIER_STATES.index, default=CARRIER_STATES[0])


def item_class(skus: Iterable[str], scene: Scene) -> str:
    """The class of some goods, the one that is taken back least; standard where the catalogue has none."""
    products = catalogue.products(scene.snapshot, set(skus))
    classes = [products[sku].item_class for sku in products]
    return max(classes, key=ITEM_CLASSES.index, default=ITEM_CLASSES[0])


def allowed_for_refund(order: Order, to: str | None, scene: Scene) -> bool:
    """Whether money may go there: a method that paid for the order, or a gift card of its customer."""
    if to is None:
        return True
    method = payment_method(scene.snapshot, to)
    if method is None or order.customer is None or method.customer != order.customer:
        return False
    paid_by = {one.method_id for one in orders.payments(scene.snapshot, order.id) if one.kind == "sale"}
    return method.kind == "gift_card" or method.id in paid_by


def paying_method(order: Order, method_id: str | None, scene: Scene) -> PaymentMethod | None:
    """The named payment method, else the one that paid for the order."""
    if method_id is None:
        sales = [one for one in orders.payments(scene.snapshot, order.id) if one.kind == "sale"]
        method_id = next((one.method_id for one in sales if one.method_id), None)
    return None if method_id is None else payment_method(scene.snapshot, method_id)
