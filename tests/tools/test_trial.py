"""Edits on trial: the rules answer, and nothing is written."""

import pytest

from policies.decision import Verdict
from shop.actions import AddOrderNote, RefundOrder
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.money import Money
from shop.store.database import Database
from tests.gate import AGENT, PRIYA, SAM, Gate, big_order, order, rules, session
from tools.trial import tried


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk with an order that waits."""
    found = Gate(sqlite_database)
    found.desk.submit(big_order(), session())
    return found


def test_a_smaller_order_would_be_allowed(gate: Gate) -> None:
    """An edit within the limit is allowed, and the request still waits as it was."""
    before = gate.desk.approval("A-1")
    trial = tried(gate.desk._bench, "A-1", order(), SAM)
    assert trial.verdict is Verdict.ALLOW
    assert gate.desk.approval("A-1") == before
    assert len(gate.desk.actions()) == 1


def test_a_trial_says_the_same_as_the_edit(gate: Gate) -> None:
    """What is told beforehand is what the edit gets: the same reason and the same value."""
    trial = tried(gate.desk._bench, "A-1", big_order(), SAM)
    filed = gate.desk.status(gate.desk.edit("A-1", big_order(), SAM).action_id)
    assert (trial.words, trial.money) == (filed.reason, filed.money)


def test_a_trial_is_in_the_conversation_of_what_it_changes(gate: Gate) -> None:
    """Where a customer is on the other side, an edit needs their yes, and the trial says so beforehand."""
    gate.desk.identity.open("con_9")
    gate.desk.identity.verify("con_9", email="john.smith@example.com")
    gate.rules = rules({"{within_refundable: true}": "{consent: {in: [given, not_needed]}}"})
    asked, changed = (
        RefundOrder(order="1043", amount=Money.of(pounds, "GBP"), reason="dent") for pounds in (25, 30)
    )
    gate.desk.identity.consent("con_9", gate.desk.identity.digest_of(asked))
    assert gate.desk.submit(asked, session(conversation="con_9")).approval_id == "A-2"
    trial = tried(gate.desk._bench, "A-2", changed, SAM)
    assert trial.verdict is Verdict.DENY
    assert gate.desk.status(gate.desk.edit("A-2", changed, SAM).action_id).reason == trial.words


def test_only_people_try(gate: Gate) -> None:
    """An agent edits nothing, so it tries nothing."""
    with pytest.raises(AccessDeniedError):
        tried(gate.desk._bench, "A-1", order(), AGENT)


def test_what_is_decided_cannot_be_tried(gate: Gate) -> None:
    """An edit of what waits no more is a conflict, and another kind is no edit."""
    with pytest.raises(InvalidActionError):
        tried(gate.desk._bench, "A-1", AddOrderNote(order="1042", note="call"), SAM)
    gate.desk.approve("A-1", PRIYA)
    with pytest.raises(ConflictError):
        tried(gate.desk._bench, "A-1", order(), SAM)
