"""Submitting to the desk, and what people decide there."""

import json

import pytest
from sqlalchemy import select

from policies.modes import Mode
from shop.actions import AddOrderNote, AdjustReason, AdjustStock, ChangePrice, PlacePurchaseOrder, RefundOrder
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Kind, Role
from shop.store.database import Database
from shop.store.ledger_schema import actions
from tests.gate import ADA, AGENT, MARCUS, PRIYA, SAM, Gate, big_order, order, person, rules, session
from tools.desk import State


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases."""
    return Gate(database)


def test_an_order_inside_the_rules_is_placed_at_once(gate: Gate) -> None:
    """An order inside the rules is placed at once."""
    answer = gate.desk.submit(order(), session())
    assert answer.state is State.EXECUTED
    assert answer.receipt is not None
    assert gate.purchase_orders() == [answer.receipt.reference]
    assert "PO-79 placed with Northwind Trading Ltd: 120.00 GBP" in answer.in_words()


def test_an_order_over_the_limit_waits_for_a_person(gate: Gate) -> None:
    """An order over the limit waits for a person, and nothing has happened."""
    answer = gate.desk.submit(big_order(), session())
    assert (answer.state, answer.approval_id) == (State.PENDING, "A-1")
    assert "Order of 1,080.00 GBP is over the 1,000.00 GBP limit" in answer.in_words()
    assert gate.purchase_orders() == []


def test_the_last_approval_carries_the_action_out(gate: Gate) -> None:
    """The last approval that is needed carries the action out, once."""
    gate.desk.submit(big_order(), session())
    answer = gate.desk.approve("A-1", PRIYA)
    assert answer.state is State.EXECUTED
    assert len(gate.purchase_orders()) == 1
    with pytest.raises(ConflictError, match="executed already"):
        gate.desk.approve("A-1", PRIYA)
    assert gate.effects() == 1


def test_deciding_with_different_spellings_finds_the_same_approval(gate: Gate) -> None:
    """A-1, a1 and 1 are the same approval; anything else is not found."""
    gate.desk.submit(big_order(), session())
    assert {gate.desk.approval(text).id for text in ("A-1", "a-1", "a1", "1")} == {"A-1"}
    for text in ("A-2", "x", "", "1; DROP TABLE audit"):
        with pytest.raises(NotFoundError):
            gate.desk.approval(text)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (AGENT, "an agent never decides"),
        (person("bot", Role.PURCHASING_MANAGER, kind=Kind.AGENT), "an agent never decides"),
        (person("system", Role.PURCHASING_MANAGER, kind=Kind.SYSTEM), "an agent never decides"),
        (person("sam", Role.OPERATOR, Role.PURCHASING_MANAGER), "somebody else must decide"),
        (MARCUS, "asks purchasing manager"),
        (person("pat", Role.PURCHASING_MANAGER, limit=Money.of(1_000, "GBP")), "up to 1,000.00 GBP"),
        (person("pat", Role.PURCHASING_MANAGER, limit=Money.of(9_000, "EUR")), "may approve in EUR"),
        (person("pat", Role.PURCHASING_MANAGER, tenant="other"), "belongs to another store"),
    ],
)
def test_who_may_not_approve(gate: Gate, who: object, why: str) -> None:
    """No agent, requester, represented person, other role or too small limit approves."""
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError, match=why):
        gate.desk.approve("A-1", who)  # type: ignore[arg-type]
    assert gate.desk.approval("A-1").state is State.PENDING
    assert gate.effects() == 0


def test_the_requester_may_not_approve(gate: Gate) -> None:
    """A purchasing manager who asked by herself needs another one."""
    gate.desk.submit(big_order(), session(PRIYA))
    with pytest.raises(AccessDeniedError, match="somebody else"):
        gate.desk.approve("A-1", PRIYA)
    assert gate.desk.approve("A-1", ADA).state is State.EXECUTED


def test_two_roles_need_two_people(gate: Gate) -> None:
    """by_each takes two people: one who holds both roles is not enough, nor the same person twice."""
    gate.rules = rules({"{over: 10_000 GBP}": "{over: 1_050 GBP}"})
    gate.desk.submit(big_order(), session())
    both = person("both", Role.PURCHASING_MANAGER, Role.FINANCE)
    assert gate.desk.approve("A-1", both).state is State.PENDING
    with pytest.raises(ConflictError, match="another person"):
        gate.desk.approve("A-1", both)
    assert gate.effects() == 0
    assert gate.desk.approve("A-1", MARCUS).state is State.EXECUTED


def test_a_rejection_is_final(gate: Gate) -> None:
    """P01: a rejected action stays rejected for ever, also when the limit is raised in between."""
    gate.desk.submit(big_order(), session())
    gate.rules = rules({"{over: 1_000 GBP}": "{over: 40_000 GBP}", "over: 2_000 GBP": "over: 45_000 GBP"})
    answer = gate.desk.reject("A-1", PRIYA, "we have enough")
    assert answer.state is State.REJECTED
    with pytest.raises(ConflictError):
        gate.desk.approve("A-1", ADA)
    gate.desk.recover()
    assert gate.desk.status("A-1").state is State.REJECTED
    assert gate.effects() == 0


def test_a_rejection_needs_a_reason(gate: Gate) -> None:
    """A rejection without a reason is refused, for the asker reads it."""
    gate.desk.submit(big_order(), session())
    with pytest.raises(InvalidActionError, match="say why"):
        gate.desk.reject("A-1", PRIYA, "  ")


def test_what_was_refused_is_refused_again_in_the_conversation(gate: Gate) -> None:
    """The same action is refused again in the same conversation without asking anybody."""
    first = gate.desk.submit(big_order(), session(conversation="c1"))
    gate.desk.reject("A-1", PRIYA, "no")
    again = gate.desk.submit(big_order(), session(conversation="c1"))
    assert (again.action_id, again.state, again.duplicate) == (first.action_id, State.REJECTED, True)
    assert gate.desk.submit(big_order(), session(conversation="c2")).state is State.PENDING


def test_a_key_that_was_answered_with_an_earlier_refusal_is_used_up(gate: Gate) -> None:
    """The key of a repeat that was refused belongs to what was refused, and to no other action later."""
    first = gate.desk.submit(big_order(), session(conversation="c1"), key="k1")
    gate.desk.reject("A-1", PRIYA, "no")
    gate.desk.submit(big_order(), session(conversation="c1"), key="k2")
    with pytest.raises(ConflictError, match="used for another action"):
        gate.desk.submit(order(24, "4.50"), session(), key="k2")
    again = gate.desk.submit(big_order(), session(), key="k2")
    assert (again.action_id, again.duplicate) == (first.action_id, True)


def test_an_edit_is_a_new_action_judged_anew(gate: Gate) -> None:
    """P02: an edit over the hard cap is denied; the old action is superseded and never runs."""
    gate.desk.submit(big_order(), session())
    answer = gate.desk.edit("A-1", order(120_000, "4.50"), PRIYA)
    assert answer.state is State.DENIED
    assert "No order may exceed 50,000.00 GBP" in answer.reason
    old = gate.desk.status("A-1")
    assert (old.state, old.superseded_by) == (State.SUPERSEDED, answer.action_id)
    assert gate.effects() == 0


def test_the_editor_is_the_requester_of_the_edit(gate: Gate) -> None:
    """Whoever edits asks, so another person must approve the edit."""
    gate.desk.submit(big_order(), session())
    answer = gate.desk.edit("A-1", order(252, "4.50"), PRIYA)
    assert (answer.state, answer.approval_id) == (State.PENDING, "A-2")
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-2", PRIYA)
    assert gate.desk.approve("A-2", ADA).state is State.EXECUTED


def test_an_edit_keeps_its_kind(gate: Gate) -> None:
    """An edit cannot become another kind of action."""
    gate.desk.submit(big_order(), session())
    with pytest.raises(InvalidActionError, match="stays place_purchase_order"):
        gate.desk.edit("A-1", AddOrderNote(order="1042", note="hello"), PRIYA)
    assert gate.desk.approval("A-1").state is State.PENDING


def test_an_edit_inside_the_rules_runs_at_once(gate: Gate) -> None:
    """An edit that needs nobody is carried out at once."""
    gate.desk.submit(big_order(), session())
    assert gate.desk.edit("A-1", order(), PRIYA).state is State.EXECUTED


def test_agents_neither_edit_nor_turn_switches(gate: Gate) -> None:
    """An agent's credential edits nothing, turns no dial, and stops or resumes nothing."""
    gate.desk.submit(big_order(), session())
    for attempt in (
        lambda: gate.desk.edit("A-1", order(), AGENT),
        lambda: gate.desk.set_mode("change_price", Mode.OBSERVE, AGENT),
        lambda: gate.desk.stop_all(AGENT, "because"),
        lambda: gate.desk.resume(AGENT, "because"),
        lambda: gate.desk.reject("A-1", AGENT, "because"),
    ):
        with pytest.raises(AccessDeniedError):
            attempt()


