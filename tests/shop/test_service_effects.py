"""Effects of customer service on both databases: each once, from request to what stands in the books."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import policies
from policies.rules import load_policies
from shop.actions import parse_action
from shop.backends.ports import Claim, Receipt
from shop.errors import ConflictError
from shop.store.database import Database
from shop.store.effects import carry_out
from tests.gate import Gate, session
from tests.service_store import add_service
from tools.desk import State

HOME = {"street": "1 Mill Lane", "city": "York", "postcode": "YO1 1AA", "country": "GB"}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHY = {"reason": "asked for by the customer"}
GREEN = {
    "lines": [{"line": 1, "quantity": 1, "new_sku": "MUG-02"}],
    "difference": {"minor": 50, "cur": "GBP"},
}


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store with what service needs, on both databases."""
    made = Gate(database)
    made.rules = load_policies(Path(policies.__file__).parent)
    add_service(database)
    return made


def do(gate: Gate, kind: str, **args: Any) -> Receipt:
    """Carry an action out through the desk."""
    answer = gate.desk.submit(parse_action(kind, args), session())
    assert answer.state is State.EXECUTED, answer.reason
    assert answer.receipt is not None
    return answer.receipt


def one(gate: Gate, query: str) -> Any:
    """The one value of a query."""
    with gate.db.reading() as snapshot:
        return snapshot.execute(text(query)).scalar()


