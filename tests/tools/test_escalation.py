"""After a while more people are asked; nobody is asked less, and nothing is approved by waiting."""

from datetime import timedelta

import pytest

from policies.decision import Grant, Requirement
from policies.satisfied import enough
from shop.errors import AccessDeniedError
from shop.people import Role
from shop.store.database import Database
from tests.gate import MARCUS, PRIYA, Gate, big_order, person, rules, session
from tools.desk import State

BOSS = person("boss", Role.ADMIN)
OLD = 'by: [purchasing_manager], expires: 72h, because: "Order of {value}'
ESCALATING = rules({OLD: OLD.replace("expires", "escalate: {after: 2h, to: [admin]}, expires")})


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk whose orders over 1,000 are put before an administrator too after two hours."""
    gate = Gate(database)
    gate.rules = ESCALATING
    gate.desk.submit(big_order(), session())
    return gate


def test_before_its_time_nobody_else_is_asked(gate: Gate) -> None:
    """One second before the two hours are over the administrator may not decide."""
    gate.later(hours=2, seconds=-1)
    for decide in (gate.desk.approve, lambda one, who: gate.desk.reject(one, who, "no")):
        with pytest.raises(AccessDeniedError, match="after 2 h also admin"):
            decide("A-1", BOSS)


def test_after_its_time_more_people_may_decide(gate: Gate) -> None:
    """At two hours the administrator may approve, and it is carried out."""
    gate.later(hours=2)
    assert gate.desk.approve("A-1", BOSS).state is State.EXECUTED


def test_those_who_were_asked_first_stay_asked(gate: Gate) -> None:
    """Escalation adds people and takes nobody's right away."""
    gate.later(hours=3)
    assert gate.desk.approve("A-1", PRIYA).state is State.EXECUTED


def test_others_are_not_asked_by_waiting(gate: Gate) -> None:
    """A role that no rule names may not decide, however long it waited."""
    gate.later(hours=3)
    with pytest.raises(AccessDeniedError, match="Marcus is not that"):
        gate.desk.approve("A-1", MARCUS)


def test_waiting_approves_nothing_and_still_expires(gate: Gate) -> None:
    """Escalation never approves and never moves the expiry."""
    gate.later(hours=71)
    assert gate.desk.approval("A-1").state is State.PENDING
    gate.later(hours=1)
    assert gate.desk.approval("A-1").state is State.EXPIRED
    assert gate.effects() == 0


def test_the_rules_in_force_at_the_claim_decide_who_was_asked(gate: Gate) -> None:
    """A yes of an administrator does not count once the rules no longer escalate to one."""
    gate.later(hours=2)
    gate.desk.approve("A-1", BOSS, execute=False)
    gate.rules = rules()
    (answer,) = gate.desk.recover()
    assert answer.state is State.PENDING
    assert gate.effects() == 0


def test_a_longer_wait_in_new_rules_counts_at_the_claim(gate: Gate) -> None:
    """A yes after two hours is too early for rules that now escalate after four, also hours later."""
    gate.later(hours=2)
    gate.desk.approve("A-1", BOSS, execute=False)
    gate.rules = rules({OLD: OLD.replace("expires", "escalate: {after: 4h, to: [admin]}, expires")})
    gate.later(hours=5)
    (answer,) = gate.desk.recover()
    assert answer.state is State.PENDING


def test_a_renewed_card_starts_the_wait_anew(gate: Gate) -> None:
    """A card that was renewed has not been waiting yet."""
    gate.later(hours=2)
    gate.desk.approve("A-1", PRIYA, execute=False)
    day = "spend.supplier.24h: {over: "
    gate.rules = rules(
        {
            OLD: OLD.replace("expires", "escalate: {after: 2h, to: [admin]}, expires"),
            day + "2_000 GBP}": day + "500 GBP}",
        }
    )
    assert gate.desk.recover()[0].state is State.PENDING
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-1", BOSS)


def test_requirements_of_before_are_read(gate: Gate) -> None:
    """A requirement stored without escalation reads as one that asks nobody else; with it, it round-trips."""
    del gate
    body = {"rule": "r", "by": ["finance"], "quorum": 1, "by_each": [], "expires_seconds": 60}
    old = Requirement.from_json(body)
    assert (old.escalate_after, old.escalate_to) == (None, ())
    assert old.also_asked(timedelta(days=9)) == frozenset()


def test_somebody_asked_in_addition_stands_in_for_one(gate: Gate) -> None:
    """With by_each and with a quorum, an added approver is one person for one place."""
    del gate
    late, day = timedelta(hours=3), timedelta(days=1)
    boss = Grant("boss", frozenset({"admin"}), late)
    pam = Grant("pam", frozenset({"finance"}))
    each = Requirement("r", (), 1, ("finance", "support_lead"), day, timedelta(hours=2), ("admin",))
    two = Requirement("r", ("finance",), 2, (), day, timedelta(hours=2), ("admin",))
    for asked in (each, two):
        assert not enough(asked, [boss])
        assert not enough(asked, [boss, boss])
        assert not enough(asked, [Grant("boss", boss.roles, timedelta(hours=1)), pam])
        assert enough(asked, [boss, pam])