def test_a_request_expires(gate: Gate) -> None:
    """After its time a request is expired, and nobody can approve it."""
    gate.desk.submit(big_order(), session())
    gate.later(hours=72)
    with pytest.raises(ConflictError, match="expired"):
        gate.desk.approve("A-1", PRIYA)
    assert gate.desk.approvals() == []
    assert gate.desk.status("A-1").state is State.EXPIRED


def test_whoever_asked_takes_it_back(gate: Gate) -> None:
    """A request is withdrawn by whoever asked, or an operator; nobody else."""
    gate.desk.submit(big_order(), session())
    with pytest.raises(AccessDeniedError, match="did not ask"):
        gate.desk.withdraw("A-1", MARCUS)
    assert gate.desk.withdraw("A-1", SAM).state is State.WITHDRAWN
    with pytest.raises(ConflictError, match="nothing to take back"):
        gate.desk.withdraw("A-1", SAM)


def test_the_same_key_does_nothing_twice(gate: Gate) -> None:
    """The same key with the same action gives the earlier answer; with another action it is a conflict."""
    first = gate.desk.submit(order(), session(), key="run:1")
    again = gate.desk.submit(order(), session(), key="run:1")
    assert (again.action_id, again.duplicate) == (first.action_id, True)
    assert "nothing was done again" in again.in_words()
    with pytest.raises(ConflictError, match="another action"):
        gate.desk.submit(order(36), session(), key="run:1")
    assert gate.effects() == 1


