"""The smallest change of one fact that would loosen a decision, in words."""

from decimal import Decimal
from typing import Any

import pytest

from policies.judge import decide
from policies.rules import PolicySet, parse_policies
from policies.vocabulary import BoolFact, EnumFact, FactValue, Vocabulary
from tests.policies.oracle_rules import HEAD, ORACLE, eur, judged, rules

PO, PRICE = "place_purchase_order", "change_price"


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    """The oracle rules."""
    return parse_policies({"purchasing.yaml": ORACLE})


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (PO, {}, ""),
        (PO, {"total": eur("1240")}, "1,000.00 EUR or less would pass without asking (total)."),
        (PO, {"total": eur("60000")}, "50,000.00 EUR or less could pass with an approval (total)."),
        (
            PO,
            {"spend.supplier.24h": eur("5200")},
            "5,000.00 EUR or less would pass without asking (value with this supplier in 24 hours).",
        ),
        (PO, {"total": eur("1240"), "spend.supplier.24h": eur("5200")}, ""),
        (
            PO,
            {"supplier.approved": False},
            "It would pass without asking if 'supplier is approved' were yes.",
        ),
        (
            PRICE,
            {"change_pct": Decimal("-12.5")},
            "-10.00 to 10.00 would pass without asking (price change in percent).",
        ),
        (
            PRICE,
            {"margin_after_pct": Decimal(-3)},
            "0.01 or more would pass without asking (margin afterwards in percent).",
        ),
    ],
)
def test_nearest_flip(policies: PolicySet, kind: str, changes: dict[str, Any], words: str) -> None:
    """The nearest loosening value is told with its reach, or nothing if no single fact does it."""
    assert judged(policies, kind, changes, []).nearest_flip == words


def test_flip_names_the_nearer_fact() -> None:
    """Of two facts that would help, the one that changes least is named."""
    text = """
  - {id: go, action: refund_order, allow: {when: [{delivered: true}]}}
  - {id: ask, action: refund_order,
     approve: {when: [{amount: {over: 10 EUR}}, {share_pct: {over: 9}}], by: [finance]}}
"""
    assert "(refunded share in percent)" in judged(rules(text), "refund_order", {}, []).nearest_flip


def test_enum_flip_names_a_member() -> None:
    """A closed list of words is searched as well."""
    vocabulary: Vocabulary = {"ship": {"courier": EnumFact(("post", "van")), "fast": BoolFact()}}
    text = HEAD.format(name="x") + "  - {id: r, action: ship, allow: {when: [{courier: van}]}}"
    facts: dict[str, FactValue] = {"courier": "post", "fast": True}
    decision = decide(parse_policies({"x.yaml": text}, vocabulary), "ship", facts)
    assert decision.nearest_flip == "It would pass without asking if 'courier' were van."
