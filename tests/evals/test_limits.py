"""The exceptions suite stands on both sides of every limit of the shipped rules, and exactly at it."""

from __future__ import annotations

from decimal import Decimal

from evals.harness import proofs
from evals.harness.limits import all_limits, stood_at
from evals.harness.suite_files import read_suite, suites
from evals.harness.world import shipped_policies
from policies.fact_types import FactValue
from shop.money import Money

UNREACHABLE = {
    "note-standard: length 1 -1": "a note without words is refused by the tool's arguments",
    "note-standard: length 2,000 +1": "longer notes are refused by the tool's arguments",
    "draft-standard: length 1 -1": "a draft without words is refused by the tool's arguments",
    "draft-standard: length 2,000 +1": "longer drafts are refused by the tool's arguments",
    "receive-too-much: over_received 0 -1": "missing pieces are none too many",
    "reship-repeated: customer.reships_90d 1 -1": "the one that is asked for counts",
}
"""Where no request can stand, and why."""


def test_every_limit_has_its_cases() -> None:
    """One step inside, at it, one step outside: of each number in the rules, as the proofs tell."""
    proven = proofs.read(proofs.SHIPPED)
    stood = frozenset().union(
        *(proven[proofs.digest(case)].limits for case in read_suite(suites()["exceptions"]).cases)
    )
    wanted = all_limits(shipped_policies())
    assert sorted(wanted - stood - set(UNREACHABLE)) == []
    assert sorted(set(UNREACHABLE) - (wanted - stood)) == []


def test_a_limit_is_stood_at_where_it_alone_decides() -> None:
    """A refund beside 30 GBP of an old account says nothing of the limit for new ones."""
    rules = shipped_policies()
    facts: dict[str, FactValue] = {"amount": Money(3_001, "GBP"), "customer.age_days": 13}
    new = "refund-new-account: amount 30.00 GBP +1"
    assert new in stood_at(rules, "refund_order", facts)
    assert new not in stood_at(rules, "refund_order", {**facts, "customer.age_days": 14})
    assert new not in stood_at(rules, "refund_order", {**facts, "amount": Money(3_002, "GBP")})


def test_both_ends_of_a_range_are_limits() -> None:
    """A hundredth of a percent is the step of a price's."""
    stood = stood_at(shipped_policies(), "change_price", {"change_pct": Decimal("-10.01")})
    assert stood == {"price-swing: change_pct -10.00 -1"}
    assert {f"price-swing: change_pct 10.00 {step}" for step in ("-1", "0", "+1")} <= all_limits(
        shipped_policies()
    )
