"""Decisions and facts survive storage exactly."""

import json
from decimal import Decimal

import pytest
import rfc8785

from policies.judge import Decision, decide, facts_as_json, facts_from_json
from policies.rules import SHIPPED, load_policies, parse_policies
from shop.money import Money
from tests.policies.oracle_rules import ORACLE, USUAL

SET = load_policies(SHIPPED)


@pytest.mark.parametrize("number", range(len(SET.tests)))
def test_decision_round_trip(number: int) -> None:
    """Every shipped rule test's decision is canonical JSON and comes back equal."""
    test = SET.tests[number]
    decision = decide(SET, test.kind, test.facts, test.grants)
    assert Decision.from_json(json.loads(rfc8785.dumps(decision.as_json()))) == decision


@pytest.mark.parametrize("kind", sorted(USUAL))
def test_facts_round_trip(kind: str) -> None:
    """Facts come back with their exact types."""
    stored = json.loads(rfc8785.dumps(facts_as_json(USUAL[kind])))
    restored = facts_from_json(kind, stored)
    assert restored == dict(USUAL[kind])
    assert [type(value) for _, value in sorted(restored.items())] == [
        type(value) for _, value in sorted(USUAL[kind].items())
    ]


def test_stored_forms() -> None:
    """Money is stored as minor units with its currency, a decimal as text."""
    stored = facts_as_json({"amount": Money(1250, "EUR"), "share_pct": Decimal("12.50"), "delivered": True})
    assert stored == {"amount": {"minor": 1250, "cur": "EUR"}, "share_pct": "12.50", "delivered": True}


@pytest.mark.parametrize(
    "body", [{"amount": "5"}, {"amount": {"minor": "5", "cur": "EUR"}}, {"share_pct": "x"}]
)
def test_what_does_not_fit_stays_and_is_denied(body: dict[str, object]) -> None:
    """A stored fact of the wrong shape is not repaired: the judge names it."""
    facts = {**USUAL["refund_order"], **facts_from_json("refund_order", body)}
    assert decide(parse_policies({"a.yaml": ORACLE}), "refund_order", facts).missing == tuple(body)
