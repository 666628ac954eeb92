"""Taking back what was carried out: another action, judged like any other, while it makes sense."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.actions import (
    AddOrderNote,
    AdjustReason,
    AdjustStock,
    CancelOrder,
    CancelPurchaseOrder,
    ChangePrice,
    ReceivedLine,
    ReceivePurchaseOrder,
    RefundOrder,
    TransferStock,
)
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Role
from shop.store import schema
from shop.store.database import Database
from tests.gate import MARCUS, PRIYA, SAM, BackendDied, Gate, big_order, order, person, rules, session
from tools.desk import State
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


def price(gate: Gate) -> int:
    """The price of a mug in pence."""
    with gate.db.reading() as snapshot:
        table = schema.products
        return int(snapshot.scalar(select(table.c.price_minor).where(table.c.sku == "MUG-01")) or 0)


def pricing(text: str) -> ChangePrice:
    """A new price for the mug."""
    return ChangePrice(sku="MUG-01", price=Money.of(text, "GBP"), reason="test")


def done(gate: Gate, action: object) -> str:
    """An action that was carried out at once; its id."""
    answer = gate.desk.submit(action, session())  # type: ignore[arg-type]
    assert answer.state is State.EXECUTED, answer.reason
    return answer.action_id


def test_an_adjustment_is_adjusted_back(gate: Gate) -> None:
    """The stock is what it was, and the new action says what it takes back."""
    action = done(gate, AdjustStock(sku="MUG-01", location="leeds", change=-5, reason=AdjustReason.DAMAGE))
    answer = gate.desk.undo(action, session(SAM))
    assert (answer.state, on_hand(gate)) == (State.EXECUTED, 40)
    assert gate.desk.status(answer.action_id).compensates == action
    assert [one.id for one in gate.desk.undone_by(action)] == [answer.action_id]


def test_a_transfer_is_transferred_back(gate: Gate) -> None:
    """The pieces go back to where they came from."""
    move = TransferStock(sku="MUG-01", from_location="leeds", to_location="bristol", quantity=7)
    gate.desk.undo(done(gate, move), session(SAM))
    assert (on_hand(gate), on_hand(gate, "bristol")) == (40, 10)


def test_a_price_goes_back_to_what_it_was(gate: Gate) -> None:
    """The price before is taken from the receipt, not from anybody's memory."""
    answer = gate.desk.undo(done(gate, pricing("12.00")), session(SAM))
    assert (answer.state, price(gate)) == (State.EXECUTED, 1250)


def test_a_price_that_was_changed_since_stays(gate: Gate) -> None:
    """Undoing an old price change would undo the newer one as well; also when both set the same price."""
    first = done(gate, pricing("12.00"))
    second = done(gate, pricing("12.40"))
    third = done(gate, pricing("12.00"))
    for action in (first, second):
        with pytest.raises(ConflictError, match="changed again since"):
            gate.desk.undo(action, session(SAM))
    assert gate.desk.undo(third, session(SAM)).state is State.EXECUTED
    assert price(gate) == 1240


def test_a_price_changed_while_the_undo_waited_stays(gate: Gate) -> None:
    """What makes sense is asked again at the claim: an undo that was overtaken ends, and does not return."""
    action = done(gate, pricing("12.00"))
    gate.backend.fault = "dies before"
    with pytest.raises(BackendDied):
        gate.desk.undo(action, session(SAM))
    (undo,) = gate.desk.undone_by(action)
    gate.later(minutes=2)
    gate.sql("INSERT INTO price_changes (id, sku, at, price_minor, currency, source) "
             "VALUES (99, 'MUG-01', '2026-11-20T09:01:00.000000Z', 1200, 'GBP', 'import')")  # fmt: skip
    (answer,) = gate.restarted().recover()
    assert (answer.action_id, answer.state) == (undo.id, State.FAILED)
    assert "changed again since" in answer.reason
    assert price(gate) == 1200


def test_an_overtaken_undo_that_people_approve_is_stale(gate: Gate) -> None:
    """An approved undo whose price moved is stale and no new one is filed for it."""
    gate.rules = rules({"{change_pct: {outside: [-10, 10]}}": "{change_pct: {outside: [-10, 4]}}"})
    action = done(gate, pricing("12.00"))
    waiting = gate.desk.undo(action, session(SAM))
    assert (waiting.state, waiting.approval_id) == (State.PENDING, "A-1")
    done(gate, pricing("12.10"))
    answer = gate.desk.approve("A-1", MARCUS)
    assert (answer.state, price(gate)) == (State.STALE, 1210)
    assert len(gate.desk.undone_by(action)) == 1