def test_a_split_order_meets_the_daily_limit(gate: Gate) -> None:
    """P03: ten orders below the limit pass only until their sum reaches the supplier's daily limit."""
    states = [gate.desk.submit(order(108), session()).state for _ in range(10)]
    assert states.count(State.EXECUTED) == 3
    assert states[3:] == [State.PENDING] * 7
    gate.later(hours=25)
    assert gate.desk.submit(order(), session()).state is State.EXECUTED


def test_pending_requests_reserve_nothing(gate: Gate) -> None:
    """P23: a hundred waiting requests do not keep a lawful order from passing."""
    for step in range(20):
        gate.desk.submit(order(240 + 12 * step, "4.50"), session())
    assert gate.desk.submit(order(), session()).state is State.EXECUTED


def test_viewers_and_approving_agents_may_not_ask(gate: Gate) -> None:
    """A viewer asks for nothing; an agent that holds an approving role is refused as such."""
    for principal in (
        person("eve", Role.VIEWER),
        person("nobody"),
        person("bot", Role.OPERATOR, Role.FINANCE, kind=Kind.AGENT),
    ):
        with pytest.raises(AccessDeniedError):
            gate.desk.submit(order(), session(principal))


def test_an_action_built_past_validation_is_refused(gate: Gate) -> None:
    """An action made by model_construct or model_copy is parsed again before anybody judges it."""
    negative = RefundOrder(order="1042", amount=Money(100, "GBP"), reason="x").model_copy(
        update={"amount": Money(-100, "GBP")}
    )
    with pytest.raises(InvalidActionError, match="over zero"):
        gate.desk.submit(negative, session())
    assert gate.desk.actions() == []


def test_unknown_records_are_denied_with_words(gate: Gate) -> None:
    """A fact that cannot be read denies, and says what is missing."""
    unknown = order(sku="NO-SUCH")
    answer = gate.desk.submit(unknown, session())
    assert answer.state is State.DENIED
    assert "offer of northwind for 'NO-SUCH'" in answer.reason


def test_old_terms_are_denied(gate: Gate) -> None:
    """A unit cost that is not the supplier's own is denied, however small the order."""
    assert gate.desk.submit(order(24, "0.01"), session()).state is State.DENIED


