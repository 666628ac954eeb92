"""Each effect changes exactly what its action says, and refuses what the shop cannot do."""

from typing import Any

import pytest
from sqlalchemy import text

from shop.actions import parse_action
from shop.backends.ports import Claim, Outcome, Receipt
from shop.store.database import Database
from tests.gate import Gate, session
from tools.desk import ActionView, State


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases."""
    return Gate(database)


def _do(gate: Gate, kind: str, **args: Any) -> Receipt:
    """Carry an action out through the desk, whatever the rules of the tests think of its size."""
    answer = gate.desk.submit(parse_action(kind, args), session())
    assert answer.state in {State.EXECUTED, State.FAILED}, answer.reason
    assert answer.receipt is not None
    return answer.receipt


def _one(gate: Gate, query: str) -> Any:
    with gate.db.reading() as snapshot:
        return snapshot.execute(text(query)).scalar()


def _on_hand(gate: Gate, sku: str, location: str) -> int:
    return int(
        _one(gate, f"SELECT on_hand FROM stock_levels WHERE sku = '{sku}' AND location = '{location}'")
    )


def test_an_adjustment_changes_stock_and_leaves_a_movement(gate: Gate) -> None:
    """Stock and movements change by the same number, and the version goes up."""
    receipt = _do(gate, "adjust_stock", sku="MUG-01", location="leeds", change=-3, reason="damage")
    assert (receipt.before, receipt.after) == ({"on_hand": 40}, {"on_hand": 37})
    assert _on_hand(gate, "MUG-01", "leeds") == 37
    assert _one(gate, "SELECT quantity FROM stock_movements WHERE kind = 'adjustment'") == -3
    assert _one(gate, "SELECT version FROM stock_levels WHERE sku = 'MUG-01' AND location = 'leeds'") == 2


def test_a_transfer_moves_and_creates_the_level_it_needs(gate: Gate) -> None:
    """What leaves one location arrives at the other, also where the SKU was never stocked."""
    _do(gate, "transfer_stock", sku="TEA-100", from_location="leeds", to_location="bristol", quantity=30)
    assert (_on_hand(gate, "TEA-100", "leeds"), _on_hand(gate, "TEA-100", "bristol")) == (370, 30)
    moved = "SELECT sum(quantity) FROM stock_movements WHERE kind IN ('transfer_in', 'transfer_out')"
    assert _one(gate, moved) == 0


def test_an_order_gets_the_next_number(gate: Gate) -> None:
    """Purchase orders are numbered upwards, and keep lines, total and the action that placed them."""
    line = {"sku": "MUG-01", "quantity": 24, "unit_cost": {"minor": 500, "cur": "GBP"}}
    args = {"supplier": "northwind", "location": "leeds", "lines": [line], "expected_on": "2026-12-01"}
    numbers = [_do(gate, "place_purchase_order", **args).reference for _ in range(2)]
    assert numbers == ["PO-79", "PO-80"]
    assert _one(gate, "SELECT total_minor FROM purchase_orders WHERE id = 'PO-79'") == 12_000
    assert _one(gate, "SELECT quantity FROM purchase_order_lines WHERE purchase_order = 'PO-79'") == 24


def test_a_cancelled_purchase_order_stays_cancelled(gate: Gate) -> None:
    """An open order is cancelled once; a second try is denied for it is not open any more."""
    _do(gate, "cancel_purchase_order", purchase_order="PO-78", reason="too late")
    assert _one(gate, "SELECT status FROM purchase_orders WHERE id = 'PO-78'") == "cancelled"
    again = parse_action("cancel_purchase_order", {"purchase_order": "PO-78", "reason": "again"})
    assert gate.desk.submit(again, session()).state is State.DENIED


def test_goods_are_booked_in_line_by_line(gate: Gate) -> None:
    """Receiving the rest of one line leaves the order partly received; all of it closes the order."""
    _do(gate, "receive_purchase_order", purchase_order="PO-77", lines=[{"sku": "MUG-01", "quantity": 72}])
    assert _one(gate, "SELECT status FROM purchase_orders WHERE id = 'PO-77'") == "partly_received"
    assert _on_hand(gate, "MUG-01", "leeds") == 112
    _do(gate, "receive_purchase_order", purchase_order="PO-77", lines=[{"sku": "TEA-100", "quantity": 30}])
    assert _one(gate, "SELECT status FROM purchase_orders WHERE id = 'PO-77'") == "received"
    assert _one(gate, "SELECT sum(quantity) FROM stock_movements WHERE kind = 'receipt'") == 102


def test_a_price_change_is_remembered(gate: Gate) -> None:
    """The new price stands in the product and in its history with the action's id."""
    receipt = _do(gate, "change_price", sku="MUG-01", price={"minor": 1299, "cur": "GBP"}, reason="cost")
    assert receipt.after == {"price": {"minor": 1299, "cur": "GBP"}}
    assert _one(gate, "SELECT price_minor FROM products WHERE sku = 'MUG-01'") == 1299
    assert (
        _one(gate, "SELECT count(*) FROM price_changes WHERE source LIKE 'act_%' AND price_minor = 1299") == 1
    )


