"""Rules that load and yet cannot mean what they say are found."""

import pytest

from policies.lint import Severity, lint
from tests.policies.oracle_rules import rules

EXPECTED = {"fires in no rule test", "has no rules, so it is always denied; add an allow rule for it"}
ALLOW = "  - {id: go, action: refund_order, allow: {when: [{within_refundable: true}]}}\n"


def made(name: str, effect: str, when: str, people: str = "by: [finance]") -> str:
    """One rule about refunds."""
    asked = f", {people}" if effect == "approve" else ""
    return f"  - {{id: {name}, action: refund_order, {effect}: {{when: [{when}]{asked}}}}}\n"


def found(text: str) -> set[tuple[str, str]]:
    """Findings about the rules of the text, as (rule, text), without those about tests and empty kinds."""
    return {(one.rule, one.text) for one in lint(rules(text)) if one.text not in EXPECTED}


def test_clean_rules_have_no_findings() -> None:
    """Rules that do what they say are not complained about."""
    text = (
        ALLOW
        + made("ask", "approve", "{amount: {over: 50 GBP}}")
        + made("cap", "deny", "{amount: {over: 500 GBP}}")
    )
    assert found(text) == set()


@pytest.mark.parametrize(
    "when",
    [
        "{amount: {over: 50 GBP}}, {amount: {under: 50.01 GBP}}",
        "{delivered: true}, {delivered: false}",
        "{amount: {under: 0.01 GBP}}",
        "{share_pct: {between: [1, 5]}}, {share_pct: {outside: [0, 10]}}",
    ],
)
def test_dead_rule_is_found(when: str) -> None:
    """A rule that no facts can satisfy is dead."""
    assert found(ALLOW + made("dead", "deny", when)) == {
        ("dead", "is dead: no facts satisfy all its conditions")
    }


def test_action_that_nothing_allows_is_found() -> None:
    """Approve rules without an allow deny everything, and that is said."""
    assert found(made("ask", "approve", "{amount: {over: 50 GBP}}")) == {
        ("refund_order", "has rules but nothing allows it, so it is always denied; add an allow rule")
    }


@pytest.mark.parametrize("limit", ["500 GBP", "600 GBP"])
def test_approval_at_or_above_the_deny_limit_is_found(limit: str) -> None:
    """An approve rule that starts where a deny rule starts never asks anybody."""
    text = (
        ALLOW
        + made("ask", "approve", f"{{amount: {{over: {limit}}}}}")
        + made("cap", "deny", "{amount: {over: 500 GBP}}")
    )
    assert {rule for rule, words in found(text) if "never asks: cap denies" in words} == {"ask"}


def test_contradiction_is_found() -> None:
    """An allow rule within a deny rule allows nothing."""
    text = (
        ALLOW
        + made("also", "allow", "{amount: {over: 600 GBP}}")
        + made("cap", "deny", "{amount: {over: 500 GBP}}")
    )
    assert found(text) == {("also", "contradicts cap, which denies all that it allows")}


def test_unused_approval_is_found() -> None:
    """An approve rule about what nothing allows never asks."""
    text = ALLOW + made("ask", "approve", "{within_refundable: false}")
    assert found(text) == {("ask", "never asks: nothing that it covers is allowed")}


def test_duplicate_is_found() -> None:
    """Two rules with one meaning are one too many, whatever the spelling."""
    text = (
        ALLOW
        + made("one", "deny", "{amount: {over: 50 GBP}}, {tainted: true}")
        + made("two", "deny", "{tainted: true}, {amount: {over: 50.00 GBP}}")
    )
    assert found(text) == {("two", "says the same as one")}


def test_shadowed_rule_is_found() -> None:
    """A rule that a wider rule with the same effect covers adds nothing."""
    text = (
        ALLOW
        + made("wide", "approve", "{amount: {over: 50 GBP}}")
        + made("narrow", "approve", "{amount: {over: 100 GBP}}, {tainted: true}")
    )
    assert found(text) == {("narrow", "is shadowed by wide, which covers all of it")}


def test_narrower_rule_that_asks_others_is_kept() -> None:
    """A second stage with other people is no shadow."""
    text = (
        ALLOW
        + made("wide", "approve", "{amount: {over: 50 GBP}}")
        + made("narrow", "approve", "{amount: {over: 100 GBP}}", "by_each: [finance, support_lead]")
    )
    assert found(text) == set()


def test_untested_rule_and_empty_kind_are_found() -> None:
    """A rule without a test is an error, and so is a kind of write without rules: a gap."""
    findings = {(one.rule, one.text): one.severity for one in lint(rules(ALLOW))}
    assert findings["go", "fires in no rule test"] is Severity.ERROR
    gap = "has no rules, so it is always denied; add an allow rule for it"
    assert findings["cancel_order", gap] is Severity.ERROR
