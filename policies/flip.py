"""What the smallest change of one fact would loosen a decision, in words for the approval card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from typing import Any

from policies.decision import WORD_FLIP, Verdict
from policies.fact_types import BoolFact, EnumFact, FactValue, NumberFact
from policies.model import KindRules, Rule
from policies.satisfied import combined
from policies.vocabulary import label


@dataclass(frozen=True, slots=True)
class _Flip:
    distance: float
    fact: str
    words: str


def nearest_flip(governed: KindRules, facts: Mapping[str, FactValue], fired: Sequence[Rule]) -> str:
    """``1,000.00 GBP or less would pass without asking (total).``; empty if no single fact does it.

    Every fact is varied by itself, before anybody has said yes. Candidates are the values on both sides of
    the rules' limits, so the nearest loosening value is among them. A number beats a yes or no.
    """
    before = combined({rule.effect for rule in fired})
    flips = [
        flip
        for fact in sorted(_could_help(governed, fired, before))
        if (flip := _flip_of(fact, governed, facts, fired, before)) is not None
    ]
    return min(flips, key=lambda flip: (flip.distance, flip.fact)).words if flips else ""


def _could_help(governed: KindRules, fired: Sequence[Rule], before: Verdict) -> set[str]:
    """The facts that stand in every rule that blocks: no other single fact can loosen the decision."""
    facts = {fact for fact, rules in governed.about.items() if rules}
    for rule in fired:
        if rule.effect is before:
            facts &= {condition.fact for condition in rule.when}
    if not any(rule.effect is Verdict.ALLOW for rule in fired):
        facts &= {c.fact for rule in governed.rules if rule.effect is Verdict.ALLOW for c in rule.when}
    return facts


def _flip_of(
    fact: str,
    governed: KindRules,
    facts: Mapping[str, FactValue],
    fired: Sequence[Rule],
    before: Verdict,
) -> _Flip | None:
    touched = governed.about[fact]
    always = {rule.effect for rule in fired if not any(rule is one for one in touched)}
    speaking = [parts for rule in touched if (parts := _on_this_fact_alone(rule, fact, facts))]

    def verdict_at(value: FactValue) -> Verdict:
        return combined(
            always.union([effect for effect, holds in speaking if all(one(value) for one in holds)])
        )

    fact_type = governed.facts[fact]
    if isinstance(fact_type, BoolFact | EnumFact):
        return _word_flip(fact, fact_type, facts[fact], before, verdict_at)
    edges = dict(edge for rule in touched for one in rule.when if one.fact == fact for edge in one.edges)
    ladder = [(units, edges[units], verdict_at(edges[units])) for units in sorted(edges)]
    return _number_flip(fact, fact_type, facts[fact], before, ladder)


def _on_this_fact_alone(
    rule: Rule, fact: str, facts: Mapping[str, FactValue]
) -> tuple[Verdict, list[Callable[[Any], bool]]] | None:
    """The rule's effect and its conditions on this fact, or None if another fact keeps it silent."""
    if any(one.fact != fact and not one.holds(facts[one.fact]) for one in rule.when):
        return None
    return rule.effect, [one.holds for one in rule.when if one.fact == fact]


def _word_flip(
    fact: str,
    fact_type: BoolFact | EnumFact,
    value: FactValue,
    before: Verdict,
    verdict_at: Callable[[FactValue], Verdict],
) -> _Flip | None:
    others = [not value] if isinstance(fact_type, BoolFact) else [m for m in fact_type.members if m != value]
    for other in others:
        after = verdict_at(other)
        if after.strictness < before.strictness:
            words = f"{WORD_FLIP}{_ENDINGS[after]} if '{label(fact)}' were {fact_type.shown(other)}."
            return _Flip(1.0, fact, words)
    return None


def _number_flip(
    fact: str,
    fact_type: NumberFact,
    value: FactValue,
    before: Verdict,
    ladder: Sequence[tuple[int, FactValue, Verdict]],
) -> _Flip | None:
    now = fact_type.units(value)
    looser = [rung for rung in ladder if rung[2].strictness < before.strictness]
    if not looser:
        return None
    best, there, after = min(looser, key=lambda rung: (abs(rung[0] - now), rung[0]))
    onward = [rung for rung in ladder if rung[0] > best] if best > now else _down_from(best, ladder)
    same = list(takewhile(lambda rung: rung[2].strictness <= after.strictness, onward))
    if len(same) == len(onward):
        reach = f"{fact_type.shown(there)} or {'more' if best > now else 'less'}"
    else:
        ends = sorted(
            [(best, there), (same[-1][0], same[-1][1]) if same else (best, there)], key=itemgetter(0)
        )
        reach = " to ".join(dict.fromkeys(fact_type.shown(end) for _, end in ends))
    distance = min(abs(best - now) / max(abs(now), 1), _NEARER_THAN_A_WORD)
    return _Flip(distance, fact, f"{reach} {_ENDINGS[after]} ({label(fact)}).")


def _down_from(
    units: int, ladder: Sequence[tuple[int, FactValue, Verdict]]
) -> list[tuple[int, FactValue, Verdict]]:
    return [rung for rung in reversed(ladder) if rung[0] < units]


_NEARER_THAN_A_WORD = 0.99
_ENDINGS = {
    Verdict.ALLOW: "would pass without asking",
    Verdict.NEEDS_APPROVAL: "could pass with an approval",
}
