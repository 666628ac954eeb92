"""How a shelf's stock goes on from here, with and without an order: a straight line from recent sales.

This is what a person sees beside an order that waits for them. It uses the figures that the rules use, stock,
open orders and the sales of recent weeks; the plan's forecast, with its spread, stands in the reorder run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shop.money import Money


@dataclass(frozen=True, slots=True)
class Arrival:
    """Pieces that come on a day."""

    day: date
    pieces: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Pieces at the end of each day from `starts_on`, without and with the order.

    `unserved` is how many pieces are asked for in vain until the last day, without the order.
    """

    sku: str
    starts_on: date
    arrives_on: date
    pieces: int
    per_day: float
    without: tuple[float, ...]
    with_order: tuple[float, ...]
    unserved: float

    def day(self, number: int) -> date:
        """The day of a level, counted from 0."""
        return self.starts_on + timedelta(days=number)

    @property
    def empty_on(self) -> date | None:
        """The first day on which the shelf is empty without the order; None if that is not in sight."""
        at = next((day for day, level in enumerate(self.without) if level <= 0), None)
        return None if at is None else self.starts_on + timedelta(days=at)

    def lost_margin(self, unit_margin: Money) -> Money:
        """The margin of what is asked for in vain; a whole piece at a time, so never overstated."""
        return unit_margin * int(self.unserved)


def outlook(
    sku: str,
    today: date,
    available: int,
    per_day: float,
    coming: Sequence[Arrival],
    order: Arrival,
    days: int,
) -> Outlook:
    """Stock day by day at a steady rate of sale; what is asked for on an empty shelf is lost.

    What should have come already comes today.

    >>> found = outlook("MUG-01", date(2026, 11, 20), 10, 4.0, [], Arrival(date(2026, 11, 24), 12), 6)
    >>> found.without, found.with_order
    ((6.0, 2.0, 0.0, 0.0, 0.0, 0.0), (6.0, 2.0, 0.0, 0.0, 8.0, 4.0))
    >>> found.empty_on, found.unserved
    (datetime.date(2026, 11, 22), 14.0)
    """
    without, unserved = _levels(today, available, per_day, coming, days)
    with_order, _ = _levels(today, available, per_day, (*coming, order), days)
    return Outlook(sku, today, order.day, order.pieces, per_day, without, with_order, unserved)


def _levels(
    today: date, available: int, per_day: float, coming: Sequence[Arrival], days: int
) -> tuple[tuple[float, ...], float]:
    level, unserved, levels = float(max(available, 0)), 0.0, []
    for number in range(days):
        day = today + timedelta(days=number)
        level += sum(one.pieces for one in coming if (max(one.day, today)) == day)
        unserved += max(per_day - level, 0.0)
        level = max(level - per_day, 0.0)
        levels.append(level)
    return tuple(levels), unserved
