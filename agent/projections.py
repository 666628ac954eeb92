"""Expected stock in the days to come, with and without what the run asks for.

The demand of the exposure, signals included, is spread evenly over its days; supply counts on its own day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Final

from agent.run_report import Line, Outlook, Projection
from shop.plan_results import Arithmetic, ItemVerdict, Plan

if TYPE_CHECKING:
    from shop.plan_inputs import PlanInputs

PROJECTED_LINES: Final = 6
"""So many lines are drawn day by day; of all others the outlook tells the days and levels that matter."""

Arrivals = list[tuple[int, int]]
"""Day from the run's day, and pieces."""


def outlooks(plan: Plan, inputs: PlanInputs, verdicts: Sequence[ItemVerdict]) -> list[Outlook]:
    """When each line runs out and what is left at the end of its exposure, with and without the plan."""
    rows = inputs.items.in_scope.nonzero()[0].tolist()
    coming = _coming(inputs)
    due = {line.item: (order.expected_on - plan.as_of).days for order in plan.orders for line in order.lines}
    return [
        outlook_of(entry.arithmetic, coming.get(row, []), due.get(row))
        for row, entry in zip(rows, verdicts, strict=True)
    ]


def projections(plan: Plan, inputs: PlanInputs, lines: Sequence[Line]) -> tuple[Projection, ...]:
    """Expected stock of the lines that cost most, day by day until a week after the exposure."""
    arrivals = {
        (line.sku, order.location): (line.item, order.expected_on)
        for order in plan.orders
        for line in order.lines
    }
    dearest = sorted(
        (line for line in lines if line.home_value is not None),
        key=lambda line: (-(line.home_value.minor if line.home_value else 0), line.sku, line.location),
    )
    coming = _coming(inputs)
    found = []
    for line in dearest[:PROJECTED_LINES]:
        item, arrives_on = arrivals[line.sku, line.location]
        found.append(_projection(plan, line, coming.get(item, []), arrives_on))
    return tuple(found)


def _coming(inputs: PlanInputs) -> dict[int, Arrivals]:
    """What is on its way to each row; overdue supply counts as arriving today."""
    incoming = inputs.incoming
    found: dict[int, Arrivals] = {}
    for row, due, pieces in zip(
        incoming.item.tolist(), incoming.due_in_days.tolist(), incoming.quantity.tolist(), strict=True
    ):
        found.setdefault(row, []).append((max(due, 0), pieces))
    return found


def outlook_of(figures: Arithmetic, coming: Arrivals, arrives_in: int | None) -> Outlook:
    """When stock runs out, and what is left at the end of the exposure, without and with what is done."""
    days = _exposure(figures)
    free = figures.on_hand - figures.committed - figures.unavailable
    moved = figures.transferred_in - figures.transferred_out
    with_plan = coming if arrives_in is None else [*coming, (arrives_in, figures.quantity)]
    return Outlook(
        days=days,
        empty_without=_empty_on(free, coming, _rate(figures), days),
        empty_with=_empty_on(free + moved, with_plan, _rate(figures), days),
        level_without=round(_level(free, coming, _rate(figures), days), 1),
        level_with=round(_level(free + moved, with_plan, _rate(figures), days), 1),
        arrives_in=arrives_in,
    )


def _exposure(figures: Arithmetic) -> int:
    return max(ceil(figures.lead_time_days + figures.review_days), 1)


def _rate(figures: Arithmetic) -> float:
    """Pieces a day within the exposure."""
    days = figures.lead_time_days + figures.review_days
    return figures.lead_time_demand / days if days > 0 else figures.demand_per_day


def _level(free: int, coming: Arrivals, rate: float, day: int) -> float:
    """The stock at the end of a day; what could not be sold is lost, so it never falls below nothing."""
    stock, at = float(free), 0
    for due, pieces in sorted(coming):
        if due > day:
            break
        stock = max(stock - rate * (due - at), min(stock, 0.0)) + pieces
        at = due
    return max(stock - rate * (day - at), 0.0)


def _empty_on(free: int, coming: Arrivals, rate: float, days: int) -> int | None:
    """The first day at whose end nothing is left, if there is demand; today is day 0."""
    if rate <= 0:
        return None
    stock, at = float(free), 0
    for due, pieces in [*sorted(one for one in coming if one[0] <= days), (days + 1, 0)]:
        empty = at + max(ceil(stock / rate), 0)
        if empty < due:
            return empty
        stock, at = stock - rate * (due - at) + pieces, due
    return None


def day_by_day(
    figures: Arithmetic, coming: Arrivals, arrives_in: int | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Expected stock at the end of each day until a week after the exposure, without and with the plan."""
    days, rate = _exposure(figures) + 8, _rate(figures)
    free = figures.on_hand - figures.committed - figures.unavailable
    moved = free + figures.transferred_in - figures.transferred_out
    ordered = coming if arrives_in is None else [*coming, (arrives_in, figures.quantity)]
    return (
        tuple(round(_level(free, coming, rate, day), 1) for day in range(days)),
        tuple(round(_level(moved, ordered, rate, day), 1) for day in range(days)),
    )


def _projection(plan: Plan, line: Line, coming: Arrivals, arrives_on: date) -> Projection:
    figures = line.arithmetic
    without, with_order = day_by_day(figures, coming, (arrives_on - plan.as_of).days)
    return Projection(
        sku=line.sku,
        title=line.title,
        location=line.location,
        starts_on=plan.as_of,
        without_order=without,
        with_order=with_order,
        reorder_point=figures.reorder_point,
        arrives_on=arrives_on,
    )
