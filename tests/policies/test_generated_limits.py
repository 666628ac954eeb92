"""Every limit of the shipped rules, one smallest unit under it, at it, and one over it: the exact verdict.

The cases are made from the rules themselves, so no limit is left out. What must come of each is said twice,
by nobody who shares code with the judge: by the words of the rule files, read again here as plainly as can
be, and by a table that a person wrote down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from policies.conditions import BARE, Condition
from policies.fact_types import BoolFact, EnumFact, FactValue
from policies.judge import Grant, decide
from policies.model import Rule
from policies.rules import SHIPPED, load_policies
from shop.money import Money

SET = load_policies(SHIPPED)
SHORT = {"allow": "a", "needs_approval": "?", "deny": "x"}

# One letter for each of -1, 0, +1 at each limit: a = allowed, ? = asks, x = denied.
VERDICTS = {
    "transfer-valuable value": "aa?",
    "transfer-source-runs-low source_cover_after_days": "?aa",
    "transfer-source-runs-low quantity": "aa?",
    "transfer-velocity requests_last_hour": "aax",
    "adjust-valuable value": "aa?",
    "adjust-many-pieces pieces": "aa?",
    "adjust-day spend.all.24h": "aa?",
    "adjust-finance value": "???",
    "adjust-velocity requests_last_hour": "aax",
    "price-swing change_pct": "?aaaa?",
    "price-thin-margin margin_after_pct": "?aa",
    "price-typing-error change_pct": "x????x",
    "price-cooldown hours_since_last_change": "?aa",
    "price-velocity requests_last_hour": "aax",
    "po-manager total": "aa?",
    "po-finance total": "???",
    "po-hard-cap total": "??x",
    "po-supplier-day spend.supplier.24h": "aa?",
    "po-supplier-month spend.supplier.30d": "aa?",
    "po-day spend.all.24h": "aa?",
    "po-new-supplier total": "aa?",
    "po-assumed-terms total": "aa?",
    "po-long-cover cover_after_days": "aa?",
    "po-old-rate rate.age_days": "aa?",
    "po-velocity requests_last_hour": "aax",
    "po-cancel-large total": "aa?",
    "po-cancel-velocity requests_last_hour": "aax",
    "receive-too-much over_received": "aa?",
    "receive-large total": "aa?",
    "receive-velocity requests_last_hour": "aax",
    "refund-hard-cap amount": "??x",
    "refund-lead amount": "aa?",
    "refund-finance amount": "???",
    "refund-late days_since_delivery": "aa?",
    "refund-new-account amount": "aa?",
    "refund-new-account customer.age_days": "?aa",
    "order-address-repeated customer.address_changes_30d": "aa?",
    "reship-repeated customer.reships_90d": "aa?",
    "refund-repeated customer.refund_count_90d": "aa?",
    "refund-customer-sum customer.refunds_90d": "aa?",
    "refund-velocity requests_last_hour": "aax",
    "cancel-large total": "aa?",
    "cancel-finance total": "???",
    "cancel-velocity requests_last_hour": "aax",
    "note-standard length": "xaaaax",
    "note-velocity requests_last_hour": "aax",
    "demand-signal-standard lasts_days": "a",
    "demand-signal-past ends_in_days": "?aa",
    "demand-signal-large percent": "?aaaa?",
    "demand-signal-long lasts_days": "aa?",
    "demand-signal-valuable value": "aa?",
    "demand-signal-absurd percent": "??x",
    "demand-signal-too-long lasts_days": "??x",
    "demand-signal-velocity requests_last_hour": "aax",
    "supply-signal-standard ends_in_days": "xxa",
    "supply-signal-past ends_in_days": "xaa",
    "supply-signal-long-delay delay_days": "aa?",
    "supply-signal-long lasts_days": "aa?",
    "supply-signal-price-swing change_pct": "?aaaa?",
    "supply-signal-absurd-delay delay_days": "??x",
    "supply-signal-absurd-price change_pct": "x????x",
    "supply-signal-velocity requests_last_hour": "aax",
    "remove-signal-velocity requests_last_hour": "aax",
    "price-day change_24h_pct": "?aaaa?",
    "price-week change_7d_pct": "?aaaa?",
    "price-above-competitors competitor.index_pct": "aa?",
    "campaign-typing-error-down change_pct.lowest": "x??",
    "campaign-typing-error-up change_pct.highest": "??x",
    "campaign-size lines": "aa?",
    "campaign-total weekly_revenue_change": "?aaaa?",
    "campaign-thin-margin margin_after_pct": "?aa",
    "campaign-cooldown hours_since_last_change": "?aa",
    "campaign-above-competitors competitor.index_pct": "aa?",
    "campaign-step-down change_pct.lowest": "?aa",
    "campaign-step-up change_pct.highest": "aa?",
    "campaign-day-down change_24h_pct.lowest": "?aa",
    "campaign-day-up change_24h_pct.highest": "aa?",
    "campaign-week-down change_7d_pct.lowest": "?aa",
    "campaign-week-up change_7d_pct.highest": "aa?",
    "campaign-velocity requests_last_hour": "aax",
    "return-late days_since_delivery": "aa?",
    "return-velocity requests_last_hour": "aax",
    "exchange-late days_since_delivery": "aa?",
    "exchange-large difference": "aa?",
    "exchange-complete-large difference": "aa?",
    "items-large difference": "aa?",
    "order-address-valuable total": "aa?",
    "customer-address-standard requests_last_hour": "axx",
    "reship-valuable value": "aa?",
    "reship-velocity requests_last_hour": "aax",
    "credit-hard-cap amount": "??x",
    "credit-lead amount": "aa?",
    "credit-finance amount": "???",
    "credit-customer-sum customer.credits_90d": "aa?",
    "credit-velocity requests_last_hour": "aax",
    "draft-standard length": "xaaaax",
    "draft-velocity requests_last_hour": "aax",
    "exchange-velocity requests_last_hour": "aax",
    "order-address-velocity requests_last_hour": "aax",
    "return-cancel-velocity requests_last_hour": "aax",
    "return-receive-velocity requests_last_hour": "aax",
    "return-inspect-velocity requests_last_hour": "aax",
    "exchange-complete-velocity requests_last_hour": "aax",
    "items-velocity requests_last_hour": "aax",
    "payment-velocity requests_last_hour": "aax",
}


@dataclass(frozen=True)
class Case:
    """A rule on the edge of one of its limits; `steps` away from it, in smallest units."""

    rule: Rule
    condition: Condition
    limit: FactValue
    step: int

    @property
    def name(self) -> str:
        """The rule, the fact and the step."""
        return f"{self.rule.id} {self.condition.fact} {self.condition.type.shown(self.limit)} {self.step:+d}"

    def facts(self) -> dict[str, FactValue] | None:
        """The usual facts with the rule's other conditions fulfilled; None beyond the fact's bounds."""
        usual = next(test.facts for test in SET.tests if test.kind == self.rule.kind)
        others = {one.fact: inside(one) for one in self.rule.when if one is not self.condition}
        kind: Any = self.condition.type
        units = kind.units(self.limit) + self.step
        minimum = getattr(kind, "minimum", None)
        if minimum is not None and units < minimum:
            return None
        return {**usual, **others, self.condition.fact: kind.at(units, self.limit)}


def inside(condition: Condition) -> FactValue:
    """A value that fulfils a condition."""
    if isinstance(condition.type, BoolFact | EnumFact):
        return condition.limits[0]
    return next(value for _, value in condition.edges if condition.holds(value))


def cases() -> Iterator[Case]:
    """Every limit of every rule, three times."""
    for rule in SET.rules:
        for condition in rule.when:
            if isinstance(condition.type, BoolFact | EnumFact):
                continue
            for limit in condition.limits:
                yield from (Case(rule, condition, limit, step) for step in (-1, 0, 1))


CASES = [case for case in cases() if case.facts() is not None]


def number(literal: Any) -> Decimal:
    """The number of a literal or a fact, whatever its unit."""
    if isinstance(literal, Money):
        return literal.amount
    return Decimal(str(literal).split(" ")[0].replace("_", ""))


def said(rule: Rule, facts: Mapping[str, FactValue]) -> bool:
    """Whether a rule fires, by its words as the file writes them."""
    body = rule.as_json()
    (effect,) = {"allow", "approve", "deny"} & set(body)
    return all(holds(facts[fact], wanted) for one in body[effect]["when"] for fact, wanted in one.items())


def holds(value: FactValue, wanted: Any) -> bool:
    """One condition by its words."""
    if not isinstance(wanted, dict):
        return str(value).lower() == str(wanted) or (not isinstance(value, bool) and value == wanted)
    ((test, literal),) = wanted.items()
    if test == "in":
        return value in literal
    low, high = (literal if isinstance(literal, list) else [literal, literal])[:2]
    if test == "over":
        return number(value) > number(low)
    if test == "under":
        return number(value) < number(low)
    between = number(low) <= number(value) <= number(high)
    return between if test in {"between", "is"} else not between


def expected(kind: str, facts: Mapping[str, FactValue]) -> str:
    """The verdict by the words of all rules of the kind, without anybody's yes."""
    effects = {rule.effect.value for rule in SET.rules if rule.kind == kind and said(rule, facts)}
    if "deny" in effects or "allow" not in effects:
        return "deny"
    return "needs_approval" if "needs_approval" in effects else "allow"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_on_the_edge(case: Case) -> None:
    """The verdict, and the rules that fire, are those of the words of the files."""
    facts = case.facts()
    assert facts is not None
    decision = decide(SET, case.rule.kind, facts)
    assert decision.verdict.value == expected(case.rule.kind, facts)
    fired = {one.rule for one in decision.fired if not one.rule.startswith("(")}
    assert fired == {rule.id for rule in SET.rules if rule.kind == case.rule.kind and said(rule, facts)}


