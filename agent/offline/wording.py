"""Plain words for what tools answer about stock, reordering and prices. Every number is the tool's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from agent.offline.wording_pricing import campaign, competitors, markdown, suggested
from agent.offline.wording_service import SERVICE, bulleted, counted, day
from agent.offline.wording_signals import demand_told, explained, signals

if TYPE_CHECKING:
    from tools.answers import WriteAnswer
    from tools.inventory import MovementsAnswer, ShelfRecord, StockAnswer
    from tools.plan_answers import ForecastAnswer, LowStockAnswer, OverstockAnswer, RecommendationAnswer
    from tools.pricing import PriceAnswer
    from tools.reordering import OfferRecord, PurchaseOrdersAnswer, SupplierRecord, TermsAnswer

_MOVED: Final = {
    "opening": "opening stock",
    "receipt": "received",
    "sale": "sold",
    "return": "returned by a customer",
    "adjustment": "adjusted",
    "transfer_in": "moved in",
    "transfer_out": "moved out",
}


def answer(tool: str, value: Any) -> str:
    """A tool's typed answer in plain words."""
    return _WORDS[tool](value)


def _stock(found: StockAnswer) -> str:
    head = f"{found.sku} {found.title}: {counted(found.total_available, 'piece')} available"
    if found.total_available != found.total_on_hand:
        head += f" of {found.total_on_hand} on hand"
    if not found.locations:
        return f"{head}. {found.note.capitalize()}."
    status = "" if found.status == "active" else f" The product is {found.status.replace('_', ' ')}."
    return f"{head}.{status}\n" + bulleted(_shelf(one) for one in found.locations)


def _shelf(shelf: ShelfRecord) -> str:
    parts = [f"{shelf.name}: {shelf.available} available ({shelf.on_hand} on hand"]
    parts += [f", {shelf.committed} sold but not shipped"] if shelf.committed else []
    parts += [f", {shelf.unavailable} damaged or in inspection"] if shelf.unavailable else []
    parts.append(")")
    parts += [f", {shelf.incoming} on the way"] if shelf.incoming else []
    if shelf.days_of_cover is not None:
        parts.append(f", about {shelf.days_of_cover} days of cover at recent sales")
    parts += [" - the figure was assumed by an import"] if shelf.assumed else []
    return "".join(parts)


def _low(found: LowStockAnswer) -> str:
    if not found.items:
        return "Nothing runs low: every shelf is above its reorder point."
    lines = [
        f"{one.sku} {one.title} at {one.location}: {one.available} available, reorder point {one.reorder_point}"
        + (f", about {one.days_left} days left" if one.days_left is not None else "")
        + (f", {one.incoming} on the way" if one.incoming else "")
        + (f"; order {one.order_quantity}" if one.order_quantity else "")
        for one in found.items
    ]
    return f"{counted(found.total, 'shelf', 'shelves')} run low{_first(found.items, found.total)}:\n{bulleted(lines)}"


def _over(found: OverstockAnswer) -> str:
    if not found.items:
        return f"Nothing is overstocked: no shelf holds more than {found.cover_days} days of cover."
    value = f", {found.excess_value.text} at cost" if found.excess_value else ""
    lines = [
        f"{one.sku} {one.title} at {one.location}: {one.excess} of {one.available} too many"
        + (f" ({one.excess_value.text})" if one.excess_value else "")
        + (f", {one.cover_days} days of cover" if one.cover_days is not None else ", no demand at all")
        for one in found.items
    ]
    head = (
        f"{counted(found.total, 'shelf', 'shelves')} hold more than {found.cover_days} days of cover{value}"
    )
    return f"{head}{_first(found.items, found.total)}:\n{bulleted(lines)}"


def _movements(found: MovementsAnswer) -> str:
    if not found.items:
        return f"{found.sku} {found.title}: no movements."
    lines = [
        f"{day(one.day)}, {one.location}: {one.quantity:+d} {_MOVED[one.kind]}"
        + (f" ({one.ref})" if one.ref else "")
        for one in found.items
    ]
    head = f"{found.sku} {found.title}: {counted(found.total, 'movement')}"
    return f"{head}{_first(found.items, found.total, 'the newest')}:\n{bulleted(lines)}"


def _forecast(found: ForecastAnswer) -> str:
    if not found.items:
        return f"{found.sku} {found.title}: {found.note}."
    lines = [
        f"{one.location}: about {one.expected} pieces, with 80 % probability {one.low} to {one.high} ({one.per_day} a day; {one.method})"
        for one in found.items
    ]
    return f"Expected sales of {found.sku} {found.title} in the next {found.days} days:\n{bulleted(lines)}"


def _recommendation(found: RecommendationAnswer) -> str:
    if not found.items:
        return "Nothing needs to be reordered."
    lines = [
        f"{one.sku} {one.title} at {one.location}: {_advice(one)}"
        + (f" ({one.arithmetic})" if len(found.items) == 1 else "")
        for one in found.items
    ]
    text = f"Recommendation{_first(found.items, found.total)}:\n{bulleted(lines)}"
    if found.orders:
        orders = [
            f"{one.supplier} for {one.location}: {counted(one.lines, 'line')}, {one.total.text}, expected {day(one.expected_on)}"
            for one in found.orders
        ]
        text += f"\nPurchase orders this comes to:\n{bulleted(orders)}"
    return f"{text}\nNothing was ordered."


def _advice(one: Any) -> str:
    if not one.quantity:
        return (
            one.words
            if not one.transferred_in
            else f"{one.words}; {one.transferred_in} pieces come by transfer"
        )
    cost = f" at {one.unit_cost.text} each, {one.value.text} in all" if one.unit_cost and one.value else ""
    return f"order {one.quantity} from {one.supplier}{cost}"


