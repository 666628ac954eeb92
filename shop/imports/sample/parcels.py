"""Parcels of the shipped orders, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.imports.sample.period import DAYS, calendar_day

if TYPE_CHECKING:
    from shop.imports.sample.past import Past
    from shop.imports.sample.web_orders import Line, WebOrder

PROMISED_DAYS: Final = 4
LATE, LOST, DAMAGED, UNDELIVERABLE = 24, 26, 45, 10
RESTOCKED, WRITTEN_OFF, INSPECTED, REQUESTED = 260, 24, 9, 26
_CARRIERS: Final = (("Royal Mail", "RM"), ("Royal Mail", "RM"), ("DPD", "DP"), ("Evri", "EV"))
_REASONS: Final = (
    "changed my mind",
    "not as pictured",
    "wrong size",
    "ordered twice",
    "a gift that was not wanted",
    "colour differs from the page",
)
_TRAVEL_DAYS: Final = (1, 1, 2, 2, 2, 3, 3, 4, 5, 7)


@dataclass(slots=True)
class Parcel:
    """A shipment; days are day numbers."""

    order: WebOrder
    carrier: str
    tracking: str
    shipped: int
    promised: int
    delivered: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Rma:
    """A customer's return of pieces of one line; `line_no` counts from 1."""

    order: WebOrder
    line_no: int
    quantity: int
    reason: str
    status: str
    requested: int
    received: int | None


def send_parcels(orders: list[WebOrder], rng: np.random.Generator) -> list[Parcel]:
    """One parcel for each order that was shipped, with a few late, lost, damaged and returned ones."""
    parcels = [_parcel(order, order.shipped, rng) for order in orders if order.shipped is not None]
    _mishaps(parcels, rng)
    return parcels


def _parcel(order: WebOrder, shipped: int, rng: np.random.Generator) -> Parcel:
    draws = rng.integers(0, 1_000_000_000, 3).tolist()
    carrier, prefix = _CARRIERS[draws[0] % len(_CARRIERS)]
    arrives = shipped + _TRAVEL_DAYS[draws[1] % len(_TRAVEL_DAYS)]
    delivered = arrives if arrives < DAYS else None
    promised = shipped + PROMISED_DAYS
    status = "delivered" if delivered is not None else ("late" if promised < DAYS else "in_transit")
    return Parcel(order, carrier, f"{prefix}{draws[2]:09d}GB", shipped, promised, delivered, status)


def _mishaps(parcels: list[Parcel], rng: np.random.Generator) -> None:
    _befall(parcels, "late", LATE, (6, 11), rng)
    _befall(parcels, "lost", LOST, (14, 60), rng)
    _befall(parcels, "returned", UNDELIVERABLE, (12, 90), rng)
    _befall(parcels, "damaged", DAMAGED, (5, 80), rng)


def _befall(
    parcels: list[Parcel], status: str, count: int, ago: tuple[int, int], rng: np.random.Generator
) -> None:
    """Let something happen to parcels sent within a range of days ago; only damaged ones were delivered."""
    possible = [
        parcel
        for parcel in parcels
        if ago[0] <= DAYS - parcel.shipped <= ago[1] and parcel.status == "delivered"
    ]
    for place in rng.permutation(len(possible))[:count].tolist():
        parcel = possible[place]
        parcel.status = status
        if status != "damaged":
            parcel.delivered = None


def take_returns(parcels: list[Parcel], past: Past, rng: np.random.Generator) -> list[Rma]:
    """The RMAs: restocked ones fit the return movements of their shelf and day, one piece each."""
    good = [parcel for parcel in parcels if parcel.status == "delivered"]
    used: set[str] = set()
    rmas = _restocked(good, past, used, rng)
    rmas += _others(good, "written_off", WRITTEN_OFF, (25, 90), used, rng)
    rmas += _others(good, "received", INSPECTED, (8, 16), used, rng)
    rmas += _others(good, "requested", REQUESTED, (2, 14), used, rng)
    rmas.sort(key=lambda rma: (rma.requested, rma.order.id, rma.line_no))
    for rma in rmas:
        _settle(rma)
    return rmas


def _restocked(parcels: list[Parcel], past: Past, used: set[str], rng: np.random.Generator) -> list[Rma]:
    by_shelf: dict[int, list[tuple[Parcel, int, Line]]] = {}
    for parcel in parcels:
        for line_no, line in enumerate(parcel.order.lines, start=1):
            by_shelf.setdefault(line.shelf, []).append((parcel, line_no, line))
    days, shelves = np.nonzero(past.returned[DAYS - 110 :])
    events = list(zip((days + DAYS - 110).tolist(), shelves.tolist(), strict=True))
    rmas: list[Rma] = []
    for place in rng.permutation(len(events)).tolist():
        day, shelf = events[place]
        fits = (
            (parcel, line_no)
            for parcel, line_no, line in by_shelf.get(shelf, [])
            if line.fulfilled and parcel.order.id not in used and _came_back(parcel, day)
        )
        found = next(fits, None)
        if found is not None and len(rmas) < RESTOCKED:
            parcel, line_no = found
            used.add(parcel.order.id)
            reason = _REASONS[day % len(_REASONS)]
            requested = max(parcel.delivered or day, day - 5)
            rmas.append(Rma(parcel.order, line_no, 1, reason, "restocked", requested, day))
    return rmas


def _came_back(parcel: Parcel, day: int) -> bool:
    return parcel.delivered is not None and 2 <= day - parcel.delivered <= 26  # noqa: PLR2004 - within 30 days


def _others(
    parcels: list[Parcel],
    status: str,
    count: int,
    ago: tuple[int, int],
    used: set[str],
    rng: np.random.Generator,
) -> list[Rma]:
    """Returns of one first line each, of orders without another return."""
    possible = [
        parcel
        for parcel in parcels
        if parcel.delivered is not None
        and ago[0] <= DAYS - parcel.delivered <= ago[1]
        and parcel.order.id not in used
    ]
    chosen = [possible[place] for place in rng.permutation(len(possible))[:count].tolist()]
    used.update(parcel.order.id for parcel in chosen)
    return [_other(parcel, status) for parcel in chosen]


def _other(parcel: Parcel, status: str) -> Rma:
    delivered = parcel.delivered or DAYS
    received = None if status == "requested" else min(delivered + 7, DAYS - 1)
    requested = min(delivered + 2, DAYS - 1)
    reason = "arrived broken" if status == "written_off" else _REASONS[delivered % len(_REASONS)]
    return Rma(parcel.order, 1, 1, reason, status, requested, received)


def _settle(rma: Rma) -> None:
    """Count the pieces on the line; pay them back when the case is closed."""
    if rma.status == "requested" or rma.received is None:
        return
    line = rma.order.lines[rma.line_no - 1]
    line.returned += rma.quantity
    if rma.status != "received":
        paid_back = datetime.combine(calendar_day(rma.received), time(15, 30), UTC)
        rma.order.refunds.append((paid_back, piece_refund(rma.order, line) * rma.quantity))


def piece_refund(order: WebOrder, line: Line) -> int:
    """What the customer paid for one piece of a line, pence: its price less its share of the discount."""
    return line.unit_price * (order.subtotal - order.discount) // order.subtotal
