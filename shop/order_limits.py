"""What limits whole orders: the supplier's minimum value, and the budget of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from shop.plan_results import Note, Reason
from shop.purchasing import Line, with_quantity

if TYPE_CHECKING:
    from shop.plan_inputs import Ints, PlanSettings

Group: TypeAlias = list[Line]
"""Lines of one purchase order: one supplier, one location."""

_COVER_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Limited:
    """The lines that stand, and why the others (rows of the inputs) do not."""

    lines: list[Line]
    held: dict[int, Reason]


def by_order(lines: Sequence[Line]) -> list[Group]:
    """The lines as purchase orders, in an order that does not depend on the rows' order."""
    groups: dict[tuple[int, str], Group] = {}
    for line in sorted(lines, key=lambda entry: entry.key):
        groups.setdefault((line.supplier, line.location), []).append(line)
    return [groups[key] for key in groups]


def reach_minimums(lines: Sequence[Line], minimum_minor: Ints, settings: PlanSettings) -> Limited:
    """Orders under their supplier's minimum value are topped up on SKUs in need, or held with a reason.

    A top-up adds at most `top_up_days` of demand to a line; lines that will run out before the goods arrive
    may be raised to the maximum cover. An order that still stays under the minimum is held; its urgent
    lines are put before a person.
    """
    standing: list[Line] = []
    held: dict[int, Reason] = {}
    for group in by_order(lines):
        minimum = int(minimum_minor[group[0].supplier])
        reached = _topped_up(group, minimum, settings)
        if reached is not None:
            standing.extend(reached)
            continue
        for line in group:
            held[line.item] = Reason.SUPPLIER_MINIMUM_URGENT if line.urgent else Reason.SUPPLIER_MINIMUM
    return Limited(standing, held)


def within_budget(lines: Sequence[Line], budget_minor: int, minimum_minor: Ints) -> Limited:
    """The lines worth most per unit of money, as many as the budget (home minor units) pays for.

    An order with a supplier's minimum is opened by its best lines together, those that reach the minimum;
    further lines follow one by one. What does not fit is passed over for what does.
    """
    bundles = []
    for place, group in enumerate(by_order(lines)):
        minimum = int(minimum_minor[group[0].supplier])
        bundles.extend(_bundles(group, minimum, place))
    bundles.sort(key=lambda bundle: bundle.rank)
    left = budget_minor
    opened: set[int] = set()
    standing: list[Line] = []
    waiting = bundles
    while waiting:
        later = []
        took = False
        for bundle in waiting:
            if bundle.follows and bundle.order not in opened:
                later.append(bundle)
            elif bundle.cost <= left:
                left -= bundle.cost
                opened.add(bundle.order)
                standing.extend(bundle.lines)
                took = True
        waiting = later if took else []
    kept = {line.item for line in standing}
    held = {line.item: Reason.OVER_BUDGET for line in lines if line.item not in kept}
    return Limited(sorted(standing, key=lambda line: line.key), held)


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Lines that are bought together or not at all; one that `follows` needs its order opened first."""

    order: int
    lines: tuple[Line, ...]
    cost: int
    follows: bool

    @property
    def rank(self) -> tuple[float, tuple[str, str]]:
        worth = sum(line.worth for line in self.lines)
        return -worth / max(self.cost, 1), self.lines[0].key


def _bundles(group: Group, minimum: int, order: int) -> list[_Bundle]:
    best = sorted(group, key=lambda line: (-line.worth / max(line.home_minor, 1), line.key))
    opening: list[Line] = []
    while best and sum(line.minor for line in opening) < minimum:
        opening.append(best.pop(0))
    found = [_Bundle(order, tuple(opening), sum(line.home_minor for line in opening), follows=False)]
    singles = [_Bundle(order, (line,), line.home_minor, follows=bool(opening)) for line in best]
    return [*found, *singles] if opening else singles


def _topped_up(group: Group, minimum: int, settings: PlanSettings) -> Group | None:
    """The group with a value of at least `minimum`, cover raised evenly; None if that cannot be."""

    def value(lines: Group) -> int:
        return sum(line.minor for line in lines)

    if value(group) >= minimum:
        return group
    rooms = [_room(line, settings) for line in group]

    def raised(days: float) -> Group:
        return [_raised(line, room, days) for line, room in zip(group, rooms, strict=True)]

    most = float(settings.maximum_cover_days)
    if value(raised(most)) < minimum:
        return None
    days = _least(lambda cover: value(raised(cover)) >= minimum, most)
    found = raised(days)
    return found if value(found) >= minimum else raised(most)


def _room(line: Line, settings: PlanSettings) -> int:
    """The largest quantity a top-up may give the line, in whole packs."""
    extra = line.most if line.urgent else line.quantity + int(line.per_day * settings.top_up_days)
    return max(min(extra, line.most) // line.pack_size * line.pack_size, line.quantity)


def _raised(line: Line, room: int, cover_days: float) -> Line:
    wanted = int(cover_days * line.per_day) - line.position
    quantity = min(-(-wanted // line.pack_size) * line.pack_size, room)
    return with_quantity(line, quantity, Note.TOPPED_UP) if quantity > line.quantity else line


def _least(holds: Callable[[float], bool], most: float) -> float:
    """About the smallest number of days for which `holds`, by halving."""
    low, high = 0.0, most
    for _ in range(_COVER_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
