"""Deciding several approvals at once."""

import pytest

from shop.actions import AdjustReason, AdjustStock
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Principal, Role
from shop.store.database import Database
from shop.store.people import Person, add_person
from tests.gate import MARCUS, PRIYA, SAM, Gate, order, person, rules, session
from tools.desk import State

PAT = person("pat", Role.PURCHASING_MANAGER, limit=Money.of(3_000, "GBP"))


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk with orders of 1,080, 1,134 and 1,188 GBP waiting."""
    gate = Gate(database)
    gate.rules = rules({"{over: 2_000 GBP}": "{over: 45_000 GBP}"})
    for pieces in (240, 252, 264):
        assert gate.desk.submit(order(pieces, "4.50"), session()).state is State.PENDING
    return gate


def test_each_is_decided_by_itself(gate: Gate) -> None:
    """One result for each id, in the order they were named, and an effect for each."""
    done = gate.desk.approve_many(["A-2", "A-1"], PRIYA, "weekly")
    assert [(one.approval_id, one.submission.state) for one in done.items if one.submission] == [
        ("A-2", State.EXECUTED),
        ("A-1", State.EXECUTED),
    ]
    assert done.refused == ()
    assert gate.effects() == 2
    assert gate.desk.approval("A-1").grants[0].note == "weekly"


def test_one_that_fails_does_not_stop_the_others(gate: Gate) -> None:
    """Unknown and decided ones are refused at their own item; the rest is carried out."""
    gate.desk.reject("A-1", PRIYA, "no")
    done = gate.desk.approve_many(["A-1", "A-77", "what", "A-2"], PRIYA)
    assert [type(one.error) for one in done.items] == [
        ConflictError,
        NotFoundError,
        NotFoundError,
        type(None),
    ]
    assert gate.effects() == 1


def test_the_same_one_twice_is_once(gate: Gate) -> None:
    """Repetitions, however they are spelled, are one item."""
    done = gate.desk.approve_many(["A-1", "a1", "1"], PRIYA)
    assert [one.approval_id for one in done.items] == ["A-1"]
    assert gate.effects() == 1


def test_over_the_limit_together_nothing_is_decided(gate: Gate) -> None:
    """Three orders that Pat may approve each are 3,402.00 together: over 3,000.00 nothing is decided."""
    with pytest.raises(AccessDeniedError, match=r"together these are 3,402\.00 GBP .* nothing was decided"):
        gate.desk.approve_many(["A-1", "A-2", "A-3"], PAT)
    assert [one.grants for one in gate.desk.approvals()] == [(), (), ()]
    assert gate.effects() == 0


def test_up_to_the_limit_together_all_are_decided(gate: Gate) -> None:
    """A total of exactly the limit passes, and one penny less does not."""
    exact = person("pat", Role.PURCHASING_MANAGER, limit=Money.of("2214.00", "GBP"))
    less = person("pat", Role.PURCHASING_MANAGER, limit=Money.of("2213.99", "GBP"))
    with pytest.raises(AccessDeniedError):
        gate.desk.approve_many(["A-1", "A-2"], less)
    assert gate.desk.approve_many(["A-1", "A-2"], exact).refused == ()
    assert gate.effects() == 2


def test_what_no_longer_waits_is_not_added_up(gate: Gate) -> None:
    """A decided approval in the batch weighs nothing."""
    gate.desk.reject("A-1", PRIYA, "no")
    assert len(gate.desk.approve_many(["A-1", "A-2", "A-3"], PAT).refused) == 1


def test_a_limit_in_another_currency_covers_no_total(gate: Gate) -> None:
    """Pounds are not weighed against a limit in euros."""
    euros = person("pat", Role.PURCHASING_MANAGER, limit=Money.of(90_000, "EUR"))
    with pytest.raises(AccessDeniedError, match="nothing was decided"):
        gate.desk.approve_many(["A-1", "A-2"], euros)


def hire(gate: Gate, *people: Principal) -> None:
    """Put people on the store's list, where a delegation looks for them."""
    with gate.db.writing() as tx:
        for one in people:
            listed = Person(
                id=one.id,
                name=one.name,
                kind=one.kind,
                roles=one.roles,
                limit=one.limit,
                active=True,
                created_at=gate.now,
            )
            add_person(tx, listed)


