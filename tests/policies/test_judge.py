"""The judge refuses whatever it does not fully know."""

import itertools
from decimal import Decimal
from typing import Any

import pytest

from policies.decision import JUDGE_FAILED, NOTHING_ALLOWS, UNKNOWN_ACTION, Decision, FiredRule
from policies.judge import Grant, Verdict, decide
from policies.rules import PolicySet, parse_policies
from shop.actions import KINDS
from shop.money import Money
from tests.policies.oracle_rules import ORACLE, ORDER, PRICE, REFUND, eur, granted, judged, rules

PO = "place_purchase_order"


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    """The oracle rules."""
    return parse_policies({"purchasing.yaml": ORACLE})


def test_unknown_action_is_denied(policies: PolicySet) -> None:
    """P05: an action that nobody declared is denied."""
    decision = decide(policies, "wire", ORDER)
    assert (decision.verdict, decision.fired[0].rule) == (Verdict.DENY, UNKNOWN_ACTION)


@pytest.mark.parametrize("name", sorted(ORDER))
def test_missing_fact_is_denied_by_name(policies: PolicySet, name: str) -> None:
    """P08: without any one fact the action is denied and the fact is named."""
    facts = {fact: value for fact, value in ORDER.items() if fact != name}
    decision = decide(policies, PO, facts)
    assert (decision.verdict, decision.missing) == (Verdict.DENY, (name,))


@pytest.mark.parametrize("wrong", ["5,000", "5000", 5000, 5000.0, Decimal(5000), None, True, [], {}])
def test_money_is_never_coerced(policies: PolicySet, wrong: Any) -> None:
    """P09: what is not exact money is denied, however much it looks like money."""
    decision = decide(policies, PO, {**ORDER, "total": wrong})
    assert (decision.verdict, decision.missing) == (Verdict.DENY, ("total",))


@pytest.mark.parametrize("wrong", [True, "3", 3.0, Decimal(3), None, 2**60, -1, 0])
def test_count_is_a_positive_whole_number(policies: PolicySet, wrong: Any) -> None:
    """A count of another type, out of bounds or below one is denied; a bool is not a number."""
    assert decide(policies, PO, {**ORDER, "lines": wrong}).missing == ("lines",)


@pytest.mark.parametrize("wrong", [1, 0, "true", None, Decimal(1)])
def test_yes_or_no_is_a_bool(policies: PolicySet, wrong: Any) -> None:
    """A number or text in place of yes or no is denied."""
    assert decide(policies, PO, {**ORDER, "supplier.approved": wrong}).missing == ("supplier.approved",)


@pytest.mark.parametrize("wrong", ["NaN", "sNaN", "Infinity", "-Infinity", "5.001", "1e30"])
def test_percentage_is_finite_and_at_its_scale(policies: PolicySet, wrong: str) -> None:
    """P22: NaN, infinities, too many decimals and absurd sizes are denied, never raised."""
    decision = decide(policies, "change_price", {**PRICE, "change_pct": Decimal(wrong)})
    assert decision.missing == ("change_pct",)


def test_extra_fact_is_denied_by_name(policies: PolicySet) -> None:
    """A fact that the action does not declare is denied and named."""
    assert decide(policies, PO, {**ORDER, "budget": 5}).missing == ("budget",)


def test_negative_and_zero_amounts_are_denied(policies: PolicySet) -> None:
    """P04: an amount of zero or less slips under no limit."""
    verdicts = {decide(policies, PO, {**ORDER, "total": eur(text)}).verdict for text in ("0", "-500")}
    assert verdicts == {Verdict.DENY}


def test_currency_counts_before_any_rule() -> None:
    """P21: whichever condition comes first, an amount in another currency is denied."""
    conditions = ["{share_pct: {over: 70}}", "{amount: {over: 500 EUR}}"]
    for order in itertools.permutations(conditions):
        text = f"""
  - {{id: standard, action: refund_order, allow: {{when: [{{within_refundable: true}}]}}}}
  - {{id: cap, action: refund_order, deny: {{when: [{", ".join(order)}]}}}}
"""
        decision = judged(rules(text), "refund_order", {"amount": Money.of(10, "JPY")}, [])
        assert decision.verdict is Verdict.DENY


def test_money_that_no_rule_compares_may_be_in_any_currency(policies: PolicySet) -> None:
    """Only compared facts are held to a currency."""
    facts = {**REFUND, "customer.refunds_90d": Money.of(900, "JPY")}
    assert decide(policies, "refund_order", facts).verdict is Verdict.ALLOW


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_empty_policy_denies_every_kind(kind: str) -> None:
    """P15: without rules everything is denied."""
    assert decide(parse_policies({}), kind, {}).verdict is Verdict.DENY