def test_goods_come_back_and_are_exchanged(gate: Gate) -> None:
    """A return and an exchange go from request to the shelf and to a replacement with its difference."""
    rma = do(gate, "request_return", order="2001", lines=[{"line": 2, "quantity": 1}], **WHY).reference
    do(gate, "cancel_return", rma=rma, **WHY)
    exchange = do(gate, "request_exchange", order="2001", method="pm-gift", **GREEN, **WHY).reference
    back = one(gate, f"SELECT rma FROM exchanges WHERE id = '{exchange}'")
    do(gate, "receive_return", rma=back)
    do(gate, "inspect_return", rma=back, result="restock")
    do(gate, "complete_exchange", exchange=exchange)
    assert one(gate, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == 1_950
    assert one(gate, "SELECT count(*) FROM orders WHERE replaces = '2001'") == 1


def test_a_pending_order_is_changed_and_cancelled(gate: Gate) -> None:
    """Address, payment and items of an order change, and a cancellation pays each method's net back."""
    do(gate, "change_order_address", order="2002", **HOME)
    do(gate, "change_order_payment", order="2002", method="pm-gift")
    do(gate, "change_order_items", order="2002", method="pm-gift", **GREEN)
    assert one(gate, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == 700
    do(gate, "cancel_order", order="2002", **WHY)
    assert one(gate, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == 2_000
    assert one(gate, "SELECT status FROM orders WHERE id = '2002'") == "cancelled"


def test_a_customer_is_helped(gate: Gate) -> None:
    """Credit, another address, a replacement, a refund and the draft of a reply stand in the books."""
    with gate.db.writing() as tx:
        tx.execute(text("UPDATE shipments SET status = 'lost' WHERE order_id = '2001'"))
    do(gate, "give_credit", customer="C-10001", amount={"minor": 500, "cur": "GBP"}, order="2001", **WHY)
    do(gate, "change_customer_address", customer="C-10001", **HOME)
    do(gate, "reship_order", order="2001", lines=[{"line": 2, "quantity": 1}], reason="lost")
    scratched = {"line": 1, "quantity": 0, "amount": {"minor": 899, "cur": "GBP"}}
    do(gate, "refund_order", order="2001", amount=scratched["amount"], lines=[scratched], to="pm-gift", **WHY)
    do(gate, "draft_reply", ticket="T-501", text="We have sent it again.")
    assert one(gate, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == 3_399
    assert one(gate, "SELECT street FROM customers WHERE id = 'C-10001'") == "1 Mill Lane"
    assert one(gate, "SELECT count(*) FROM ticket_replies") == 1


@pytest.mark.parametrize(
    ("kind", "args"), [("reship_order", {"reason": "lost"}), ("request_exchange", {"method": "pm-gift"})]
)
def test_goods_whose_money_went_back_are_not_sent(gate: Gate, kind: str, args: dict[str, Any]) -> None:
    """A piece that was refunded is neither exchanged nor sent again, and the refusal says what to do."""
    back = {"lines": [{"line": 1, "quantity": 2, "amount": {"minor": 2_500, "cur": "GBP"}}]}
    with gate.db.writing() as tx:
        tx.execute(text("UPDATE shipments SET status = 'lost' WHERE order_id = '2001'"))
        claim = Claim("main", "act-refund", "d" * 64, 1, "maya", NOON)
        amount = {"minor": 2_500, "cur": "GBP"}
        carry_out(parse_action("refund_order", {"order": "2001", "amount": amount, **back, **WHY}), tx, claim)
    lines = [{"line": 1, "quantity": 1, **({"new_sku": "MUG-02"} if kind == "request_exchange" else {})}]
    asked = {"order": "2001", "lines": lines, **args, **(WHY if kind == "request_exchange" else {})}
    answer = gate.desk.submit(parse_action(kind, asked), session())
    assert answer.state is State.DENIED
    assert "were refunded: sell the goods in a new order" in answer.reason
    with pytest.raises(ConflictError, match="refunded"), gate.db.writing() as tx:
        carry_out(parse_action(kind, asked), tx, Claim("main", "act-again", "d" * 64, 1, "maya", NOON))


def test_a_refund_of_goods_in_exchange_gives_the_exchange_up(gate: Gate) -> None:
    """Who gets the money back gets no other goods: the new ones are free, the old ones still come back."""
    held = "SELECT sum(committed) FROM stock_levels WHERE sku = 'MUG-02'"
    before = one(gate, held)
    exchange = do(gate, "request_exchange", order="2001", method="pm-gift", **GREEN, **WHY).reference
    assert one(gate, held) == before + 1
    back = {"lines": [{"line": 1, "quantity": 2, "amount": {"minor": 2_500, "cur": "GBP"}}]}
    amount = {"minor": 2_500, "cur": "GBP"}
    with gate.db.writing() as tx:
        claim = Claim("main", "act-refund", "d" * 64, 1, "maya", NOON)
        asked = {"order": "2001", "amount": amount, "to": "pm-gift", **back, **WHY}
        receipt = carry_out(parse_action("refund_order", asked), tx, claim)
    assert f"{exchange} is given up" in receipt.detail
    assert one(gate, held) == before
    assert one(gate, f"SELECT status FROM exchanges WHERE id = '{exchange}'") == "cancelled"
    assert (
        one(
            gate, f"SELECT status FROM returns WHERE id = (SELECT rma FROM exchanges WHERE id = '{exchange}')"
        )
        == "requested"
    )


def test_an_exchange_is_sent_from_another_place_that_has_it(gate: Gate) -> None:
    """A variant that only another location has is held back, sent and, on cancelling, released there."""
    there = "location = 'bristol', committed = 0"
    with gate.db.writing() as tx:
        tx.execute(text(f"UPDATE stock_levels SET {there} WHERE sku = 'MUG-02'"))
    promised = "SELECT committed FROM stock_levels WHERE sku = 'MUG-02' AND location = 'bristol'"
    first = do(gate, "request_exchange", order="2001", method="pm-gift", **GREEN, **WHY).reference
    assert one(gate, promised) == 1
    do(gate, "cancel_return", rma=one(gate, f"SELECT rma FROM exchanges WHERE id = '{first}'"), **WHY)
    assert one(gate, promised) == 0
    again = do(gate, "request_exchange", order="2001", method="pm-gift", **GREEN, **WHY).reference
    do(gate, "receive_return", rma=one(gate, f"SELECT rma FROM exchanges WHERE id = '{again}'"))
    do(gate, "complete_exchange", exchange=again)
    assert one(gate, "SELECT location FROM orders WHERE replaces = '2001'") == "bristol"
