"""What a rule covers, as a set of values for each fact: the ground on which rules are compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final

from policies.conditions import Condition
from policies.fact_types import BoolFact, EnumFact, FactType, FactValue, NumberFact
from policies.model import Rule

_FAR: Final = 2**200
"""Beyond every acceptable number of steps."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Region:
    """Acceptable values of one fact: spans of whole steps (both ends inside) or a set of words."""

    spans: tuple[Span, ...] = ()
    words: frozenset[FactValue] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no value is covered."""
        return not self.spans and not self.words

    def meet(self, other: Region) -> Region:
        """The values that both cover."""
        pairs = [(max(a, c), min(b, d)) for a, b in self.spans for c, d in other.spans]
        return Region(tuple(sorted(span for span in pairs if span[0] <= span[1])), self.words & other.words)

    def within(self, other: Region) -> bool:
        """Whether the other covers all that this covers; spans of one region never touch."""
        inside = all(any(c <= a and b <= d for c, d in other.spans) for a, b in self.spans)
        return inside and self.words <= other.words


Cover = dict[str, Region]
"""Regions by fact; a fact that a rule does not name is covered entirely."""


def cover(rule: Rule) -> Cover:
    """What a rule covers, fact by fact; acceptable values only."""
    regions: Cover = {}
    for condition in rule.when:
        known = regions.get(condition.fact, whole(condition.type))
        regions[condition.fact] = known.meet(_region(condition))
    return regions | {f"scope.{key}": Region(words=frozenset(values)) for key, values in rule.scope.items()}


def whole(fact_type: FactType) -> Region:
    """Every acceptable value of a type."""
    if isinstance(fact_type, BoolFact):
        return Region(words=frozenset({True, False}))
    if isinstance(fact_type, EnumFact):
        return Region(words=frozenset(fact_type.members))
    least = getattr(fact_type, "minimum", None)
    return Region(spans=((-_FAR if least is None else least, _FAR),))


def is_dead(regions: Cover) -> bool:
    """Whether no facts at all can satisfy it."""
    return any(region.is_empty for region in regions.values())


def is_within(inner: Cover, outer: Cover) -> bool:
    """Whether the outer fires whenever the inner does (for an inner that can fire at all)."""
    return all(fact in inner and inner[fact].within(region) for fact, region in outer.items())


def overlap(covers: Iterable[Cover]) -> bool:
    """Whether some facts satisfy all of them."""
    return not is_dead(reduce(_both, covers, {}))


def _both(first: Cover, second: Cover) -> Cover:
    shared = {fact: first[fact].meet(second[fact]) for fact in first.keys() & second.keys()}
    return {**first, **second, **shared}


def _region(condition: Condition) -> Region:
    fact_type = condition.type
    if isinstance(fact_type, BoolFact | EnumFact):
        return Region(words=frozenset(condition.limits))
    low, high = _steps(fact_type, condition.limits)
    spans: dict[str, tuple[Span, ...]] = {
        "over": ((low + 1, _FAR),),
        "under": ((-_FAR, low - 1),),
        "outside": ((-_FAR, low - 1), (high + 1, _FAR)),
        "between": ((low, high),),
        "is": ((low, low),),
    }
    return Region(spans=spans[condition.test])


def _steps(fact_type: NumberFact, limits: tuple[FactValue, ...]) -> Span:
    return fact_type.units(limits[0]), fact_type.units(limits[-1])
