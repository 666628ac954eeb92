"""Facts of returns, exchanges, other items and replacements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shop.model import Order, OrderLine
from shop.money import Money
from shop.service_actions import (
    CancelReturn,
    ChangeOrderItems,
    CompleteExchange,
    InspectionResult,
    InspectReturn,
    ItemSwap,
    OfReturn,
    OrderPieces,
    ReceiveReturn,
    RequestExchange,
    RequestReturn,
    ReshipOrder,
    SwappedPieces,
)
from shop.store.reads import catalogue, orders
from shop.store.reads.availability import not_available, place_with
from shop.store.reads.credits import refunded_goods
from shop.store.reads.swap_quotes import swap_quote
from shop.swaps import SwapQuote, can_pay, returnable, unshipped
from tools.facts.fraud import RESHIP_DAYS, asked_lately
from tools.facts.gathering import Gathered, Scene, found, read_facts
from tools.facts.orders import (
    add_delivery,
    add_nothing_spent,
    add_value,
    allowed_for_refund,
    asked_about,
    carrier_state,
    is_pending,
    item_class,
    order_of,
    paying_method,
)
from tools.facts.speaking import add_identity_and_consent

_BACK = ("received", "restocked", "written_off")


@read_facts.register
def _return(action: RequestReturn, scene: Scene, into: Gathered) -> None:
    order = asked_about("Return goods of order", action, scene, into)
    if order is None:
        return
    _add_back(order, action.lines, scene, into)
    into.values["method.allowed"] = allowed_for_refund(order, action.to, scene)
    into.show("Why", "", action.reason)


@read_facts.register
def _exchange(action: RequestExchange, scene: Scene, into: Gathered) -> None:
    order = asked_about("Exchange goods of order", action, scene, into)
    if order is None:
        return
    free = returnable(order, orders.returns(scene.snapshot, order.id))
    if _are_refunded(order, action.lines, scene, into):
        return
    _add_back(order, action.lines, scene, into)
    _add_swap(order, action, free, scene, into)


@read_facts.register
def _items(action: ChangeOrderItems, scene: Scene, into: Gathered) -> None:
    order = asked_about("Change the items of order", action, scene, into)
    if order is None:
        return
    into.values["pending"] = is_pending(order, scene)
    into.values["items.changed_before"] = order.items_changed_at is not None
    quote = _add_swap(order, action, unshipped(order), scene, into)
    if "difference" in into.values:
        add_value("difference", _absolute(quote.difference), scene, into)


@read_facts.register
def _cancel(action: CancelReturn, scene: Scene, into: Gathered) -> None:
    if _closes("Cancel", "cancelled", action, scene, into):
        add_identity_and_consent(action, scene, into)


@read_facts.register
def _receive(action: ReceiveReturn, scene: Scene, into: Gathered) -> None:
    _closes("Receive", "received", action, scene, into)


@read_facts.register
def _inspect(action: InspectReturn, scene: Scene, into: Gathered) -> None:
    into.title = f"{action.result.value.replace('_', ' ').capitalize()} return {action.rma}"
    status = _rma(action.rma, scene, into)
    rma = orders.rma(scene.snapshot, action.rma)
    if status is None or rma is None:
        return
    order = orders.order(scene.snapshot, rma.order)
    skus = [line.sku for line in order.lines if line.line_no == rma.line_no] if order else []
    into.values["received"] = status == "received"
    if status != "received":
        into.advice.append(f"{action.rma} is {status.replace('_', ' ')}.")
    into.values["restock"] = action.result is InspectionResult.RESTOCK
    into.values["item_class"] = item_class(skus, scene)
    add_nothing_spent(scene, into)
    into.show("Status", status, action.result.value.replace("_", " "))


@read_facts.register
def _complete(action: CompleteExchange, scene: Scene, into: Gathered) -> None:
    into.title = f"Complete exchange {action.exchange}"
    exchange = orders.exchange(scene.snapshot, action.exchange)
    known = f"exchange {action.exchange!r}: its number was told when it was agreed"
    if not found(exchange, known, into) or exchange is None:
        return
    order = order_of(exchange.order, scene, into)
    rma = orders.rma(scene.snapshot, exchange.rma)
    if order is None or rma is None:
        return
    into.versions[f"return:{rma.id}"] = rma.version
    into.values["exchange_open"] = exchange.status == "requested"
    into.values["returned"] = rma.status in _BACK
    if exchange.status != "requested":
        into.advice.append(f"{exchange.id} is {exchange.status}.")
    elif rma.status not in _BACK:
        into.advice.append(f"{rma.id}, with which its old goods come back, is {rma.status}.")
    into.values["method.can_pay"] = _can_settle(order, exchange.method_id, exchange.difference, scene)
    add_value("difference", _absolute(exchange.difference), scene, into)
    into.show("Price difference", "", exchange.difference)


@read_facts.register
def _reship(action: ReshipOrder, scene: Scene, into: Gathered) -> None:
    order = asked_about(f"Send {action.reason.value} goods again of order", action, scene, into)
    if order is None:
        return
    if _are_refunded(order, action.lines, scene, into):
        return
    sent = {line.line_no: line.fulfilled for line in order.lines}
    lines = {line.line_no: line for line in order.lines}
    wanted = [(lines[one.line], one.quantity) for one in action.lines if one.line in lines]
    into.values["items.on_order"] = _fits(action.lines, sent)
    into.values["items.available"] = not _say_what_is_short(
        [(line.sku, quantity) for line, quantity in wanted], order, scene, into, by_itself=True
    )
    into.values["carrier"] = carrier_state(order, scene)
    into.values["customer.reships_90d"] = asked_lately((action.kind,), RESHIP_DAYS, scene, into)
    into.values["reshipped_before"] = orders.is_replaced(scene.snapshot, order.id)
    _add_goods(order, wanted, scene, into)


def _add_back(
    order: Order, wanted: Sequence[OrderPieces] | Sequence[SwappedPieces], scene: Scene, into: Gathered
) -> None:
    """What comes back: whether it may, of which class it is, and what was paid for it."""
    returns = orders.returns(scene.snapshot, order.id)
    lines = {line.line_no: line for line in order.lines}
    goods = [(lines[one.line], one.quantity) for one in wanted if one.line in lines]
    into.values["items.returnable"] = _fits(wanted, returnable(order, returns))
    into.values["item_class"] = item_class((line.sku for line, _ in goods), scene)
    into.values["return_open"] = any(one.status == "requested" for one in returns)
    add_delivery(order, scene, into)
    _add_goods(order, goods, scene, into)


def _are_refunded(
    order: Order, wanted: Sequence[OrderPieces] | Sequence[SwappedPieces], scene: Scene, into: Gathered
) -> bool:
    """Whether the money of some goods went back; then no more is told of them, which refuses them."""
    refunded = refunded_goods(scene.snapshot, order, ((one.line, one.quantity) for one in wanted))
    if refunded:
        into.missing.append(refunded)
    return bool(refunded)


def _add_goods(order: Order, goods: Sequence[tuple[OrderLine, int]], scene: Scene, into: Gathered) -> None:
    value = Money.total((line.unit_price * quantity for line, quantity in goods), order.total.currency)
    add_value("value", value, scene, into)
    for line, quantity in goods[:20]:
        into.show(f"{quantity} of {line.sku}", "", line.unit_price * quantity)


def _add_swap(
    order: Order, action: ItemSwap, free: Mapping[int, int], scene: Scene, into: Gathered
) -> SwapQuote:
    by_itself = isinstance(action, RequestExchange)
    quote = swap_quote(scene.snapshot, order, action.lines, free, by_itself=by_itself)
    into.values["items.on_order"] = quote.on_order
    into.values["items.same_product"] = quote.same_product
    into.values["items.different"] = quote.different
    into.values["items.available"] = quote.available
    if not quote.available:
        _say_what_is_short([(one.new_sku, one.quantity) for one in action.lines], order, scene, into)
    into.values["method.can_pay"] = _can_settle(order, action.method, quote.difference, scene)
    difference = scene.at_home(_absolute(quote.difference), into)
    if difference is not None and _is_as_asked(action, quote.difference, scene, into):
        into.values["difference"] = difference[0]
    for swap in quote.swaps[:20]:
        into.show(f"{swap.quantity} of line {swap.line.line_no}", swap.line.sku, swap.new.sku)
    into.show("Price difference", "", quote.difference)
    return quote


def _say_what_is_short(
    wanted: Sequence[tuple[str, int]], order: Order, scene: Scene, into: Gathered, *, by_itself: bool = False
) -> bool:
    """Whether pieces are short where the order's goods come from; what and where else goes to the advice.

    What is sent `by_itself` may come from any location that has all of it.
    """
    needed: dict[str, int] = {}
    for sku, pieces in wanted:
        needed[sku] = needed.get(sku, 0) + pieces
    place = order.location or catalogue.locations(scene.snapshot)[0].id
    if by_itself:
        place = place_with(scene.snapshot, needed, place)
    short = not_available(scene.snapshot, needed, place)
    if short:
        into.advice.append(f"{short}.")
    return bool(short)


def _is_as_asked(action: ItemSwap, difference: Money, scene: Scene, into: Gathered) -> bool:
    """Whether the difference is the one that people saw; a customer must have seen one at all."""
    if action.difference == difference or (action.difference is None and scene.talk is None):
        return True
    seen = "the customer has not seen it" if action.difference is None else f"not {action.difference}"
    into.missing.append(f"the price difference is {difference} now, {seen}: ask for it again")
    return False


def _can_settle(order: Order, method_id: str | None, difference: Money, scene: Scene) -> bool:
    if difference.minor <= 0 and method_id is None:
        return True
    return can_pay(paying_method(order, method_id, scene), order.customer, difference)


def _fits(wanted: Sequence[OrderPieces] | Sequence[SwappedPieces], free: Mapping[int, int]) -> bool:
    taken: dict[int, int] = {}
    for one in wanted:
        taken[one.line] = taken.get(one.line, 0) + one.quantity
    return bool(taken) and all(pieces <= free.get(line, 0) for line, pieces in taken.items())


def _rma(rma_id: str, scene: Scene, into: Gathered) -> str | None:
    rma = orders.rma(scene.snapshot, rma_id)
    if not found(rma, f"return {rma_id!r}: the order shows its returns", into) or rma is None:
        return None
    into.versions[f"return:{rma.id}"] = rma.version
    return rma.status if order_of(rma.order, scene, into) is not None else None


def _closes(verb: str, after: str, action: OfReturn, scene: Scene, into: Gathered) -> bool:
    """An RMA that is to leave its first state: whether it is known, and whether it is in it."""
    into.title = f"{verb} return {action.rma}"
    status = _rma(action.rma, scene, into)
    if status is None:
        return False
    into.values["open"] = status == "requested"
    if status != "requested":
        into.advice.append(f"{action.rma} is {status.replace('_', ' ')}.")
    add_nothing_spent(scene, into)
    into.show("Status", status, after)
    return True


def _absolute(amount: Money) -> Money:
    return amount if amount.minor >= 0 else -amount