def test_a_refund_is_paid_to_the_original_payment(gate: Gate) -> None:
    """The refund is booked against the method that paid, and the order says partly refunded."""
    _do(gate, "refund_order", order="1042", amount={"minor": 1000, "cur": "GBP"}, reason="late")
    assert (
        _one(gate, "SELECT sum(amount_minor) FROM payments WHERE order_id = '1042' AND kind = 'refund'")
        == 1500
    )
    assert _one(gate, "SELECT count(DISTINCT method) FROM payments WHERE order_id = '1042'") == 1
    assert _one(gate, "SELECT financial_status FROM orders WHERE id = '1042'") == "partly_refunded"


def test_the_store_never_refunds_more_than_was_paid(gate: Gate) -> None:
    """Two refunds that were both judged before either was paid: the second is a conflict."""
    refund = parse_action(
        "refund_order", {"order": "1042", "amount": {"minor": 1900, "cur": "GBP"}, "reason": "broken"}
    )
    first, second = (gate.desk.submit(refund, session(), key=key, execute=False) for key in ("a", "b"))
    views = [gate.desk.status(answer.action_id) for answer in (first, second)]
    outcomes = [_force(gate, view) for view in views]
    assert outcomes == [Outcome.APPLIED, Outcome.CONFLICT]


def test_a_cancelled_order_pays_back_and_releases_stock(gate: Gate) -> None:
    """Cancelling an unshipped paid order pays back what was paid and frees what was committed."""
    gate.sql("UPDATE stock_levels SET committed = 1 WHERE sku = 'LAMP-7'")
    receipt = _do(gate, "cancel_order", order="1043", reason="customer asked")
    assert receipt.after["paid_back"] == {"minor": 6400, "cur": "GBP"}
    assert _one(gate, "SELECT committed FROM stock_levels WHERE sku = 'LAMP-7'") == 0
    assert _one(gate, "SELECT status FROM orders WHERE id = '1043'") == "cancelled"
    assert (
        _one(gate, "SELECT sum(amount_minor) FROM payments WHERE order_id = '1043' AND kind = 'refund'")
        == 6400
    )


def test_a_shipped_order_is_not_cancelled(gate: Gate) -> None:
    """Order 1042 is on its way, so cancelling it is denied."""
    cancel = parse_action("cancel_order", {"order": "1042", "reason": "asked"})
    assert gate.desk.submit(cancel, session()).state is State.DENIED


def test_a_note_names_its_author(gate: Gate) -> None:
    """A note is kept with the person for whom the agent wrote it."""
    _do(gate, "add_order_note", order="1042", note="called back")
    assert _one(gate, "SELECT author FROM order_notes WHERE text = 'called back'") == "sam"


def _force(gate: Gate, view: ActionView) -> Outcome:
    """Apply an action as if it had been claimed, past the desk: only the store's own checks remain."""
    gate.sql(f"UPDATE actions SET state = 'executing', fence = 1 WHERE id = '{view.id}'")
    claim = Claim(gate.db.tenant, view.id, view.digest, 1, "sam", gate.now)
    return gate.backend.real.apply(view.action, claim).outcome
