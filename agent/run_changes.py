"""What is different from the previous run of the same scope: line by line, with the figures that moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from agent.run_report import Change, Comparison, Draft, Line

MOST_CHANGES: Final = 500
"""A report lists at most so many changed lines; `Comparison.total` counts them all."""

TELLING: Final = 0.05
"""A demand that moved by less than a twentieth is the same demand."""


def compared(lines: Sequence[Line], previous: Draft, run: str) -> Comparison:
    """The lines that ended differently from those of the previous run's plan, the most pieces first."""
    before = {(line.sku, line.location): line for line in previous.lines}
    after = {(line.sku, line.location): line for line in lines}
    changed = [
        change
        for key in sorted(before.keys() | after.keys())
        if (change := _change(before.get(key), after.get(key), previous.as_of))
    ]
    changed.sort(key=lambda one: (-abs(one.pieces), one.sku, one.location))
    return Comparison(
        run=run,
        key=previous.key,
        as_of=previous.as_of,
        total=len(changed),
        changes=tuple(changed[:MOST_CHANGES]),
    )


def _change(old: Line | None, new: Line | None, since: date) -> Change | None:
    if old is None and new is not None:
        return _made(new, "not there", _state(new), new.quantity, ["new in the catalogue or at this place"])
    if new is None and old is not None:
        return _made(old, _state(old), "not there", -old.quantity, ["gone from the catalogue or this place"])
    if old is None or new is None or (old.verdict, old.quantity) == (new.verdict, new.quantity):
        return None
    why = list(_reasons(old, new, since)) or ["smaller changes of several figures"]
    return _made(new, _state(old), _state(new), new.quantity - old.quantity, why)


def _made(line: Line, before: str, after: str, pieces: int, why: Sequence[str]) -> Change:
    return Change(
        sku=line.sku,
        title=line.title,
        location=line.location,
        before=before,
        after=after,
        pieces=pieces,
        why=tuple(why),
    )


def _state(line: Line) -> str:
    """The verdict with its pieces: 'ordered 24'."""
    words = line.verdict.replace("_", " ")
    return f"{words} {line.quantity}" if line.quantity else words


def _reasons(old: Line, new: Line, since: date) -> Iterator[str]:
    """The inputs that moved between the two runs, with both figures."""
    was, now = old.arithmetic, new.arithmetic
    if was.position != now.position:
        yield (
            f"position {was.position} -> {now.position} (on hand {was.on_hand} -> {now.on_hand}, "
            f"incoming {was.incoming} -> {now.incoming}) since {since.isoformat()}"
        )
    if abs(now.demand_per_day - was.demand_per_day) > TELLING * max(was.demand_per_day, now.demand_per_day):
        yield f"demand per day {was.demand_per_day:.2f} -> {now.demand_per_day:.2f}"
    if old.supplier != new.supplier:
        yield f"supplier {old.supplier or 'none'} -> {new.supplier or 'none'}"
    if was.lead_time_days != now.lead_time_days:
        yield f"lead time {was.lead_time_days:g} -> {now.lead_time_days:g} days"
    if was.unit_cost != now.unit_cost:
        yield f"unit cost {was.unit_cost or 'unknown'} -> {now.unit_cost or 'unknown'}"
    if (was.moq, was.pack_size) != (now.moq, now.pack_size):
        yield f"MOQ {was.moq} -> {now.moq}, packs of {was.pack_size} -> {now.pack_size}"
    if old.signals != new.signals:
        yield f"signals: {'; '.join(new.signals) or 'none any more'}"
    if old.reason != new.reason:
        yield f"reason {old.reason.replace('_', ' ')} -> {new.reason.replace('_', ' ')}"
