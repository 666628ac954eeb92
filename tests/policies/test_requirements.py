"""What a rule asks of people: in words, in storage, and once the question has stood for a while."""

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.decision import Grant, Requirement
from policies.judge import Decision, Verdict, decide, satisfied
from policies.rules import Rule
from tests.policies.oracle_rules import ORDER, REFUND, rules

ONE = Requirement("r", ("finance",), 1, (), timedelta(hours=24))
ESCALATED = replace(ONE, escalate_after=timedelta(hours=4), escalate_to=("admin", "support_lead"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (ONE, "finance"),
        (replace(ONE, by=("finance", "support_lead")), "finance or support lead"),
        (replace(ONE, by=("finance", "admin"), quorum=2), "2 people who are finance or admin"),
        (replace(ONE, by=(), by_each=("finance",)), "finance"),
        (
            replace(ONE, by=(), by_each=("finance", "support_lead")),
            "finance and support lead (different people)",
        ),
        (ESCALATED, "finance; after 4 h also admin or support lead"),
        (
            replace(ESCALATED, escalate_after=timedelta(minutes=90)),
            "finance; after 90 min also admin or support lead",
        ),
        (
            replace(ESCALATED, escalate_after=timedelta(minutes=61)),
            "finance; after 61 min also admin or support lead",
        ),
    ],
)
def test_who_is_asked_is_told(asked: Requirement, words: str) -> None:
    """The people who are asked, how many of them, and who joins later stand in one phrase."""
    assert asked.in_words() == words


def _stored(asked: Requirement) -> Requirement:
    decision = Decision(Verdict.NEEDS_APPROVAL, (), (), (asked,), "", "sha", "1")
    (restored,) = Decision.from_json(decision.as_json()).required
    return restored


@pytest.mark.parametrize(
    "asked", [ONE, ESCALATED, replace(ONE, by=(), by_each=("finance", "admin"), quorum=1)]
)
def test_a_requirement_survives_storage(asked: Requirement) -> None:
    """Who was asked, until when, and who joins later are read back as they were stored."""
    assert _stored(asked) == asked


def test_the_stored_form_of_an_escalation_is_fixed() -> None:
    """Stored decisions of before are read: the keys of an escalation are part of the ledger's format."""
    decision = Decision(Verdict.NEEDS_APPROVAL, (), (), (ESCALATED,), "", "sha", "1")
    (body,) = decision.as_json()["required"]
    assert (body["escalate_seconds"], body["escalate_to"]) == (14_400, ["admin", "support_lead"])
    assert "escalate_to" not in Decision.as_json(replace(decision, required=(ONE,)))["required"][0]


@pytest.mark.parametrize(
    ("waited", "joined"),
    [(timedelta(0), False), (timedelta(hours=4, microseconds=-1), False), (timedelta(hours=4), True)],
)
def test_others_are_asked_from_the_moment_on(waited: timedelta, joined: bool) -> None:
    """Those who are asked in addition count from the very moment that the rule names, not before."""
    assert ESCALATED.also_asked(waited) == (frozenset({"admin", "support_lead"}) if joined else frozenset())
    assert ONE.also_asked(waited) == frozenset()


def escalating(who: str) -> Rule:
    """An approve rule that asks an admin too once four hours have passed."""
    more = "expires: 24h, escalate: {after: 4h, to: [admin]}"
    text = f"  - {{id: ask, action: refund_order, approve: {{when: [{{delivered: true}}], {who}, {more}}}}}"
    return rules(text).rules[0]


@pytest.mark.parametrize(
    ("who", "yes", "enough"),
    [
        ("by: [finance]", [("ada", "admin", 4)], True),
        ("by: [finance]", [("ada", "admin", 3)], False),
        ("by: [finance]", [("sam", "operator", 5)], False),
        ("by: [finance], quorum: 2", [("ada", "admin", 4)], False),
        ("by: [finance], quorum: 2", [("ada", "admin", 4), ("bob", "finance", 0)], True),
        ("by_each: [finance, support_lead]", [("ada", "admin", 4), ("bob", "support_lead", 0)], True),
        ("by_each: [finance, support_lead]", [("ada", "admin", 4)], False),
    ],
)
def test_who_is_asked_later_stands_in_for_one(
    who: str, yes: list[tuple[str, str, int]], enough: bool
) -> None:
    """An admin who says yes after the wait counts as one of the people asked, whatever role is missing."""
    grants = [Grant(name, frozenset({role}), timedelta(hours=waited)) for name, role, waited in yes]
    assert satisfied(escalating(who), grants) is enough


def test_more_reasons_are_counted() -> None:
    """A refusal tells its first three reasons and how many more there are."""
    text = "  - {id: go, action: refund_order, allow: {when: [{within_refundable: true}]}}\n" + "".join(
        f"  - {{id: no-{n}, action: refund_order,"
        f" deny: {{when: [{{delivered: true}}], because: Reason {n}.}}}}\n"
        for n in (1, 2, 3, 4, 5)
    )
    facts = {**REFUND, "delivered": True}
    words = decide(rules(text), "refund_order", facts).in_words()
    assert "Reason 1. Reason 2. Reason 3 (and 2 more reasons)." in words


def test_an_allowed_action_says_so() -> None:
    """An allow without any reason says that nothing speaks against it."""
    bare = Decision(Verdict.ALLOW, (), (), (), "", "sha", "1")
    assert bare.in_words() == "Allowed: no rule speaks against it."


def test_a_refusal_names_the_rules_and_the_judge() -> None:
    """A decision that no rule took still holds the digest of the rules and the judge's version."""
    policies = rules("  - {id: go, action: refund_order, allow: {when: [{delivered: true}]}}\n")
    refused = decide(policies, "wire", ORDER)
    assert (refused.policy_sha, refused.engine, refused.nearest_flip) == (policies.sha, "1", "")
