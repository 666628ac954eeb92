"""Plain words for what tools answer about customers, orders, guides and approvals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tools.approvals import ActionStatusAnswer, ApprovalsAnswer
    from tools.guides import GuidesAnswer
    from tools.refunds import RefundQuoteAnswer
    from tools.service_answers import CustomerAnswer, OrderAnswer, OrdersAnswer, ParcelRecord, ShipmentAnswer
    from tools.tickets import SuggestionAnswer, TicketRecord, TicketsAnswer

_PASSAGE: Final = 700


def bulleted(lines: Iterable[str]) -> str:
    r"""Lines as a list.

    >>> bulleted(["one", "two"])
    '- one\n- two'
    """
    return "\n".join(f"- {line}" for line in lines)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "piece"), counted(3, "piece"), counted(2, "shelf", "shelves")
    ('1 piece', '3 pieces', '2 shelves')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(moment: date | datetime) -> str:
    """A day as ISO text; the day of a moment."""
    return (moment.date() if isinstance(moment, datetime) else moment).isoformat()


def _customer(found: CustomerAnswer) -> str:
    since = f", customer since {day(found.customer_since)}" if found.customer_since else ""
    place = ", ".join(part for part in (found.city, found.country) if part)
    text = f"{found.name} ({found.id}), {found.email}" + (f", {place}" if place else "") + f"{since}."
    text += f" {counted(found.orders, 'order')}"
    text += (
        f", the latest: {', '.join(f'#{one}' for one in found.latest_orders)}."
        if found.latest_orders
        else "."
    )
    if found.tickets:
        text += f" Tickets: {', '.join(found.tickets)}."
    return text + _messages(found)


def _messages(found: Any) -> str:
    """Strangers' words, marked as theirs."""
    return "".join(f"\nTheir words ({one.origin}): “{one.text}”" for one in found.messages)


def _orders(found: OrdersAnswer) -> str:
    if not found.items:
        return "No orders match."
    lines = [
        f"#{one.id} of {day(one.placed_at)}: {one.status.replace('_', ' ')}, {one.financial_status.replace('_', ' ')},"
        f" {counted(one.pieces, 'piece')}, {one.total.text}"
        for one in found.items
    ]
    shown = f", the newest {len(found.items)} are" if len(found.items) < found.total else ""
    return f"{counted(found.total, 'order')}{shown}:\n{bulleted(lines)}"


def _order(found: OrderAnswer) -> str:
    who = f" by {found.customer_name}" if found.customer_name else ""
    head = (
        f"Order #{found.id}, placed {day(found.placed_at)}{who}: {found.status.replace('_', ' ')},"
        f" {found.financial_status.replace('_', ' ')}. Total {found.total.text}, paid {found.paid.text}"
    )
    head += f", refunded {found.refunded.text}." if found.refunded.minor else "."
    lines = [
        f"{one.quantity} x {one.sku} {one.title} at {one.unit_price.text}"
        + (f", {one.fulfilled} shipped" if one.fulfilled else ", not shipped")
        + (f", {one.returned} returned" if one.returned else "")
        for one in found.lines
    ]
    lines += [f"and {counted(found.more_lines, 'more line')}"] if found.more_lines else []
    lines += [f"parcel {_parcel(one)}" for one in found.shipments]
    lines += [f"return {one.id} of line {one.line}: {one.status.replace('_', ' ')}" for one in found.returns]
    lines += [f"tickets: {', '.join(found.tickets)}"] if found.tickets else []
    lines += [counted(found.notes, "internal note")] if found.notes else []
    return f"{head}\n{bulleted(lines)}" + _messages(found)


def _parcel(one: ParcelRecord) -> str:
    late = f", {counted(one.days_late, 'day')} late" if one.days_late > 0 else ""
    when = (
        f"delivered {day(one.delivered_on)}" if one.delivered_on else f"promised for {day(one.promised_on)}"
    )
    return f"{one.tracking} with {one.carrier}: {one.status.replace('_', ' ')}, shipped {day(one.shipped_on)}, {when}{late}"