def test_a_price_with_unknown_cost_never_changes_by_itself(gate: Gate) -> None:
    """Without a cost there is no margin, so the change is denied."""
    change = ChangePrice(sku="LAMP-7", price=Money.of("65.00", "GBP"), reason="test")
    answer = gate.desk.submit(change, session())
    assert answer.state is State.DENIED
    assert "cost of LAMP-7 is unknown" in answer.reason


def test_foreign_currency_is_never_compared(gate: Gate) -> None:
    """A refund in another currency than the order was paid in is denied."""
    refund = RefundOrder(order="1042", amount=Money.of(1, "EUR"), reason="test")
    assert gate.desk.submit(refund, session()).state is State.DENIED


def test_observe_only_records(gate: Gate) -> None:
    """In observe an allowed order is recorded, and never carried out."""
    gate.desk.set_mode("place_purchase_order", Mode.OBSERVE, SAM)
    answer = gate.desk.submit(order(), session())
    assert answer.state is State.OBSERVED
    gate.desk.recover()
    assert gate.effects() == 0


def test_assist_asks_a_person_for_everything(gate: Gate) -> None:
    """In assist an order that the rules allow waits for the owner of its kind."""
    gate.desk.set_mode("place_purchase_order", Mode.ASSIST, SAM)
    assert gate.desk.submit(order(), session()).state is State.PENDING
    assert gate.desk.approve("A-1", PRIYA).state is State.EXECUTED


def test_the_stop_switch_holds_everything(gate: Gate) -> None:
    """While stopped nothing is carried out, neither new nor approved; after resuming it is."""
    gate.desk.submit(big_order(), session())
    gate.desk.stop_all(SAM, "strange orders")
    assert gate.desk.submit(order(), session()).state is State.APPROVED
    assert gate.desk.approve("A-1", PRIYA).state is State.APPROVED
    assert gate.effects() == 0
    request = gate.desk.resume(ADA, "fine again").request
    assert request is not None
    gate.desk.confirm_loosening(request.id, PRIYA)
    assert [answer.state for answer in gate.desk.recover()] == [State.EXECUTED, State.EXECUTED]


def test_taint_is_a_fact(gate: Gate) -> None:
    """An order of a conversation that has read a stranger's text waits for a person."""
    assert gate.desk.submit(order(), session(tainted=True)).state is State.PENDING


def test_the_card_is_made_of_facts(gate: Gate) -> None:
    """The card shows value, lines, cover and undo, all from the action and its facts."""
    gate.desk.submit(big_order(), session())
    view = gate.desk.approval("A-1")
    shown = {line.label: (line.before, line.after) for line in view.card.lines}
    assert shown["Order value"] == ("", "1,080.00 GBP")
    assert shown["MUG-01 Blue Stoneware Mug"] == ("", "240 x 4.50 GBP")
    assert view.why == ("Order of 1,080.00 GBP is over the 1,000.00 GBP limit.",)
    assert view.card.undo_by == "cancel the purchase order while nothing has been received"


def test_stored_arguments_are_what_was_submitted(gate: Gate) -> None:
    """The stored arguments parse back to the very same action."""
    answer = gate.desk.submit(big_order(), session())
    assert gate.desk.status(answer.action_id).action == big_order()
    with gate.db.reading() as snapshot:
        row = snapshot.execute(select(actions.c.args, actions.c.digest)).one()
    assert PlacePurchaseOrder.model_validate_json(row.args).digest("main") == big_order().digest("main")
    assert json.loads(row.args)["lines"][0]["unit_cost"] == {"cur": "GBP", "minor": 450}


def test_adjustments_are_valued_at_cost(gate: Gate) -> None:
    """A write-off of 21 mugs at 5.00 is worth 105.00 and needs the inventory manager."""
    adjust = AdjustStock(sku="MUG-01", location="leeds", change=-21, reason=AdjustReason.DAMAGE)
    assert gate.desk.submit(adjust, session()).state is State.PENDING
    less = AdjustStock(sku="MUG-01", location="leeds", change=-20, reason=AdjustReason.DAMAGE)
    assert gate.desk.submit(less, session()).state is State.EXECUTED
