"""Plans: several actions as one, done in order, taken back in reverse, with a person for what stays."""

import pytest
from sqlalchemy import select

from shop.actions import (
    Action,
    AddOrderNote,
    AdjustReason,
    AdjustStock,
    ChangePrice,
    ReceivedLine,
    ReceivePurchaseOrder,
    RefundOrder,
    TransferStock,
)
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.money import Money
from shop.people import Role
from shop.store import schema
from shop.store.database import Database
from tests.gate import AGENT, MARCUS, PRIYA, SAM, BackendDied, Gate, big_order, order, person, rules, session
from tools.desk import PlanState, State
from tools.ledger import chain


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases."""
    return Gate(database)


def on_hand(gate: Gate, location: str = "leeds", sku: str = "MUG-01") -> int:
    """Pieces on hand, by the store's own books."""
    table = schema.stock_levels
    with gate.db.reading() as snapshot:
        found = snapshot.scalar(
            select(table.c.on_hand).where(table.c.sku == sku, table.c.location == location)
        )
    return int(found or 0)


def move(quantity: int = 5) -> TransferStock:
    """Mugs from Leeds to Bristol."""
    return TransferStock(sku="MUG-01", from_location="leeds", to_location="bristol", quantity=quantity)


def found(change: int = 3, sku: str = "TEA-100") -> AdjustStock:
    """A corrected count of tea."""
    return AdjustStock(sku=sku, location="leeds", change=change, reason=AdjustReason.COUNT)


def dearer(price: str = "13.00") -> ChangePrice:
    """A new price of the mug; over 13.75 a person decides."""
    return ChangePrice(sku="MUG-01", price=Money.of(price, "GBP"), reason="plan")


def refund(pounds: str = "5") -> RefundOrder:
    """Money back: final."""
    return RefundOrder(order="1042", amount=Money.of(pounds, "GBP"), reason="plan")


MOVES_ASK = """action: transfer_stock, allow: {when: [{enough_available: true}]}}
  - {id: move-asks, action: transfer_stock, approve: {when: [{value: {over: 20 GBP}}],
     by: [inventory_manager], expires: 72h, because: "{value} is over {limit}."}}"""
"""The rule for transfers, and one more that asks."""


def states(gate: Gate, plan_id: str = "P-1") -> list[State]:
    """Where the steps stand."""
    return [step.action.state for step in gate.desk.plan(plan_id).steps]


def test_a_plan_is_done_in_order(gate: Gate) -> None:
    """Steps that the rules allow are all carried out, each once, the first one first."""
    plan = gate.desk.propose_plan([move(), found(), dearer()], session(), key="k")
    assert plan.state is PlanState.DONE
    assert states(gate) == [State.EXECUTED] * 3
    assert gate.backend.calls == [step.action.id for step in plan.steps]
    assert gate.desk.propose_plan([move(), found(), dearer()], session(), key="k").id == plan.id
    assert gate.effects() == 3


def test_one_denied_step_refuses_the_whole_plan(gate: Gate) -> None:
    """If the rules deny a step, nothing of the plan is done and nothing of it waits."""
    plan = gate.desk.propose_plan([move(), dearer("0.50"), big_order()], session())
    assert plan.state is PlanState.REFUSED
    assert states(gate) == [State.WITHDRAWN, State.DENIED, State.WITHDRAWN]
    assert gate.effects() == 0
    assert gate.desk.approvals() == []


def test_nothing_is_done_before_every_step_is_approved(gate: Gate) -> None:
    """A step that needs nobody waits for one that does: not even executing or recovering starts it."""
    plan = gate.desk.propose_plan([move(), big_order()], session())
    assert plan.state is PlanState.WAITING
    assert gate.desk.execute(plan.steps[0].action.id).state is State.APPROVED
    assert gate.desk.recover() == []  # nobody left it half-way: it waits for its turn
    assert gate.effects() == 0
    gate.desk.approve(plan.approvals[0], PRIYA)
    assert gate.desk.plan("P-1").state is PlanState.DONE
    assert states(gate) == [State.EXECUTED] * 2


