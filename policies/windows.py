"""Sums and counts over time as facts: ``spend.supplier.24h``, ``count.requester.7d``, ``pieces.sku.30d``.

A window's name says what is added up, over which other actions of the kind, and how far back. Each includes
the action itself and all reservations, so the order that crosses a line is the one that is stopped. Only the
windows that rules speak of are worked out; for an action with several lines the fact is the worst of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, cast

from policies.fact_types import IntFact, MoneyFact

Measure = Literal["spend", "count", "pieces"]
Dimension = Literal["all", "supplier", "customer", "category", "sku", "location", "requester"]

LONGEST: Final = timedelta(days=366)
USUAL_PERIODS: Final = ("1h", "24h", "7d", "30d")
_DAY: Final = 24
_NAME: Final = re.compile(r"([a-z]+)\.([a-z]+)\.([0-9]{1,6})([hd])")

_TYPES: Final[Mapping[str, MoneyFact | IntFact]] = {
    "spend": MoneyFact(),
    "count": IntFact("actions"),
    "pieces": IntFact("pieces"),
}
_MEASURED: Final = {"spend": "value", "count": "number of actions", "pieces": "pieces"}
_OVER: Final = {
    "all": "",
    "supplier": " with this supplier",
    "customer": " for this customer",
    "category": " in one category",
    "sku": " of one SKU",
    "location": " at this location",
    "requester": " by this requester",
}


@dataclass(frozen=True, slots=True)
class Window:
    """What is added up, over which of the other actions of the kind, and how far back."""

    measure: Measure
    by: Dimension
    period: timedelta

    @property
    def name(self) -> str:
        """The fact's one name: hours up to a day and where days do not come out even, else days."""
        return f"{self.measure}.{self.by}.{_period_name(self.period)}"

    @property
    def type(self) -> MoneyFact | IntFact:
        """Money in the home currency, or a whole number."""
        return _TYPES[self.measure]

    def in_words(self) -> str:
        """The fact for operators.

        >>> Window("spend", "supplier", timedelta(days=7)).in_words()
        'value with this supplier in 7 days'
        """
        return f"{_MEASURED[self.measure]}{_OVER[self.by]} in {_period_words(self.period)}"


@dataclass(frozen=True, slots=True)
class Lines:
    """What the lines of an action say of themselves, and so what can be added up over a kind."""

    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]


_ALL: Final[tuple[Measure, ...]] = ("spend", "count", "pieces")
_NO_PIECES: Final[tuple[Measure, ...]] = ("spend", "count")

WINDOWS: Final[Mapping[str, Lines]] = MappingProxyType(
    {
        "place_purchase_order": Lines(_ALL, ("all", "supplier", "category", "sku", "location", "requester")),
        "cancel_purchase_order": Lines(_NO_PIECES, ("all", "supplier", "requester")),
        "receive_purchase_order": Lines(_NO_PIECES, ("all", "supplier", "requester")),
        "transfer_stock": Lines(_ALL, ("all", "category", "sku", "location", "requester")),
        "adjust_stock": Lines(_ALL, ("all", "category", "sku", "location", "requester")),
        "change_price": Lines(("count",), ("all", "category", "sku", "requester")),
        "change_prices": Lines(("count",), ("all", "category", "sku", "requester")),
        "refund_order": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "cancel_order": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "add_order_note": Lines(("count",), ("all", "customer", "requester")),
        "request_return": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "request_exchange": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "change_order_items": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "reship_order": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "give_credit": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "complete_exchange": Lines(_NO_PIECES, ("all", "customer", "requester")),
        "cancel_return": Lines(("count",), ("all", "customer", "requester")),
        "receive_return": Lines(("count",), ("all", "customer", "requester")),
        "inspect_return": Lines(("count",), ("all", "customer", "requester")),
        "change_order_payment": Lines(("count",), ("all", "customer", "requester")),
        "change_order_address": Lines(("count",), ("all", "customer", "requester")),
        "change_customer_address": Lines(("count",), ("all", "customer", "requester")),
        "draft_reply": Lines(("count",), ("all", "customer", "requester")),
        "add_demand_signal": Lines(_NO_PIECES, ("all", "category", "sku", "location", "requester")),
        "add_supply_signal": Lines(("count",), ("all", "supplier", "sku", "requester")),
        "remove_signal": Lines(("count",), ("all", "requester")),
    }
)
"""The windows of each kind; a transfer is counted at the location that gives."""


def window_named(name: str) -> Window | None:
    """The window of a name in its one spelling, or None.

    >>> window_named("spend.all.24h").in_words(), window_named("spend.all.1d")
    ('value in 24 hours', None)
    """
    parsed = _parsed(name)
    return parsed if parsed is not None and parsed.name == name else None


@lru_cache(maxsize=4096)  # a replay asks for the same few names a hundred thousand times
def window_of(kind: str, name: str) -> Window | None:
    """The window of a name if actions of this kind can be added up so, else None."""
    found, lines = window_named(name), WINDOWS.get(kind)
    if found is None or lines is None:
        return None
    return found if found.measure in lines.measures and found.by in lines.dimensions else None


def window_fault(kind: str, name: str) -> str | None:
    """What is wrong with a name that is meant as a window of this kind; None if it is not meant as one."""
    found, lines = _NAME.fullmatch(name), WINDOWS.get(kind)
    if found is None or lines is None or (found[1] not in _MEASURED and found[2] not in _OVER):
        return None
    if found[1] not in lines.measures:
        return f"{kind} cannot be added up by {found[1]!r} (known: {', '.join(lines.measures)})"
    if found[2] not in lines.dimensions:
        return f"{kind} has no lines by {found[2]!r} (known: {', '.join(lines.dimensions)})"
    parsed = _parsed(name)
    if parsed is None:
        return f"{name}: a period is 1h to {LONGEST.days}d"
    return None if parsed.name == name else f"{name} is written {parsed.name}"


def usual_windows(kind: str) -> list[str]:
    """The windows of a kind over the usual periods: suggestions for a name that is spelt wrongly."""
    lines = WINDOWS.get(kind, Lines((), ()))
    return [
        f"{what}.{by}.{period}"
        for what in lines.measures
        for by in lines.dimensions
        for period in USUAL_PERIODS
    ]


def _parsed(name: str) -> Window | None:
    found = _NAME.fullmatch(name)
    if found is None or found[1] not in _MEASURED or found[2] not in _OVER:
        return None
    hours = int(found[3]) * (1 if found[4] == "h" else _DAY)
    if not timedelta(0) < timedelta(hours=hours) <= LONGEST:
        return None
    return Window(cast("Measure", found[1]), cast("Dimension", found[2]), timedelta(hours=hours))


def _period_name(period: timedelta) -> str:
    hours = period // timedelta(hours=1)
    return f"{hours // _DAY}d" if hours > _DAY and hours % _DAY == 0 else f"{hours}h"


def _period_words(period: timedelta) -> str:
    number, unit = int(_period_name(period)[:-1]), _period_name(period)[-1]
    words = {"h": "hour", "d": "day"}[unit]
    return f"one {words}" if number == 1 else f"{number} {words}s"
