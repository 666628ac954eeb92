"""What the smallest change of one fact would loosen a decision, in words for the approval card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.conditions import Condition
from policies.decision import Grant, Verdict
from policies.fact_types import BoolFact, EnumFact, FactValue, NumberFact
from policies.model import KindRules, Rule
from policies.satisfied import combine, satisfied
from policies.vocabulary import label


@dataclass(frozen=True, slots=True)
class _Flip:
    distance: float
    fact: str
    words: str


def nearest_flip(
    governed: KindRules, facts: Mapping[str, FactValue], fired: Sequence[Rule], grants: Sequence[Grant]
) -> str:
    """``1,000.00 GBP or less would pass without asking (total).``; empty if no single fact does it.

    Every fact is varied by itself; candidates are the limits of the rules and their next neighbours, so the
    nearest loosening value is among them. A change of a number beats a change of a yes or no.
    """
    before = combine(fired, grants)
    firing = {rule.id for rule in fired}
    flips = [
        flip
        for fact in sorted(_could_help(governed, fired, grants))
        if (flip := _flip_of(fact, governed, facts, firing, before, grants)) is not None
    ]
    return min(flips, key=lambda flip: (flip.distance, flip.fact)).words if flips else ""


def _could_help(governed: KindRules, fired: Sequence[Rule], grants: Sequence[Grant]) -> set[str]:
    """The facts that stand in every rule that blocks: no other single fact can loosen the decision."""
    denies = [rule for rule in fired if rule.effect is Verdict.DENY]
    allowed = any(rule.effect is Verdict.ALLOW for rule in fired)
    blocking = denies or ([rule for rule in fired if not satisfied(rule, grants)] if allowed else [])
    facts = set(governed.facts)
    for rule in blocking:
        facts &= {condition.fact for condition in rule.when}
    if not allowed:
        facts &= {c.fact for rule in governed.rules if rule.effect is Verdict.ALLOW for c in rule.when}
    return facts


def _flip_of(
    fact: str,
    governed: KindRules,
    facts: Mapping[str, FactValue],
    firing: set[str],
    before: Verdict,
    grants: Sequence[Grant],
) -> _Flip | None:
    touched = [rule for rule in governed.rules if any(one.fact == fact for one in rule.when)]
    names = {rule.id for rule in touched}
    fixed = [rule for rule in governed.rules if rule.id in firing and rule.id not in names]

    def verdict_at(value: FactValue) -> Verdict:
        changed = {**facts, fact: value}
        return combine([*fixed, *(rule for rule in touched if rule.fires(changed))], grants)

    fact_type = governed.facts[fact]
    conditions = [one for rule in touched for one in rule.when if one.fact == fact]
    if isinstance(fact_type, BoolFact | EnumFact):
        for value in _others(fact_type, facts[fact]):
            after = verdict_at(value)
            if after.strictness < before.strictness:
                words = f"It {_ENDINGS[after]} if '{label(fact)}' were {fact_type.shown(value)}."
                return _Flip(1.0, fact, words)
        return None
    return _number_flip(fact, fact_type, facts[fact], conditions, before, verdict_at)


def _number_flip(
    fact: str,
    fact_type: NumberFact,
    value: FactValue,
    conditions: Sequence[Condition],
    before: Verdict,
    verdict_at: Callable[[FactValue], Verdict],
) -> _Flip | None:
    now = fact_type.units(value)
    near = {
        fact_type.units(limit) + step for one in conditions for limit in one.limits for step in (-1, 0, 1)
    }
    ladder = [units for units in sorted(near) if fact_type.fault(fact_type.at(units, value)) is None]
    after = {units: verdict_at(fact_type.at(units, value)) for units in ladder}
    looser = [units for units in ladder if after[units].strictness < before.strictness]
    if not looser:
        return None
    best = min(looser, key=lambda units: (abs(units - now), units))
    beyond = [units for units in ladder if (units < best if best < now else units > best)]
    end = next((u for u in sorted(beyond, key=lambda u: abs(u - best)) if after[u] is not after[best]), None)
    shown = fact_type.shown(fact_type.at(best, value))
    if end is None:
        reach = f"{shown} or {'less' if best < now else 'more'}"
    else:
        last = fact_type.shown(fact_type.at(end + (1 if best < now else -1), value))
        reach = " to ".join([last, shown] if best < now else [shown, last])
    distance = abs(best - now) / max(abs(now), 1)
    return _Flip(min(distance, 0.99), fact, f"{reach} {_ENDINGS[after[best]]} ({label(fact)}).")


_ENDINGS = {
    Verdict.ALLOW: "would pass without asking",
    Verdict.NEEDS_APPROVAL: "could pass with an approval",
}


def _others(fact_type: BoolFact | EnumFact, value: FactValue) -> Iterator[FactValue]:
    if isinstance(fact_type, BoolFact):
        yield not value
        return
    yield from (member for member in fact_type.members if member != value)