def test_a_plan_is_judged_as_a_whole(gate: Gate) -> None:
    """Orders that pass alone need a person together, though those before them are only asked for as yet."""
    gate.rules = rules({"spend.supplier.24h: {over: 2_000 GBP}": "spend.supplier.24h: {over: 2_200 GBP}"})
    plan = gate.desk.propose_plan([big_order(), big_order(), order()], session())
    assert [step.action.state for step in plan.steps] == [State.PENDING] * 3
    third = gate.desk.approval(plan.approvals[2])
    assert any("with this supplier in 24 h" in why for why in third.why)
    assert gate.desk.submit(order(), session()).state is State.EXECUTED  # a waiting plan reserves nothing


def test_a_card_shows_the_plan_its_total_and_what_stays(gate: Gate) -> None:
    """Before anybody decides: every step with its undo, the total, and what stays if a later step fails."""
    plan = gate.desk.propose_plan([refund("24.00"), big_order()], session())
    assert [(step.undo.value, bool(step.undo_by)) for step in plan.steps] == [
        ("final", True),
        ("compensable", True),
    ]
    assert plan.totals == (Money.of("1104.00", "GBP"),)
    assert plan.warnings == ("step 1 (refund order) is final: if a later step fails, it stays",)
    assert "step 2 of 2 of plan P-1" in gate.desk.approval(plan.approvals[1]).card.evidence


def test_one_yes_covers_the_plan_with_a_result_for_each_step(gate: Gate) -> None:
    """Approving a plan approves each waiting step by itself; a step of another role still waits."""
    plan = gate.desk.propose_plan([big_order(), dearer("14.00"), move()], session())
    assert len(plan.approvals) == 2
    plan, results = gate.desk.approve_plan("P-1", PRIYA)
    assert [item.error is None for item in results.items] == [True, False]
    assert plan.state is PlanState.WAITING
    plan, results = gate.desk.approve_plan("P-1", MARCUS)
    assert plan.state is PlanState.DONE
    with pytest.raises(ConflictError, match="no step"):
        gate.desk.approve_plan("P-1", MARCUS)


def test_the_total_of_a_plan_is_weighed_against_a_limit(gate: Gate) -> None:
    """Whoever may approve up to 1,500 does not approve a plan of twice 1,080."""
    gate.desk.propose_plan([big_order(), big_order()], session())
    small = person("pia", Role.PURCHASING_MANAGER, limit=Money.of(1_500, "GBP"))
    with pytest.raises(AccessDeniedError, match="together"):
        gate.desk.approve_plan("P-1", small)
    assert states(gate) == [State.PENDING] * 2


def test_a_step_is_judged_again_at_its_claim(gate: Gate) -> None:
    """Rules that were tightened after the yes stop the step, and what was done before it is taken back."""
    plan = gate.desk.propose_plan([move(), big_order()], session(), execute=False)
    gate.desk.approve(plan.approvals[0], PRIYA, execute=False)
    gate.rules = rules({"{over: 50_000 GBP}": "{over: 1_050 GBP}"})
    gate.desk.recover()
    assert states(gate) == [State.EXECUTED, State.DENIED]
    assert gate.desk.plan("P-1").state is PlanState.COMPENSATED
    assert (on_hand(gate), on_hand(gate, "bristol")) == (40, 10)


def failing(gate: Gate, *before: Action) -> str:
    """A plan whose last step the backend refuses for good."""
    last = AddOrderNote(order="1043", note="all is done")
    plan = gate.desk.propose_plan([*before, last], session(), execute=False)
    gate.backend.refuses = plan.steps[-1].action.id
    gate.desk.recover()
    return plan.id


def test_what_was_done_is_taken_back_in_reverse(gate: Gate) -> None:
    """A step that fails for good lets those before it be undone, the last one first, as ordinary actions."""
    failing(gate, move(), dearer(), order())
    plan = gate.desk.plan("P-1")
    assert plan.state is PlanState.COMPENSATED
    undone = [step.undone_by[0] for step in plan.steps[:3]]
    assert gate.backend.calls[-3:] == [one.id for one in reversed(undone)]
    assert [one.kind for one in undone] == ["transfer_stock", "change_price", "cancel_purchase_order"]
    assert {one.state for one in undone} == {State.EXECUTED}
    assert (on_hand(gate), on_hand(gate, "bristol"), on_hand(gate, sku="TEA-100")) == (40, 10, 400)
    with gate.db.reading() as snapshot:
        chain.verify(snapshot, gate.db.tenant)