def test_a_lent_authority_covers_its_own_total_only(gate: Gate) -> None:
    """What Sam may approve for Pat is weighed together against Pat's limit."""
    eli = person("eli", Role.OPERATOR)
    hire(gate, PAT, eli)
    gate.desk.delegate(PAT, "eli", until=gate.now.replace(year=2027))
    with pytest.raises(AccessDeniedError, match=r"for pat up to 3,000\.00 GBP; nothing was decided"):
        gate.desk.approve_many(["A-1", "A-2", "A-3"], eli)
    assert gate.desk.approve_many(["A-1", "A-2"], eli).refused == ()


def test_a_batch_is_weighed_on_the_authority_that_decides(sqlite_database: Database) -> None:
    """Where Priya, who has no limit, said yes herself, Eli's yes rests on Pat, whose limit holds in total."""
    gate = Gate(sqlite_database)
    alone = 'by: [purchasing_manager], expires: 72h, because: "Order'
    gate.rules = rules({"{over: 2_000 GBP}": "{over: 45_000 GBP}", alone: f"quorum: 2, {alone}"})
    eli = person("eli", Role.OPERATOR)
    hire(gate, PRIYA, PAT, eli)
    for giver in (PRIYA, PAT):
        gate.desk.delegate(giver, "eli", until=gate.now.replace(year=2027))
    for number, pieces in enumerate((240, 252, 264), 1):
        gate.desk.submit(order(pieces, "4.50"), session())
        gate.desk.approve(f"A-{number}", PRIYA)
    with pytest.raises(AccessDeniedError, match=r"for pat up to 3,000\.00 GBP; nothing was decided"):
        gate.desk.approve_many(["A-1", "A-2", "A-3"], eli)
    assert gate.effects() == 0


def test_somebody_who_is_not_asked_decides_nothing(gate: Gate) -> None:
    """Each item says why, and nothing happens."""
    done = gate.desk.approve_many(["A-1", "A-2"], MARCUS)
    assert {type(one.error) for one in done.items} == {AccessDeniedError}
    assert gate.effects() == 0


def test_kinds_may_be_mixed(gate: Gate) -> None:
    """Orders and write-offs are decided in one batch by somebody who holds both roles."""
    gate.desk.submit(
        AdjustStock(sku="MUG-01", location="leeds", change=-21, reason=AdjustReason.DAMAGE), session()
    )
    assert gate.desk.approve_many(["A-1", "A-4"], PRIYA).refused == ()


def test_500_at_most(gate: Gate) -> None:
    """With 501 different ids nothing is decided; 501 spellings of few are few."""
    with pytest.raises(InvalidActionError, match="decide 500 at most"):
        gate.desk.approve_many([f"A-{number}" for number in range(1, 502)], PRIYA)
    with pytest.raises(InvalidActionError, match="decide 500 at most"):
        gate.desk.reject_many([f"A-{number}" for number in range(1, 502)], PRIYA, "no")
    assert gate.effects() == 0
    assert len(gate.desk.approve_many(["A-1"] * 501, PRIYA).items) == 1


def test_rejecting_many(gate: Gate) -> None:
    """Each is rejected with the reason; the amount does not matter for a no."""
    poor = person("pat", Role.PURCHASING_MANAGER, limit=Money.of(1, "GBP"))
    done = gate.desk.reject_many(["A-1", "A-99", "A-2"], poor, "not now")
    assert [one.error is None for one in done.items] == [True, False, True]
    assert "not now" in gate.desk.approval("A-2").action.reason
    with pytest.raises(AccessDeniedError):
        gate.desk.reject("A-3", SAM, "no")