def test_an_order_is_cancelled_while_nothing_came(gate: Gate) -> None:
    """A placed order is cancelled; once goods arrived it is not undone."""
    answer = gate.desk.undo(done(gate, order()), session(SAM))
    assert (answer.kind, answer.state) == ("cancel_purchase_order", State.EXECUTED)
    came = done(gate, order())
    reference = gate.desk.explain(came).receipt
    assert reference is not None
    line = ReceivedLine(sku="MUG-01", quantity=3)
    done(gate, ReceivePurchaseOrder(purchase_order=reference.reference, lines=(line,)))
    with pytest.raises(ConflictError, match="partly received; only an order of which nothing came"):
        gate.desk.undo(came, session(SAM))


def test_a_cancelled_order_is_placed_again(gate: Gate) -> None:
    """What was still to come is ordered again, expected on a day that is not over."""
    placed = done(gate, order(48))
    receipt = gate.desk.explain(placed).receipt
    assert receipt is not None
    cancelled = done(gate, CancelPurchaseOrder(purchase_order=receipt.reference, reason="test"))
    gate.later(days=30)
    answer = gate.desk.undo(cancelled, session(SAM))
    again = gate.desk.status(answer.action_id).action
    assert (answer.state, answer.kind) == (State.EXECUTED, "place_purchase_order")
    assert again.as_json()["lines"] == order(48).as_json()["lines"]


def test_a_receipt_is_adjusted_back_by_sku(gate: Gate) -> None:
    """A receipt of two SKUs asks which; each is taken back once."""
    lines = (ReceivedLine(sku="MUG-01", quantity=5), ReceivedLine(sku="TEA-100", quantity=4))
    before = on_hand(gate), on_hand(gate, sku="TEA-100")
    action = done(gate, ReceivePurchaseOrder(purchase_order="PO-77", lines=lines))
    with pytest.raises(InvalidActionError, match="MUG-01, TEA-100"):
        gate.desk.undo(action, session(SAM))
    for sku in ("MUG-01", "TEA-100"):
        assert gate.desk.undo(action, session(SAM), sku=sku).state is State.EXECUTED
        assert gate.desk.undo(action, session(SAM), sku=sku).duplicate
    assert (on_hand(gate), on_hand(gate, sku="TEA-100")) == before


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (RefundOrder(order="1042", amount=Money.of(1, "GBP"), reason="t"), "money paid out"),
        (AddOrderNote(order="1042", note="hello"), "add a correcting note"),
    ],
)
def test_what_is_final_is_refused_in_words(gate: Gate, action: object, why: str) -> None:
    """Refunds and notes are not undone, and the answer says why."""
    with pytest.raises(InvalidActionError, match=why):
        gate.desk.undo(done(gate, action), session(SAM))


def test_a_cancelled_customer_order_is_final(gate: Gate) -> None:
    """The money is back with the customer: there is no way to undo it."""
    assert CancelOrder.undo.value == "final"
    with pytest.raises(NotFoundError):
        gate.desk.undo("act_none", session(SAM))


def test_an_undo_is_judged_like_any_other(gate: Gate) -> None:
    """Putting 21 mugs back into the books is worth 105.00 and waits for the inventory manager."""
    found = AdjustStock(sku="MUG-01", location="leeds", change=-21, reason=AdjustReason.DAMAGE)
    gate.desk.submit(found, session())
    gate.desk.approve("A-1", PRIYA)
    answer = gate.desk.undo("A-1", session(SAM))
    assert (answer.state, answer.approval_id) == (State.PENDING, "A-2")
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-2", SAM)
    assert gate.desk.approve("A-2", PRIYA).state is State.EXECUTED
    assert on_hand(gate) == 40


def waiting_undo(gate: Gate) -> str:
    """21 broken mugs are to come back into the books; that waits as A-2. The id of what is taken back."""
    found = AdjustStock(sku="MUG-01", location="leeds", change=-21, reason=AdjustReason.DAMAGE)
    gone = gate.desk.submit(found, session()).action_id
    gate.desk.approve("A-1", PRIYA)
    assert gate.desk.undo(gone, session(SAM)).approval_id == "A-2"
    return gone


