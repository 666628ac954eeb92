"""Claim, effect, settle, reconcile: once, or not at all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import update

from shop.actions import ChangePrice, TransferStock
from shop.backends.ports import Claim, Outcome, Receipt
from shop.errors import AuditBrokenError, ConflictError
from shop.money import Money
from shop.people import Kind, Role
from shop.store import schema
from shop.store.database import Database
from shop.store.people import Person, add_person, deactivate_person
from tests.gate import MARCUS, PRIYA, BackendDied, Gate, big_order, order, rules, session
from tools.desk import State
from tools.ledger import chain


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases."""
    return Gate(database)


@pytest.mark.parametrize("fault", ["dies before", "dies after"])
def test_a_crash_around_the_effect_is_finished_by_the_next_start(gate: Gate, fault: str) -> None:
    """A process that dies before or after the effect leaves exactly one effect after the next start."""
    gate.backend.fault = fault
    with pytest.raises(BackendDied):
        gate.desk.submit(order(), session(), key="k")
    assert gate.desk.status(gate.backend.calls[0]).state is State.EXECUTING
    gate.later(minutes=2)
    (answer,) = gate.restarted().recover()
    assert answer.state is State.EXECUTED
    assert len(gate.purchase_orders()) == 1
    assert gate.restarted().recover() == []
    assert gate.restarted().submit(order(), session(), key="k").duplicate


@pytest.mark.parametrize("fault", ["silent before", "silent after"])
def test_an_unknown_outcome_is_looked_up_by_its_key(gate: Gate, fault: str) -> None:
    """A timeout is unknown, never sent again blindly; looking it up by key ends in exactly one effect."""
    gate.backend.fault = fault
    assert gate.desk.submit(order(), session()).state is State.UNKNOWN
    (answer,) = gate.desk.recover()
    assert answer.state is State.EXECUTED
    assert len(gate.purchase_orders()) == 1
    assert set(gate.backend.calls) == {answer.action_id}


def test_an_interrupted_action_is_judged_again(gate: Gate) -> None:
    """What had no effect before the crash is not tried again once the rules forbid it."""
    gate.backend.fault = "silent before"
    gate.desk.submit(order(), session())
    gate.rules = rules({"{supplier.approved: true}": "{lines: {over: 5}}"})
    (answer,) = gate.desk.recover()
    assert answer.state is State.FAILED
    assert "It had no effect" in answer.reason
    assert gate.purchase_orders() == []


def test_the_peoples_yes_counts_when_an_interrupted_action_is_judged_again(gate: Gate) -> None:
    """What needed an approval and had it is finished by the next look, not asked for again."""
    gate.desk.submit(big_order(), session())
    gate.backend.fault = "silent before"
    assert gate.desk.approve("A-1", PRIYA).state is State.UNKNOWN
    (answer,) = gate.desk.recover()
    assert answer.state is State.EXECUTED
    assert len(gate.purchase_orders()) == 1


def test_a_rule_that_nobody_saw_ends_an_interrupted_action(gate: Gate) -> None:
    """A yes to one rule does not carry an interrupted action past another that came into force since."""
    gate.desk.submit(big_order(), session())
    gate.backend.fault = "silent before"
    assert gate.desk.approve("A-1", PRIYA).state is State.UNKNOWN
    gate.rules = rules({"spend.supplier.24h: {over: 2_000 GBP}": "spend.supplier.24h: {over: 500 GBP}"})
    (answer,) = gate.desk.recover()
    assert answer.state is State.FAILED
    assert "nobody has said yes to po-day" in answer.reason
    assert gate.effects() == 0


def test_the_stop_switch_holds_in_recovery(gate: Gate) -> None:
    """Recovery reads the stop switch too."""
    gate.backend.fault = "silent before"
    gate.desk.submit(order(), session())
    gate.desk.stop_all(PRIYA, "halt")
    (answer,) = gate.desk.recover()
    assert answer.state is State.FAILED
    assert gate.effects() == 0


def test_a_living_worker_is_left_alone(gate: Gate) -> None:
    """While a worker's process lives and its lease runs, nobody takes its action over."""
    gate.backend.fault = "dies before"
    with pytest.raises(BackendDied):
        gate.desk.submit(order(), session())
    assert gate.restarted().recover() == []


