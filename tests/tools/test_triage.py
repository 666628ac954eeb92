"""Putting approvals aside and naming who should decide them: neither decides anything."""

from datetime import timedelta

import pytest

from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.people import Role
from shop.store.database import Database
from shop.store.people import Person, add_person
from tests.gate import AGENT, PRIYA, SAM, Gate, big_order, person, session
from tools.desk import State
from tools.ledger import chain

VERA = person("vera", Role.VIEWER)


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk with one approval waiting, and Priya and Sam on the list of people."""
    gate = Gate(database)
    with gate.db.writing() as tx:
        for one in (PRIYA, SAM):
            listed = Person(
                id=one.id,
                name=one.name,
                kind=one.kind,
                roles=one.roles,
                limit=None,
                active=True,
                created_at=gate.now,
            )
            add_person(tx, listed)
    gate.desk.submit(big_order(), session(AGENT))
    return gate


def test_snoozed_is_out_of_the_list_until_its_moment(gate: Gate) -> None:
    """A snoozed approval is left out, found when asked for, and back at its moment."""
    until = gate.now + timedelta(hours=4)
    assert gate.desk.snooze("A-1", until, SAM).snoozed_until == until
    assert gate.desk.approvals() == []
    assert [one.id for one in gate.desk.approvals(include_snoozed=True)] == ["A-1"]
    gate.later(hours=4)
    assert [one.id for one in gate.desk.approvals()] == ["A-1"]


def test_snoozing_ends_when_somebody_says_so(gate: Gate) -> None:
    """None puts it back into the list."""
    gate.desk.snooze("A-1", gate.now + timedelta(hours=4), SAM)
    gate.desk.snooze("A-1", None, SAM)
    assert [one.id for one in gate.desk.approvals()] == ["A-1"]


def test_snoozing_does_not_stop_the_clock(gate: Gate) -> None:
    """What is snoozed expires at its time, and its state is listed like that of any other."""
    gate.desk.snooze("A-1", gate.now + timedelta(hours=71), SAM)
    gate.later(hours=72)
    assert [one.id for one in gate.desk.approvals(states=[State.EXPIRED])] == ["A-1"]


def test_what_is_snoozed_can_be_decided(gate: Gate) -> None:
    """Snoozing hides; it takes nobody's right to decide, and the decided one is listed."""
    gate.desk.snooze("A-1", gate.now + timedelta(hours=71), SAM)
    assert gate.desk.approve("A-1", PRIYA).state is State.EXECUTED
    assert [one.id for one in gate.desk.approvals(states=[State.EXECUTED])] == ["A-1"]


@pytest.mark.parametrize(("hours", "why"), [(0, "still to come"), (-1, "still to come"), (72, "expires")])
def test_no_snoozing_into_the_past_or_past_the_expiry(gate: Gate, hours: int, why: str) -> None:
    """A snooze ends later than now and before the approval expires."""
    with pytest.raises(InvalidActionError, match=why):
        gate.desk.snooze("A-1", gate.now + timedelta(hours=hours), SAM)


def test_only_people_who_may_ask_sort(gate: Gate) -> None:
    """Agents and viewers neither snooze nor assign."""
    for who in (AGENT, VERA):
        with pytest.raises(AccessDeniedError):
            gate.desk.snooze("A-1", gate.now + timedelta(hours=1), who)
        with pytest.raises(AccessDeniedError):
            gate.desk.assign("A-1", "priya", who)


def test_what_is_decided_is_not_sorted(gate: Gate) -> None:
    """Nothing is left to put aside once it was rejected."""
    gate.desk.reject("A-1", PRIYA, "no")
    with pytest.raises(ConflictError, match="rejected already"):
        gate.desk.snooze("A-1", gate.now + timedelta(hours=1), SAM)
    with pytest.raises(ConflictError, match="rejected already"):
        gate.desk.assign("A-1", "priya", SAM)


def test_assigning_shows_and_gives_no_right(gate: Gate) -> None:
    """The assignee stands on the approval; somebody else who may still decides."""
    assert gate.desk.assign("A-1", "priya", SAM).assigned_to == "priya"
    assert gate.desk.approve("A-1", person("ada", Role.PURCHASING_MANAGER)).state is State.EXECUTED


def test_assigned_only_to_somebody_who_may_decide(gate: Gate) -> None:
    """Sam is represented in the request and nobody's approver; nobody is nobody."""
    with pytest.raises(InvalidActionError, match="Sam may not decide A-1"):
        gate.desk.assign("A-1", "sam", PRIYA)
    with pytest.raises(NotFoundError, match="nobody called"):
        gate.desk.assign("A-1", "ghost", PRIYA)
    assert gate.desk.approval("A-1").assigned_to is None


def test_a_delegate_may_be_assigned(gate: Gate) -> None:
    """Whoever may decide for somebody else may be named."""
    with gate.db.writing() as tx:
        add_person(tx, Person("eli", "Eli", SAM.kind, SAM.roles, None, active=True, created_at=gate.now))
    gate.desk.delegate(PRIYA, "eli", until=gate.now + timedelta(days=1))
    assert gate.desk.assign("A-1", "eli", SAM).assigned_to == "eli"
    assert gate.desk.assign("A-1", None, SAM).assigned_to is None


def test_sorting_is_audited(gate: Gate) -> None:
    """Both stand in the chain with who did it, and the chain verifies."""
    gate.desk.snooze("A-1", gate.now + timedelta(hours=1), SAM)
    gate.desk.assign("A-1", "priya", SAM)
    with gate.db.reading() as snapshot:
        chain.verify(snapshot, gate.db.tenant)
        *_, snoozed, assigned = chain.entries(snapshot, gate.db.tenant)
    assert (snoozed["type"], snoozed["actor"]) == ("approval.snoozed", "sam")
    assert (assigned["type"], assigned["actor"]) == ("approval.assigned", "sam")
    assert assigned["body"] == '{"approval":"A-1","to":"priya"}'