def test_approval_does_not_replace_an_allow() -> None:
    """P20: a fulfilled approve rule alone allows nothing."""
    text = "  - {id: ask, action: refund_order, approve: {when: [{delivered: true}], by: [finance]}}"
    decision = judged(rules(text), "refund_order", {}, granted("a:finance"))
    assert decision.fired[-1].rule == NOTHING_ALLOWS
    assert decision.verdict is Verdict.DENY


def test_deny_wins_over_everything() -> None:
    """A deny rule stands against an allow and a fulfilled approval."""
    text = """
  - {id: standard, action: refund_order, allow: {when: [{delivered: true}]}}
  - {id: ask, action: refund_order, approve: {when: [{delivered: true}], by: [finance]}}
  - {id: never, action: refund_order, deny: {when: [{delivered: true}]}}
"""
    decision = judged(rules(text), "refund_order", {}, granted("a:finance"))
    assert [one.rule for one in decision.fired] == ["never", "ask", "standard"]
    assert decision.verdict is Verdict.DENY


def test_a_failing_judge_denies(policies: PolicySet, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever breaks inside is a deny and an entry in the log."""
    decision = decide(policies, PO, None)  # type: ignore[arg-type]
    assert (decision.verdict, decision.fired[0].rule) == (Verdict.DENY, JUDGE_FAILED)
    assert "the judge failed" in caplog.text


def test_a_failing_judge_logs_no_fact(policies: PolicySet, caplog: pytest.LogCaptureFixture) -> None:
    """The log tells where the judge failed, not what it was given."""

    class Hostile(dict[str, Any]):
        def __contains__(self, key: object) -> bool:
            raise RuntimeError("broken mapping")

    decide(policies, PO, Hostile(ORDER, customer="Ada Lovelace"))
    assert "Lovelace" not in caplog.text


def test_decision_carries_policy_and_engine(policies: PolicySet) -> None:
    """A decision names the rules and the engine it came from."""
    decision = decide(policies, PO, ORDER)
    assert (decision.policy_sha, decision.engine) == (policies.sha, "1")


def test_grant_without_a_role_counts_nothing(policies: PolicySet) -> None:
    """A person without the role fulfils nothing."""
    decision = judged(policies, PO, {"total": eur("1240")}, [Grant("mia", frozenset())])
    assert decision.verdict is Verdict.NEEDS_APPROVAL


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Allowed: "),
        (
            {"total": eur("1240")},
            "Needs approval by purchasing manager: Order of 1,240.00 EUR is over the 1,000.00 EUR limit. "
            "1,000.00 EUR or less would pass without asking (total).",
        ),
        ({"total": eur("60000")}, "Denied: No single order may exceed 50,000.00 EUR."),
        ({"supplier.approved": False}, "Denied: No rule allows this; po-standard asks for"),
    ],
)
def test_decision_in_words(policies: PolicySet, changes: dict[str, Any], words: str) -> None:
    """The decision reads as an operator would say it."""
    assert judged(policies, PO, changes, []).in_words().startswith(words)


def test_two_people_in_words(policies: PolicySet) -> None:
    """A quorum is told with the roles that count."""
    changes = {"amount": eur("600"), "share_pct": Decimal(80)}
    words = judged(policies, "refund_order", changes, []).in_words()
    assert words.startswith("Needs approval by 2 people who are finance or support lead: ")


def test_every_reason_is_counted(policies: PolicySet) -> None:
    """A second reason is mentioned, not told at length."""
    changes = {"total": eur("1240"), "spend.supplier.24h": eur("9000")}
    assert "(and 1 more reason)" in judged(policies, PO, changes, []).in_words()


def test_reasons_of_a_refusal_are_sentences() -> None:
    """What a store wrote without a full stop does not run into the next reason."""
    told = [
        FiredRule(name, Verdict.DENY, None, "", "", words)
        for name, words in (("a", "No sale to wholesalers"), ("b", "The price is over the cap."))
    ]
    decision = Decision(Verdict.DENY, tuple(told), (), (), "", "0", "1")
    assert "No sale to wholesalers. The price is over the cap." in decision.in_words()


def test_refund_facts_are_complete() -> None:
    """The usual facts of these tests are what the vocabulary declares."""
    assert decide(parse_policies({"a.yaml": ORACLE}), "refund_order", REFUND).verdict is Verdict.ALLOW