def test_a_worker_that_wakes_up_late_can_do_nothing(gate: Gate) -> None:
    """An effect under an old fence is refused: the action was taken over and done by another worker."""
    gate.backend.fault = "silent before"
    answer = gate.desk.submit(order(), session())
    view = gate.desk.status(answer.action_id)
    late = Claim(view.tenant, view.id, view.digest, view.fence - 1, "zombie", gate.now)
    receipt = gate.backend.real.apply(view.action, late)
    assert receipt.outcome is Outcome.CONFLICT
    assert gate.purchase_orders() == []


def test_who_was_overtaken_while_asking_sends_nothing(gate: Gate) -> None:
    """A worker that asks the backend so long that another ends the action sends nothing and stops nobody."""
    gate.backend.fault = "silent before"
    first = gate.desk.submit(order(), session()).action_id
    real = gate.backend.reconcile
    asked: list[str] = []

    def slow(action_id: str) -> Receipt | None:
        if not asked:
            asked.append(action_id)
            gate.later(minutes=2)
            gate.desk.stop_all(PRIYA, "halt")
            gate.restarted().recover()
            gate.sql("DELETE FROM switches")
        return real(action_id)

    gate.backend.reconcile = slow  # type: ignore[method-assign]  # a backend that answers late
    (answer,) = gate.desk.recover()
    assert (answer.state, gate.backend.calls, asked) == (State.FAILED, [first], [first])


def test_the_same_claim_twice_is_one_effect(gate: Gate) -> None:
    """The embedded store answers a second call with the same key from its notes."""
    answer = gate.desk.submit(order(), session())
    view = gate.desk.status(answer.action_id)
    claim = Claim(view.tenant, view.id, view.digest, view.fence, "again", gate.now)
    assert gate.backend.real.apply(view.action, claim).outcome is Outcome.ALREADY_APPLIED
    assert len(gate.purchase_orders()) == 1


def test_a_changed_offer_makes_an_approved_order_stale(gate: Gate) -> None:
    """C5: what people approved changed; the order ends as stale and comes back to the queue as a new one."""
    gate.desk.submit(big_order(), session())
    gate.sql("UPDATE offers SET version = version + 1 WHERE supplier = 'northwind' AND sku = 'MUG-01'")
    answer = gate.desk.approve("A-1", PRIYA)
    assert (answer.state, answer.approval_id) == (State.PENDING, "A-2")
    old = gate.desk.status("A-1")
    assert (old.state, old.superseded_by) == (State.STALE, answer.action_id)
    assert "offer:northwind:MUG-01" in old.reason
    assert gate.effects() == 0
    assert gate.desk.approve("A-2", PRIYA).state is State.EXECUTED


def test_the_card_of_what_came_back_says_what_changed(gate: Gate) -> None:
    """Whoever decides again reads first which request it was, and which records changed since."""
    gate.desk.submit(big_order(), session())
    first = gate.desk.approval("A-1").card
    gate.sql("UPDATE offers SET version = version + 1 WHERE supplier = 'northwind' AND sku = 'MUG-01'")
    gate.desk.approve("A-1", PRIYA)
    card = gate.desk.approval("A-2").card
    (said,) = set(card.evidence) - set(first.evidence)
    assert said == "asked again: A-1 was changed since it was approved: offer:northwind:MUG-01"
    assert gate.desk.approval("A-2").grants == ()


def test_the_card_of_what_came_back_shows_the_new_figures(gate: Gate) -> None:
    """A price that moved under a yes stands on the new card as it is now, not as it was approved."""
    gate.rules = rules({"outside: [-10, 10]": "outside: [-1, 1]"})
    action = ChangePrice(sku="MUG-01", price=Money.of("12.90", "GBP"), reason="test")
    gate.desk.submit(action, session())
    (before,) = [line for line in gate.desk.approval("A-1").card.lines if line.after == "12.90 GBP"]
    gate.sql(
        "UPDATE products SET price_minor = price_minor - 100, version = version + 1 WHERE sku = 'MUG-01'"
    )
    gate.desk.approve("A-1", MARCUS)
    (after,) = [line for line in gate.desk.approval("A-2").card.lines if line.after == "12.90 GBP"]
    assert (before.before, after.before) == ("12.50 GBP", "11.50 GBP")
    assert gate.effects() == 0


def test_a_tightened_rule_stops_an_approved_action(gate: Gate) -> None:
    """C6: an approval does not outlive the rules: a cap that came in between denies at the claim."""
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA, execute=False)
    gate.rules = rules({"{over: 50_000 GBP}": "{over: 1_050 GBP}"})
    (answer,) = gate.desk.recover()
    assert answer.state is State.DENIED
    assert gate.effects() == 0