def test_a_receipt_is_taken_back_sku_by_sku(gate: Gate) -> None:
    """A receipt of two SKUs is compensated by two adjustments."""
    lines = (ReceivedLine(sku="MUG-01", quantity=5), ReceivedLine(sku="TEA-100", quantity=4))
    failing(gate, ReceivePurchaseOrder(purchase_order="PO-77", lines=lines))
    plan = gate.desk.plan("P-1")
    assert plan.state is PlanState.COMPENSATED
    assert [one.args["sku"] for one in plan.steps[0].undone_by] == ["TEA-100", "MUG-01"]
    assert (on_hand(gate), on_hand(gate, sku="TEA-100")) == (40, 400)


def test_nobody_files_under_a_key_of_the_desks_own(gate: Gate) -> None:
    """No action is filed where a plan, an undo or a return to the queue would be looked for."""
    for key in ("plan:P-1:1", "plan:P-1:1:undo", "act_000002:again", "act_000002:edit", "undo:act_000002:1"):
        with pytest.raises(InvalidActionError, match="one of the desk's own"):
            gate.desk.submit(found(), session(), key=key)


def test_what_is_final_is_put_before_a_person(gate: Gate) -> None:
    """Money that was paid out stays, is reported, and the plan is closed only by a person's words."""
    failing(gate, move(), refund())
    plan = gate.desk.plan("P-1")
    assert plan.state is PlanState.EXCEPTION
    (question,) = plan.questions
    assert question.number == 2
    assert question.question is not None
    assert "cannot be undone" in question.question
    assert "a person must decide" in question.question
    assert on_hand(gate) == 40
    with pytest.raises(AccessDeniedError):
        gate.desk.answer_plan("P-1", 2, AGENT, "fine")
    with pytest.raises(InvalidActionError):
        gate.desk.answer_plan("P-1", 2, SAM, " ")
    with pytest.raises(ConflictError):
        gate.desk.answer_plan("P-1", 1, SAM, "fine")
    assert gate.desk.answer_plan("P-1", 2, SAM, "the customer keeps it").state is PlanState.CLOSED
    assert gate.desk.plan("P-1").steps[1].answer == "the customer keeps it"


def test_a_note_is_not_silently_left(gate: Gate) -> None:
    """A note that stands on an order after a failed plan is put before a person too."""
    failing(gate, AddOrderNote(order="1042", note="parcel follows"))
    assert [step.number for step in gate.desk.plan("P-1").questions] == [1]


def test_an_undo_is_judged_like_any_other(gate: Gate) -> None:
    """An undo that needs a person waits for one; rejected, the step is put before a person."""
    plan = gate.desk.propose_plan([move(5), AddOrderNote(order="1043", note="x")], session(), execute=False)
    gate.backend.refuses = plan.steps[1].action.id
    gate.backend.dies_at = (1, "dies before")
    with pytest.raises(BackendDied):
        gate.desk.recover()
    gate.rules = rules({"action: transfer_stock, allow: {when: [{enough_available: true}]}}": MOVES_ASK})
    gate.later(minutes=2)
    gate.desk.recover()
    plan = gate.desk.plan("P-1")
    assert plan.state is PlanState.COMPENSATING
    undo = plan.steps[0].undone_by[0]
    assert undo.state is State.PENDING
    assert undo.approval_id is not None
    assert "takes step 1 of plan P-1 back" in gate.desk.approval(undo.approval_id).card.evidence
    gate.desk.reject(undo.approval_id, PRIYA, "leave it")
    assert gate.desk.plan("P-1").state is PlanState.EXCEPTION


def test_a_rejected_step_ends_a_plan(gate: Gate) -> None:
    """A no to one step withdraws the others; as nothing was done, nothing is taken back."""
    plan = gate.desk.propose_plan([move(), big_order(), dearer("14.00")], session())
    gate.desk.reject(plan.approvals[0], PRIYA, "too much")
    assert states(gate) == [State.WITHDRAWN, State.REJECTED, State.WITHDRAWN]
    assert gate.desk.plan("P-1").state is PlanState.REFUSED


def test_an_edited_step_stays_in_its_place(gate: Gate) -> None:
    """An edit is a new action, judged anew, at the same place of the plan."""
    plan = gate.desk.propose_plan([big_order(), move()], session())
    gate.desk.edit(plan.approvals[0], order(36), SAM)
    assert states(gate) == [State.EXECUTED] * 2
    assert gate.desk.plan("P-1").steps[0].action.requester == "sam"