def _shipment(found: ShipmentAnswer) -> str:
    head = f"Order #{found.order} is {found.status.replace('_', ' ')}."
    note = f" {found.note[:1].upper()}{found.note[1:].rstrip('.')}." if found.note else ""
    parcels = bulleted(_parcel(one) for one in found.shipments)
    return f"{head}{note}" + (f"\n{parcels}" if parcels else "")


def _quote(found: RefundQuoteAnswer) -> str:
    text = f"Of order #{found.order}, {found.amount.text} can be refunded"
    text += (
        f" (paid {found.paid.text}, refunded so far {found.refunded.text}, at most {found.refundable.text})."
    )
    if found.note:
        text += f" {found.note[:1].upper()}{found.note[1:].rstrip('.')}."
    return f"{text} This only tells; nothing has been paid back by it."


def _guides(found: GuidesAnswer) -> str:
    if not found.items:
        return f"I looked in the store's guides: {found.note or 'nothing found'}."
    first, *others = found.items
    text = first.text.strip()
    text = text if len(text) <= _PASSAGE else f"{text[:_PASSAGE].rsplit(' ', 1)[0]} ..."
    heading = (
        f"{first.title} - {first.heading}" if first.heading and first.heading != first.title else first.title
    )
    updated = f", updated {day(first.updated)}" if first.updated else ""
    more = "; ".join(dict.fromkeys(f"{one.title} - {one.heading}".removesuffix(" - ") for one in others))
    text = f"{heading} ({first.file}{updated}):\n{text}" + (f"\nSee also: {more}." if more else "")
    notes = [f"Careful: {first.stale}"] if first.stale else []
    notes += [f"{found.note[:1].upper()}{found.note[1:]}"] if found.note else []
    return text + "".join(f"\n{note}." for note in notes)


def _approvals(found: ApprovalsAnswer) -> str:
    if not found.items:
        return "Nothing waits for a decision."
    lines = []
    for one in found.items:
        why = f" Why: {' '.join(one.why)}" if one.why else ""
        lines.append(f"{one.id}: {one.title}, asked by {one.requester}, expires {day(one.expires_at)}.{why}")
    wait = "waits" if found.total == 1 else "wait"
    return f"{counted(found.total, 'request')} {wait} for a person's decision:\n{bulleted(lines)}"


def _status(found: ActionStatusAnswer) -> str:
    name = f"{found.approval_id} ({found.action_id})" if found.approval_id else found.action_id
    text = f"{name}, {found.title}: {found.state}."
    for part in (found.reason, found.result):
        text += f" {part.rstrip('.')}." if part else ""
    return text


def _tickets(found: TicketsAnswer) -> str:
    if not found.items:
        return "No ticket waits for an answer."
    lines = [_ticket(one) for one in found.items]
    shown = f", the oldest {len(found.items)} are" if len(found.items) < found.total else ""
    return f"{counted(found.total, 'ticket')} waiting for an answer{shown}:\n{bulleted(lines)}"


def _ticket(one: TicketRecord) -> str:
    about = (
        f"about order #{one.order} ({one.order_status.replace('_', ' ')})" if one.order else "about no order"
    )
    parcel = f", parcel {one.carrier_status.replace('_', ' ')}" if one.carrier_status else ""
    return f"{one.id} of {day(one.opened_at)}, {one.status.replace('_', ' ')}: {about}{parcel}"


def _suggestion(found: SuggestionAnswer) -> str:
    about = f", order #{found.order}" if found.order else ""
    text = f"Ticket {found.id} ({found.topic}{about}). Suggested reply, nothing was sent:\n“{found.text}”"
    text += f"\nQuoted from {found.guide}." if found.guide else ""
    if found.request:
        why = f" {' '.join(found.why)}" if found.why else ""
        text += f"\nNext step: {found.request}; the rules would say: {found.verdict.replace('_', ' ')}.{why}"
    return text + _messages(found)


SERVICE: Final[dict[str, Callable[[Any], str]]] = {
    "find_customer": _customer,
    "find_orders": _orders,
    "get_order": _order,
    "track_shipment": _shipment,
    "quote_refund": _quote,
    "list_tickets": _tickets,
    "suggest_reply": _suggestion,
    "search_guides": _guides,
    "list_approvals": _approvals,
    "action_status": _status,
}
