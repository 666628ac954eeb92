"""Facts of signals: how far they reach, how much they change, for how long, and what that may cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from shop.actions import AddDemandSignal, AddSupplySignal, RemoveSignal
from shop.model import Offer, Product
from shop.money import Money
from shop.recent_sales import SALES_DAYS
from shop.signal_actions import DemandEffect
from shop.signals import Signal
from shop.store.reads import catalogue, purchasing, signals
from tools.facts.gathering import Gathered, Scene, found, read_facts
from tools.ledger.windows import Entry

OPEN_ENDED_DAYS: Final = 9_999
"""How far ahead a signal without an end counts as ending."""


@read_facts.register
def _demand(action: AddDemandSignal, scene: Scene, into: Gathered) -> None:
    of = action.sku or action.category or "the whole store"
    amount = f"{action.quantity} pieces" if action.quantity else f"{action.percent:+d} %"
    into.title = f"Demand signal: {action.effect.value.replace('_', '-')}, {amount} of {of}"
    product = None if action.sku is None else catalogue.product(scene.snapshot, action.sku)
    if not _known(action, product, scene, into):
        return
    into.values["effect"] = action.effect.value
    into.values["reach"] = "sku" if action.sku else "category" if action.category else "store"
    into.values["percent"] = action.percent or 0
    _period(action.starts_on, action.ends_on, scene, into)
    into.values["overlaps"] = _overlaps(action, scene, into)
    value = _value(action, product, scene, into)
    if value is not None:
        into.money = into.values["value"] = value
        category = product.category if product else action.category
        into.entries.append(Entry(value, location=action.location, category=category or None, sku=action.sku))
        into.show("Goods that it adds to the demand, at cost", "", value)
    into.show("Where", "", action.location or "every location")
    into.show("Why", "", action.reason)


def _known(action: AddDemandSignal, product: Product | None, scene: Scene, into: Gathered) -> bool:
    if action.sku is not None:
        if not found(product, f"product {action.sku!r}", into) or product is None:
            return False
        into.evidence.append(f"{product.sku}: {product.title}")
    if action.category is not None and action.category not in catalogue.categories(scene.snapshot):
        into.missing.append(f"there is no category {action.category!r}")
        return False
    place = action.location
    return place is None or found(catalogue.location(scene.snapshot, place), f"location {place!r}", into)


def _value(action: AddDemandSignal, product: Product | None, scene: Scene, into: Gathered) -> Money | None:
    """The goods at cost by which the demand changes; from recent sales where a percentage is told."""
    if action.effect is DemandEffect.ONE_OFF and product is not None:
        each: Money = product.price if product.cost is None else product.cost
        value = scene.at_home(each * (action.quantity or 0), into)
        return None if value is None else value[0]
    total = Money.zero(scene.home)
    days = (action.ends_on - action.starts_on).days + 1
    share = Decimal(abs(action.percent or 0) * days) / (100 * SALES_DAYS)
    for sold in signals.sales_value(
        scene.snapshot,
        scene.today,
        SALES_DAYS,
        sku=action.sku,
        category=action.category,
        location=action.location,
    ):
        value = scene.at_home(sold.times(share), into)
        if value is None:
            return None
        total += value[0]
    return total


@read_facts.register
def _supply(action: AddSupplySignal, scene: Scene, into: Gathered) -> None:
    into.supplier = action.supplier
    of = " ".join(part for part in (action.purchase_order, action.supplier, action.sku) if part)
    into.title = f"Supply signal: {action.effect.value} of {of}"
    if not _supply_known(action, scene, into):
        return
    into.values["effect"] = action.effect.value
    into.values["reach"] = "purchase_order" if action.purchase_order else "sku" if action.sku else "supplier"
    into.values["delay_days"] = action.days or 0
    _period(action.starts_on, action.ends_on, scene, into)
    into.values["overlaps"] = _overlaps(action, scene, into)
    change = _price_change(action, scene, into)
    if change is not None:
        into.values["change_pct"] = change
    into.entries.append(Entry(Money.zero(scene.home), supplier=into.supplier, sku=action.sku))
    into.show("Why", "", action.reason)


def _supply_known(action: AddSupplySignal, scene: Scene, into: Gathered) -> bool:
    if action.purchase_order is not None:
        order = purchasing.purchase_order(scene.snapshot, action.purchase_order)
        if not found(order, f"purchase order {action.purchase_order!r}", into) or order is None:
            return False
        if order.status not in purchasing.OPEN:
            into.missing.append(f"{order.id} is {order.status}, not open")
            return False
        into.versions[f"purchase_order:{order.id}"] = order.version
        into.supplier = order.supplier
        into.show("Expected on", order.expected_on.isoformat(), f"{action.days} days later")
    if action.supplier is not None:
        supplier = purchasing.supplier(scene.snapshot, action.supplier)
        if not found(supplier, f"supplier {action.supplier!r}", into) or supplier is None:
            return False
        into.versions[f"supplier:{supplier.id}"] = supplier.version
        into.show("Supplier", "", supplier.name)
    return action.sku is None or found(
        catalogue.product(scene.snapshot, action.sku), f"product {action.sku!r}", into
    )


def _price_change(action: AddSupplySignal, scene: Scene, into: Gathered) -> Decimal | None:
    """The change of the unit cost in percent; 0 where the signal speaks of none, None where unknown."""
    if action.unit_cost is None:
        return Decimal(action.percent or 0)
    offer: Offer | None = purchasing.offer(scene.snapshot, action.supplier or "", action.sku or "")
    if not found(offer, f"offer of {action.supplier} for {action.sku!r}", into) or offer is None:
        return None
    into.versions[f"offer:{action.supplier}:{action.sku}"] = offer.version
    if offer.unit_cost.currency != action.unit_cost.currency or offer.unit_cost.minor <= 0:
        into.missing.append(f"{action.supplier} sells {action.sku} in {offer.unit_cost.currency}")
        return None
    into.show("Unit cost", offer.unit_cost, action.unit_cost)
    return (action.unit_cost - offer.unit_cost).percent_of(offer.unit_cost)


@read_facts.register
def _remove(action: RemoveSignal, scene: Scene, into: Gathered) -> None:
    into.title = f"Remove the signal {action.signal}"
    stored = signals.signal(scene.snapshot, action.signal)
    if not found(stored, f"signal {action.signal!r}", into) or stored is None:
        return
    into.versions[f"signal:{stored.id}"] = stored.version
    into.values["in_force"] = stored.removed_at is None
    into.values["own"] = stored.author in {scene.asked.requester, scene.asked.on_behalf_of}
    into.entries.append(Entry(Money.zero(scene.home)))
    into.show("Signal", stored.in_words(), "removed")
    into.show("Why", "", action.reason)


def _period(starts_on: date, ends_on: date | None, scene: Scene, into: Gathered) -> None:
    into.values["lasts_days"] = 0 if ends_on is None else (ends_on - starts_on).days + 1
    last = OPEN_ENDED_DAYS if ends_on is None else (ends_on - scene.today).days
    into.values["ends_in_days"] = last
    into.show("From", "", starts_on.isoformat())
    if ends_on is not None:
        into.show("To", "", ends_on.isoformat())


def _overlaps(action: AddDemandSignal | AddSupplySignal, scene: Scene, into: Gathered) -> bool:
    """Whether a signal in force speaks of the same kind of thing, of the same goods, on a common day."""
    others = [
        one
        for one in signals.live_signals(scene.snapshot, action.starts_on)
        if _is_alike(one, action) and (action.ends_on is None or one.starts_on <= action.ends_on)
    ]
    for one in others[:3]:
        into.show("There is already", one.in_words())
    return bool(others)


def _is_alike(one: Signal, action: AddDemandSignal | AddSupplySignal) -> bool:
    if one.is_demand != isinstance(action, AddDemandSignal):
        return False
    if one.sku not in {None, action.sku} and action.sku is not None:
        return False
    if isinstance(action, AddDemandSignal):
        same_place = None in (one.location, action.location) or one.location == action.location
        same_goods = action.category is None or one.category in {None, action.category}
        return same_place and same_goods and (one.effect == "one_off") == (action.effect == "one_off")
    return (one.effect, one.supplier, one.purchase_order) == (
        action.effect.value,
        action.supplier,
        action.purchase_order,
    )