def test_an_edited_undo_stays_an_undo(gate: Gate) -> None:
    """With 20 instead of 21 pieces it still takes the same action back, which is then not undone twice."""
    gone = waiting_undo(gate)
    fewer = AdjustStock(sku="MUG-01", location="leeds", change=20, reason=AdjustReason.FOUND)
    edited = gate.desk.edit("A-2", fewer, PRIYA)
    assert edited.state is State.EXECUTED
    assert gate.desk.status(edited.action_id).compensates == gone
    assert on_hand(gate) == 39
    again = gate.desk.undo(gone, session(SAM))
    assert (again.action_id, again.duplicate) == (edited.action_id, True)
    with gate.db.reading() as snapshot:
        bodies = [
            one["body"]
            for one in chain.entries(snapshot, gate.db.tenant)
            if one["action_id"] == edited.action_id
        ]
    assert bodies
    assert all(f'"compensates":"{gone}"' in body for body in bodies)


@pytest.mark.parametrize("elsewhere", [{"sku": "TEA-100"}, {"location": "bristol"}])
def test_an_edited_undo_changes_figures_only(gate: Gate, elsewhere: dict[str, str]) -> None:
    """What is about another record takes nothing back: refused, and the undo waits as it was."""
    waiting_undo(gate)
    where = {"sku": "MUG-01", "location": "leeds", **elsewhere}
    other = AdjustStock(**where, change=5, reason=AdjustReason.FOUND)
    with pytest.raises(InvalidActionError, match="edit its figures only"):
        gate.desk.edit("A-2", other, PRIYA)
    assert gate.desk.status("A-2").state is State.PENDING
    assert gate.effects() == 1


def test_an_edited_new_order_for_a_cancelled_one_keeps_its_goods(gate: Gate) -> None:
    """An order that is placed again may be of other quantities, not of other goods."""
    placed = done(gate, order(48))
    cancelled = done(gate, CancelPurchaseOrder(purchase_order=gate.purchase_orders()[0], reason="test"))
    gate.rules = rules({"[{total: {over: 1_000 GBP}}]": "[{total: {over: 100 GBP}}]"})
    waits = gate.desk.undo(cancelled, session(SAM))
    assert (waits.state, waits.action_id == placed) == (State.PENDING, False)
    with pytest.raises(InvalidActionError, match="edit its figures only"):
        gate.desk.edit(waits.approval_id or "", order(24, "4.00", "TEA-100"), SAM)
    edited = gate.desk.edit(waits.approval_id or "", order(36), SAM)
    assert gate.desk.status(edited.action_id).compensates == cancelled


def test_an_undo_that_stands_is_not_filed_twice(gate: Gate) -> None:
    """Asked again it is the same undo; after it was rejected it can be asked for anew."""
    small = AdjustStock(sku="MUG-01", location="leeds", change=-20, reason=AdjustReason.DAMAGE)
    action = done(gate, small)
    gate.rules = rules({"{value: {over: 100 GBP}}": "{value: {over: 50 GBP}}"})
    first = gate.desk.undo(action, session(SAM))
    second = gate.desk.undo(action, session(SAM))
    assert (second.action_id, second.duplicate) == (first.action_id, True)
    gate.desk.reject("A-1", PRIYA, "it was right")
    third = gate.desk.undo(action, session(SAM))
    assert (third.duplicate, third.approval_id) == (False, "A-2")
    assert on_hand(gate) == 20


def test_only_what_was_carried_out_is_undone(gate: Gate) -> None:
    """Waiting, refused and withdrawn requests are not undone, and viewers undo nothing."""
    answer = gate.desk.submit(big_order(), session())
    with pytest.raises(ConflictError, match="only what was carried out"):
        gate.desk.undo(answer.action_id, session(SAM))
    with pytest.raises(AccessDeniedError):
        gate.desk.undo(answer.action_id, session(person("vera", Role.VIEWER)))


def test_the_link_stands_in_the_audit(gate: Gate) -> None:
    """The chain names what was taken back, and verifies."""
    action = done(gate, order())
    gate.later(seconds=timedelta(seconds=1).total_seconds())
    gate.desk.undo(action, session(SAM))
    with gate.db.reading() as snapshot:
        chain.verify(snapshot, gate.db.tenant)
        bodies = [one["body"] for one in chain.entries(snapshot, gate.db.tenant)]
    assert sum(f'"compensates":"{action}"' in body for body in bodies) == 3
