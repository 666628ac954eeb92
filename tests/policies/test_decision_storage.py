"""Decisions and facts survive storage exactly."""

import json
from decimal import Decimal

import pytest
import rfc8785

from policies.decision import StoredFacts
from policies.judge import Decision, decide, facts_as_json, facts_from_json
from policies.rules import SHIPPED, load_policies, parse_policies
from policies.scope import places_as_json, places_from_json
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("days_since_delivery", {"minor": 5, "cur": "EUR"}),  # a count as money
        ("channel", "12.50"),  # a word that could be a number
        ("share_pct", 1250),
        ("amount", 1250),
        ("share_pct", "1" * 41),
    ],
)
def test_a_fact_is_read_by_its_own_type_only(name: str, value: object) -> None:
    """A stored value never takes the type that it looks like, only the one that its fact declares."""
    restored = facts_from_json("refund_order", {name: value})[name]
    assert (restored, type(restored)) == (value, type(value))


def test_the_longest_decimal_is_read() -> None:
    """A decimal of forty characters is still a decimal."""
    assert facts_from_json("refund_order", {"share_pct": "1" * 40}) == {"share_pct": Decimal("1" * 40)}


def test_facts_of_an_unknown_kind_stay_as_they_are() -> None:
    """What no vocabulary declares is read as plain values; a window is typed by its name alone never."""
    assert facts_from_json("wire", {"amount": {"minor": 1, "cur": "EUR"}, "n": 2}) == {
        "amount": {"minor": 1, "cur": "EUR"},
        "n": 2,
    }


def test_stored_facts_are_typed_again_and_again() -> None:
    """A reader that meets a new fact after others types both."""
    reader = StoredFacts("refund_order")
    assert reader.typed({"share_pct": "1.50"}) == {"share_pct": Decimal("1.50")}
    assert reader.typed({"share_pct": "2.50", "amount": {"minor": 5, "cur": "EUR"}}) == {
        "share_pct": Decimal("2.50"),
        "amount": Money(5, "EUR"),
    }


def test_places_survive_storage() -> None:
    """Where an action stood is stored as sorted lists and read back as sets."""
    places = {"category": frozenset({"tea", "mugs"}), "supplier": frozenset({"northwind"})}
    stored = places_as_json(places)
    assert stored == {"category": ["mugs", "tea"], "supplier": ["northwind"]}
    assert places_from_json(stored) == places