def _terms(found: TermsAnswer) -> str:
    parts = [_supplier(one) for one in found.suppliers]
    lines = [_offer(one) for one in found.items]
    if lines:
        parts.append(f"Terms{_first(found.items, found.total)}:\n{bulleted(lines)}")
    if found.note:
        parts.append(f"{found.note}.".replace("..", "."))
    parts += [f"They wrote ({one.origin}), in their words: “{one.text}”" for one in found.messages]
    return "\n".join(parts) or "No supplier offers this."


def _supplier(one: SupplierRecord) -> str:
    minimum = f", minimum order {one.minimum_order.text}" if one.minimum_order.minor else ""
    approved = "" if one.approved else " - not an approved supplier"
    assumed = " (terms assumed by an import)" if one.assumed else ""
    spread = f"{one.lead_time_days:g} days lead time, give or take {one.lead_time_sd_days:.1f}"
    return f"{one.name}: {spread}{minimum}, bills in {one.currency}{assumed}{approved}."


def _offer(one: OfferRecord) -> str:
    breaks = "".join(f", from {step.from_quantity} {step.unit_cost.text}" for step in one.price_breaks)
    preferred = ", preferred" if one.rank == 0 else ""
    return (
        f"{one.sku} {one.title} from {one.supplier}: {one.unit_cost.text} each{breaks}, MOQ {one.moq},"
        f" packs of {one.pack_size}{preferred}" + (" (assumed by an import)" if one.assumed else "")
    )


def _purchase_orders(found: PurchaseOrdersAnswer) -> str:
    if not found.items:
        return "There is no such purchase order open."
    lines = []
    for one in found.items:
        late = f", {counted(one.overdue_days, 'day')} overdue" if one.overdue_days > 0 else ""
        goods = ", ".join(f"{line.open_quantity or line.quantity} x {line.sku}" for line in one.lines[:4])
        more = (
            f" and {len(one.lines) - 4 + one.more_lines} more" if len(one.lines) > 4 or one.more_lines else ""
        )
        came = (
            f"received {day(one.received_on)}"
            if one.received_on
            else f"expected {day(one.expected_on)}{late}"
        )
        lines.append(
            f"{one.id} with {one.supplier} for {one.location}: {one.status.replace('_', ' ')}, {came}, {one.total.text}"
            f" ({goods}{more})"
        )
    return f"{counted(found.total, 'purchase order')}{_first(found.items, found.total)}:\n{bulleted(lines)}"


def _price(found: PriceAnswer) -> str:
    parts = [f"{found.sku} {found.title} sells for {found.price.text}"]
    if found.cost is not None:
        margin = f", a margin of {found.margin_percent} %" if found.margin_percent is not None else ""
        parts.append(f"; it costs us {found.cost.text}{margin}")
    else:
        parts.append("; its cost is unknown")
    if found.map_price is not None:
        parts.append(f"; minimum advertised price {found.map_price.text}")
    text = "".join(parts) + "."
    if found.changes:
        newest = max(found.changes, key=lambda one: one.at)
        text += f" Set on {day(newest.at)} to {newest.price.text}."
    for one in found.promotions:
        text += f" Promotion {one.name}: {one.discount_percent} % off from {day(one.starts_on)} to {day(one.ends_on)}."
    return text + competitors(found)


def _written(done: WriteAnswer) -> str:
    """What became of a change: only ``executed`` is called done."""
    request = done.request[:1].upper() + done.request[1:]
    if done.state == "executed":
        return f"Done: {done.request}. {_sentence(done.words.removeprefix('done: '))} ({done.action_id})"
    if done.state == "pending":
        return (
            f"{request}: {_sentence(done.words)} Nothing has been changed yet; it runs once it is approved."
        )
    why = "" if not done.why or all(one in done.words for one in done.why) else f" {' '.join(done.why)}"
    return f"{request}: {_sentence(done.words)}{why}"


def _sentence(words: str) -> str:
    return f"{words.rstrip('. ')}." if words else ""


def _first(items: Sequence[Any], total: int, which: str = "the first") -> str:
    """Says that a list is a part, where it is one.

    >>> _first([1, 2], 5), _first([1, 2], 2)
    (', the first 2 are', '')
    """
    return f", {which} {len(items)} are" if len(items) < total else ""


_WORDS: Final[dict[str, Callable[[Any], str]]] = {
    "check_stock": _stock,
    "list_low_stock": _low,
    "list_overstock": _over,
    "stock_movements": _movements,
    "forecast_demand": _forecast,
    "recommend_reorder": _recommendation,
    "supplier_terms": _terms,
    "list_purchase_orders": _purchase_orders,
    "get_price": _price,
    "suggest_price": suggested,
    "plan_markdown": markdown,
    "adjust_stock": _written,
    "transfer_stock": _written,
    "place_purchase_order": _written,
    "cancel_purchase_order": _written,
    "receive_purchase_order": _written,
    "change_price": _written,
    "change_prices": lambda done: campaign(done, _written(done)),
    "refund_order": _written,
    "cancel_order": _written,
    "add_order_note": _written,
    "add_demand_signal": lambda done: demand_told(done, _written(done)),
    "add_supply_signal": _written,
    "remove_signal": _written,
    "request_return": _written,
    "cancel_return": _written,
    "receive_return": _written,
    "inspect_return": _written,
    "request_exchange": _written,
    "complete_exchange": _written,
    "reship_order": _written,
    "change_order_items": _written,
    "change_order_payment": _written,
    "change_order_address": _written,
    "change_customer_address": _written,
    "give_credit": _written,
    "draft_reply": _written,
    "list_signals": signals,
    "explain_reorder": explained,
    **SERVICE,
}
