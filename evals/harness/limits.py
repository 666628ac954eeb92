"""Which limits of the rules a decision stood at: one step inside or outside of one, or exactly at it.

A step is the smallest one of the fact: a penny, a piece, a day, a hundredth of a percent. A limit beside
other conditions of its rule is stood at only where these hold, so that it alone decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from policies.conditions import Condition
from policies.fact_types import FactValue, NumberFact
from policies.model import Rule
from policies.rules import PolicySet

STEPS: Final = (-1, 0, 1)


def all_limits(rules: PolicySet) -> frozenset[str]:
    """Every place beside a limit where a fact can stand, as ``refund-lead: amount 50.00 GBP 0``."""
    return frozenset(
        _name(rule, one, limit, step)
        for kind in rules.kinds
        for rule in rules.rules_for(kind)
        for one, limit in _limits(rule)
        for step in STEPS
        if _may_stand(one, limit, step)
    )


def stood_at(rules: PolicySet, kind: str, facts: Mapping[str, FactValue]) -> frozenset[str]:
    """The places, named as `all_limits` names them, where the facts of a decision about a kind stand."""
    return frozenset(
        _name(rule, one, limit, step)
        for rule in rules.rules_for(kind)
        for one, limit in _limits(rule)
        if one.fact in facts and _alone(rule, one, facts)
        if (step := _number(one).units(facts[one.fact]) - _number(one).units(limit)) in STEPS
    )


def _limits(rule: Rule) -> Iterator[tuple[Condition, FactValue]]:
    for one in rule.when:
        if isinstance(one.type, NumberFact):
            for limit in one.limits:
                yield one, limit


def _alone(rule: Rule, one: Condition, facts: Mapping[str, FactValue]) -> bool:
    others = [other for other in rule.when if other is not one]
    return all(other.fact in facts and other.holds(facts[other.fact]) for other in others)


def _may_stand(one: Condition, limit: FactValue, step: int) -> bool:
    number = _number(one)
    return number.fault(number.at(number.units(limit) + step, limit)) is None


def _number(one: Condition) -> NumberFact:
    if not isinstance(one.type, NumberFact):
        raise TypeError(f"{one.fact} is no number")
    return one.type


def _name(rule: Rule, one: Condition, limit: FactValue, step: int) -> str:
    shown = one.type.shown(limit)
    return f"{rule.id}: {one.fact} {shown} {step:+d}" if step else f"{rule.id}: {one.fact} {shown} 0"