def test_a_rule_that_nobody_saw_asks_again(gate: Gate) -> None:
    """C8: a rule that fires only at the claim stands on a new card, and the old yes does not count for it."""
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA, execute=False)
    gate.rules = rules({"spend.supplier.24h: {over: 2_000 GBP}": "spend.supplier.24h: {over: 500 GBP}"})
    (answer,) = gate.desk.recover()
    assert (answer.state, answer.approval_id) == (State.PENDING, "A-1")
    assert any("with this supplier in 24 h" in why for why in gate.desk.approval("A-1").why)
    assert gate.desk.approval("A-1").grants == ()
    assert gate.desk.approve("A-1", PRIYA).state is State.EXECUTED


def test_a_role_that_was_taken_away_does_not_count(gate: Gate) -> None:
    """A yes counts at the claim only while its giver is active and still holds the role."""
    with gate.db.writing() as tx:
        add_person(
            tx,
            Person(
                id="priya",
                name="Priya",
                kind=Kind.HUMAN,
                roles=frozenset({Role.PURCHASING_MANAGER}),
                limit=None,
                active=True,
                created_at=gate.now,
            ),
        )
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA, execute=False)
    with gate.db.writing() as tx:
        deactivate_person(tx, "priya", gate.now)
    (answer,) = gate.desk.recover()
    assert answer.state is State.PENDING
    assert gate.effects() == 0


def test_an_approved_action_expires(gate: Gate) -> None:
    """C3: approved too long ago is expired, not carried out."""
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA, execute=False)
    gate.later(days=4)
    (answer,) = gate.desk.recover()
    assert answer.state is State.EXPIRED
    assert gate.effects() == 0


def test_changed_arguments_in_the_database_are_noticed(gate: Gate) -> None:
    """C2: arguments that were changed behind the ledger's back never run."""
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA, execute=False)
    gate.sql("UPDATE actions SET args = replace(args, '240', '24000')")
    (answer,) = gate.desk.recover()
    assert answer.state is State.FAILED
    assert gate.effects() == 0


def test_stock_that_went_in_between_is_a_conflict(gate: Gate) -> None:
    """The store refuses a transfer that it cannot make any more; the action has failed, nothing moved."""
    move = TransferStock(sku="MUG-01", from_location="leeds", to_location="bristol", quantity=20)
    gate.desk.stop_all(PRIYA, "wait")
    answer = gate.desk.submit(move, session())
    view = gate.desk.status(answer.action_id)
    with gate.db.writing() as tx:
        tx.execute(update(schema.stock_levels).values(on_hand=8))
    claim = Claim(view.tenant, view.id, view.digest, view.fence, "agent", gate.now)
    assert gate.backend.real.apply(view.action, claim).outcome is Outcome.CONFLICT
    assert gate.effects() == 0


def test_racing_executors_and_approvers_act_once(gate: Gate) -> None:
    """Eight threads that approve and recover at once carry each of ten actions out exactly once."""
    for step in range(10):
        gate.rules = rules({"{over: 2_000 GBP}": "{over: 45_000 GBP}"})
        gate.desk.submit(order(240 + 12 * step, "4.50"), session())
    barrier = threading.Barrier(8)

    def work(_: int) -> None:
        desk = gate.restarted()
        barrier.wait()
        for approval in [f"A-{number}" for number in range(1, 11)]:
            with suppress(ConflictError):  # losing the race is expected; the effects are counted below
                desk.approve(approval, PRIYA)
            desk.recover()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(gate.purchase_orders()) == 10
    assert gate.effects() == 10


def test_every_step_stands_in_a_chain_that_verifies(gate: Gate) -> None:
    """Filing, approving, executing: each is in the audit, and the chain verifies."""
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA)
    with gate.db.reading() as snapshot:
        report = chain.verify(snapshot, gate.db.tenant)
        types = [entry["type"] for entry in chain.entries(snapshot, gate.db.tenant)]
    assert types == ["action.pending", "action.approved", "action.executing", "action.executed"]
    assert report.entries == 4
    with gate.db.reading() as snapshot, pytest.raises(AuditBrokenError, match="cut off"):
        chain.verify(snapshot, gate.db.tenant, known_head="0" * 63 + "1")
