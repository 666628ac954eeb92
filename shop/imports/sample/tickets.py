"""Tickets of the last weeks: each fits the order that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from shop.imports.sample.customers import customer_id
from shop.imports.sample.period import BUSINESS_DATE, DAYS, calendar_day
from shop.imports.sample.ticket_texts import HOSTILE, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

    from shop.imports.sample.catalogue import Catalogue
    from shop.imports.sample.parcels import Parcel, Rma
    from shop.imports.sample.web_orders import WebOrder

COUNTS: Final = {
    "late": 18,
    "lost": 10,
    "in_transit": 8,
    "damaged": 20,
    "wrong_item": 12,
    "refund": 18,
    "cancel": 10,
    "address": 8,
    "question": 10,
    "praise": 6,
}
"""So many tickets of each kind; with the hostile ones 126."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket before it gets its number; `kind` is for the tests and not stored."""

    kind: str
    order: WebOrder
    opened_at: datetime
    status: str
    subject: str
    body: str


def write_tickets(
    catalogue: Catalogue,
    orders: list[WebOrder],
    parcels: list[Parcel],
    rmas: list[Rma],
    names: Mapping[int, str],
    rng: np.random.Generator,
) -> list[Ticket]:
    """All tickets by time; `names` are the customers' names."""
    parcel_of = {parcel.order.id: parcel for parcel in parcels}
    about = _orders_by_kind(orders, parcels, rmas)
    tickets = []
    for kind, count in COUNTS.items():
        possible = about[kind]
        for number, place in enumerate(rng.permutation(len(possible))[:count].tolist()):
            texts = TEXTS[kind][number % len(TEXTS[kind])]
            order = possible[place]
            facts = _facts(catalogue, order, parcel_of.get(order.id), names)
            tickets.append(_ticket(kind, order, texts, facts, parcel_of.get(order.id), rng))
    recent = [parcel.order for parcel in parcels if parcel.status == "delivered"][-400:]
    for number, texts in enumerate(HOSTILE):
        order = recent[number * 60]
        facts = _facts(catalogue, order, parcel_of.get(order.id), names)
        tickets.append(_ticket("hostile", order, texts, facts, parcel_of.get(order.id), rng))
    tickets.sort(key=lambda ticket: (ticket.opened_at, ticket.order.id))
    return tickets


def ticket_rows(tickets: list[Ticket]) -> list[dict[str, Any]]:
    """Rows with their numbers, 'T-501' the oldest."""
    return [
        {
            "id": f"T-{number}",
            "customer": customer_id(ticket.order.customer),
            "order_id": ticket.order.id,
            "opened_at": ticket.opened_at,
            "status": ticket.status,
            "subject": ticket.subject,
            "body": ticket.body,
        }
        for number, ticket in enumerate(tickets, start=501)
    ]


def _orders_by_kind(
    orders: list[WebOrder], parcels: list[Parcel], rmas: list[Rma]
) -> dict[str, list[WebOrder]]:
    def sent(status: str, newest: int = 0, oldest: int = 1_000) -> list[WebOrder]:
        return [
            parcel.order
            for parcel in parcels
            if parcel.status == status and newest <= DAYS - parcel.shipped <= oldest
        ]

    waiting = [order for order in orders if order.status == "unfulfilled"]
    delivered = sent("delivered", 6, 30)
    return {
        "late": sent("late"),
        "lost": sent("lost"),
        "in_transit": sent("in_transit"),
        "damaged": sent("damaged", 5, 40),
        "wrong_item": delivered[::3],
        "refund": _unique(rma.order for rma in rmas if rma.status in {"requested", "received"}),
        "cancel": waiting[::2],
        "address": waiting[1::2],
        "question": delivered[1::3],
        "praise": delivered[2::3],
    }


def _unique(orders: Iterable[WebOrder]) -> list[WebOrder]:
    return list({order.id: order for order in orders}.values())


def _facts(
    catalogue: Catalogue, order: WebOrder, parcel: Parcel | None, names: Mapping[int, str]
) -> dict[str, str]:
    return {
        "order": order.id,
        "title": catalogue.items[order.lines[0].sku].title,
        "name": names[order.customer],
        "carrier": parcel.carrier if parcel else "",
        "tracking": parcel.tracking if parcel else "",
        "promised": f"{calendar_day(parcel.promised):%d %B}" if parcel else "",
    }


def _ticket(
    kind: str,
    order: WebOrder,
    texts: tuple[str, str],
    facts: dict[str, str],
    parcel: Parcel | None,
    rng: np.random.Generator,
) -> Ticket:
    opened_at = _opened_at(kind, order, parcel, rng)
    old = (BUSINESS_DATE - opened_at.date()).days
    status = "closed" if old > 14 or kind == "praise" else ("waiting" if old % 4 == 0 else "open")  # noqa: PLR2004 - two weeks
    if kind == "hostile":
        status = "open"
    subject, body = (text.format_map(facts) for text in texts)
    return Ticket(kind, order, opened_at, status, subject, body)


def _opened_at(kind: str, order: WebOrder, parcel: Parcel | None, rng: np.random.Generator) -> datetime:
    """After what it complains about, and before the morning of the business date."""
    hour, minute, wait = (int(draw) for draw in rng.integers((7, 0, 1), (22, 60, 4)))
    if parcel is None:
        return min(order.placed_at + timedelta(minutes=30 + minute), _this_morning(minute))
    happened = parcel.delivered if parcel.delivered is not None else parcel.shipped + 2
    if kind in {"late", "lost"}:
        happened = parcel.promised
    day = calendar_day(min(happened + wait, DAYS - 1))
    return datetime.combine(day, time(hour, minute), UTC)


def _this_morning(minute: int) -> datetime:
    return datetime.combine(BUSINESS_DATE, time(8, minute), UTC)
