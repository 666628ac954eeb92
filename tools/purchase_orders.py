"""Tools that ask for purchase orders to be placed, cancelled or received.

Costs, quantities that fit and dates come from the supplier's terms, never from the caller.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil
from typing import Annotated, Final

from pydantic import Field

from shop.actions import (
    CancelPurchaseOrder,
    PlacePurchaseOrder,
    PurchaseLine,
    ReceivedLine,
    ReceivePurchaseOrder,
)
from shop.errors import NotFoundError, ToolInputError
from shop.model import Location, Offer, Product, PurchaseOrder, Supplier
from shop.money import Money
from shop.store.database import Snapshot
from shop.store.reads import catalogue, info, purchasing, terms
from tools import lookups
from tools.answers import WriteAnswer
from tools.arguments import (
    NO_REASON,
    LocationName,
    OrderedLine,
    Pieces,
    PurchaseOrderId,
    Reason,
    Sku,
    SupplierName,
)
from tools.tool import Shop, submit

_MOST_LINES: Final = 100

MoreLines = Annotated[
    list[OrderedLine] | None,
    Field(max_length=_MOST_LINES, description="further products of the same supplier on the same order"),
]
CountedLines = Annotated[
    list[OrderedLine] | None,
    Field(max_length=_MOST_LINES, description="pieces counted, by product; leave out if all has arrived"),
]

Wanted = Sequence[tuple[Product, int]]


def place_purchase_order(
    shop: Shop,
    sku: Sku,
    quantity: Pieces,
    supplier: SupplierName | None = None,
    location: LocationName | None = None,
    more_lines: MoreLines = None,
) -> WriteAnswer:
    """Ask to order pieces of a product from a supplier, at the supplier's own terms.

    Places the purchase order once the rules or a person allow it. Without supplier, the preferred one;
    without location, the main one. Refuses a quantity that does not fit MOQ and pack size, and names one
    that does.
    """
    with shop.db.reading() as snapshot:
        wanted = _wanted(snapshot, sku, quantity, more_lines or [])
        place = _place(snapshot, location)
        today = info.business_day(snapshot, shop.clock)
        who, stored = _supplier(snapshot, supplier, [product for product, _ in wanted])
        offers = {one.sku: one for one in terms.on_day(snapshot, today, stored.values())}
        _check_quantities(who, offers, wanted)
        due = expected_on(today, who) + timedelta(days=terms.delay_on(snapshot, today, who.id))
    lines = tuple(
        PurchaseLine(sku=product.sku, quantity=pieces, unit_cost=offers[product.sku].unit_cost_for(pieces))
        for product, pieces in wanted
    )
    return submit(
        shop,
        PlacePurchaseOrder,
        _request(who, place, due, wanted, lines),
        supplier=who.id,
        location=place.id,
        lines=lines,
        expected_on=due,
    )


def cancel_purchase_order(
    shop: Shop, purchase_order: PurchaseOrderId, reason: Reason = NO_REASON
) -> WriteAnswer:
    """Ask to cancel what has not arrived of a purchase order.

    Cancels it once the rules or a person allow it. Asks back when a bare number is an order's number too.
    """
    with shop.db.reading() as snapshot:
        order = lookups.purchase_order(snapshot, purchase_order, number_must_be_clear=True)
    request = f"cancel {order.id} with {order.supplier}, {order.total}"
    return submit(shop, CancelPurchaseOrder, request, purchase_order=order.id, reason=reason)


def receive_purchase_order(
    shop: Shop, purchase_order: PurchaseOrderId, counted: CountedLines = None
) -> WriteAnswer:
    """Ask to book the goods of a purchase order into stock: all that is open, or the pieces counted.

    Raises stock once the rules or a person allow it. Refuses products that are not on the order.
    """
    with shop.db.reading() as snapshot:
        order = lookups.purchase_order(snapshot, purchase_order)
        lines = _arrived(snapshot, order, counted)
    booked = ", ".join(f"{line.quantity} x {line.sku}" for line in lines)
    request = f"book {booked} of {order.id} into stock at {order.location}"
    return submit(shop, ReceivePurchaseOrder, request, purchase_order=order.id, lines=lines)


def expected_on(today: date, supplier: Supplier) -> date:
    """The day an order of today should be on the shelf: the mean lead time, in whole days, at least one."""
    return today + timedelta(days=max(1, ceil(supplier.lead_time_days)))


def _wanted(snapshot: Snapshot, sku: str, quantity: int, more: Sequence[OrderedLine]) -> Wanted:
    asked = [(sku, quantity), *((line.sku, line.quantity) for line in more)]
    found = [(lookups.product(snapshot, text), pieces) for text, pieces in asked]
    skus = [product.sku for product, _ in found]
    for one in skus:
        if skus.count(one) > 1:
            raise ToolInputError(f"{one} stands in two lines; put all its pieces in one")
    return found


def _place(snapshot: Snapshot, location: str | None) -> Location:
    if location is not None:
        return lookups.location(snapshot, location)
    places = catalogue.locations(snapshot)
    if not places:
        raise NotFoundError("the store has no location to deliver to")
    return places[0]


def _supplier(
    snapshot: Snapshot, supplier: str | None, products: Sequence[Product]
) -> tuple[Supplier, dict[str, Offer]]:
    """The supplier and its offers for all the products: the one named, else the preferred approved one."""
    offers = {product.sku: purchasing.offers_for(snapshot, product.sku) for product in products}
    if supplier is not None:
        who = lookups.supplier(snapshot, supplier)
        mine = _all_of(who.id, offers)
        missing = [sku for sku in offers if sku not in mine]
        if missing:
            raise NotFoundError(f"{who.name} does not offer {', '.join(missing)}; see supplier_terms")
        return who, mine
    known = [purchasing.supplier(snapshot, one.supplier) for one in offers[products[0].sku]]
    able = [one for one in known if one is not None and len(_all_of(one.id, offers)) == len(offers)]
    if not able:
        raise NotFoundError(f"no supplier offers {' and '.join(offers)}; see supplier_terms for each")
    chosen = next((one for one in able if one.approved), able[0])
    return chosen, _all_of(chosen.id, offers)


def _all_of(supplier: str, offers: dict[str, list[Offer]]) -> dict[str, Offer]:
    return {sku: one for sku, found in offers.items() for one in found if one.supplier == supplier}


def _check_quantities(supplier: Supplier, offers: dict[str, Offer], wanted: Wanted) -> None:
    for product, pieces in wanted:
        offer = offers[product.sku]
        if not offer.fits(pieces):
            fitting = " or ".join(str(one) for one in offer.nearest_fitting(pieces))
            raise ToolInputError(
                f"{supplier.name} sells {product.sku} in packs of {offer.pack_size}, at least {offer.moq}"
                f" pieces: {fitting} would fit, {pieces} does not"
            )


def _request(
    supplier: Supplier, place: Location, due: date, wanted: Wanted, lines: Sequence[PurchaseLine]
) -> str:
    total = Money.total((line.unit_cost * line.quantity for line in lines), supplier.currency)
    goods = "; ".join(
        f"{line.quantity} x {line.sku} {product.title} at {line.unit_cost}"
        for line, (product, _) in zip(lines, wanted, strict=True)
    )
    short = ""
    if total < supplier.minimum_order:
        short = f" (below this supplier's minimum order of {supplier.minimum_order})"
    return (
        f"order {goods} from {supplier.name} for {place.name}: {total}{short}, expected on {due.isoformat()}"
    )


def _arrived(
    snapshot: Snapshot, order: PurchaseOrder, counted: Sequence[OrderedLine] | None
) -> tuple[ReceivedLine, ...]:
    if not counted:
        missing = [line for line in order.lines if line.open_quantity]
        if not missing:
            raise ToolInputError(f"{order.id} is {order.status}: nothing of it is still to come")
        return tuple(ReceivedLine(sku=line.sku, quantity=line.open_quantity) for line in missing)
    ordered = {line.sku for line in order.lines}
    named = [(_on_order(snapshot, one.sku, ordered), one.quantity) for one in counted]
    skus = [sku for sku, _ in named]
    for sku in skus:
        if skus.count(sku) > 1:
            raise ToolInputError(f"{sku} is counted twice; give one number for it")
        if sku not in ordered:
            raise ToolInputError(f"{sku} is not on {order.id}; on it are {', '.join(sorted(ordered))}")
    return tuple(ReceivedLine(sku=sku, quantity=pieces) for sku, pieces in named)


def _on_order(snapshot: Snapshot, text: str, ordered: set[str]) -> str:
    return text if text in ordered else lookups.product(snapshot, text).sku
