"""Finds orders that a demo or a test can talk about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop.imports.sample.period import DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from shop.imports.sample.parcels import Parcel
    from shop.imports.sample.service import Service

_SMALL, _FINANCE = 50_00, 500_00
_RETURN_DAYS = 30


def find_story_orders(service: Service) -> dict[str, str]:
    """The newest order for each situation, by a name for the situation; one that never arose is missing."""
    asked = {ticket.order.id for ticket in service.tickets if ticket.kind == "cancel"}
    cancellable = (
        order.id
        for order in reversed(service.orders)
        if order.id in asked and order.financial_status == "paid"
    )
    found = {
        "small_refund": _newest(service, lambda p: _damaged_lately(p) and p.order.total < _SMALL),
        "large_refund": _newest(service, lambda p: _damaged_lately(p) and _SMALL < p.order.total < _FINANCE),
        "finance_refund": _newest(service, lambda p: _is_delivered(p) and p.order.total > _FINANCE),
        "refund_too_late": _newest(service, lambda p: _is_delivered(p) and _days_here(p) > _RETURN_DAYS),
        "late_parcel": _newest(service, lambda p: p.status == "late"),
        "lost_parcel": _newest(service, lambda p: p.status == "lost"),
        "to_cancel": next(cancellable, None),
    }
    return {situation: order for situation, order in found.items() if order is not None}


def _newest(service: Service, fits: Callable[[Parcel], bool]) -> str | None:
    return next((parcel.order.id for parcel in reversed(service.parcels) if fits(parcel)), None)


def _is_delivered(parcel: Parcel) -> bool:
    return parcel.status == "delivered" and parcel.order.financial_status == "paid"


def _days_here(parcel: Parcel) -> int:
    return DAYS - (DAYS if parcel.delivered is None else parcel.delivered)


def _damaged_lately(parcel: Parcel) -> bool:
    return parcel.status == "damaged" and _days_here(parcel) < _RETURN_DAYS