def test_a_stale_step_returns_to_the_queue_in_its_place(gate: Gate) -> None:
    """A step whose records changed under a yes is asked again, and the plan waits for it."""
    plan = gate.desk.propose_plan([big_order(), move()], session())
    gate.sql("UPDATE offers SET version = version + 1 WHERE supplier = 'northwind' AND sku = 'MUG-01'")
    gate.desk.approve(plan.approvals[0], PRIYA)
    again = gate.desk.plan("P-1")
    assert again.state is PlanState.WAITING
    assert again.approvals != plan.approvals
    assert gate.effects() == 0
    gate.desk.approve(again.approvals[0], PRIYA)
    assert gate.desk.plan("P-1").state is PlanState.DONE


def test_an_expired_step_ends_a_plan(gate: Gate) -> None:
    """Nobody decided in time: the plan ends at the next start, with nothing done."""
    gate.desk.propose_plan([move(), big_order()], session())
    gate.later(days=4)
    gate.desk.expire_due()
    gate.desk.recover()
    assert gate.desk.plan("P-1").state is PlanState.REFUSED


def test_a_withdrawn_plan_is_taken_back(gate: Gate) -> None:
    """Whoever asked stops a plan half-way: what was done is undone; strangers may not."""
    plan = gate.desk.propose_plan([move(), found()], session(), execute=False)
    gate.backend.fault = "silent after"
    gate.desk.execute(plan.steps[0].action.id)
    with pytest.raises(AccessDeniedError):
        gate.desk.withdraw_plan("P-1", person("vera", Role.VIEWER))
    assert gate.desk.withdraw_plan("P-1", SAM).state is PlanState.COMPENSATING
    gate.desk.recover()
    assert gate.desk.plan("P-1").state is PlanState.COMPENSATED
    assert (on_hand(gate), on_hand(gate, sku="TEA-100")) == (40, 400)
    with pytest.raises(ConflictError):
        gate.desk.withdraw_plan("P-1", SAM)


def test_the_stop_switch_holds_a_plan(gate: Gate) -> None:
    """Stopped, a plan neither goes on nor takes anything back."""
    plan = gate.desk.propose_plan([move(), found()], session(), execute=False)
    gate.desk.execute(plan.steps[0].action.id)
    gate.desk.stop_all(PRIYA, "halt")
    gate.desk.recover()
    assert states(gate) == [State.EXECUTED, State.EXECUTED] or states(gate)[1] is State.APPROVED
    assert gate.effects() == len([one for one in states(gate) if one is State.EXECUTED])


def test_a_plan_has_steps(gate: Gate) -> None:
    """One step is an action, fifty-one are too many; another plan under the same key is a conflict."""
    for steps in ([move()], [move()] * 51):
        with pytest.raises(InvalidActionError, match="2 to 50 steps"):
            gate.desk.propose_plan(steps, session())
    gate.desk.propose_plan([move(), found()], session(), key="k")
    with pytest.raises(ConflictError, match="another plan"):
        gate.desk.propose_plan([move(), found(4)], session(), key="k")


def test_what_was_refused_in_a_conversation_is_no_step(gate: Gate) -> None:
    """A refused action does not come back in a plan of the same conversation."""
    talk = session(conversation="con_1")
    gate.desk.submit(dearer("0.50"), talk)
    with pytest.raises(ConflictError, match="step 2 was refused in this conversation"):
        gate.desk.propose_plan([move(), dearer("0.50")], talk)


@pytest.mark.parametrize("fault", ["dies before", "dies after"])
@pytest.mark.parametrize("at", [0, 1, 3, 4])  # the effect at 2 is the one that is refused
def test_a_crash_at_any_effect_is_gone_on_with(gate: Gate, fault: str, at: int) -> None:
    """Whichever effect a process dies at, doing or taking back, the next start finishes the plan."""
    plan = gate.desk.propose_plan([move(), dearer(), found(-20)], session(), execute=False)
    gate.backend.refuses = plan.steps[-1].action.id
    gate.backend.dies_at = (at, fault)
    with pytest.raises(BackendDied):
        gate.desk.recover()
    gate.later(minutes=2)
    gate.restarted().recover()
    assert gate.desk.plan("P-1").state is PlanState.COMPENSATED
    assert (on_hand(gate), on_hand(gate, "bristol")) == (40, 10)
    assert gate.effects() == 4
