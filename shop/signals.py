"""A signal as the store keeps it: what somebody told the plan, of what, for which days, and who it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from shop.money import Money
from shop.signal_actions import DemandEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A stored signal; the fields are those of the action that added it.

    `percent` is None for a past promotion whose effect nobody told (`author` is then its import).
    """

    id: str
    effect: str
    sku: str | None = None
    category: str | None = None
    location: str | None = None
    supplier: str | None = None
    purchase_order: str | None = None
    percent: int | None = None
    quantity: int | None = None
    days: int | None = None
    unit_cost: Money | None = None
    starts_on: date
    ends_on: date | None = None
    reason: str
    author: str
    added_at: datetime
    removed_at: datetime | None = None
    version: int = 1

    @property
    def is_demand(self) -> bool:
        """Whether it speaks of demand; else of supply."""
        return self.effect in tuple(DemandEffect)

    @property
    def lasts_days(self) -> int:
        """Days from the first to the last, both included; 0 for one without an end."""
        return 0 if self.ends_on is None else (self.ends_on - self.starts_on).days + 1

    def holds_on(self, day: date) -> bool:
        """Whether a day lies within its days."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def reach(self) -> str:
        """Of what it speaks, in words: 'mugs at leeds', 'PO-77', 'MUG-01 from northwind'."""
        what = self.purchase_order or self.sku or self.category or ("" if self.supplier else "everything")
        parts = [what, f"from {self.supplier}" if self.supplier and what else self.supplier or ""]
        parts.append(f"at {self.location}" if self.location else "")
        return " ".join(part for part in parts if part)

    def in_words(self) -> str:
        """The whole signal as one line of a report: id, effect, reach, days, author, reason."""
        return f"{self.id}: {self.says()}, {self.period()}, by {self.author}: {self.reason}"

    def says(self) -> str:
        """Effect and reach.

        >>> from datetime import UTC
        >>> Signal(id="S-1", effect="promotion", category="mugs", percent=20, starts_on=date(2026, 11, 23),
        ...        reason="", author="sam", added_at=datetime(2026, 11, 20, tzinfo=UTC)).says()
        'promotion, +20 % demand of mugs'
        """
        of = self.reach()
        match self.effect:
            case "one_off":
                return f"one-off, {self.quantity} pieces of {of}"
            case "delay":
                return f"delay, {of} {self.days} days late"
            case "unavailable":
                return f"{of} unavailable"
            case "price" if self.unit_cost is not None:
                return f"unit cost of {of} {self.unit_cost}"
            case "price":
                return f"unit cost of {of} {self.percent:+d} %"
            case _:
                change = "effect unknown" if self.percent is None else f"{self.percent:+d} % demand"
                return f"{self.effect}, {change} of {of}"

    def period(self) -> str:
        """Its days: '2026-11-23 to 2026-11-29', 'from 2026-12-01'."""
        start = self.starts_on.isoformat()
        return f"from {start}" if self.ends_on is None else f"{start} to {self.ends_on.isoformat()}"


def changed_cost(minor: int, signal: Signal) -> int:
    """A unit cost (minor units) after a price signal; a new unit cost also caps every price break.

    >>> from datetime import UTC
    >>> dearer = Signal(id="S-1", effect="price", supplier="acme", percent=5, starts_on=date(2026, 11, 20),
    ...                 reason="", author="sam", added_at=datetime(2026, 11, 20, tzinfo=UTC))
    >>> changed_cost(410, dearer)
    430
    """
    if signal.unit_cost is not None:
        return signal.unit_cost.minor
    if minor <= 0:
        return minor
    exact = Decimal(minor * (100 + (signal.percent or 0))) / 100
    return max(int(exact.to_integral_value(ROUND_HALF_EVEN)), 1)
