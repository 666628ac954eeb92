"""What an action is worth is worked out anew at its claim: exchange rates move while people think."""

from datetime import date

import pytest
from sqlalchemy import func, select

from shop.actions import PlacePurchaseOrder, PurchaseLine
from shop.errors import AccessDeniedError, ConflictError
from shop.money import Money
from shop.people import Role
from shop.store.database import Database
from shop.store.ledger_schema import entries
from shop.store.people import Person, add_person
from tests.gate import PRIYA, Gate, order, person, session
from tools.desk import State

PAT = person("pat", Role.PURCHASING_MANAGER, limit=Money.of(1_200, "GBP"))


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk on which an order of 1,350 EUR waits: 1,174.50 GBP at the rate of 0.87."""
    found = Gate(sqlite_database)
    with sqlite_database.writing() as tx:
        add_person(
            tx, Person(PAT.id, PAT.name, PAT.kind, PAT.roles, PAT.limit, active=True, created_at=found.now)
        )
    found.desk.submit(abroad(300), session())
    return found


def abroad(quantity: int) -> PlacePurchaseOrder:
    """Mugs of 4.50 EUR from a supplier who is paid in euros."""
    line = PurchaseLine(sku="MUG-01", quantity=quantity, unit_cost=Money.of("4.50", "EUR"))
    return PlacePurchaseOrder(
        supplier="nordlicht", location="leeds", lines=(line,), expected_on=date(2026, 12, 20)
    )


def rate(gate: Gate, value: str) -> None:
    """From now on a euro is worth so much."""
    gate.sql(f"UPDATE exchange_rates SET rate = '{value}' WHERE currency = 'EUR'")


def test_a_yes_covers_what_the_action_is_worth_at_its_claim(gate: Gate) -> None:
    """A yes within its giver's limit does not carry out what has come to be worth more than that."""
    gate.desk.approve("A-1", PAT, execute=False)
    rate(gate, "0.95")
    action = gate.desk.approval("A-1").action.id
    assert gate.desk.execute(action).state is State.PENDING
    assert gate.effects() == 0


def test_a_renewed_card_weighs_the_new_value(gate: Gate) -> None:
    """What came back is worth what its new card says: it takes somebody with the limit for that."""
    gate.desk.approve("A-1", PAT, execute=False)
    rate(gate, "0.95")
    gate.desk.execute(gate.desk.approval("A-1").action.id)
    assert gate.desk.approval("A-1").action.money == Money.of("1282.50", "GBP")
    with pytest.raises(AccessDeniedError, match=r"up to 1,200\.00 GBP; this is 1,282\.50 GBP"):
        gate.desk.approve("A-1", PAT)
    assert gate.desk.approve("A-1", PRIYA).state is State.EXECUTED


def test_a_yes_to_the_earlier_card_is_no_yes_to_the_renewed_one(gate: Gate) -> None:
    """Who has the old card before them is told to look again, alone and in a batch; nothing is decided."""
    old = gate.desk.approval("A-1").seen
    gate.desk.approve("A-1", PAT, seen=old, execute=False)
    rate(gate, "0.95")
    gate.desk.execute(gate.desk.approval("A-1").action.id)
    with pytest.raises(ConflictError, match="not the request that was shown"):
        gate.desk.approve("A-1", PRIYA, seen=old)
    (refused,) = gate.desk.approve_many(["A-1"], PRIYA, seen={"A-1": old}).items
    assert isinstance(refused.error, ConflictError)
    assert gate.effects() == 0
    new = gate.desk.approval("A-1").seen
    assert gate.desk.approve("A-1", PRIYA, seen=new).state is State.EXECUTED


def test_an_interrupted_action_is_weighed_anew(gate: Gate) -> None:
    """What had no effect before its worker was lost is not sent once it is worth more than its yes covers."""
    gate.backend.fault = "silent before"
    assert gate.desk.approve("A-1", PAT).state is State.UNKNOWN
    rate(gate, "0.95")
    (answer,) = gate.desk.recover()
    assert answer.state is State.FAILED
    assert gate.effects() == 0


def test_what_is_sent_again_is_booked_at_what_it_is_worth_then(gate: Gate) -> None:
    """An order that fell to 1,080 GBP before it was sent again says so, and the budget counts that."""
    gate.backend.fault = "silent before"
    assert gate.desk.approve("A-1", PAT).state is State.UNKNOWN
    rate(gate, "0.80")
    (answer,) = gate.desk.recover()
    assert answer.state is State.EXECUTED
    assert gate.desk.status(answer.action_id).money == Money.of(1_080, "GBP")
    with gate.db.reading() as snapshot:
        assert snapshot.scalar(select(func.sum(entries.c.money_minor))) == 108_000


def test_a_window_counts_what_was_spent_not_what_was_asked(gate: Gate) -> None:
    """A budget adds up the value at the claim: 1,350 EUR at 1.30 leave no room for 300 GBP under 2,000."""
    rate(gate, "1.30")
    assert gate.desk.approve("A-1", PRIYA).state is State.EXECUTED
    gate.sql("UPDATE entries SET supplier = 'northwind'")  # the rule of these tests counts by supplier
    assert gate.desk.submit(order(60), session()).state is State.PENDING
