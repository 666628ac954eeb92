"""The judge: a pure function from rules, facts and grants to a decision.

Normative semantics: nothing is allowed unless a rule allows it; every declared fact is present with its exact
type and currency before any rule is asked; all rules of the kind are asked, in no order; a deny wins; an
approve rule restricts an allow and never stands in for one; whatever goes wrong is a deny.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from policies.decision import (
    FACTS_AT_FAULT,
    JUDGE_FAILED,
    NOTHING_ALLOWS,
    UNKNOWN_ACTION,
    Decision,
    FiredRule,
    Grant,
    Requirement,
    Verdict,
    facts_as_json,
    facts_from_json,
)
from policies.flip import nearest_flip
from policies.model import KindRules, PolicySet, Rule
from policies.satisfied import combine, satisfied
from policies.scope import NOWHERE, Places
from policies.vocabulary import FactValue, label

__all__ = [
    "ENGINE",
    "Decision",
    "FiredRule",
    "Grant",
    "Requirement",
    "Verdict",
    "decide",
    "facts_as_json",
    "facts_from_json",
    "satisfied",
    "verdict",
    "verdict_under",
]

ENGINE: Final = "1"
"""Raised whenever the same rules and facts could get another answer; stored with every decision."""

_log = logging.getLogger(__name__)


def decide(
    policies: PolicySet,
    kind: str,
    facts: Mapping[str, FactValue],
    grants: Sequence[Grant] = (),
    places: Places = NOWHERE,
) -> Decision:
    """Whether an action of this kind with these facts in these places may run, given these valid grants.

    Pure: no clock, no randomness, nothing read or written. Never raises: a failure of the judge is a deny.
    """
    try:
        return _decide(policies, kind, facts, grants, places)
    except Exception:  # noqa: BLE001 - a judge that fails must not let anything pass
        _log.exception("the judge failed on an action; it is denied")
        text = "The rules could not be applied, so nothing happens; see the log."
        return _refused(getattr(policies, "sha", ""), [_spoken(JUDGE_FAILED, text)])


def verdict(
    policies: PolicySet,
    kind: str,
    facts: Mapping[str, FactValue],
    grants: Sequence[Grant] = (),
    places: Places = NOWHERE,
) -> Verdict:
    """The verdict of `decide` without its reasons, for many decisions at once. Pure, and never raises."""
    governed = policies.kinds.get(kind)
    return Verdict.DENY if governed is None else verdict_under(governed, facts, grants, places)


def verdict_under(
    governed: KindRules,
    facts: Mapping[str, FactValue],
    grants: Sequence[Grant] = (),
    places: Places = NOWHERE,
) -> Verdict:
    """The verdict of one kind's rules; a deny among them ends the matter, for rules have no order."""
    try:
        if governed.scope_keys:
            if _unplaced(governed, places):
                return Verdict.DENY
            governed = governed.at(places)
        if _faults(governed, facts):
            return Verdict.DENY
        rules = governed.by_effect
        if _any_fires(rules[Verdict.DENY], facts) or not _any_fires(rules[Verdict.ALLOW], facts):
            return Verdict.DENY
        asking = (rule for rule in rules[Verdict.NEEDS_APPROVAL] if rule.fires(facts))
        return Verdict.ALLOW if all(satisfied(rule, grants) for rule in asking) else Verdict.NEEDS_APPROVAL
    except Exception:  # noqa: BLE001 - a judge that fails must not let anything pass
        _log.exception("the judge failed on an action; it is denied")
        return Verdict.DENY


def _any_fires(rules: Sequence[Rule], facts: Mapping[str, FactValue]) -> bool:
    return any(rule.fires(facts) for rule in rules)