def test_the_verdicts_that_a_person_wrote_down() -> None:
    """Each limit answers as in the table, and the table leaves no limit out."""
    found: dict[str, str] = {}
    for case in CASES:
        facts = case.facts()
        assert facts is not None
        letter = SHORT[decide(SET, case.rule.kind, facts).verdict.value]
        found[f"{case.rule.id} {case.condition.fact}"] = (
            found.get(f"{case.rule.id} {case.condition.fact}", "") + letter
        )
    assert found == VERDICTS


def test_every_limit_has_cases_on_both_sides() -> None:
    """Each rule with a limit fires in at least one of its cases, and stays silent in another."""
    for rule in {case.rule.id: case.rule for case in CASES}.values():
        answers = [said(rule, case.facts() or {}) for case in CASES if case.rule is rule]
        # A limit at the very bound of its fact holds for every value that can be.
        assert set(answers) == ({True, False} if len(answers) > 1 else {True}), rule.id


@pytest.mark.parametrize(
    ("rule", "manager"),
    [
        ("adjust-finance", "inventory_manager"),
        ("po-finance", "purchasing_manager"),
        ("refund-finance", "support_lead"),
        ("cancel-finance", "support_lead"),
    ],
)
def test_one_yes_is_enough_up_to_the_limit_of_two(rule: str, manager: str) -> None:
    """One yes is enough at the limit of the rule that asks two people, and not one penny over it."""
    yes = [Grant("one", frozenset({manager}))]
    found = [decide(SET, case.rule.kind, case.facts() or {}, yes) for case in CASES if case.rule.id == rule]
    assert [one.verdict.value for one in found] == ["allow", "allow", "needs_approval"]
    assert [one.rule for one in found[-1].required] == [rule]


def test_every_other_rule_is_hit_too() -> None:
    """The rules without a limit fire in a rule test of their file."""
    limited = {case.rule.id for case in CASES}
    others = [rule for rule in SET.rules if rule.id not in limited]
    for rule in others:
        assert any(test.kind == rule.kind and said(rule, test.facts) for test in SET.tests), rule.id
    assert all(condition.test in {BARE, "in"} for rule in others for condition in rule.when)
