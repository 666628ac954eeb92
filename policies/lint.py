"""Rules that load but cannot mean what their author meant: dead, shadowed, contradictory, unused, doubled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from policies.decision import Verdict
from policies.model import PolicySet, Rule
from policies.regions import Cover, cover, is_dead, is_within, overlap
from policies.rules import unhit_rules


class Severity(StrEnum):
    """An error makes a rule or an action worthless; a warning deserves a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `rule` is a rule id, or the action kind for findings about a kind."""

    severity: Severity
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class _Covered:
    rule: Rule
    region: Cover


def lint(policies: PolicySet) -> list[Finding]:
    """All findings, errors first, then by rule; an empty list for rules that say what they mean."""
    findings = list(_untested(policies))
    for kind in policies.kinds:
        findings += _of_kind(kind, policies.rules_for(kind))
    return sorted(findings, key=lambda finding: (finding.severity, finding.rule, finding.text))


def _of_kind(kind: str, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    covered = [_Covered(rule, cover(rule)) for rule in rules]
    yield from (
        Finding(Severity.ERROR, one.rule.id, "is dead: no facts satisfy all its conditions")
        for one in covered
        if is_dead(one.region)
    )
    alive = [one for one in covered if not is_dead(one.region)]
    allows = _with_effect(alive, Verdict.ALLOW)
    if not allows:
        yield _never_allowed(kind, rules)
        return
    denies = _with_effect(alive, Verdict.DENY)
    yield from _overruled(alive, denies)
    yield from _unused(alive, allows)
    for effect in Verdict:
        yield from _doubled(_with_effect(alive, effect))


def _never_allowed(kind: str, rules: tuple[Rule, ...]) -> Finding:
    if not rules:
        return Finding(Severity.ERROR, kind, "has no rules, so it is always denied; add an allow rule for it")
    return Finding(
        Severity.ERROR, kind, "has rules but nothing allows it, so it is always denied; add an allow rule"
    )


def _overruled(alive: list[_Covered], denies: list[_Covered]) -> Iterator[Finding]:
    for one in alive:
        deny = next((other for other in denies if is_within(one.region, other.region)), None)
        if deny is None or one.rule.effect is Verdict.DENY:
            continue
        if one.rule.effect is Verdict.ALLOW:
            text = f"contradicts {deny.rule.id}, which denies all that it allows"
        else:
            text = (
                f"never asks: {deny.rule.id} denies all that it covers (its limit is at or above the deny's)"
            )
        yield Finding(Severity.ERROR, one.rule.id, text)


def _unused(alive: list[_Covered], allows: list[_Covered]) -> Iterator[Finding]:
    for one in alive:
        if one.rule.effect is Verdict.ALLOW:
            continue
        if any(overlap([one.region, allow.region]) for allow in allows):
            continue
        if one.rule.effect is Verdict.NEEDS_APPROVAL:
            yield Finding(Severity.ERROR, one.rule.id, "never asks: nothing that it covers is allowed")
        elif not one.rule.because:
            yield Finding(
                Severity.WARNING, one.rule.id, "denies only what nothing allows, and gives no reason"
            )


def _doubled(alike: list[_Covered]) -> Iterator[Finding]:
    for first, second in combinations(alike, 2):
        inward, outward = is_within(first.region, second.region), is_within(second.region, first.region)
        if inward and outward and _asks_no_more(first.rule, second.rule):
            text = f"says the same as {first.rule.id}"
            yield Finding(Severity.WARNING, second.rule.id, text)
        elif inward and _asks_no_more(first.rule, second.rule):
            yield _shadowed(first.rule, second.rule)
        elif outward and _asks_no_more(second.rule, first.rule):
            yield _shadowed(second.rule, first.rule)


def _shadowed(inner: Rule, outer: Rule) -> Finding:
    return Finding(Severity.WARNING, inner.id, f"is shadowed by {outer.id}, which covers all of it")


def _asks_no_more(inner: Rule, outer: Rule) -> bool:
    """Whether the inner adds no people to what the outer asks; rules that ask nobody add none."""
    if inner.requirement is None or outer.requirement is None:
        return True
    asked, other = inner.requirement, outer.requirement
    return (asked.by, asked.quorum, asked.by_each) == (other.by, other.quorum, other.by_each)


def _untested(policies: PolicySet) -> Iterator[Finding]:
    for rule in unhit_rules(policies):
        yield Finding(Severity.ERROR, rule.id, "fires in no rule test")


def _with_effect(covered: list[_Covered], effect: Verdict) -> list[_Covered]:
    return [one for one in covered if one.rule.effect is effect]