def _decide(
    policies: PolicySet,
    kind: str,
    facts: Mapping[str, FactValue],
    grants: Sequence[Grant],
    places: Places,
) -> Decision:
    governed = policies.kinds.get(kind)
    if governed is None:
        return _refused(policies.sha, [_spoken(UNKNOWN_ACTION, f"There is no action {str(kind)[:80]!r}.")])
    unplaced, governed = _unplaced(governed, places), governed.at(places)
    faults = _faults(governed, facts) + unplaced
    if faults:
        return _refused(policies.sha, faults)
    fired = [rule for rule in governed.rules if rule.fires(facts)]
    verdict = combine(fired, grants)
    spoken = [_fired(rule, facts) for rule in fired]
    if verdict is Verdict.DENY and not any(rule.effect is Verdict.DENY for rule in fired):
        spoken.append(_nothing_allows(governed, facts))
    return Decision(
        verdict=verdict,
        fired=tuple(spoken),
        missing=(),
        required=_required(fired, grants) if verdict is Verdict.NEEDS_APPROVAL else (),
        nearest_flip="" if verdict is Verdict.ALLOW else nearest_flip(governed, facts, fired),
        policy_sha=policies.sha,
        engine=ENGINE,
    )


def _faults(governed: KindRules, facts: Mapping[str, FactValue]) -> list[FiredRule]:
    found = {}
    for name, fact_type in governed.facts.items():
        fault = fact_type.fault(facts[name]) if name in facts else "is missing"
        if fault:
            found[name] = fault
    for name, currency in governed.currencies.items():
        if name not in found and facts[name].currency != currency:  # type: ignore[union-attr]  # money, just checked
            found[name] = f"currency {facts[name].currency} compared with {currency}"  # type: ignore[union-attr]
    if len(facts) > len(governed.facts) or found:
        found |= {str(name): "is not a fact of this action" for name in facts if name not in governed.facts}
    return [
        FiredRule(
            FACTS_AT_FAULT, Verdict.DENY, name, "", "", f"The fact {name!r} of {governed.kind}: {fault}."
        )
        for name, fault in sorted(found.items())
    ]


def _unplaced(governed: KindRules, places: Places) -> list[FiredRule]:
    """The places that some rule asks for and that are not known: whether the rule speaks cannot be said."""
    return [
        FiredRule(
            FACTS_AT_FAULT,
            Verdict.DENY,
            f"scope.{key}",
            "",
            "",
            f"The {key} of {governed.kind} is not known, and a rule is about some of them only.",
        )
        for key in governed.scope_keys
        if not places.get(key)
    ]


def _fired(rule: Rule, facts: Mapping[str, FactValue]) -> FiredRule:
    about = rule.headline
    value, limit = about.type.shown(facts[about.fact]), about.limit_shown
    text = rule.words(facts) if rule.because else _plain_words(rule, facts)
    return FiredRule(rule.id, rule.effect, about.fact, value, limit, text)


def _plain_words(rule: Rule, facts: Mapping[str, FactValue]) -> str:
    clauses = [
        f"{label(one.fact)}: {one.type.shown(facts[one.fact])}"
        + ("" if one.test == "bare" else f" ({one.in_words()})")
        for one in rule.when
    ]
    return f"{'; '.join(clauses)}.".capitalize() if len(clauses) == 1 else f"{'; '.join(clauses)}."


def _nothing_allows(governed: KindRules, facts: Mapping[str, FactValue]) -> FiredRule:
    allows = [rule for rule in governed.rules if rule.effect is Verdict.ALLOW]
    if not allows:
        return _spoken(NOTHING_ALLOWS, f"No rule allows {governed.kind} at all.")
    unmet = [[one for one in rule.when if not one.holds(facts[one.fact])] for rule in allows]
    nearest = min(range(len(allows)), key=lambda place: (len(unmet[place]), allows[place].id))
    clauses = [
        f"'{label(one.fact)}' {one.in_words()} (it is {one.type.shown(facts[one.fact])})"
        for one in unmet[nearest]
    ]
    return _spoken(
        NOTHING_ALLOWS, f"No rule allows this; {allows[nearest].id} asks for {' and '.join(clauses)}."
    )


def _required(fired: Sequence[Rule], grants: Sequence[Grant]) -> tuple[Requirement, ...]:
    return tuple(
        rule.requirement for rule in fired if rule.requirement is not None and not satisfied(rule, grants)
    )


def _spoken(name: str, text: str) -> FiredRule:
    return FiredRule(name, Verdict.DENY, None, "", "", text)


def _refused(sha: str, spoken: Sequence[FiredRule]) -> Decision:
    missing = tuple(one.fact for one in spoken if one.fact is not None)
    return Decision(Verdict.DENY, tuple(spoken), missing, (), "", sha, ENGINE)
