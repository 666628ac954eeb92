"""Past decisions read back from the ledger."""

from datetime import timedelta

import pytest

from policies.decision import Verdict
from policies.modes import Mode
from policies.replay import Recorded, replay
from shop.actions import ChangePrice
from shop.money import Money
from shop.store.database import Database
from tests.gate import ADA, Gate, big_order, order, session
from tools.ledger.history import recorded_decisions


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases."""
    return Gate(database)


def recorded(gate: Gate, **back: float) -> list[Recorded]:
    """The decisions of a time, a day unless told otherwise."""
    since = gate.now - timedelta(**(back or {"days": 1}))
    with gate.db.reading() as snapshot:
        return list(recorded_decisions(snapshot, gate.db.tenant, since))


def test_decisions_are_read_as_they_were_taken(gate: Gate) -> None:
    """Each request comes once, in order, with its verdict, typed facts, money and requester."""
    gate.desk.submit(order(), session())
    gate.later(minutes=5)
    gate.desk.submit(big_order(), session())
    small, big = recorded(gate)
    assert (small.verdict, big.verdict) == (Verdict.ALLOW, Verdict.NEEDS_APPROVAL)
    assert big.money == big.facts["total"] == Money.of("1080", "GBP")
    assert (big.requester, big.kind) == ("agent", "place_purchase_order")


def test_only_later_decisions_are_read(gate: Gate) -> None:
    """What was decided before the moment asked for is left out."""
    gate.desk.submit(order(), session())
    gate.later(hours=3)
    assert len(recorded(gate, hours=4)) == 1
    assert recorded(gate, hours=2) == []


def test_unreadable_facts_are_told(gate: Gate) -> None:
    """A denied request for lack of facts says which facts could not be read."""
    gate.desk.submit(ChangePrice(sku="NO-SUCH", price=Money.of("5", "GBP"), reason="test"), session())
    (one,) = recorded(gate)
    assert one.verdict is Verdict.DENY
    assert "margin_after_pct" in one.missing


def test_the_dial_is_told(gate: Gate) -> None:
    """A request that asks a person only because the dial stands on assist is marked."""
    gate.desk.set_mode("place_purchase_order", Mode.ASSIST, ADA)
    gate.desk.submit(order(), session())
    (one,) = recorded(gate)
    assert (one.verdict, one.assisted) == (Verdict.NEEDS_APPROVAL, True)


def test_places_are_told(gate: Gate) -> None:
    """A recorded request knows where it stood, so that rules with a scope can be tried on it."""
    gate.desk.submit(order(), session())
    (one,) = recorded(gate)
    assert (one.places["supplier"], one.places["location"]) == (
        frozenset({"northwind"}),
        frozenset({"leeds"}),
    )
    assert (one.places["channel"], one.places["tenant"]) == (frozenset({"cli"}), frozenset({gate.db.tenant}))


def test_replay_of_the_ledger_finds_what_was_answered(gate: Gate) -> None:
    """Under the rules in force every decision of the ledger comes out as it is stored."""
    gate.desk.submit(order(), session())
    gate.desk.submit(big_order(), session())
    gate.desk.submit(ChangePrice(sku="NO-SUCH", price=Money.of("5", "GBP"), reason="test"), session())
    gate.desk.set_mode("place_purchase_order", Mode.ASSIST, ADA)
    gate.desk.submit(order(48), session())
    report = replay(recorded(gate), gate.rules)
    assert (report.decisions, report.changed, report.lacking) == (4, 0, ())
