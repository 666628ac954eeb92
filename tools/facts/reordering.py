"""Facts of purchase orders."""

from __future__ import annotations

from shop.actions import CancelPurchaseOrder, PlacePurchaseOrder, ReceivePurchaseOrder
from shop.model import PurchaseOrder
from shop.money import Money
from shop.recent_sales import SALES_DAYS
from shop.store.reads import catalogue, purchasing, terms
from shop.store.reads.cover import covers, days_of_cover
from tools.facts.gathering import Gathered, Scene, found, read_facts
from tools.ledger.windows import Entry

_SHOWN_LINES = 12


@read_facts.register
def _place(action: PlacePurchaseOrder, scene: Scene, into: Gathered) -> None:
    supplier = purchasing.supplier(scene.snapshot, action.supplier)
    into.supplier = action.supplier
    into.title = f"Purchase order of {action.total} from {supplier.name if supplier else action.supplier}"
    if not found(supplier, f"supplier {action.supplier!r}", into) or supplier is None:
        return
    into.versions[f"supplier:{supplier.id}"] = supplier.version
    into.values["supplier.approved"] = supplier.approved
    into.values["supplier.new"] = not purchasing.has_purchase_orders(scene.snapshot, supplier.id)
    into.values["lines"] = len(action.lines)
    _order_value(action, scene, into)
    _terms(action, scene, into, assumed=supplier.assumed)
    _products(action, scene, into)
    _cover(action, scene, into)
    into.show("Deliver to", "", action.location)
    into.show("Expected on", "", action.expected_on.isoformat())
    into.show("Lead time of the supplier", f"{supplier.lead_time_days:g} days")


def _order_value(action: PlacePurchaseOrder, scene: Scene, into: Gathered) -> None:
    value = scene.at_home(action.total, into)
    if value is None:
        return
    into.money, into.values["rate.age_days"] = value
    into.values["total"] = into.money
    into.show("Order value", "", into.money)


def _terms(action: PlacePurchaseOrder, scene: Scene, into: Gathered, *, assumed: bool) -> None:
    skus = [line.sku for line in action.lines]
    stored = purchasing.offers_at(scene.snapshot, action.supplier, skus)
    offers = {one.sku: one for one in terms.on_day(scene.snapshot, scene.today, stored.values())}
    for sku in skus:
        if found(offers.get(sku), f"offer of {action.supplier} for {sku!r}", into):
            into.versions[f"offer:{action.supplier}:{sku}"] = offers[sku].version
    known = [(line, offers[line.sku]) for line in action.lines if line.sku in offers]
    complete = len(known) == len(action.lines)
    into.values["terms.current"] = complete and all(
        line.unit_cost == offer.unit_cost_for(line.quantity) for line, offer in known
    )
    into.values["quantities.fit_terms"] = complete and all(offer.fits(line.quantity) for line, offer in known)
    into.values["terms.assumed"] = assumed or any(offer.assumed for _, offer in known)


def _products(action: PlacePurchaseOrder, scene: Scene, into: Gathered) -> None:
    known = catalogue.products(scene.snapshot, (line.sku for line in action.lines))
    if into.money is not None:
        shares = into.money.split([line.quantity * line.unit_cost.minor for line in action.lines])
        into.entries.extend(
            Entry(
                share,
                line.quantity,
                supplier=action.supplier,
                location=action.location,
                category=known[line.sku].category if line.sku in known else None,
                sku=line.sku,
            )
            for line, share in zip(action.lines, shares, strict=True)
        )
    ordered = purchasing.ordered_before(scene.snapshot, (line.sku for line in action.lines))
    into.values["products.first_order"] = any(line.sku not in ordered for line in action.lines)
    into.values["products.active"] = all(
        line.sku in known and known[line.sku].status == "active" for line in action.lines
    )
    for line in action.lines[:_SHOWN_LINES]:
        title = known[line.sku].title if line.sku in known else "unknown product"
        into.show(f"{line.sku} {title}", "", f"{line.quantity} x {line.unit_cost}")
    if len(action.lines) > _SHOWN_LINES:
        into.show(f"and {len(action.lines) - _SHOWN_LINES} more lines")


def _cover(action: PlacePurchaseOrder, scene: Scene, into: Gathered) -> None:
    location = catalogue.location(scene.snapshot, action.location)
    if not found(location, f"location {action.location!r}", into):
        return
    skus = [line.sku for line in action.lines]
    figures = covers(scene.snapshot, action.location, skus, until=scene.today, days=SALES_DAYS)
    after = {line.sku: days_of_cover(figures[line.sku], line.quantity, SALES_DAYS) for line in action.lines}
    worst = max(after, key=lambda sku: after[sku])
    into.values["cover_after_days"] = after[worst]
    before = days_of_cover(figures[worst], 0, SALES_DAYS)
    into.show(f"Longest cover ({worst}), days", before, after[worst])
    into.evidence.append(
        f"sales of the {SALES_DAYS} days to {scene.today.isoformat()}, without days of an empty shelf; "
        "stock and open orders of this moment"
    )


@read_facts.register
def _cancel(action: CancelPurchaseOrder, scene: Scene, into: Gathered) -> None:
    into.title = f"Cancel purchase order {action.purchase_order}"
    order = _purchase_order(action.purchase_order, scene, into)
    if order is None:
        return
    into.values["open"] = order.is_open
    into.values["anything_received"] = any(line.received for line in order.lines)
    missing = Money.total((line.unit_cost * line.open_quantity for line in order.lines), order.total.currency)
    _booked(missing, scene, into)
    into.show("Status", order.status, "cancelled")
    into.show("Value that will not arrive", missing)


@read_facts.register
def _receive(action: ReceivePurchaseOrder, scene: Scene, into: Gathered) -> None:
    into.title = f"Book goods of {action.purchase_order} into stock"
    order = _purchase_order(action.purchase_order, scene, into)
    if order is None:
        return
    lines = {line.sku: line for line in order.lines}
    unknown = [line.sku for line in action.lines if line.sku not in lines]
    if unknown:
        into.missing.append(f"{order.id} has no line for {', '.join(unknown)}")
        return
    into.values["open"] = order.is_open
    into.values["over_received"] = sum(
        max(0, line.quantity - lines[line.sku].open_quantity) for line in action.lines
    )
    booked = Money.total(
        (lines[line.sku].unit_cost * line.quantity for line in action.lines), order.total.currency
    )
    _booked(booked, scene, into)
    for line in action.lines[:_SHOWN_LINES]:
        into.show(line.sku, f"{lines[line.sku].open_quantity} still to come", f"{line.quantity} arrived")


def _purchase_order(purchase_order: str, scene: Scene, into: Gathered) -> PurchaseOrder | None:
    order = purchasing.purchase_order(scene.snapshot, purchase_order)
    if order is None:
        into.missing.append(f"there is no purchase order {purchase_order!r}")
        return None
    into.supplier = order.supplier
    into.versions[f"purchase_order:{order.id}"] = order.version
    into.show("Supplier", order.supplier)
    return order


def _booked(amount: Money, scene: Scene, into: Gathered) -> None:
    value = scene.at_home(amount, into)
    if value is not None:
        into.money = into.values["total"] = value[0]
        into.entries.append(Entry(value[0], supplier=into.supplier))
